#include "cli/first_words.hpp"

#include "domain/json.hpp"

#include <chrono>

namespace switchboard::cli {

namespace {

using config::account_settings;
using domain::platform;

std::string quoted(std::string_view text) {
  std::string out;
  domain::append_json_string(out, text);
  return out;
}

std::string seconds(const first_word& w) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(w.at).time_since_epoch().count());
}
std::string milliseconds_of(const first_word& w) {
  return std::to_string(std::chrono::floor<std::chrono::milliseconds>(w.at).time_since_epoch().count());
}

std::string first_of(const std::string& name) {
  return name.substr(0, name.find(' '));
}
std::string rest_of(const std::string& name) {
  const auto space = name.find(' ');
  return space == std::string::npos ? std::string() : name.substr(space + 1);
}

std::string whatsapp(const account_settings& to, const first_word& w) {
  return R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{)"
         R"("messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":)" +
         quoted(to.platform_id) + R"(},"contacts":[{"profile":{"name":)" + quoted(w.name) + R"(},"wa_id":")" +
         w.customer + R"("}],"messages":[{"from":")" + w.customer + R"(","id":"wamid.)" + w.customer +
         R"(","timestamp":")" + seconds(w) + R"(","type":"text","text":{"body":)" + quoted(w.text) +
         "}}]}}]}]}";
}

/// Messenger's, and Instagram's.
std::string direct_message(const account_settings& to, const first_word& w, std::string_view object) {
  return R"({"object":")" + std::string(object) + R"(","entry":[{"id":)" + quoted(to.platform_id) +
         R"(,"time":)" + milliseconds_of(w) + R"(,"messaging":[{"sender":{"id":")" + w.customer +
         R"("},"recipient":{"id":)" + quoted(to.platform_id) + R"(},"timestamp":)" + milliseconds_of(w) +
         R"(,"message":{"mid":"m_)" + w.customer + R"(","text":)" + quoted(w.text) + "}}]}]}";
}

std::string page_comment(const account_settings& to, const first_word& w) {
  const std::string post = to.platform_id + "_4" + w.customer;
  return R"({"object":"page","entry":[{"id":)" + quoted(to.platform_id) + R"(,"time":)" + seconds(w) +
         R"(,"changes":[{"field":"feed","value":{"item":"comment","verb":"add","comment_id":"4)" +
         w.customer + "_7" + w.customer + R"(","post_id":")" + post + R"(","parent_id":")" + post +
         R"(","from":{"id":")" + w.customer + R"(","name":)" + quoted(w.name) + R"(},"message":)" +
         quoted(w.text) + R"(,"created_time":)" + seconds(w) + "}}]}]}";
}

std::string instagram_comment(const account_settings& to, const first_word& w) {
  return R"({"object":"instagram","entry":[{"id":)" + quoted(to.platform_id) + R"(,"time":)" + seconds(w) +
         R"(,"changes":[{"field":"comments","value":{"id":"17)" + w.customer + R"(","text":)" +
         quoted(w.text) + R"(,"from":{"id":")" + w.customer + R"(","username":)" + quoted(w.name) +
         R"(},"media":{"id":"18)" + w.customer + R"(","media_product_type":"FEED"}}}]}]})";
}

std::string x_user(const first_word& w) {
  return R"({"id":")" + w.customer + R"(","name":)" + quoted(w.name) + R"(,"screen_name":"c)" + w.customer +
         R"("})";
}

std::string x_message(const account_settings& to, const first_word& w) {
  return R"({"for_user_id":)" + quoted(to.platform_id) +
         R"(,"direct_message_events":[{"type":"message_create","id":"9)" + w.customer +
         R"(","created_timestamp":")" + milliseconds_of(w) +
         R"(","message_create":{"target":{"recipient_id":)" + quoted(to.platform_id) + R"(},"sender_id":")" +
         w.customer + R"(","message_data":{"text":)" + quoted(w.text) + R"(}}}],"users":{")" + w.customer +
         R"(":)" + x_user(w) + "}}";
}

std::string x_mention(const account_settings& to, const first_word& w) {
  return R"({"for_user_id":)" + quoted(to.platform_id) +
         R"(,"user_has_blocked":"false","tweet_create_events":[{"id_str":"1)" + w.customer + R"(","text":)" +
         quoted("@us " + w.text) + R"(,"user":{"id_str":")" + w.customer + R"(","name":)" + quoted(w.name) +
         R"(,"screen_name":"c)" + w.customer + R"("},"entities":{"user_mentions":[{"id_str":)" +
         quoted(to.platform_id) + R"(,"screen_name":"us","indices":[0,3]}]},"timestamp_ms":")" +
         milliseconds_of(w) + R"("}]})";
}

