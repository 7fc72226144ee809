// Who speaks as X, and what a body is. Two generations come in by one webhook:
//
//   AAA  {"for_user_id":"…","<kind>_events":[…],…,"users":{"<id>":{…}}}   for_user_id is missing in old ones
//   XAA  {"data":{"event_uuid","event_type":"dm.received","filter":{"user_id":"…"},"payload":{…},"includes"?:{…}}}
//
// An XAA payload about direct messages is an AAA body without its for_user_id; one about a post is a v2 Post. Both are
// told under the id of what they are about, so that copies by both, and replays, are one.

#include "net/platforms/x.hpp"

#include "net/platforms/verification.hpp"
#include "net/platforms/x_parts.hpp"

#include <algorithm>
#include <array>

namespace switchboard::net::platforms {
namespace {

constexpr std::string_view signature_header = "x-twitter-webhooks-signature";
constexpr std::string_view signature_prefix = "sha256=";

/// What a challenge may be made of: base64 in either alphabet and what else stands in a URL unescaped. The answer to a
/// challenge is the signature of a body that reads the same, and anybody may ask for it; so no such text is answered
/// that could be a body, and no body is taken that could have been a challenge.
bool is_challenge(std::string_view text) {
  constexpr std::size_t challenge_bytes_max = 512;
  return is_token(text, "+/=-_.~:", challenge_bytes_max);
}

std::string signature_of(std::string_view text, std::string_view secret) {
  const auto digest = hmac_sha256(secret, text);
  return digest ? std::string{signature_prefix} + to_base64(*digest) : std::string{};
}

/// The challenge-response check, about every hour: the consumer secret's signature of crc_token.
handshake_answer handshake(std::span<const field> query, const handshake_source& source) {
  const auto challenge = only_parameter(query, "crc_token");
  if (!challenge || !is_challenge(*challenge)) {
    return {400, "text/plain", challenge ? "crc_token is no token" : "no crc_token: not a check of X"};
  }
  const std::string signature =
      source.secrets.empty() ? std::string{} : signature_of(*challenge, source.secrets.front());
  if (signature.empty()) {
    return {403, "text/plain", "this source has no secret to answer with"};
  }
  return {200, "application/json", R"({"response_token":")" + signature + "\"}"};
}

bool verify(std::span<const field> headers, std::string_view body, std::span<const std::string> secrets) {
  const auto header = only_header(headers, signature_header);
  if (!header || !header->starts_with(signature_prefix) || is_challenge(body)) {
    return false;
  }
  const auto claimed = from_base64(header->substr(signature_prefix.size()));
  return claimed && is_signed(secrets, {}, body, *claimed);
}

std::pair<std::string, std::string> sign(std::string_view body, std::string_view secret) {
  return {std::string{signature_header}, signature_of(body, secret)};
}

// -- bodies
// -------------------------------------------------------------------------------------------------------

struct known_list {
  std::string_view name;
  void (*unpack)(const x_element&, object);
};
constexpr std::array<known_list, 9> known_lists{{{"direct_message_events", unpack_x_direct_message},
                                                 {"direct_message_indicate_typing_events", unpack_x_typing},
                                                 {"direct_message_mark_read_events", unpack_x_read},
                                                 {"tweet_create_events", unpack_x_tweet},
                                                 {"tweet_delete_events", unpack_x_deletion},
                                                 {"favorite_events", unpack_x_like},
                                                 {"follow_events", unpack_x_relation},
                                                 {"block_events", unpack_x_relation},
                                                 {"mute_events", unpack_x_relation}}};

void unpack_list(const x_body& in, std::string& pointer, std::string_view name, element value) {
  const auto known = std::find_if(known_lists.begin(), known_lists.end(),
                                  [&](const known_list& each) { return each.name == name; });
  array list;
  if (value.get(list) != simdjson::SUCCESS) {
    return in.out.reject(pointer, "malformed", "is no array", in.account);
  }
  const std::size_t size = pointer.size();
  std::size_t index = 0;
  for (const element each : list) {
    if (in.out.full()) return;
    (pointer += '/') += std::to_string(index++);
    const x_element at{in, pointer, name};
    object what;
    if (each.get(what) != simdjson::SUCCESS) {
      at.reject("malformed", "is no object");
    } else if (!at.ambiguous(what)) {
      known == known_lists.end() ? show_x_event(at, what, {}) : known->unpack(at, what);
    }
    pointer.resize(size);
  }
}

/// The members of an AAA body, or of an XAA payload that is one. `pointer`: of that object. Returns whether anything in
/// it was one of an AAA body's.
bool unpack_activities(const x_body& in, object holder, std::string& pointer) {
  bool any = false;
  const std::size_t size = pointer.size();
  for (const auto member : holder) {
    if (in.out.full()) return true;
    append_pointer(pointer, member.key);
    if (member.key.ends_with("_events")) {
      any = true;
      unpack_list(in, pointer, member.key, member.value);
    } else if (object inside; member.key == "user_event" && member.value.get(inside) == simdjson::SUCCESS) {
      any = true;
      unpack_x_user_event({in, pointer, member.key}, inside);
    } else if (member.key == "replay_job_status") {
      any = true;
      in.out.reject(pointer, "account-notice", "a replay that was asked for: " + clipped_json(member.value),
                    in.account);
    }
    pointer.resize(size);
  }
  return any;
}

/// What XAA calls it, up to a point, and how it is read where the payload is no AAA body.
struct known_type {
  std::string_view prefix;
  void (*unpack)(const x_element&, object);
};
constexpr std::array<known_type, 10> known_types{{{"oauth.revoke", unpack_x_revocation},
                                                  {"post.delete", unpack_x_deletion},
                                                  {"post.", unpack_x_post},
                                                  {"like.", unpack_x_like},
                                                  {"chat.", unpack_x_chat},
                                                  {"dm.indicate_typing", unpack_x_typing},
                                                  {"dm.read", unpack_x_read},
                                                  {"dm.", unpack_x_flat_message},
                                                  {"follow.", unpack_x_relation},
                                                  {"block.", unpack_x_relation}}};

bool is_about_account(std::string_view type) {
  return type.starts_with("profile.") || type.starts_with("spaces.") || type.starts_with("news.");
}

void unpack_payload(const x_element& at, object payload) {
  const std::string_view type = at.kind;
  if (is_about_account(type)) {
    return at.reject("account-notice", std::string{type} + ": " + clipped_json(payload));
  }
  const auto known = std::find_if(known_types.begin(), known_types.end(),
                                  [&](const known_type& each) { return type.starts_with(each.prefix); });
  if (known != known_types.end()) return known->unpack(at, payload);
  type.starts_with("mute.") ? unpack_x_relation(at, payload) : show_x_event(at, payload, {});
}

/// XAA's envelope.
void unpack_envelope(unpacker& out, object data, std::string_view account_hint) {
  x_body in{.out = out, .account = {}};
  const auto filter = member_object(data, "filter");
  const auto payload = member_object(data, "payload");
  in.account = filter ? x_id_in(*filter, "user_id") : std::string{};
  if (in.account.empty() && payload) in.account = x_id_in(*payload, "user_id");  // oauth.revoke has no filter
  if (in.account.empty()) in.account = account_hint;
  in.uuid = member_id(data, "event_uuid");
  in.includes = member_object(data, "includes");
  std::string pointer = "/data";
  const x_element at{in, pointer, member_text(data, "event_type")};
  if (at.ambiguous(data) || at.ambiguous(filter) || at.ambiguous(payload)) {
    return;
  }
  if (!payload) {
    return at.reject(at.kind.empty() ? "malformed" : "unsupported", "no payload that is an object");
  }
  in.users = member_object(*payload, "users");
  std::string inner = "/data/payload";
  if (!unpack_activities(in, *payload, inner)) {
    unpack_payload(at, *payload);
  }
}

domain::unpacked_body normalise(std::string_view body, std::string_view account_hint,
                                const parse_limits& limits, domain::timestamp received_at) {
  const auto parsed = parse(body, limits);
  if (!parsed) {
    return rejected_whole(body, parsed.error().reason, parsed.error().detail);
  }
  object root;
  if ((*parsed).root.get(root) != simdjson::SUCCESS) {
    return rejected_whole(body, "malformed", "the body is no object");
  }
  if (const auto twice = duplicate_member(root)) {
    return rejected_whole(body, "duplicate-field", "\"" + std::string{clipped(*twice)} + "\" stands twice");
  }
  domain::unpacked_body unpacked;
  unpacker out{unpacked, body, limits, received_at};
  x_body in{.out = out, .account = x_id_in(root, "for_user_id")};
  in.users = member_object(root, "users");
  in.blocked = member_bool(root, "user_has_blocked");
  in.guessed = in.account.empty();
  if (in.guessed) in.account = account_hint;
  std::string pointer;
  const bool any = unpack_activities(in, root, pointer);
  if (const auto data = member_object(root, "data")) {
    unpack_envelope(out, *data, account_hint);
  } else if (!any) {
    out.reject({}, "unsupported",
               "neither an event of the Account Activity API nor one of the X Activity API", in.account);
  }
  out.finish();
  return unpacked;
}

}  // namespace

const platform_functions& x_functions() {
  static constexpr platform_functions functions{kind::x, handshake, verify, normalise, sign};
  return functions;
}

}  // namespace switchboard::net::platforms
