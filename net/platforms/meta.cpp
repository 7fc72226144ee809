#include "net/platforms/meta.hpp"

#include "net/platforms/instagram.hpp"
#include "net/platforms/messenger.hpp"
#include "net/platforms/meta_entry.hpp"
#include "net/platforms/page_feed.hpp"
#include "net/platforms/verification.hpp"
#include "net/platforms/whatsapp.hpp"

#include <algorithm>
#include <array>

namespace switchboard::net::platforms {
namespace {

constexpr std::string_view signature_header = "X-Hub-Signature-256";
constexpr std::string_view signature_prefix = "sha256=";

handshake_answer handshake(std::span<const field> query, const handshake_source& source) {
  constexpr std::size_t challenge_bytes_max = 256;
  const auto mode = only_parameter(query, "hub.mode");
  const auto token = only_parameter(query, "hub.verify_token");
  const auto challenge = only_parameter(query, "hub.challenge");
  if (mode != "subscribe") {
    return {400, "text/plain", "not a subscription handshake"};
  }
  if (!token || !equal_constant_time(*token, source.verify_token)) {
    return {403, "text/plain", "the verify token is not this source's"};
  }
  // What we echo to whoever asks must not be able to be anything but a token.
  if (!challenge || !is_token(*challenge, "_-", challenge_bytes_max)) {
    return {400, "text/plain", "the challenge is no token"};
  }
  return {200, "text/plain", std::string{*challenge}};
}

bool verify(std::span<const field> headers, std::string_view body, std::span<const std::string> secrets) {
  const auto header = only_header(headers, signature_header);
  if (!header || !header->starts_with(signature_prefix)) {
    return false;
  }
  const auto claimed = from_hex(header->substr(signature_prefix.size()));
  return claimed && is_signed(secrets, {}, body, *claimed);
}

std::pair<std::string, std::string> sign(std::string_view body, std::string_view secret) {
  const auto digest = hmac_sha256(secret, body);
  return {std::string{signature_header},
          digest ? std::string{signature_prefix} + to_hex(*digest) : std::string{signature_prefix}};
}

/// Fields that tell the owner something about the account, not about a customer.
bool is_account_field(std::string_view name) {
  constexpr std::array<std::string_view, 31> known = {"about",
                                                      "affiliation",
                                                      "attire",
                                                      "awards",
                                                      "bio",
                                                      "birthday",
                                                      "category",
                                                      "company_overview",
                                                      "culinary_team",
                                                      "current_location",
                                                      "description",
                                                      "email",
                                                      "founded",
                                                      "general_info",
                                                      "general_manager",
                                                      "hometown",
                                                      "hours",
                                                      "location",
                                                      "members",
                                                      "mission",
                                                      "name",
                                                      "page_change_proposal",
                                                      "page_upcoming_change",
                                                      "parking",
                                                      "payment_options",
                                                      "phone",
                                                      "picture",
                                                      "price_range",
                                                      "products",
                                                      "story_insights",
                                                      "website"};
  return std::find(known.begin(), known.end(), name) != known.end();
}

/// The app dashboard's test button, and Instagram's older samples, send DMs as changes: field messages,
/// messaging_postbacks …, the value being what else stands in messaging[].
bool is_messaging_field(std::string_view name) {
  return name == "messages" || name.starts_with("message_") || name.starts_with("messaging_");
}

void reject_unknown(const meta_element& at, std::string_view name) {
  const bool account = is_account_field(name);
  at.reject(account ? "account-notice" : "unsupported", "field \"" + std::string{clipped(name)} + "\"");
}

/// A change of a page or an Instagram account; in Instagram's newer samples the entry itself is the change.
void unpack_change(const meta_element& at, object change) {
  const std::string_view name = member_text(change, "field");
  if (rejected_as_ambiguous(at, change)) {
    return;
  }
  if (name.empty()) {
    return at.reject("malformed", "a change without a field");
  }
  const bool instagram = at.entry.platform == domain::platform::instagram;
  using unpack_function = void (*)(const meta_element&, object);
  unpack_function unpack = nullptr;
  if (instagram) {
    unpack = name == "comments"
                 ? [](const meta_element& e, object v) { unpack_instagram_comment(e, v, false); }
             : name == "live_comments"
                 ? [](const meta_element& e, object v) { unpack_instagram_comment(e, v, true); }
             : name == "mentions" ? unpack_function{unpack_instagram_mention}
                                  : nullptr;
  } else {
    unpack = name == "feed"      ? unpack_function{unpack_feed}
             : name == "mention" ? unpack_function{unpack_page_mention}
             : name == "ratings" ? unpack_function{unpack_ratings}
                                 : nullptr;
  }
  element value;
  object inside;
  const bool readable =
      change.at_key("value").get(value) == simdjson::SUCCESS && value.get(inside) == simdjson::SUCCESS;
  if (unpack == nullptr) {
    return readable && is_messaging_field(name) ? unpack_messaging(at, value, false)
                                                : reject_unknown(at, name);
  }
  if (!readable) {
    at.reject("malformed", "value is no object");
  } else if (!rejected_as_ambiguous(at, inside)) {
    unpack(at, inside);
  }
}

/// Walks one entry; `pointer` is the entry's, and is left as it was.
class entry_walk {
 public:
  entry_walk(unpacker& out, const meta_entry& entry, std::string& pointer)
      : out_(out), entry_(entry), pointer_(pointer) {}

