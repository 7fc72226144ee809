// Telegram's updates that are no message, documents that are no update, and what holds for any bytes.

#include "telegram_bodies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchboard::net::platforms {
namespace {

using namespace testing;
using domain::content_type;
using domain::inbound_kind;
using domain::sender_type;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string reaction(std::string_view before, std::string_view after,
                     std::string_view chat = R"({"id":-1009,"type":"supergroup"})") {
  std::string r = R"({"message_id":35,"date":1767225600,"user":{"id":4100,"first_name":"Ada"},"chat":)";
  ((((r += chat) += R"(,"old_reaction":[)") += before) += R"(],"new_reaction":[)") += after;
  return update("message_reaction", r += "]}");
}
constexpr std::string_view heart = R"({"type":"emoji","emoji":"H"})";
constexpr std::string_view thumb = R"({"type":"emoji","emoji":"T"})";
constexpr std::string_view custom = R"({"type":"custom_emoji","custom_emoji_id":"5368"})";
constexpr std::string_view paid = R"({"type":"paid"})";

std::vector<std::string> changes(const domain::unpacked_body& out) {
  std::vector<std::string> all;
  for (const auto& e : out.events) {
    EXPECT_EQ(e.platform_message_id, "-1009:35");
    EXPECT_EQ(e.sender_id, "4100");
    all.push_back((e.kind == inbound_kind::reaction_added ? "+" : "-") + e.reaction_emoji);
  }
  return all;
}

// Trap 23: the target's id is reused, so that each change needs a version of its own.
TEST(telegram_event, reactions_are_the_difference) {
  const auto two = [](std::string_view a, std::string_view b) { return (std::string{a} += ',') += b; };
  EXPECT_THAT(changes(normalise(reaction("", heart))), ElementsAre("+H"));
  EXPECT_THAT(changes(normalise(reaction(heart, ""))), ElementsAre("-H"));
  EXPECT_THAT(changes(normalise(reaction(heart, thumb))), ElementsAre("-H", "+T"));
  EXPECT_THAT(changes(normalise(reaction(heart, two(heart, custom)))), ElementsAre("+custom:5368"));
  EXPECT_THAT(changes(normalise(reaction(two(heart, thumb), paid))), ElementsAre("-H", "-T", "+paid"));
  const auto out = normalise(reaction("", two(heart, thumb)));
  ASSERT_EQ(out.events.size(), 2U);
  EXPECT_NE(out.events[0].version, out.events[1].version);
  EXPECT_EQ(out.events[0].version, "4100:500:H");
  EXPECT_EQ(out.events[0].thread_parent, "-1009:35");  // which topic isn't said
  EXPECT_EQ(rejection(normalise(reaction(heart, heart))), "empty");
}

TEST(telegram_event, a_reaction_in_private_needs_no_parent) {
  const auto e = only(normalise(reaction("", heart, R"({"id":4100,"first_name":"Ada","type":"private"})")));
  EXPECT_EQ(e.thread_key, "4100");
  EXPECT_EQ(e.thread_parent, "");
  EXPECT_EQ(e.customer_name, "Ada");
}

TEST(telegram_event, a_pressed_button_is_a_message) {
  const auto e = only(normalise(update(
      "callback_query",
      R"({"id":"9007199254740993123","from":{"id":4100,"first_name":"Ada"},"message":{"message_id":9,"date":1,"chat":{"id":4100,"first_name":"Ada","type":"private"}},"chat_instance":"-77","data":"buy:1"})")));
  EXPECT_EQ(e.platform_message_id, "cb:9007199254740993123");
  EXPECT_EQ(e.content_type, content_type::interactive);
  EXPECT_EQ(e.content, "buy:1");
  EXPECT_EQ(e.thread_key, "4100");
  EXPECT_EQ(e.reply_to, "4100:9");
  EXPECT_EQ(e.at, received_at);  // when it was pressed isn't told
  EXPECT_EQ(
      e.payload,
      R"({"callbackQuery":{"id":"9007199254740993123","data":"buy:1","messageId":"9","chatInstance":"-77"}})");
  const auto inline_button = only(normalise(update(
      "callback_query",
      R"({"id":"2","from":{"id":4100,"first_name":"Ada"},"inline_message_id":"im","chat_instance":"1","game_short_name":"go"})")));
  EXPECT_EQ(inline_button.thread_key, "4100");
  EXPECT_EQ(inline_button.customer_name, "Ada");
  EXPECT_EQ(inline_button.content, "go");
  const auto group = only(normalise(update(
      "callback_query",
      R"({"id":"3","from":{"id":4100},"message":{"message_id":9,"date":0,"is_topic_message":true,"message_thread_id":6,"chat":{"id":-5,"type":"supergroup"}},"data":"x"})")));
  EXPECT_EQ(group.thread_key, "-5/t6");
  EXPECT_EQ(group.customer_platform_id, "4100");
  EXPECT_EQ(rejection(normalise(update("callback_query", R"({"from":{"id":1}})"))), "malformed");
  EXPECT_EQ(rejection(normalise(update("callback_query", R"({"id":"1"})"))), "malformed");
}

TEST(telegram_event, blocking_the_bot_is_told) {
  const auto member = [](std::string_view type, std::string_view status) {
    std::string m = R"({"date":1767225600,"from":{"id":4100},"chat":{"id":4100,"first_name":"Ada","type":")";
    ((m += type) += R"("},"old_chat_member":{"status":"member"},"new_chat_member":{"status":")") += status;
    return only(normalise(update("my_chat_member", m += "\"}}")));
  };
  const auto blocked = member("private", "kicked");
  EXPECT_EQ(blocked.content, "The customer blocked the bot");
  EXPECT_EQ(blocked.sender, sender_type::system);
  EXPECT_EQ(blocked.platform_message_id, "upd:500");
  EXPECT_EQ(blocked.at, seconds(1767225600));
  EXPECT_EQ(member("private", "member").content, "The customer unblocked the bot");
  EXPECT_EQ(member("supergroup", "administrator").content,
            "The bot's place in the chat is now: administrator");
}

