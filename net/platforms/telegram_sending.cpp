// Telegram Bot API: POST /bot<token>/sendMessage, sendPhoto, … (platforms.md §8). Texts go without parse_mode, so that
// none of their characters means anything and what is counted here is what Telegram counts "after entity parsing".
//   answer  {"ok":true,"result":{"message_id","chat":{"id"}}}
//   or      {"ok":false,"error_code","description","parameters":{"retry_after"?,"migrate_to_chat_id"?}}

#include "net/platforms/sending_parts.hpp"
#include "net/platforms/telegram_calls.hpp"
#include "net/platforms/telegram_place.hpp"

#include <algorithm>
#include <array>

namespace switchboard::net::platforms {
namespace {

using domain::attempt_end;
using domain::json_object;
using domain::outgoing;
using domain::quota;
using domain::thread_kind;

constexpr std::chrono::seconds waiting_max{24 * 3600};

constexpr std::array<attachment_shape, 5> telegram_types = {
    {{"image", true}, {"video", true}, {"audio", true}, {"document", true}, {"sticker", false}}};

// Text 4096, caption 1024, in UTF-16 units; callback data 1-64 bytes (platforms.md §8); 100 inline buttons [K]. Quick
// replies are inline buttons too: those of a reply keyboard say nothing but their title.
constexpr message_shape message{
    .name = "a Telegram message",
    .text = {text_unit::utf16, 4096},
    .attachments = telegram_types,
    .caption = {text_unit::utf16, 1024},
    .choice_text = {text_unit::utf16, 4096},
    .quick_replies = {.max = 100, .title_max = 64, .payload_max = 64, .links_max = 100, .needs_text = false},
    .buttons = {.max = 100, .title_max = 64, .payload_max = 64, .links_max = 100, .needs_text = false},
};

const message_shape* shape_for(thread_kind kind, bool privately) {
  return kind == thread_kind::dm && !privately ? &message : nullptr;
}

// About 1/s in a chat (short bursts), 20/min in a group, about 30/s in all [S].
constexpr std::array<quota, 3> telegram_quotas = {
    in_window("telegram.messages", quota::scope::account, 30, std::chrono::seconds{1}),
    quota{"telegram.chat", quota::scope::recipient, 1, std::chrono::milliseconds{1030}, 3},
    in_window("telegram.group", quota::scope::recipient, 20, std::chrono::minutes{1}),
};

std::string_view method_of(const outgoing& what) {
  if (what.attachments.empty()) return "sendMessage";
  const auto& each = what.attachments.front();
  if (each.type == "image") return each.mime == "image/gif" ? "sendAnimation" : "sendPhoto";
  if (each.type == "video") return "sendVideo";
  if (each.type == "audio") return "sendAudio";
  return each.type == "sticker" ? "sendSticker" : "sendDocument";
}

void append_keyboard(json_object& body, std::string& out, const std::vector<domain::outgoing_button>& all) {
  body.key("reply_markup");
  json_object markup{out};
  markup.key("inline_keyboard");
  out += '[';
  for (const auto& each : all) {
    if (&each != &all.front()) out += ',';
    out += '[';  // a row each: titles side by side are cut off on a phone
    json_object button{out};
    button.text("text", each.title);
    if (!each.url.empty()) {
      button.text("url", each.url);
    } else {
      button.text("callback_data", each.payload.empty() ? each.title : each.payload);
    }
    button.end();
    out += ']';
  }
  out += ']';
  markup.end();
}

void append_reply(json_object& body, std::string& out, const telegram_place& place, std::string_view id) {
  const auto colon = id.rfind(':');  // <chat>:<message>, as the normaliser has it
  const std::string_view chat = colon == std::string_view::npos ? std::string_view{} : id.substr(0, colon);
  const std::string_view number = id.substr(colon == std::string_view::npos ? 0 : colon + 1);
  if (!is_telegram_number(number)) return;
  body.key("reply_parameters");
  json_object reply{out};
  reply.raw("message_id", number);
  if (!chat.empty() && chat != place.key_chat && is_telegram_number(chat)) reply.raw("chat_id", chat);
  reply.boolean("allow_sending_without_reply", true);
  reply.end();
}

std::string body_of(const send_request& r, const telegram_place& place) {
  const outgoing& what = r.what;
  std::string out;
  json_object body{out};
  append_place(body, place);
  if (what.attachments.empty()) {
    body.text("text", what.text);
  } else {
    const auto& each = what.attachments.front();
    std::string_view method = method_of(what);
    method.remove_prefix(std::string_view{"send"}.size());
    std::string member{method};  // Photo, Video, …: the member is called so in small letters
    member[0] = static_cast<char>(member[0] - 'A' + 'a');
    body.text(member, each.platform_media_id.empty() ? each.url : each.platform_media_id);
    body.text_if("caption", what.text);
  }
  if (!what.reply_to.empty()) append_reply(body, out, place, what.reply_to);
  const auto& choices = what.buttons.empty() ? what.quick_replies : what.buttons;
  if (!choices.empty()) append_keyboard(body, out, choices);
  body.end();
  return out;
}

expected<call, unfit> render_telegram(const send_request& r) {
  const telegram_place place = telegram_place_of(r.conversation, r.recipient_now);
  if (place.chat.empty()) return no_recipient("the chat is not known");
  call c = json_call(telegram_method_url(r.account, method_of(r.what)), {}, body_of(r, place),
                     {{"telegram.messages", 1}, {"telegram.chat", 1}});
  if (place.group) c.quotas.push_back({"telegram.group", 1});
  return c;
}

std::optional<call> type_telegram(const thread_request& r) {
  const telegram_place place = telegram_place_of(r.conversation, {});
  if (place.chat.empty() || !place.direct_topic.empty()) return std::nullopt;
  std::string out;
  json_object body{out};
  append_place(body, place);
  body.text("action", "typing");
  body.end();
  call c = json_call(telegram_method_url(r.account, "sendChatAction"), {}, std::move(out),
                     {{"telegram.messages", 1}});
  c.repeatable = true;
  return c;
}

/// Only in the chats of a person for whom the bot answers.
std::optional<call> read_telegram(const thread_request& r) {
  const telegram_place place = telegram_place_of(r.conversation, {});
  if (place.business.empty() || r.last_inbound == nullptr) return std::nullopt;
  const std::string_view id = r.last_inbound->platform_message_id;
  const std::string_view number = id.substr(id.rfind(':') + 1);
  if (!is_telegram_number(number)) return std::nullopt;
  std::string out;
  json_object body{out};
  body.text("business_connection_id", place.business);
  body.raw("chat_id", place.chat);
  body.raw("message_id", number);
  body.end();
  call c = json_call(telegram_method_url(r.account, "readBusinessMessage"), {}, std::move(out),
                     {{"telegram.messages", 1}});
  c.repeatable = true;
  return c;
}

void read_failure(domain::attempt_outcome& out, object body, const answer& from) {
  const std::int64_t code = member_int(body, "error_code").value_or(from.status);
  out.error.code = std::to_string(code);
  out.error.title = kept(member_text(body, "description"));
  const auto parameters = member_object(body, "parameters");
  if (code == 401 || code == 404) {
    out.end = attempt_end::no_access;  // of the token, which stands in the path
  } else if (code == 429) {
    out.end = attempt_end::later;
    if (const auto wait = parameters ? member_int(*parameters, "retry_after") : std::nullopt) {
      out.retry_after = std::chrono::seconds{std::clamp<std::int64_t>(*wait, 0, waiting_max.count())};
    }
  } else if (std::string now = parameters ? member_id(*parameters, "migrate_to_chat_id") : std::string{};
             !now.empty()) {
    out.end = attempt_end::later;
    out.retry_after = std::chrono::milliseconds{0};
    out.recipient_only = true;
    out.recipient_now = std::move(now);
  } else if (code >= 400 && code < 500) {
    out.end = attempt_end::refused;  // 403: blocked, kicked, or never begun by the customer
  }
}

domain::attempt_outcome read_telegram_answer(const call&, const answer& from, domain::timestamp now) {
  domain::attempt_outcome out = by_status(from, now);
  const auto body = object_in(from);
  if (!body || (from.status >= 300 && from.status < 400)) return out;
  if (!member_bool(*body, "ok")) {
    if (has_member(*body, "ok")) read_failure(out, *body, from);
    return out;
  }
  if (!is_success(from)) return out;
  const auto result = member_object(*body, "result");
  const auto chat = result ? member_object(*result, "chat") : std::nullopt;
  const std::string message_id = result ? member_id(*result, "message_id") : std::string{};
  const std::string chat_id = chat ? member_id(*chat, "id") : std::string{};
  if (message_id.empty() || chat_id.empty()) return out;
  out.end = attempt_end::sent;
  out.error = {};
  out.platform_message_id = chat_id + ':' + message_id;
  return out;
}

std::span<const quota> quotas_of_telegram() {
  return telegram_quotas;
}

/// A bot cannot read what was said, not even by itself.
std::optional<call> look_up_telegram(const lookup_request&) {
  return std::nullopt;
}
finding find_telegram(const lookup_request&, const answer&) {
  return {};
}

}  // namespace

const sending_functions& telegram_sending() {
  static constexpr sending_functions functions{shape_for,        render_telegram,      type_telegram,
                                               read_telegram,    read_telegram_answer, quotas_of_telegram,
                                               look_up_telegram, find_telegram};
  return functions;
}

}  // namespace switchboard::net::platforms