  void run() {
    std::size_t elements = 0;
    elements +=
        each_of("messaging", [](const meta_element& at, element e) { unpack_messaging(at, e, false); });
    elements += each_of("standby", [](const meta_element& at, element e) { unpack_messaging(at, e, true); });
    elements += each_of("changes", [](const meta_element& at, element e) {
      object change;
      if (e.get(change) != simdjson::SUCCESS) {
        return at.reject("malformed", "the change is no object");
      }
      if (at.entry.platform != domain::platform::whatsapp) {
        unpack_change(at, change);
      } else if (!rejected_as_ambiguous(at, change)) {
        unpack_whatsapp_change(at.out, at.entry.json, change, at.pointer);
      }
    });
    if (has_member(entry_.json, "field")) {
      ++elements;
      unpack_entry_as_change();
    }
    if (elements == 0 && !out_.full()) {
      const bool fields = has_member(entry_.json, "changed_fields");
      out_.reject(pointer_, fields ? "account-notice" : "empty",
                  fields ? "only the names of changed fields" : "an entry in which nothing happened",
                  entry_.account);
    }
  }

 private:
  template <class Unpack>
  std::size_t each_of(std::string_view list, Unpack unpack) {
    element value;
    if (entry_.json.at_key(list).get(value) != simdjson::SUCCESS || value.is_null()) {
      return 0;
    }
    const std::size_t entry_size = pointer_.size();
    pointer_ += '/';
    pointer_ += list;
    std::size_t index = 0;
    array elements;
    if (value.get(elements) != simdjson::SUCCESS) {
      out_.reject(pointer_, "malformed", "is no array", entry_.account);
      index = 1;
    } else {
      const std::size_t list_size = pointer_.size();
      for (const element each : elements) {
        if (out_.full()) {
          break;
        }
        pointer_ += '/';
        pointer_ += std::to_string(index++);
        unpack(meta_element{out_, entry_, pointer_}, each);
        pointer_.resize(list_size);
      }
    }
    pointer_.resize(entry_size);
    return index;
  }

  void unpack_entry_as_change() {
    const meta_element at{out_, entry_, pointer_};
    if (entry_.platform == domain::platform::whatsapp) {
      unpack_whatsapp_change(out_, entry_.json, entry_.json, pointer_);
    } else {
      unpack_change(at, entry_.json);
    }
  }

  unpacker& out_;
  const meta_entry& entry_;
  std::string& pointer_;
};

std::optional<domain::platform> platform_of(std::string_view object_name) {
  if (object_name == "page") {
    return domain::platform::facebook;
  }
  if (object_name == "instagram") {
    return domain::platform::instagram;
  }
  if (object_name == "whatsapp_business_account") {
    return domain::platform::whatsapp;
  }
  return std::nullopt;
}

void unpack_entries(unpacker& out, array entries, domain::platform platform) {
  std::string pointer = "/entry/";
  const std::size_t prefix = pointer.size();
  std::size_t index = 0;
  for (const element each : entries) {
    if (out.full()) {
      return;
    }
    pointer.resize(prefix);
    pointer += std::to_string(index++);
    meta_entry entry{{}, {}, platform};
    if (each.get(entry.json) != simdjson::SUCCESS) {
      out.reject(pointer, "malformed", "the entry is no object");
      continue;
    }
    entry.account = member_id(entry.json, "id");
    const meta_element at{out, entry, pointer};
    if (rejected_as_ambiguous(at, entry.json)) {
      continue;
    }
    if (entry.account.empty()) {
      at.reject("malformed", "entry.id is missing, or neither a text nor an integer");
      continue;
    }
    entry_walk{out, entry, pointer}.run();
  }
}

domain::unpacked_body normalise(std::string_view body, std::string_view /*account_hint*/,
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
  const std::string_view name = member_text(root, "object");
  const auto platform = platform_of(name);
  const auto entries = member_array(root, "entry");
  if (!platform) {
    return rejected_whole(
        body, name.empty() ? "malformed" : "unsupported",
        name.empty() ? "no object is named" : "object \"" + std::string{clipped(name)} + "\"");
  }
  if (!entries) {
    return rejected_whole(body, "malformed", "entry is no array");
  }
  domain::unpacked_body unpacked;
  unpacker out{unpacked, body, limits, received_at};
  unpack_entries(out, *entries, *platform);
  out.finish();
  return unpacked;
}

}  // namespace

const platform_functions& meta_functions() {
  static constexpr platform_functions functions{kind::meta, handshake, verify, normalise, sign};
  return functions;
}

}  // namespace switchboard::net::platforms