struct shown_case {
  std::string_view kind;
  std::string_view what;
  std::string_view thread;
  std::string_view customer;
};
class telegram_shown : public ::testing::TestWithParam<shown_case> {};
TEST_P(telegram_shown, in_the_thread_of_whoever_it_names) {
  const auto& c = GetParam();
  const auto e = only(normalise(update(c.kind, c.what)));
  EXPECT_EQ(e.kind, inbound_kind::message);
  EXPECT_EQ(e.sender, sender_type::system);
  EXPECT_EQ(e.thread_key, c.thread);
  EXPECT_EQ(e.customer_platform_id, c.customer);
  EXPECT_EQ(e.platform_message_id, "upd:500");
  EXPECT_EQ(e.content_type == content_type::unsupported, e.content.empty());
  EXPECT_THAT(e.payload, HasSubstr((std::string{R"({"kind":")"} += c.kind) += R"(","update":{)"));
}
INSTANTIATE_TEST_SUITE_P(
    kinds, telegram_shown,
    ::testing::Values(
        shown_case{"inline_query", R"({"id":"1","from":{"id":4100},"query":"q"})", "4100", "4100"},
        shown_case{"chosen_inline_result", R"({"result_id":"1","from":{"id":4100}})", "4100", "4100"},
        shown_case{"shipping_query", R"({"id":"1","from":{"id":4100}})", "4100", "4100"},
        shown_case{"pre_checkout_query", R"({"id":"1","from":{"id":4100}})", "4100", "4100"},
        shown_case{"purchased_paid_media", R"({"from":{"id":4100}})", "4100", "4100"},
        shown_case{"poll_answer", R"({"poll_id":"1","user":{"id":4100},"option_ids":[0]})", "4100", "4100"},
        shown_case{"poll_answer", R"({"poll_id":"1","voter_chat":{"id":-9}})", "-9", "-9"},
        shown_case{"message_reaction_count", R"({"chat":{"id":-9,"type":"channel"},"message_id":1})", "-9",
                   "-9"},
        shown_case{"business_connection", R"({"id":"b","user":{"id":8},"user_chat_id":8,"is_enabled":true})",
                   "8", "8"},
        shown_case{
            "chat_member",
            R"({"chat":{"id":-9,"type":"group"},"from":{"id":3},"new_chat_member":{"status":"left","user":{"id":4}}})",
            "-9", "3"},
        shown_case{"chat_join_request",
                   R"({"chat":{"id":-9,"type":"group"},"from":{"id":3,"first_name":"Bo"}})", "-9", "3"},
        shown_case{"chat_boost", R"({"chat":{"id":-9,"type":"channel"},"boost":{}})", "-9", "-9"},
        shown_case{"invented_tomorrow", R"({"from":{"id":4100},"x":1})", "4100", "4100"}));

// Trap 13: an unknown kind must not block the queue, nor vanish.
TEST(telegram_event, what_names_nobody_is_a_dead_letter) {
  EXPECT_EQ(rejection(normalise(update("poll", R"({"id":"1","question":"q"})"))), "unsupported");
  EXPECT_EQ(rejection(normalise(update("new/kind~", R"({"x":1})"))), "unsupported");
  EXPECT_EQ(rejection(normalise(update("new_kind", "7"))), "malformed");
  EXPECT_EQ(rejection(normalise(R"({"update_id":1})")), "empty");
  const std::string body = update("poll", "{}");
  EXPECT_EQ(normalise(body).rejected[0].raw, body);
  EXPECT_EQ(normalise(body).rejected[0].account_platform_id, bot);
}

TEST(telegram_event, two_kinds_in_one_update_are_both_kept) {
  const auto out = normalise(
      R"({"update_id":5,"inline_query":{"from":{"id":1}},"shipping_query":{"from":{"id":1}},"z":1})");
  ASSERT_EQ(out.events.size(), 2U);
  EXPECT_NE(out.events[0].platform_message_id, out.events[1].platform_message_id);
  EXPECT_EQ(out.rejected.size(), 1U);
}

// H89-H104
TEST(telegram_event, a_document_that_is_no_update_is_rejected_whole) {
  const auto text = [](std::string_view value) {
    std::string rest = R"("text":)";
    return update("message", private_message(rest += value));
  };
  const std::pair<std::string, std::string_view> cases[] = {
      {text("\"\xff\""), "invalid-json"},
      {text("\"\xc0\xaf\""), "invalid-json"},
      {text("\"\xed\xa0\x80\""), "invalid-json"},
      {"\xef\xbb\xbf" + text("\"x\""), "invalid-json"},
      {text(R"("\ud800")"), "invalid-json"},
      {text("\"\n\""), "invalid-json"},
      {text("1e400"), "invalid-json"},
      {text("18446744073709551616"), "invalid-json"},
      {text("\"x\",\"unread\":tru"), "invalid-json"},
      {text("\"x\",") + "}", "invalid-json"},
      {text("\"x\"") + "{}", "invalid-json"},
      {text("\"x\"").substr(0, 60), "invalid-json"},
      {"", "invalid-json"},
      {"[]", "malformed"},
      {"null", "malformed"},
      {"7", "malformed"},
      {"{}", "malformed"},
      {private_message(R"("text":"no update around it")"), "malformed"},
      {text(std::string(100, '[') + std::string(100, ']')), "too-deep"},
      {R"({"update_id":1,"update_id":2,"message":{}})", "duplicate-field"},
  };
  for (const auto& [body, reason] : cases) {
    const auto out = telegram_functions().normalise(body, bot, {}, received_at);
    ASSERT_EQ(out.rejected.size(), 1U) << body;
    EXPECT_EQ(out.events.size(), 0U);
    EXPECT_EQ(out.rejected[0].reason, reason) << body;
    EXPECT_EQ(out.rejected[0].raw, body);
  }
}

// H96
TEST(telegram_event, doubled_members_are_rejected) {
  for (const char* rest : {R"("text":"a","text":"b")", R"("message_id":18,"text":"a")"}) {
    EXPECT_EQ(rejection(normalise(update("message", private_message(rest)))), "duplicate-field") << rest;
  }
  for (
      const char* m :
      {R"({"message_id":1,"chat":{"id":1,"id":2},"text":"a"})",
       R"({"message_id":1,"chat":{"id":1},"from":{"id":1,"id":2},"text":"a"})",
       R"({"message_id":1,"chat":{"id":1},"reply_to_message":{"message_id":1,"message_id":2},"text":"a"})"}) {
    EXPECT_EQ(rejection(normalise(update("message", m))), "duplicate-field") << m;
  }
  EXPECT_EQ(rejection(normalise(update("callback_query", R"({"id":"1","id":"2","from":{"id":1}})"))),
            "duplicate-field");
}

// H97-H99, trap 17
TEST(telegram_event, chat_ids_are_exact) {
  const auto key = [](std::string_view id) {
    std::string m = R"({"message_id":1,"date":1,"text":"x","chat":{"type":"group","id":)";
    return normalise(update("message", (m += id) += "}}"));
  };
  EXPECT_EQ(only(key("9007199254740993")).thread_key, "9007199254740993");
  EXPECT_EQ(only(key("-9223372036854775808")).thread_key, "-9223372036854775808");
  EXPECT_EQ(only(key("18446744073709551615")).thread_key, "18446744073709551615");
  EXPECT_EQ(only(key("\"-100\"")).thread_key, only(key("-100")).thread_key);
  for (const char* bad : {"1e3", "1.5", "null", "{}", "true", "\"\""}) {
    EXPECT_EQ(rejection(key(bad)), "malformed") << bad;
  }
}

TEST(telegram_event, too_many_deletions_are_refused_as_a_whole) {
  std::string ids;
  for (int i = 0; i < 50; ++i) ids += (i ? "," : "") + std::to_string(i);
  const std::string body = update("deleted_business_messages",
                                  R"({"chat":{"id":1,"type":"private"},"message_ids":[)" + ids + "]}");
  const auto out =
      telegram_functions().normalise(body, bot, {.depth_max = 64, .events_max = 49}, received_at);
  EXPECT_EQ(out.events.size(), 0U);
  ASSERT_EQ(out.rejected.size(), 1U);
  EXPECT_EQ(out.rejected[0].reason, "too-many-events");
  EXPECT_EQ(telegram_functions()
                .normalise(body, bot, {.depth_max = 64, .events_max = 50}, received_at)
                .events.size(),
            50U);
}

TEST(telegram_event, mutated_updates_never_vanish_and_give_the_same_twice) {
  const std::string seeds[] = {
      update("message",
             private_message(R"("text":"h\u00e9","entities":[{"offset":0,"length":1,"type":"bold"}])")),
      update("message",
             group_message(R"("photo":[{"file_id":"a"}],"is_topic_message":true,"message_thread_id":3)")),
      update("message", group_message(R"("new_chat_members":[{"id":1,"first_name":"B"}])")),
      update("edited_message", private_message(R"("edit_date":5,"text":"x")")),
      update("deleted_business_messages", R"({"chat":{"id":1,"type":"private"},"message_ids":[1,2,3]})"),
      update("callback_query",
             R"({"id":"1","from":{"id":4},"message":{"message_id":1,"chat":{"id":4}},"data":"d"})"),
      update("my_chat_member", R"({"chat":{"id":1,"type":"private"},"new_chat_member":{"status":"kicked"}})"),
      update("poll_answer", R"({"user":{"id":4},"option_ids":[]})"),
      reaction(heart, custom)};
  std::mt19937_64 random{118};
  for (int round = 0; round < 20'000; ++round) {
    const std::string body = mutated(seeds[random() % std::size(seeds)], random);
    const auto out = normalise(body);
    if (round % 16 == 0) {
      EXPECT_EQ(described(out), described(normalise(body)));
    }
    if (HasFailure()) FAIL() << body;
  }
}

// Two threads never share a key: over random chats, topics and connections, equal keys mean equal places.
TEST(telegram_event, thread_keys_are_injective) {
  std::mt19937_64 random{3};
  std::map<std::string, std::string> places;
  for (int i = 0; i < 5000; ++i) {
    const std::string chat = std::to_string(static_cast<int>(random() % 30) - 15);
    std::string rest;
    if (random() % 2)
      rest += R"("is_topic_message":true,"message_thread_id":)" + std::to_string(random() % 20) + ",";
    if (random() % 2) rest += R"("business_connection_id":"b)" + std::to_string(random() % 20) + "\",";
    const auto e = only(
        normalise(update("message", R"({"message_id":1,"date":1,)" + rest + R"("text":"x","chat":{"id":)" +
                                        chat + R"(,"type":"supergroup"}})")));
    const auto [at, added] = places.emplace(e.thread_key, chat + rest);
    EXPECT_EQ(at->second, chat + rest);
  }
}

TEST(telegram_event, the_corpus_gives_events_and_nothing_is_lost) {
  const auto files = corpus("telegram");
  if (files.empty()) GTEST_SKIP() << "no corpus beside this source tree";
  for (const auto& file : files) {
    SCOPED_TRACE(file.filename().string());
    std::string body = contents(file);
    // Some are recorded without the update around them.
    if (body.find("\"update_id\"") == std::string::npos) body = update("message", body, "1");
    const auto out = normalise(body);
    EXPECT_EQ(described(out), described(normalise(body)));
    EXPECT_TRUE(out.rejected.empty() || out.rejected[0].reason == "unsupported") << described(out);
  }
}

}  // namespace
}  // namespace switchboard::net::platforms
