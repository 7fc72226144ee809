// X's posts: mentions, replies, quotes and retweets in both spellings, what is ours, deletions and likes; and how they
// become threads.

#include "x_bodies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchboard::net::platforms {
namespace {

using namespace testing;
using domain::content_type;
using domain::direction;
using domain::inbound_kind;
using domain::thread_kind;
using ::testing::HasSubstr;

domain::inbound_event classic(std::string_view id, std::string_view author, std::string_view rest,
                              std::string_view more = {}) {
  return only(normalise_x(activity("tweet_create_events", tweet(id, author, rest), more)));
}
domain::inbound_event v2(std::string_view type, std::string_view id, std::string_view author,
                         std::string_view rest) {
  return only(normalise_x(envelope_x(type, post(id, author, rest), includes_x)));
}

TEST(x_post, a_mention_is_a_thread_of_its_own) {
  const auto old = classic("900000000000000001", "7", R"("text":"hey @acme")");
  EXPECT_EQ(old.kind, inbound_kind::message);
  EXPECT_EQ(old.thread, thread_kind::mention);
  EXPECT_EQ(old.platform_message_id, "900000000000000001");  // trap 18: id is 1
  EXPECT_EQ(old.customer_platform_id, "7");
  EXPECT_EQ(old.customer_name, "Ada");
  EXPECT_EQ(old.customer_handle, "ada");
  EXPECT_EQ(old.thread_key, "900000000000000001/7");
  EXPECT_EQ(old.thread_parent, "");
  EXPECT_EQ(old.post_id, "900000000000000001");
  EXPECT_EQ(old.post_url, "https://x.com/i/status/900000000000000001");
  EXPECT_EQ(old.content, "hey @acme");
  EXPECT_EQ(old.at, seconds(1'539'202'764));  // Wed Oct 10 20:19:24 +0000 2018
  const auto now = v2("post.mention.create", "900000000000000001", "7",
                      R"("conversation_id":"900000000000000001","text":"hey @acme")");
  EXPECT_EQ(now.thread, thread_kind::mention);
  EXPECT_EQ(now.thread_key, old.thread_key);
  EXPECT_EQ(now.platform_message_id, old.platform_message_id) << "copies of both generations are one";
  EXPECT_EQ(now.version, old.version);
  EXPECT_EQ(now.customer_handle, "ada");
  EXPECT_EQ(now.customer_avatar_url, "https://p/a.jpg");
  EXPECT_EQ(domain::to_rfc3339(now.at), "2026-07-24T21:23:23.000Z");
}

TEST(x_post, a_reply_lies_below_the_post) {
  const auto old = classic(
      "3", "7",
      R"("text":"@acme why?","in_reply_to_status_id":1,"in_reply_to_status_id_str":"900","in_reply_to_user_id_str":"42")");
  EXPECT_EQ(old.thread, thread_kind::comment);
  EXPECT_EQ(old.thread_key, "900/7");
  EXPECT_EQ(old.reply_to, "900");
  EXPECT_EQ(old.thread_parent, "900");
  EXPECT_TRUE(old.parent_if_same_customer);
  EXPECT_EQ(old.post_id, "900");
  const auto now = v2(
      "post.reply.create", "3", "7",
      R"("conversation_id":"900","in_reply_to_user_id":"42","referenced_tweets":[{"type":"replied_to","id":"900"}],"text":"@acme why?")");
  EXPECT_EQ(now.thread, thread_kind::comment);
  EXPECT_EQ(now.thread_key, old.thread_key);
  EXPECT_EQ(now.reply_to, "900");
  // Deeper: the root is told by the newer one only.
  const auto deeper = v2(
      "post.reply.create", "5", "7",
      R"("conversation_id":"900","referenced_tweets":[{"type":"quoted","id":"1"},{"type":"replied_to","id":"4"}],"text":"ok")");
  EXPECT_EQ(deeper.thread_key, "900/7");
  EXPECT_EQ(deeper.reply_to, "4");
  EXPECT_EQ(deeper.thread_parent, "900");
  EXPECT_EQ(v2("post.mention.create", "6", "7", R"("conversation_id":"900","text":"t")").thread,
            thread_kind::comment)
      << "a mention within a conversation";
}

TEST(x_post, two_customers_below_one_post_are_two_threads) {
  const auto one = classic("3", "7", R"("text":"a","in_reply_to_status_id_str":"900")");
  const auto two = classic("4", "8", R"("text":"b","in_reply_to_status_id_str":"900")");
  EXPECT_NE(one.thread_key, two.thread_key);
}

TEST(x_post, our_own_is_outbound) {  // trap 21
  const auto answer =
      classic("5", "42", R"("text":"@ada so","in_reply_to_status_id_str":"3","in_reply_to_user_id_str":"7")");
  EXPECT_EQ(answer.direction, direction::outbound);
  EXPECT_EQ(answer.sender_id, us);
  EXPECT_EQ(answer.customer_platform_id, "7") << "whom we answer";
  EXPECT_EQ(answer.customer_name, "") << "the author's name is ours";
  EXPECT_EQ(answer.thread_parent, "3");
  EXPECT_EQ(answer.thread_key, "3/7");
  const auto v2_answer = v2(
      "post.create", "5", "42",
      R"("conversation_id":"1","in_reply_to_user_id":"7","referenced_tweets":[{"type":"replied_to","id":"3"}],"text":"so")");
  EXPECT_EQ(v2_answer.direction, direction::outbound);
  EXPECT_EQ(v2_answer.thread_key, "1/7");
  EXPECT_EQ(v2_answer.thread_parent, "3");
  EXPECT_EQ(v2_answer.customer_name, "Ada");
  const auto alone = classic("6", "42", R"("text":"news")");
  EXPECT_EQ(alone.direction, direction::outbound);
  EXPECT_EQ(alone.customer_platform_id, "");
  EXPECT_EQ(alone.thread_parent, "");
  EXPECT_EQ(alone.thread_key, "6/");
  const auto more =
      classic("7", "42", R"("text":"2/2","in_reply_to_status_id_str":"6","in_reply_to_user_id_str":"42")");
  EXPECT_EQ(more.customer_platform_id, "");
  EXPECT_EQ(more.thread_parent, "6");
  EXPECT_FALSE(more.parent_if_same_customer);
}

TEST(x_post, our_own_words_come_back_as_they_were_written) {
  constexpr const char* shown =
      R"("text":"@ada @bob see https://t.co/a &amp; ask: 1 &lt; 2 &gt; 0 &amp;lt; https://t.co/m","display_text_range":[10,60],)";
  constexpr const char* written = "see https://example.com/a?b=1&c=2 & ask: 1 < 2 > 0 &lt;";
  const auto old = classic(
      "3", us,
      joined(
          {shown,
           R"("in_reply_to_status_id_str":"900","in_reply_to_user_id_str":"7","entities":{"urls":[{"url":"https://t.co/a",)",
           R"("expanded_url":"https://example.com/a?b=1&c=2"}],"media":[{"url":"https://t.co/m","type":"photo"}]})"}));
  EXPECT_EQ(old.direction, direction::outbound);
  EXPECT_EQ(old.content, written);
  const auto now = v2(
      "post.create", "3", us,
      joined(
          {shown,
           R"("conversation_id":"900","in_reply_to_user_id":"7","referenced_tweets":[{"type":"replied_to","id":"900"}],)",
           R"("entities":{"urls":[{"url":"https://t.co/a","expanded_url":"https://example.com/a?b=1&c=2"},)",
           R"({"url":"https://t.co/m","expanded_url":"https://x.com/i/photo/1","media_key":"3_1"}]})"}));
  EXPECT_EQ(now.content, written);
  // What an agent wrote himself, and a range that is none, take nothing away.
  for (const char* range : {"[0,9]", "[99,100]", "[-1,9]", "[5]", "[]", R"(["5",9])", "{}", "[4,9]"}) {
    const auto kept = classic("3", us, joined({R"("text":"so @ada it is","display_text_range":)", range}));
    EXPECT_EQ(kept.content, "so @ada it is") << range;
  }
}

TEST(x_post, a_customers_words_are_his_with_the_signs_that_he_typed) {
  const auto his =
      classic("3", "7",
              R"("text":"@acme Q&amp;A https://t.co/a","display_text_range":[6,20],)"
              R"("entities":{"urls":[{"url":"https://t.co/a","expanded_url":"https://e.com"}]})");
  EXPECT_EQ(his.content, "@acme Q&A https://t.co/a");
}

TEST(x_post, quotes_and_retweets) {
  const auto quote = classic(
      "3", "7",
      R"("text":"ha","is_quote_status":true,"quoted_status_id_str":"900","quoted_status":{"id_str":"900","user":{"id_str":"42"},"text":"short","truncated":true,"extended_tweet":{"full_text":"the long one"}})");
  EXPECT_EQ(quote.thread, thread_kind::mention);
  EXPECT_EQ(quote.thread_key, "3/7");
  EXPECT_THAT(quote.payload, HasSubstr(R"("quoted":{"id":"900","authorId":"42","text":"the long one"})"));
  const auto v2_quote =
      v2("post.quote.create", "3", "7",
         R"("conversation_id":"3","text":"ha","referenced_tweets":[{"type":"quoted","id":"900"}])");
  EXPECT_EQ(v2_quote.thread_key, "3/7");
  EXPECT_THAT(v2_quote.payload, HasSubstr(R"("quoted":{"id":"900","authorId":"42","text":"our post"})"));
  const auto again = classic(
      "4", "7",
      R"("text":"RT @acme: new","retweeted_status":{"id_str":"900","user":{"id_str":"42"},"text":"new","quoted_status_id_str":"2"},"quoted_status_id_str":"2")");
  EXPECT_EQ(again.thread, thread_kind::comment);
  EXPECT_EQ(again.thread_key, "900/7");
  EXPECT_EQ(again.platform_message_id, "4");
  EXPECT_EQ(again.payload, R"({"retweeted":{"id":"900","authorId":"42","text":"new"}})");
}

TEST(x_post, the_whole_text_and_all_pictures) {
  const auto e = classic(
      "3", "7",
      R"("text":"It is a long…","truncated":true,"extended_tweet":{"full_text":"It is a long story","entities":{"urls":[{"expanded_url":"https://acme.example"}]},"extended_entities":{"media":[{"id_str":"1","type":"photo","media_url_https":"https://m/1.jpg"},{"id_str":"2","type":"photo","media_url_https":"https://m/2.jpg"}]}},"entities":{"media":[{"id_str":"1","type":"photo"}]})");
  EXPECT_EQ(e.content, "It is a long story");
  EXPECT_EQ(e.content_type, content_type::image);
  ASSERT_EQ(e.attachments.size(), 2U);
  EXPECT_EQ(e.attachments[1].url, "https://m/2.jpg");
  EXPECT_THAT(e.payload, HasSubstr("acme.example"));
  EXPECT_EQ(classic("3", "7", R"("full_text":"whole","text":"who")").content, "whole");
  const auto now = v2(
      "post.mention.create", "3", "7",
      R"("conversation_id":"3","text":"It is…","note_tweet":{"text":"It is all"},"attachments":{"media_keys":["3_1","3_2"]},"edit_history_tweet_ids":["2","3"])");
  EXPECT_EQ(now.content, "It is all");
  ASSERT_EQ(now.attachments.size(), 2U);
  EXPECT_EQ(now.content_type, content_type::image);
  EXPECT_EQ(now.attachments[0].url, "https://m/1.jpg");
  EXPECT_EQ(now.attachments[1].platform_media_id, "3_2");
  EXPECT_THAT(now.payload, HasSubstr(R"("editOf":"2")"));
}

TEST(x_post, blocked_is_a_word_not_a_flag) {  // trap 11
  EXPECT_EQ(classic("3", "7", R"("text":"a")", R"(,"user_has_blocked":"false")").payload, "");
  EXPECT_EQ(classic("3", "7", R"("text":"a")", R"(,"user_has_blocked":"true")").payload,
            R"({"userHasBlocked":true})");
  EXPECT_EQ(classic("3", "7", R"("text":"a")", R"(,"user_has_blocked":true)").payload,
            R"({"userHasBlocked":true})");
}

TEST(x_post, old_bodies_do_not_say_for_whom) {
  const auto account = [](std::string_view author, std::string_view rest, std::string_view hint = us) {
    return only(normalise_x(joined({R"({"tweet_create_events":[)", tweet("3", author, rest), "]}"}), hint))
        .account_platform_id;
  };
  EXPECT_EQ(account("42", R"("text":"ours")"), "42");
  EXPECT_EQ(account("7", R"("text":"a","in_reply_to_user_id_str":"42","in_reply_to_status_id_str":"1")"),
            "42");
  EXPECT_EQ(account("7", R"("text":"a","entities":{"user_mentions":[{"id_str":"5"},{"id_str":"42"}]})"),
            "42");
  EXPECT_EQ(
      account(
          "7",
          R"("text":"a","retweeted_status":{"id_str":"1","user":{"id_str":"42"}},"in_reply_to_user_id_str":"5")"),
      "42");
  EXPECT_EQ(account("7", R"("text":"a","in_reply_to_user_id_str":"43")"), "43");
  EXPECT_EQ(account("7", R"("text":"a","entities":{"user_mentions":[{"id_str":"43"}]})"), "43");
  EXPECT_EQ(account("7", R"("text":"a")"), "42");
  EXPECT_EQ(rejection(normalise_x(
                joined({R"({"tweet_create_events":[)", tweet("3", "7", R"("text":"a")"), "]}"}), "")),
            "malformed");
}

TEST(x_post, deletions_lie_with_what_was_deleted) {
  const std::string_view gone =
      R"({"status":{"id":"601430178305220608","user_id":"7"},"timestamp_ms":"1432228155593"})";
  const auto old = only(normalise_x(activity("tweet_delete_events", gone)));
  EXPECT_EQ(old.kind, inbound_kind::deletion);
  EXPECT_EQ(old.platform_message_id, "601430178305220608");
  EXPECT_EQ(old.thread_parent, "601430178305220608");
  EXPECT_EQ(old.customer_platform_id, "7");
  EXPECT_EQ(old.direction, direction::inbound);
  EXPECT_EQ(old.at, domain::timestamp{std::chrono::milliseconds{1432228155593}});
  const auto now =
      only(normalise_x(envelope_x("post.delete", R"({"id":"601430178305220608","author_id":"7"})")));
  EXPECT_EQ(now.platform_message_id, old.platform_message_id);
  EXPECT_EQ(now.thread_key, old.thread_key);
  EXPECT_EQ(now.version, old.version);
  const auto own = only(normalise_x(envelope_x("post.delete", R"({"id":"1","author_id":"42"})")));
  EXPECT_EQ(own.direction, direction::outbound);
  EXPECT_EQ(own.customer_platform_id, "");
  EXPECT_EQ(rejection(normalise_x(activity("tweet_delete_events", R"({"timestamp_ms":"1"})"))), "malformed");
}

TEST(x_post, likes_are_reactions) {
  const auto old = only(normalise_x(activity(
      "favorite_events",
      R"({"id":"a7b","created_at":"Mon Mar 26 16:33:26 +0000 2018","timestamp_ms":1522082006140,"favorited_status":{"id_str":"900","user":{"id_str":"42"}},"user":{"id_str":"7","name":"Ada"}})")));
  EXPECT_EQ(old.kind, inbound_kind::reaction_added);
  EXPECT_EQ(old.platform_message_id, "900");
  EXPECT_EQ(old.thread_parent, "900");
  EXPECT_EQ(old.sender_id, "7");
  EXPECT_EQ(old.reaction_emoji, "❤️");
  const auto now = only(normalise_x(envelope_x(
      "like.create",
      R"({"id":"a7b","timestamp_ms":"1522082006140","liked_tweet_id":"900","liked_tweet_author_id":"42"})",
      includes_x)));
  EXPECT_EQ(now.kind, inbound_kind::reaction_added);
  EXPECT_EQ(now.sender_id, "7");
  EXPECT_EQ(now.version, old.version) << "copies of both generations are one";
  const auto ours = only(normalise_x(
      envelope_x("like.create", R"({"timestamp_ms":"1","liked_tweet_id":"800","liked_tweet_author_id":"7"})",
                 includes_x)));
  EXPECT_EQ(ours.direction, direction::outbound);
  EXPECT_EQ(ours.sender_id, us);
  EXPECT_EQ(ours.customer_platform_id, "7");
}

TEST(x_post, ids_are_exact) {
  const auto with = [](std::string_view rest) {
    return normalise_x(activity("tweet_create_events", joined({"{", rest, R"(,"text":"t"})"})));
  };
  EXPECT_EQ(rejection(with(R"("id":1924465506158879000,"user":{"id_str":"7"})")), "malformed");
  EXPECT_EQ(rejection(with(R"("id_str":"1","user":{"id":1924465506158879000})")), "malformed");
  EXPECT_EQ(rejection(with(R"("id_str":"1")")), "malformed");
  EXPECT_EQ(only(with(R"("id_str":"1","user":{"id":7})")).customer_platform_id, "7");
  EXPECT_EQ(rejection(with(R"("id_str":"1","id_str":"2","user":{"id":7})")), "duplicate-field");
  EXPECT_EQ(rejection(with(R"("id_str":"1","user":{"id_str":"7","id_str":"8"})")), "duplicate-field");
}

TEST(x_post, times_have_their_own_spelling) {
  const auto at = [](std::string_view created) {
    return only(normalise_x(
                    activity("tweet_create_events",
                             joined({R"({"id_str":"1","user":{"id_str":"7"},"text":"t","created_at":")",
                                     created, "\"}"}))))
        .at;
  };
  EXPECT_EQ(at("Thu Jan 01 00:00:01 +0000 1970"), seconds(1));
  EXPECT_EQ(at("Mon Dec 31 23:59:59 +0000 2018"), seconds(1'546'300'799));
  for (const char* bad : {"", "yesterday", "Thu Foo 01 00:00:01 +0000 1970", "Thu Jan 41 00:00:01 +0000 1970",
                          "Thu Jan 01 00:00:01 +0100 1970", "Thu Jan 01 00:00:01 +0000 19700"}) {
    EXPECT_EQ(at(bad), received_at) << bad;
  }
}

TEST(x_post, says_what_it_is_written_in_where_x_could_tell) {
  const auto written_in = [](std::string_view body) { return only(normalise_x(body)).language; };
  EXPECT_EQ(
      written_in(activity("tweet_create_events", tweet("901", "7", R"("text":"oi @acme","lang":"pt")"))),
      "pt");
  EXPECT_EQ(written_in(activity("tweet_create_events", tweet("901", "7", R"("text":"@acme","lang":"qme")"))),
            "");
  EXPECT_EQ(written_in(activity("tweet_create_events", tweet("901", "42", R"("text":"hi","lang":"en")"))), "")
      << "our own";
  EXPECT_EQ(written_in(envelope_x("post.create", post("901", "7", R"("text":"oi","lang":"pt")"), includes_x)),
            "pt");
}

}  // namespace
}  // namespace switchboard::net::platforms
