#include "every_platform.hpp"

#include "actors/wall_clock.hpp"
#include "domain/time.hpp"
#include "setup.hpp"

#include <chrono>
#include <ctime>

namespace switchboard::e2e {

namespace {

using fake_platform::account;

std::string now_text() {
  return domain::to_rfc3339(actors::wall_clock());
}

std::string messenger_text(const account& a, const std::string& customer) {
  const auto ms = std::to_string(std::time(nullptr) * 1000);
  const bool instagram = a.platform == domain::platform::instagram;
  return std::string(R"({"object":")") + (instagram ? "instagram" : "page") + R"(","entry":[{"id":")" +
         a.platform_id + R"(","time":)" + ms + R"(,"messaging":[{"sender":{"id":")" + customer +
         R"("},"recipient":{"id":")" + a.platform_id + R"("},"timestamp":)" + ms +
         R"(,"message":{"mid":"m_in.)" + customer + R"(","text":"hello?"}}]}]})";
}

first_word linkedin_comment(const account& a, const std::string& customer) {
  const auto ms = std::to_string(std::time(nullptr) * 1000);
  const std::string post = "urn:li:share:6" + customer;
  const std::string comment = "urn:li:comment:(urn:li:activity:7" + customer + ",8" + customer + ")";
  return {R"({"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[{"notificationId":)" +
              customer + R"(,"organizationalEntity":")" + a.platform_id +
              R"(","action":"COMMENT","sourcePost":")" + post + R"(","generatedActivity":")" + comment +
              R"(","decoratedGeneratedActivity":{"comment":{"entity":")" + comment +
              R"(","owner":"urn:li:person:p)" + customer + R"(","text":"hello?","object":")" + post +
              R"("}},"lastModifiedAt":)" + ms + R"(,"subscriber":"urn:li:person:admin"}]})",
          comment,
          {.post = post, .author = "urn:li:person:p" + customer}};
}

std::string telegram_message(const std::string& customer) {
  return R"({"update_id":)" + customer + R"(,"message":{"message_id":1,"from":{"id":)" + customer +
         R"(,"is_bot":false,"first_name":"C"},"chat":{"id":)" + customer +
         R"(,"first_name":"C","type":"private"},"date":)" + std::to_string(std::time(nullptr)) +
         R"(,"text":"hello?"}})";
}

std::string x_message(const account& a, const std::string& customer) {
  return R"({"for_user_id":")" + a.platform_id +
         R"(","direct_message_events":[{"type":"message_create","id":"9)" + customer +
         R"(","created_timestamp":")" + std::to_string(std::time(nullptr) * 1000) +
         R"(","message_create":{"target":{"recipient_id":")" + a.platform_id + R"("},"sender_id":")" +
         customer + R"(","message_data":{"text":"hello?"}}}]})";
}

std::string bluesky_message(const std::string& customer) {
  const std::string who = "did:plc:" + customer;
  return R"({"cursor":"c)" + customer +
         R"(","logs":[{"$type":"chat.bsky.convo.defs#logCreateMessage","rev":"2222224)" + customer +
         R"(","convoId":"convo)" + customer +
         R"(","message":{"$type":"chat.bsky.convo.defs#messageView","id":"3m)" + customer +
         R"(","rev":"23m)" + customer + R"(","text":"hello?","sender":{"did":")" + who + R"("},"sentAt":")" +
         now_text() + R"("},"relatedProfiles":[{"did":")" + who + R"("}]}]})";
}

// -- in public

first_word page_comment(const account& a, const std::string& customer) {
  const auto s = std::to_string(std::time(nullptr));
  const std::string post = a.platform_id + "_5" + customer, comment = "5" + customer + "_6" + customer;
  return {R"({"object":"page","entry":[{"id":")" + a.platform_id + R"(","time":)" + s +
              R"(,"changes":[{"field":"feed","value":{"item":"comment","verb":"add","comment_id":")" +
              comment + R"(","post_id":")" + post + R"(","parent_id":")" + post + R"(","from":{"id":")" +
              customer + R"(","name":"C"},"message":"hello?","created_time":)" + s + "}}]}]}",
          comment,
          {.post = post, .author = customer}};
}

first_word instagram_comment(const account& a, const std::string& customer) {
  const std::string media = "18" + customer, comment = "17" + customer;
  return {R"({"object":"instagram","entry":[{"id":")" + a.platform_id + R"(","time":)" +
              std::to_string(std::time(nullptr)) + R"(,"changes":[{"field":"comments","value":{"id":")" +
              comment + R"(","text":"hello?","from":{"id":")" + customer + R"(","username":"c)" + customer +
              R"("},"media":{"id":")" + media + R"(","media_product_type":"FEED"}}}]}]})",
          comment,
          {.post = media, .author = customer}};
}

