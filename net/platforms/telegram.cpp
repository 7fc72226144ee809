#include "net/platforms/telegram.hpp"

#include "net/platforms/signature.hpp"
#include "net/platforms/telegram_parts.hpp"

#include <array>

namespace switchboard::net::platforms {
namespace {

/// Bot API, setWebhook: "The header is useful to ensure that the request comes from a webhook set by you."
constexpr std::string_view secret_header = "X-Telegram-Bot-Api-Secret-Token";

handshake_answer handshake(std::span<const field>, const handshake_source&) {
  return {400, "text/plain", "Telegram has no handshake: it only posts updates"};
}

/// Nothing is signed: the header is a password. Sent twice, it is nobody's.
bool verify(std::span<const field> headers, std::string_view, std::span<const std::string> secrets) {
  std::string_view token;
  std::size_t tokens = 0;
  for (const field& each : headers) {
    if (equal_ignoring_case(each.name, secret_header)) {
      token = each.value;
      ++tokens;
    }
  }
  bool equal = false;
  for (const std::string& secret : secrets) {
    equal = equal_constant_time(token, std::string_view{secret}) || equal;
  }
  return equal && tokens == 1;
}

std::pair<std::string, std::string> sign(std::string_view, std::string_view secret) {
  return {std::string{secret_header}, std::string{secret}};
}

struct message_kind {
  std::string_view name;
  telegram_message_kind kind;
};
constexpr std::array<message_kind, 6> message_kinds{
    {{"message", {}},
     {"edited_message", {.edited = true, .business = false}},
     {"channel_post", {}},
     {"edited_channel_post", {.edited = true, .business = false}},
     {"business_message", {.edited = false, .business = true}},
     {"edited_business_message", {.edited = true, .business = true}}}};

/// One member next to update_id.
void unpack_kind(const telegram_update& at, element value) {
  object what;
  if (value.get(what) != simdjson::SUCCESS) {
    at.reject("malformed", "not an object");
    return;
  }
  for (const message_kind& each : message_kinds) {
    if (each.name == at.kind) {
      unpack_telegram_message(at, what, each.kind);
      return;
    }
  }
  if (!at.ambiguous(what) && !unpack_telegram_event(at, what)) {
    show_telegram_event(at, what, "");
  }
}

domain::unpacked_body normalise(std::string_view body, std::string_view account_hint,
                                const parse_limits& limits, domain::timestamp received_at) {
  auto parsed = parse(body, limits);
  if (!parsed) {
    return rejected_whole(body, parsed.error().reason, parsed.error().detail);
  }
  object root;
  if ((*parsed).root.get(root) != simdjson::SUCCESS) {
    return rejected_whole(body, "malformed", "an update is an object");
  }
  if (const auto twice = duplicate_member(root)) {
    return rejected_whole(body, "duplicate-field", "two members \"" + std::string{*twice} + '"');
  }
  const std::string update_id = member_id(root, "update_id");
  if (update_id.empty()) {
    return rejected_whole(body, "malformed", "no update_id: not an update of the Bot API");
  }
  domain::unpacked_body out;
  unpacker unpack{out, body, limits, received_at};
  telegram_update at{unpack, account_hint, update_id, {}};
  for (const auto member : root) {
    if (member.key == "update_id") continue;
    if (unpack.full()) break;
    // One kind in each update; should there ever be more, each is taken, under a key of its own.
    if (!at.kind.empty()) ((at.id = update_id) += '/') += member.key;
    at.kind = member.key;
    unpack_kind(at, member.value);
  }
  unpack.finish();
  return out;
}

}  // namespace

const platform_functions& telegram_functions() {
  static constexpr platform_functions functions{kind::telegram, handshake, verify, normalise, sign};
  return functions;
}

}  // namespace switchboard::net::platforms