std::string linkedin_comment(const account_settings& to, const first_word& w) {
  const std::string post = "urn:li:activity:7" + w.customer;
  const std::string comment = "urn:li:comment:(" + post + ",8" + w.customer + ")";
  return R"({"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[{"notificationId":)" +
         w.customer + R"(,"organizationalEntity":)" + quoted(to.platform_id) +
         R"(,"action":"COMMENT","sourcePost":")" + post + R"(","generatedActivity":")" + comment +
         R"(","decoratedGeneratedActivity":{"comment":{"entity":")" + comment + R"(","owner":")" +
         customer_platform_id(platform::linkedin, w.customer) + R"(","text":)" + quoted(w.text) +
         R"(,"object":")" + post + R"("}},"lastModifiedAt":)" + milliseconds_of(w) +
         R"(,"subscriber":"urn:li:person:admin"}]})";
}

std::string telegram_message(const first_word& w) {
  const std::string who = R"({"id":)" + w.customer + R"(,"first_name":)" + quoted(first_of(w.name)) +
                          R"(,"last_name":)" + quoted(rest_of(w.name));
  return R"({"update_id":)" + w.customer + R"(,"message":{"message_id":1,"from":)" + who +
         R"(,"is_bot":false},"chat":)" + who + R"(,"type":"private"},"date":)" + seconds(w) + R"(,"text":)" +
         quoted(w.text) + "}}";
}

std::string bluesky_message(const first_word& w) {
  const std::string who = customer_platform_id(platform::bluesky, w.customer);
  return R"({"cursor":"c)" + w.customer +
         R"(","logs":[{"$type":"chat.bsky.convo.defs#logCreateMessage","rev":"2222224)" + w.customer +
         R"(","convoId":"convo)" + w.customer +
         R"(","message":{"$type":"chat.bsky.convo.defs#messageView","id":"3m)" + w.customer +
         R"(","rev":"23m)" + w.customer + R"(","text":)" + quoted(w.text) + R"(,"sender":{"did":")" + who +
         R"("},"sentAt":")" + domain::to_rfc3339(w.at) + R"("},"relatedProfiles":[{"did":")" + who +
         R"(","handle":"c)" + w.customer + R"(.example.com","displayName":)" + quoted(w.name) + "}]}]}";
}

std::string bluesky_mention(const account_settings& to, const first_word& w) {
  const std::string who = customer_platform_id(platform::bluesky, w.customer);
  return R"({"accounts":[)" + quoted(to.platform_id) + R"(],"payload":{"did":")" + who + R"(","time_us":)" +
         std::to_string(w.at.time_since_epoch().count()) + R"(,"kind":"commit","commit":{"rev":"3r)" +
         w.customer + R"(","operation":"create","collection":"app.bsky.feed.post","rkey":"3p)" + w.customer +
         R"(","cid":"bafyin)" + w.customer + R"(","record":{"$type":"app.bsky.feed.post","createdAt":")" +
         domain::to_rfc3339(w.at) + R"(","text":)" + quoted("@us " + w.text) +
         R"(,"facets":[{"index":{"byteStart":0,"byteEnd":3},"features":[{"$type":)"
         R"("app.bsky.richtext.facet#mention","did":)" +
         quoted(to.platform_id) + "}]}]}}}}";
}

}  // namespace

std::string customer_platform_id(platform on, std::string_view customer) {
  if (on == platform::linkedin) return "urn:li:person:p" + std::string(customer);
  if (on == platform::bluesky) return "did:plc:" + std::string(customer);
  return std::string(customer);
}

std::string first_word_body(const account_settings& to, const first_word& w) {
  switch (to.platform) {
    case platform::whatsapp:
      return whatsapp(to, w);
    case platform::facebook:
      return w.in_public ? page_comment(to, w) : direct_message(to, w, "page");
    case platform::instagram:
      return w.in_public ? instagram_comment(to, w) : direct_message(to, w, "instagram");
    case platform::x:
      return w.in_public ? x_mention(to, w) : x_message(to, w);
    case platform::linkedin:
      return linkedin_comment(to, w);
    case platform::telegram:
      return telegram_message(w);
    case platform::bluesky:
      return w.in_public ? bluesky_mention(to, w) : bluesky_message(w);
  }
  return {};
}

}  // namespace switchboard::cli