first_word x_mention(const account& a, const std::string& customer) {
  const std::string id = "1" + customer;
  return {R"({"for_user_id":")" + a.platform_id +
              R"(","user_has_blocked":"false","tweet_create_events":[{"id_str":")" + id +
              R"(","text":"@us hello?","user":{"id_str":")" + customer + R"(","screen_name":"c)" + customer +
              R"("},"entities":{"user_mentions":[{"id_str":")" + a.platform_id +
              R"(","screen_name":"us","indices":[0,3]}]},"timestamp_ms":")" +
              std::to_string(std::time(nullptr) * 1000) + R"("}]})",
          id,
          {.post = id, .author = customer, .handle = "c" + customer}};
}

first_word bluesky_mention(const account& a, const std::string& customer) {
  const std::string who = "did:plc:" + customer, key = "3p" + customer;
  const std::string uri = "at://" + who + "/app.bsky.feed.post/" + key;
  return {
      R"({"accounts":[")" + a.platform_id + R"("],"payload":{"did":")" + who + R"(","time_us":)" +
          std::to_string(std::time(nullptr) * 1'000'000) + R"(,"kind":"commit","commit":{"rev":"3r)" +
          customer + R"(","operation":"create","collection":"app.bsky.feed.post","rkey":")" + key +
          R"(","cid":"bafyin)" + customer + R"(","record":{"$type":"app.bsky.feed.post","createdAt":")" +
          now_text() +
          R"(","text":"@us hello?","facets":[{"index":{"byteStart":0,"byteEnd":3},"features":[{"$type":)" +
          R"("app.bsky.richtext.facet#mention","did":")" + a.platform_id + R"("}]}]}}}})",
      uri,
      {.post = uri, .author = who}};
}

}  // namespace

std::vector<account> an_account_of_each() {
  using domain::platform;
  const auto one = [](const char* id, platform which, const char* platform_id, const char* token,
                      const char* source) {
    return account{
        .id = id, .platform = which, .platform_id = platform_id, .access_token = token, .source = source};
  };
  return {one("day-whatsapp", platform::whatsapp, "777001", "t-1", "meta"),
          one("day-page", platform::facebook, "777002", "t-2", "meta"),
          one("day-instagram", platform::instagram, "777003", "t-3", "meta"),
          one("day-linkedin", platform::linkedin, "urn:li:organization:777004", "t-4", "linkedin"),
          one("day-telegram", platform::telegram, "777005", "777005:t-5", "telegram-day"),
          one("day-bluesky", platform::bluesky, "did:plc:day2kq7a5cbsq2mtnhxuz4fa", "t-6", "bluesky-day"),
          one("day-x", platform::x, "777007", "t-7", "x")};
}

std::vector<config::source_settings> their_sources() {
  using config::source_kind;
  const auto one = [](const char* id, source_kind kind, const char* secret) {
    config::source_settings s;
    s.id = {id};
    s.kind = kind;
    s.secrets = {secret};
    return s;
  };
  return {one("meta", source_kind::meta, "demo-secret"), one("x", source_kind::x, "demo-x-secret"),
          one("linkedin", source_kind::linkedin, "demo-linkedin-secret"),
          one("bluesky-day", source_kind::bluesky, "demo-bluesky-secret")};
}

std::string toml_of(const std::vector<account>& accounts, const fake_platform::platform& at) {
  std::string more;
  for (const auto& a : accounts) {
    // Neither Telegram's updates nor Bluesky's chats say whose account they are for.
    if (a.source.ends_with("-day")) {
      const auto kind = a.source.substr(0, a.source.find('-'));
      more += "\n[[source]]\nid = \"" + a.source + "\"\nkind = \"" + kind + "\"\nsecrets = [\"demo-" + kind +
              "-secret\"]\n";
      if (kind == "bluesky") more += "jetstream_url = \"" + at.stream_url() + "\"\n";
    }
    more += '\n' + account_toml(a.id, "acme", a.source, domain::to_word(a.platform), a.platform_id) +
            "access_token = \"" + a.access_token + "\"\napi_url = \"" + at.url() + "\"\n";
  }
  return more;
}

first_word first_word_of(const account& to, const std::string& customer, bool in_public) {
  switch (to.platform) {
    case domain::platform::whatsapp:
      return {whatsapp_text(to.platform_id, customer, "wamid.in." + customer, "hello?",
                            static_cast<std::uint64_t>(std::time(nullptr)))};
    case domain::platform::linkedin:
      return linkedin_comment(to, customer);
    case domain::platform::telegram:
      return {telegram_message(customer)};
    case domain::platform::x:
      return in_public ? x_mention(to, customer) : first_word{x_message(to, customer)};
    case domain::platform::bluesky:
      return in_public ? bluesky_mention(to, customer) : first_word{bluesky_message(customer)};
    case domain::platform::facebook:
      return in_public ? page_comment(to, customer) : first_word{messenger_text(to, customer)};
    case domain::platform::instagram:
      return in_public ? instagram_comment(to, customer) : first_word{messenger_text(to, customer)};
  }
  return {};
}

}  // namespace switchboard::e2e
