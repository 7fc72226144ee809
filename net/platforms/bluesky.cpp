// Whose word a body is, and what it may be:
//
//   {"accounts":["did:…",…],"payload":{…}}   whom it is for, and one of the following as it came
//   {"did","time_us","kind",…}               a frame of Jetstream
//   {"notifications":[…],"cursor"?,…}        a page of app.bsky.notification.listNotifications; or one of them alone
//   {"logs":[…],"cursor"?}                   a page of chat.bsky.convo.getLog; or one of them alone
//
// A page does not say whose it is, and a post may be the business of two accounts of ours: so what we read ourselves
// comes in the first form, and stays whole in a dead letter. Without it, it is for the source's first account.

#include "net/platforms/bluesky.hpp"

#include "net/platforms/bluesky_event.hpp"
#include "net/platforms/verification.hpp"

#include <vector>

namespace switchboard::net::platforms {
namespace {

/// Nothing is signed on Bluesky. This is ours, for whoever brings payloads by himself.
constexpr std::string_view signature_header = "X-Switchboard-Signature-256";
constexpr std::string_view signature_prefix = "sha256=";

handshake_answer handshake(std::span<const field>, const handshake_source&) {
  return {400, "text/plain", "Bluesky has no webhooks, so no handshake"};
}

bool verify(std::span<const field> headers, std::string_view body, std::span<const std::string> secrets) {
  const auto header = only_header(headers, signature_header);
  if (!header || !header->starts_with(signature_prefix)) return false;
  const auto claimed = from_hex(header->substr(signature_prefix.size()));
  return claimed && is_signed(secrets, {}, body, *claimed);
}

std::pair<std::string, std::string> sign(std::string_view body, std::string_view secret) {
  const auto digest = hmac_sha256(secret, body);
  return {std::string{signature_header},
          digest ? std::string{signature_prefix} + to_hex(*digest) : std::string{}};
}

// -- bodies
// -------------------------------------------------------------------------------------------------------

using unpack_one = void (*)(const bluesky_element&, object);

enum class listed : std::uint8_t { oldest_first, newest_first };

/// In the order in which it happened.
void unpack_list(const bluesky_element& at, std::string_view name, array list, listed order,
                 unpack_one unpack) {
  std::vector<element> all;
  for (const element each : list) all.push_back(each);
  std::string pointer{at.pointer};
  (pointer += '/') += name;
  const std::size_t size = pointer.size();
  for (std::size_t i = 0; i < all.size() && !at.out.full(); ++i) {
    const std::size_t index = order == listed::newest_first ? all.size() - 1 - i : i;
    pointer.resize(size);
    (pointer += '/') += std::to_string(index);
    const bluesky_element inner{at.out, at.account, pointer};
    object what;
    if (all[index].get(what) != simdjson::SUCCESS) {
      inner.reject("malformed", "is no object");
    } else {
      unpack(inner, what);
    }
  }
}

void unpack_payload(const bluesky_element& at, object payload) {
  if (at.ambiguous({payload})) return;
  if (const auto list = member_array(payload, "notifications")) {
    return unpack_list(at, "notifications", *list, listed::newest_first, unpack_bluesky_notification);
  }
  if (const auto list = member_array(payload, "logs")) {
    return unpack_list(at, "logs", *list, listed::oldest_first, unpack_bluesky_log);
  }
  if (has_member(payload, "time_us")) return unpack_bluesky_frame(at, payload);
  if (has_member(payload, "reason")) return unpack_bluesky_notification(at, payload);
  if (has_member(payload, "convoId")) return unpack_bluesky_log(at, payload);
  if (const auto passed = member_object(payload, "passedOver")) {
    return at.reject("too-large",
                     std::string{clipped(member_text(*passed, "feed"))} +
                         ", larger than is taken: " + std::string{clipped(member_text(*passed, "what"))});
  }
  at.reject("unsupported", "no frame of Jetstream, no notifications and no log of a chat");
}

void unpack_for_each(unpacker& out, array accounts, object payload) {
  std::size_t index = 0;
  for (const element each : accounts) {
    std::string_view did;
    if (each.get(did) != simdjson::SUCCESS || did.empty()) {
      out.reject("/accounts/" + std::to_string(index), "malformed", "is no DID");
    } else {
      unpack_payload({out, did, "/payload"}, payload);
    }
    if (out.full()) return;
    ++index;
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
  const auto accounts = member_array(root, "accounts");
  const auto payload = member_object(root, "payload");
  if (accounts && payload) {
    unpack_for_each(out, *accounts, *payload);
  } else {
    unpack_payload({out, account_hint, {}}, root);
  }
  out.finish();
  return unpacked;
}

}  // namespace

const platform_functions& bluesky_functions() {
  static constexpr platform_functions functions{kind::bluesky, handshake, verify, normalise, sign};
  return functions;
}

}  // namespace switchboard::net::platforms
