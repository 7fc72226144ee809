// Telegram Bot API: /bot<token>/<method>.

#include "net/platforms/json.hpp"
#include "tests/fake_platform/text_size.hpp"
#include "tests/fake_platform/world.hpp"

#include <algorithm>
#include <array>

namespace switchboard::fake_platform {
namespace {

using namespace std::chrono_literals;
using net::platforms::member_array;
using net::platforms::member_id;
using net::platforms::member_object;
using net::platforms::member_text;
using net::platforms::object;

constexpr limit messages{"telegram.messages", 30, 1s};
constexpr limit chat{"telegram.chat", 1, 1s, 4};  // "short bursts": how short is not said
constexpr limit group{"telegram.group", 20, 60s};

told failed(int code, const std::string& why, const std::string& more = {}) {
  return {.status = code,
          .body = R"({"ok":false,"error_code":)" + std::to_string(code) + R"(,"description":")" + why + '"' +
                  more + '}'};
}
told limited(world& w, std::chrono::milliseconds wait) {
  ++w.limited;
  const auto s = seconds_of(wait);
  return failed(429, "Too Many Requests: retry after " + s, R"(,"parameters":{"retry_after":)" + s + '}');
}
told refused(world& w, const std::string& why) {
  ++w.refused;
  return failed(400, "Bad Request: " + why);
}

const char* flaw_in_keyboard(object body) {
  constexpr std::size_t buttons_max = 100, data_max = 64;
  const auto markup = member_object(body, "reply_markup");
  const auto rows = markup ? member_array(*markup, "inline_keyboard") : std::nullopt;
  if (!rows) return nullptr;
  std::size_t buttons = 0;
  for (const auto row : *rows) {
    net::platforms::array list;
    if (row.get(list) != simdjson::SUCCESS) return "reply_markup";
    for (const auto each : list) {
      object button;
      if (each.get(button) != simdjson::SUCCESS || member_text(button, "text").empty())
        return "BUTTON_TEXT_EMPTY";
      const auto data = member_text(button, "callback_data");
      if (data.empty() && member_text(button, "url").empty()) return "BUTTON_TYPE_INVALID";
      if (data.size() > data_max) return "BUTTON_DATA_INVALID";
      ++buttons;
    }
  }
  return buttons > buttons_max ? "too many buttons" : nullptr;
}

/// The member that a method sends; empty: it sends no message.
std::string_view sent_by(std::string_view method) {
  struct sends {
    std::string_view method, member;
  };
  constexpr std::array<sends, 7> all = {{{"sendMessage", "text"},
                                         {"sendPhoto", "photo"},
                                         {"sendVideo", "video"},
                                         {"sendAudio", "audio"},
                                         {"sendAnimation", "animation"},
                                         {"sendDocument", "document"},
                                         {"sendSticker", "sticker"}}};
  const auto at = std::find_if(all.begin(), all.end(), [&](const sends& s) { return s.method == method; });
  return at == all.end() ? std::string_view{} : at->member;
}

told send(world& w, const account& from, std::string_view member, object body, instant now) {
  constexpr std::size_t text_max = 4096, caption_max = 1024;
  const std::string to = member_id(body, "chat_id");
  if (to.empty()) return refused(w, "chat_id is empty");
  const auto what = member_text(body, member);
  if (what.empty()) return refused(w, "message text is empty");
  if (member == "text" && utf16_units(what) > text_max) return refused(w, "message is too long");
  if (utf16_units(member_text(body, "caption")) > caption_max)
    return refused(w, "message caption is too long");
  if (const char* flaw = flaw_in_keyboard(body)) return refused(w, flaw);
  const bool is_group = to.starts_with('-');
  if (const auto wait = w.limits.take(chat, from.id + '/' + to, 1, now)) return limited(w, *wait);
  if (is_group) {
    if (const auto wait = w.limits.take(group, from.id + '/' + to, 1, now)) return limited(w, *wait);
  }
  if (const auto wait = w.limits.take(messages, from.id, 1, now)) return limited(w, *wait);
  const std::string id = std::to_string(w.next_id++);
  w.keep({.by = &from,
          .where = edge::message,
          .recipient = to,
          .text = member == "text" ? std::string{what} : '[' + std::string{member} + ']',
          .reference = {},
          .id = to + ':' + id,
          .at = now});
  return {.body = R"({"ok":true,"result":{"message_id":)" + id + R"(,"chat":{"id":)" + to + "}}}"};
}

std::string seconds_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

told webhook_info(const world& w, const account& a) {
  const auto elsewhere = w.delivered_to.find(a.platform_id);
  const std::string url = w.unsubscribed.contains(a.platform_id) ? std::string{}
                          : elsewhere != w.delivered_to.end()
                              ? elsewhere->second
                              : "https://hooks.example.com/webhooks/" + a.source;
  const auto fails = w.undelivered.find(a.platform_id);
  std::string out = R"({"ok":true,"result":{"url":")" + url + R"(","has_custom_certificate":false)";
  if (const auto own = w.subscribed_to.find(a.platform_id); own != w.subscribed_to.end()) {
    out += R"(,"allowed_updates":)" + json_list(own->second);
  }
  out += R"(,"pending_update_count":)" + std::string(fails == w.undelivered.end() ? "0" : "3");
  if (fails != w.undelivered.end()) {
    out += R"(,"last_error_date":)" + seconds_now() + R"(,"last_error_message":")" + fails->second + '"';
  }
  return {.body = out + "}}"};
}

told set_webhook(world& w, const account& a, object body) {
  const auto url = member_text(body, "url");
  if (!url.starts_with("https://"))
    return refused(w, "bad webhook: an HTTPS URL must be provided for webhook");
  if (member_text(body, "secret_token").empty()) return refused(w, "secret_token is needed here");
  if (const auto allowed = member_array(body, "allowed_updates")) {  // else it stays as it was
    auto& updates = w.subscribed_to[a.platform_id];
    updates.clear();
    for (const auto each : *allowed) {
      std::string_view name;
      if (each.get(name) != simdjson::SUCCESS) return refused(w, "can't parse allowed_updates");
      updates.emplace(name);
    }
  }
  w.unsubscribed.erase(a.platform_id);
  w.delivered_to[a.platform_id] = url;
  return {.body = R"({"ok":true,"result":true,"description":"Webhook was set"})"};
}

}  // namespace

told telegram_answer(world& w, const asked& r, instant now) {
  const auto path = segments(r);  // bot<token>, method
  const account* const from = w.with_token(std::string_view{path[0]}.substr(3));
  if (from == nullptr) return failed(401, "Unauthorized");
  if (path.size() > 1 && path[1] == "getWebhookInfo") return webhook_info(w, *from);
  const auto parsed = net::platforms::parse(r.body, {});
  object body;
  if (path.size() < 2 || !parsed || parsed->root.get(body) != simdjson::SUCCESS)
    return refused(w, "no JSON object");
  if (path[1] == "sendChatAction" || path[1] == "readBusinessMessage") {
    ++(path[1] == "sendChatAction" ? w.typings : w.marked_read);
    return {.body = R"({"ok":true,"result":true})"};
  }
  if (path[1] == "setWebhook") return set_webhook(w, *from, body);
  const auto member = sent_by(path[1]);
  if (member.empty()) return failed(404, "Not Found");
  return send(w, *from, member, body, now);
}

}  // namespace switchboard::fake_platform
