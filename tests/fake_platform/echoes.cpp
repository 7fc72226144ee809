#include "tests/fake_platform/echoes.hpp"

#include "domain/json.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace switchboard::fake_platform {
namespace {

using domain::json_object;
using domain::platform;

std::string quoted(std::string_view text) {
  std::string out;
  domain::append_json_string(out, text);
  return out;
}
std::string milliseconds_of(const taken& t) {
  return std::to_string(
      std::chrono::duration_cast<std::chrono::milliseconds>(t.wall.time_since_epoch()).count());
}
std::string seconds_of(const taken& t) {
  return std::to_string(std::chrono::system_clock::to_time_t(t.wall));
}
std::string rfc3339_of(const taken& t) {
  return domain::to_rfc3339(std::chrono::time_point_cast<std::chrono::microseconds>(t.wall));
}

/// What was said in public under this id, as far as the platform was told.
publication published_as(const world& w, const std::string& id) {
  const auto at = w.published.find(id);
  return at == w.published.end() ? publication{} : at->second;
}

std::vector<word> webhooks(std::vector<std::string> bodies) {
  std::vector<word> all;
  for (auto& body : bodies) all.push_back({.body = std::move(body)});
  return all;
}

// -- WhatsApp

std::string whatsapp_status(const taken& t, std::string_view status) {
  std::string s;
  json_object o{s};
  o.text("id", t.id);
  o.text("status", status);
  o.text("timestamp", seconds_of(t));
  o.text("recipient_id", t.recipient);
  o.text_if("biz_opaque_callback_data", t.reference);
  o.end();
  return R"({"object":"whatsapp_business_account","entry":[{"id":"0","changes":[{"field":"messages","value":)"
         R"({"messaging_product":"whatsapp","metadata":{"display_phone_number":"0","phone_number_id":)" +
         quoted(t.by->platform_id) + R"(},"statuses":[)" + s + "]}}]}]}";
}

// -- Facebook, Instagram

bool is_instagram(const taken& t) {
  return t.by->platform == platform::instagram;
}

/// One entry of the account's. `time`: with its unit.
std::string meta_body(const taken& t, const std::string& time, const std::string& list) {
  return std::string(R"({"object":")") + (is_instagram(t) ? "instagram" : "page") + R"(","entry":[{"id":)" +
         quoted(t.by->platform_id) + R"(,"time":)" + time + ',' + list + "}]}";
}

/// Of one element of messaging[], whose sender and recipient are given.
std::string messaging(const taken& t, const std::string& sender, const std::string& recipient,
                      const std::string& what) {
  return meta_body(t, milliseconds_of(t),
                   R"("messaging":[{"sender":{"id":)" + quoted(sender) + R"(},"recipient":{"id":)" +
                       quoted(recipient) + R"(},"timestamp":)" + milliseconds_of(t) + ',' + what + "}]");
}

std::string messenger_echo(const taken& t, const std::string& customer) {
  std::string echo = R"("message":{"mid":)" + quoted(t.id) + R"(,"is_echo":true,"text":)" + quoted(t.text);
  if (!t.reference.empty()) echo += R"(,"metadata":)" + quoted(t.reference);
  return messaging(t, t.by->platform_id, customer, echo + '}');
}

std::vector<std::string> messenger_bodies(const taken& t) {
  const std::string& page = t.by->platform_id;
  std::vector<std::string> all{messenger_echo(t, t.recipient)};
  if (is_instagram(t)) {  // it tells of no delivery, and names what was read
    all.push_back(messaging(t, t.recipient, page, R"("read":{"mid":)" + quoted(t.id) + '}'));
    return all;
  }
  const std::string watermark = R"("watermark":)" + milliseconds_of(t);
  all.push_back(
      messaging(t, t.recipient, page, R"("delivery":{"mids":[)" + quoted(t.id) + "]," + watermark + '}'));
  all.push_back(messaging(t, t.recipient, page, R"("read":{)" + watermark + '}'));
  return all;
}

/// A change of the page's feed by the page itself. What it says in others' posts is not in its feed.
std::vector<std::string> page_comment(const taken& t) {
  if (!t.post.starts_with(t.by->platform_id + '_')) return {};
  std::string value;
  json_object o{value};
  o.text("item", "comment");
  o.text("verb", "add");
  o.text("comment_id", t.id);
  o.text("post_id", t.post);
  o.text("parent_id", t.parent.empty() ? t.post : t.parent);
  o.raw("from", R"({"id":)" + quoted(t.by->platform_id) + R"(,"name":"The page"})");
  o.text("message", t.text);
  o.raw("created_time", seconds_of(t));
  o.end();
  return {meta_body(t, seconds_of(t), R"("changes":[{"field":"feed","value":)" + value + "}]")};
}

/// As a commenter the account has another id. What it says in others' media does not come back.
std::vector<std::string> instagram_comment(const taken& t) {
  if (t.in_anothers) return {};
  std::string value;
  json_object o{value};
  o.text("id", t.id);
  o.text("text", t.text);
  o.raw("from", R"({"id":)" + quoted("9" + t.by->platform_id) + R"(,"username":"us","self_ig_scoped_id":)" +
                    quoted("8" + t.by->platform_id) + '}');
  if (!t.post.empty()) o.raw("media", R"({"id":)" + quoted(t.post) + R"(,"media_product_type":"FEED"})");
  o.text_if("parent_id", t.parent);
  o.end();
  return {meta_body(t, seconds_of(t), R"("changes":[{"field":"comments","value":)" + value + "}]")};
}

std::vector<std::string> meta_bodies(const world& w, const taken& t) {
  switch (t.where) {
    case edge::message:
      return messenger_bodies(t);
    case edge::comment:
      return is_instagram(t) ? instagram_comment(t) : page_comment(t);
    case edge::private_reply:
      break;
  }
  // It begins, or goes on with, his direct messages.
  const auto whose = published_as(w, t.recipient).author;
  if (whose.empty()) return {};
  return {messenger_echo(t, whose)};
}

// -- X

std::vector<std::string> x_direct(const taken& t) {
  const std::string us = quoted(t.by->platform_id), them = quoted(t.recipient), id = quoted(t.id);
  const std::string at = R"("created_timestamp":")" + milliseconds_of(t) + '"';
  return {R"({"for_user_id":)" + us + R"(,"direct_message_events":[{"type":"message_create","id":)" + id +
              ',' + at + R"(,"message_create":{"target":{"recipient_id":)" + them + R"(},"sender_id":)" + us +
              R"(,"message_data":{"text":)" + quoted(t.text) + "}}}]}",
          R"({"for_user_id":)" + us + R"(,"direct_message_mark_read_events":[{)" + at + R"(,"sender_id":)" +
              them + R"(,"target":{"recipient_id":)" + us + R"(},"last_read_event_id":)" + id + "}]}"};
}

/// In characters, of UTF-8.
std::string own_words_of(const taken& t) {
  const auto end = std::count_if(t.shown.begin(), t.shown.end(),
                                 [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  return '[' + std::to_string(t.shown_from) + ',' + std::to_string(end) + ']';
}

/// "Wed Oct 10 20:19:24 +0000 2018"
std::string classic_time_of(const taken& t) {
  const auto then = std::chrono::system_clock::to_time_t(t.wall);
  std::tm utc{};
  ::gmtime_r(&then, &utc);
  std::array<char, sizeof "Wed Oct 10 20:19:24 +0000 2018"> text{};
  const auto n = std::strftime(text.data(), text.size(), "%a %b %d %H:%M:%S +0000 %Y", &utc);
  return {text.data(), n};
}

/// Account Activity API. It names what is answered, not the post that all of it is below.
std::string classic_tweet(const taken& t, const publication& answered) {
  std::string tweet, mentions = "[]";
  if (!answered.handle.empty()) {
    mentions = R"([{"screen_name":)" + quoted(answered.handle) + R"(,"id_str":)" + quoted(answered.author) +
               R"(,"indices":[0,)" + std::to_string(answered.handle.size() + 1) + "]}]";
  }
  json_object o{tweet};
  o.text("created_at", classic_time_of(t));
  o.text("id_str", t.id);
  o.text("text", t.shown);
  o.raw("display_text_range", own_words_of(t));
  o.boolean("truncated", false);
  o.text_if("in_reply_to_status_id_str", t.recipient);
  o.text_if("in_reply_to_user_id_str", answered.author);
  o.text_if("in_reply_to_screen_name", answered.handle);
  o.raw("user", R"({"id_str":)" + quoted(t.by->platform_id) + R"(,"name":"Us","screen_name":"us"})");
  o.raw("entities", R"({"hashtags":[],"urls":[],"user_mentions":)" + mentions + '}');
  o.text("timestamp_ms", milliseconds_of(t));
  o.end();
  return R"({"for_user_id":)" + quoted(t.by->platform_id) +
         R"(,"user_has_blocked":"false","tweet_create_events":[)" + tweet + "]}";
}

/// X Activity API.
std::string created_post(const taken& t, const publication& answered) {
  std::string post;
  json_object o{post};
  o.text("id", t.id);
  o.text("author_id", t.by->platform_id);
  o.text("conversation_id", t.post.empty() ? t.id : t.post);
  o.text("created_at", rfc3339_of(t));
  o.text("text", t.shown);
  o.raw("display_text_range", own_words_of(t));
  o.text_if("in_reply_to_user_id", answered.author);
  if (!t.recipient.empty())
    o.raw("referenced_tweets", R"([{"type":"replied_to","id":)" + quoted(t.recipient) + "}]");
  o.raw("edit_history_tweet_ids", '[' + quoted(t.id) + ']');
  o.end();
  return R"({"data":{"event_uuid":)" + quoted(t.id) + R"(,"filter":{"user_id":)" + quoted(t.by->platform_id) +
         R"(},"event_type":"post.create","payload":)" + post + "}}";
}

std::vector<std::string> x_bodies(const world& w, const taken& t) {
  if (t.where == edge::message) return x_direct(t);
  const auto answered = published_as(w, t.recipient);
  return {w.x_has_users ? classic_tweet(t, answered) : created_post(t, answered)};
}

// -- LinkedIn

/// Notifications name the comment in the short spelling, and what decorates them in the full one.
std::string admin_comment(const taken& t) {
  const std::string us =
      t.by->platform_id.starts_with("urn:") ? t.by->platform_id : "urn:li:organization:" + t.by->platform_id;
  const auto inside = t.id.find('(') + 1;
  std::string full = t.id;
  if (full.compare(inside, 4, "urn:") != 0) full.insert(inside, "urn:li:");
  std::string one;
  json_object o{one};
  o.raw("notificationId", t.id.substr(t.id.rfind(',') + 1, t.id.size() - t.id.rfind(',') - 2));
  o.text("organizationalEntity", us);
  o.text("action", "ADMIN_COMMENT");
  o.text("sourcePost", t.post);
  o.text("generatedActivity", t.id);
  o.raw("decoratedGeneratedActivity", R"({"comment":{"entity":)" + quoted(full) + R"(,"owner":)" +
                                          quoted(us) + R"(,"text":)" + quoted(t.text) + R"(,"object":)" +
                                          quoted(t.parent.empty() ? t.post : t.parent) + "}}");
  o.raw("lastModifiedAt", milliseconds_of(t));
  o.text("subscriber", "urn:li:person:admin");
  o.end();
  return R"({"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[)" + one + "]}";
}

// -- Bluesky

/// An entry of the log, without its rev, which is where it stands.
word logged_message(const taken& t) {
  std::string message;
  json_object o{message};
  o.text("$type", "chat.bsky.convo.defs#messageView");
  o.text("id", t.id);
  o.text("rev", t.id);
  o.text("text", t.text);
  o.raw("reactions", "[]");
  o.raw("sender", R"({"did":)" + quoted(t.by->platform_id) + '}');
  o.text("sentAt", rfc3339_of(t));
  o.end();
  return {way::chat_log, R"({"$type":"chat.bsky.convo.defs#logCreateMessage","convoId":)" +
                             quoted(t.recipient) + R"(,"message":)" + message + '}'};
}

/// A frame, without the time at which the stream takes it.
word streamed_post(const taken& t) {
  std::string commit;
  json_object o{commit};
  o.text("rev", t.record_key);
  o.text("operation", "create");
  o.text("collection", "app.bsky.feed.post");
  o.text("rkey", t.record_key);
  o.raw("record", t.record);
  o.text("cid", t.record_cid);
  o.end();
  return {way::stream,
          R"({"did":)" + quoted(t.by->platform_id) + R"(,"kind":"commit","commit":)" + commit + '}'};
}

}  // namespace

std::vector<word> words_of(const world& w, const taken& t) {
  switch (t.by->platform) {
    case platform::whatsapp:
      return webhooks(
          {whatsapp_status(t, "sent"), whatsapp_status(t, "delivered"), whatsapp_status(t, "read")});
    case platform::facebook:
    case platform::instagram:
      return webhooks(meta_bodies(w, t));
    case platform::x:
      return webhooks(x_bodies(w, t));
    case platform::linkedin:
      return webhooks({admin_comment(t)});
    case platform::bluesky:
      return {t.where == edge::message ? logged_message(t) : streamed_post(t)};
    case platform::telegram:
      break;
  }
  return {};
}

}  // namespace switchboard::fake_platform
