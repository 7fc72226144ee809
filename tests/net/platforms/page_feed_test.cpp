#include "tests/net/platforms/meta_support.hpp"

namespace switchboard::net::platforms {
namespace {

using domain::content_type;
using domain::direction;
using domain::inbound_event;
using domain::inbound_kind;
using domain::sender_type;
using domain::thread_kind;

inbound_event feed(std::string_view members) {
  return only_event(normalise_meta(change_body("page", "feed", "{" + std::string{members} + "}")));
}
inbound_event rating(std::string_view members) {
  return only_event(normalise_meta(change_body("page", "ratings", "{" + std::string{members} + "}")));
}

constexpr std::string_view comment =
    R"("item":"comment","comment_id":"9_1","post_id":"1000_9","parent_id":"1000_9","created_time":1700000001,)";
constexpr std::string_view by_customer = R"("from":{"id":"5","name":"Ann"},)";
constexpr std::string_view by_page = R"("from":{"id":"1000","name":"Page"},)";

std::string made_of(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const auto& each : parts) {
    text += each;
  }
  return text;
}

TEST(page_feed, a_comment) {
  const auto event = feed(made_of(
      {comment, by_customer, R"("verb":"add","message":"hello","post":{"permalink_url":"https://p"})"}));
  EXPECT_EQ(event.kind, inbound_kind::message);
  EXPECT_EQ(event.platform, domain::platform::facebook);
  EXPECT_EQ(event.account_platform_id, "1000");
  EXPECT_EQ(event.thread, thread_kind::comment);
  EXPECT_EQ(event.thread_key, "1000_9/5");
  EXPECT_EQ(event.post_id, "1000_9");
  EXPECT_EQ(event.post_url, "https://p");
  EXPECT_EQ(event.customer_platform_id, "5");
  EXPECT_EQ(event.customer_name, "Ann");
  EXPECT_EQ(event.sender_id, "5");
  EXPECT_EQ(event.direction, direction::inbound);
  EXPECT_EQ(event.platform_message_id, "9_1");
  EXPECT_EQ(event.version, "");
  EXPECT_EQ(event.content, "hello");
  EXPECT_EQ(event.reply_to, "") << "parent_id is the post: a top comment";
  EXPECT_EQ(event.at, at_s(1'700'000'001)) << "seconds";
}

TEST(page_feed, authors_of_old_api_versions) {
  const auto event = feed(
      made_of({comment, R"("sender_id":9007199254740993,"sender_name":"Bob","verb":"add","message":"x")"}));
  EXPECT_EQ(event.customer_platform_id, "9007199254740993");
  EXPECT_EQ(event.customer_name, "Bob");
}

TEST(page_feed, replies_pictures_and_missing_authors) {
  const auto reply = feed(
      made_of({R"("item":"comment","comment_id":"9_2","post_id":"1000_9","parent_id":"9_1","verb":"add",)",
               by_customer, R"("message":"r")"}));
  EXPECT_EQ(reply.reply_to, "9_1");
  EXPECT_EQ(reply.thread_parent, "");
  const auto photo = feed(made_of({comment, by_customer, R"("verb":"add","photo":"https://i")"}));
  EXPECT_EQ(photo.content_type, content_type::image);
  EXPECT_EQ(photo.attachments.at(0).url, "https://i");
  EXPECT_EQ(photo.attachments.at(0).state, domain::media_state::pending);
  EXPECT_EQ(
      feed(made_of({comment, by_customer, R"("verb":"add","video":"https://v","message":"m")"})).content_type,
      content_type::video);
  const auto nobody = feed(
      R"("item":"comment","comment_id":"9_2","post_id":"1000_9","parent_id":"9_1","verb":"add","message":"?")");
  EXPECT_EQ(nobody.customer_platform_id, "");
  EXPECT_EQ(nobody.direction, direction::inbound);
  EXPECT_EQ(nobody.thread_parent, "9_1");
  EXPECT_EQ(nobody.thread_key, "1000_9/");
}

TEST(page_feed, the_pages_own_comments_are_outbound) {  // trap 21
  const auto reply = feed(
      made_of({R"("item":"comment","comment_id":"9_2","post_id":"1000_9","parent_id":"9_1","verb":"add",)",
               by_page, R"("message":"we")"}));
  EXPECT_EQ(reply.direction, direction::outbound);
  EXPECT_EQ(reply.sender, sender_type::agent);
  EXPECT_EQ(reply.customer_platform_id, "");
  EXPECT_EQ(reply.thread_parent, "9_1");
  EXPECT_EQ(reply.thread_key, "1000_9/");
  EXPECT_EQ(reply.sender_id, "1000");
  const auto top = feed(made_of({comment, by_page, R"("verb":"add","message":"we")"}));
  EXPECT_EQ(top.thread_parent, "");
  EXPECT_EQ(feed(made_of({comment, R"("sender_id":1000,"verb":"add","message":"we")"})).direction,
            direction::outbound)
      << "a number is the same id";
}

TEST(page_feed, edits_and_removals) {  // trap 23, trap 28
  const auto edited = feed(made_of({comment, by_customer, R"("verb":"edited","message":"better")"}));
  EXPECT_EQ(edited.kind, inbound_kind::edit);
  EXPECT_EQ(edited.version.substr(0, 11), "1700000001#");
  EXPECT_EQ(edited.content, "better");
  EXPECT_EQ(edited.thread_key, "1000_9/5");
  const auto timeless =
      feed(R"("item":"comment","comment_id":"9_1","post_id":"1000_9","verb":"edited","message":"b")");
  EXPECT_EQ(timeless.version.substr(0, 1), "#");
  EXPECT_EQ(timeless.at, at_s(1'700'000'050)) << "no created_time: the entry's";
  const auto removed = feed(R"("item":"comment","comment_id":"9_1","post_id":"1000_9","verb":"remove")");
  EXPECT_EQ(removed.kind, inbound_kind::deletion);
  EXPECT_EQ(removed.thread_parent, "9_1");
  EXPECT_EQ(removed.thread_key, "1000_9/");
  const auto own = feed(made_of({comment, by_page, R"("verb":"remove")"}));
  EXPECT_EQ(own.direction, direction::outbound);
  EXPECT_EQ(own.thread_parent, "9_1");
}

TEST(page_feed, moderation_is_told_by_the_system) {
  const std::vector<std::pair<std::string, std::string>> verbs = {{"hide", "Comment hidden"},
                                                                  {"unhide", "Comment shown again"},
                                                                  {"block", "Comment blocked"},
                                                                  {"unblock", "Comment unblocked"},
                                                                  {"mute", "Comment muted"}};
  for (const auto& [verb, text] : verbs) {
    const auto event = feed(made_of({comment, by_customer, R"("verb":")", verb, "\""}));
    EXPECT_EQ(event.kind, inbound_kind::message);
    EXPECT_EQ(event.sender, sender_type::system);
    EXPECT_EQ(event.content, text);
    EXPECT_EQ(event.platform_message_id, "9_1:" + verb + ":5:1700000001");
    EXPECT_EQ(event.thread_parent, "9_1");
    EXPECT_NE(event.payload.find("\"verb\":\"" + verb + "\""), std::string::npos);
  }
}

/// The dedup key of a change that was sent at `time`.
std::string key_sent_at(std::string_view time, std::string_view field, std::string_view members) {
  const auto event = only_event(normalise_meta(envelope(
      "page", "changes",
      {R"({"field":")" + std::string{field} + R"(","value":{)" + std::string{members} + "}}"}, time)));
  return std::string{domain::to_word(event.kind)} + " " + event.platform_message_id + " " + event.version;
}

struct redelivered_case {
  std::string_view name;
  std::string_view field;
  std::string_view members;
  std::string_view redelivered;  ///< as `members`, where a later copy may differ
  std::string_view really_new;   ///< another act on the same thing
};
const redelivered_case redelivered_cases[] = {
    {"hide", "feed",
     R"("item":"comment","comment_id":"9_1","post_id":"1000_9","verb":"hide","from":{"id":"1000"})", "",
     R"("item":"comment","comment_id":"9_1","post_id":"1000_9","verb":"hide","from":{"id":"1000"},"created_time":1700000009)"},
    {"unhide", "feed", R"("item":"comment","comment_id":"9_1","post_id":"1000_9","verb":"unhide")", "",
     R"("item":"comment","comment_id":"9_1","post_id":"1000_9","verb":"hide")"},
    {"block", "feed", R"("item":"post","post_id":"1000_9","verb":"block","from":{"id":"5"})", "",
     R"("item":"post","post_id":"1000_9","verb":"block","from":{"id":"6"})"},
    {"an edit without a time", "feed",
     R"("item":"comment","comment_id":"9_1","post_id":"1000_9","verb":"edited","message":"b","photo":"https://a/1/p.jpg?oh=1")",
     R"("item":"comment","comment_id":"9_1","post_id":"1000_9","verb":"edited","message":"b","photo":"https://b/1/p.jpg?oh=2")",
     R"("item":"comment","comment_id":"9_1","post_id":"1000_9","verb":"edited","message":"b","photo":"https://a/1/q.jpg?oh=1")"},
    {"an edit with the comment's own time", "feed",
     R"("item":"comment","comment_id":"9_1","post_id":"1000_9","verb":"edited","message":"b","created_time":1700000001)",
     "",
     R"("item":"comment","comment_id":"9_1","post_id":"1000_9","verb":"edited","message":"c","created_time":1700000001)"},
    {"an edited post's pictures", "feed",
     R"("item":"status","post_id":"1000_9","verb":"edited","from":{"id":"5"},"photos":["https://a/1.jpg?x=1"])",
     R"("item":"status","post_id":"1000_9","verb":"edited","from":{"id":"5"},"photos":["https://a/1.jpg?x=2"])",
     R"("item":"status","post_id":"1000_9","verb":"edited","from":{"id":"5"},"photos":["https://a/2.jpg?x=1"])"},
    {"an edited review", "ratings",
     R"("item":"rating","verb":"edit","open_graph_story_id":"8","reviewer_id":"5","rating":1,"review_text":"bad")",
     "",
     R"("item":"rating","verb":"edit","open_graph_story_id":"8","reviewer_id":"5","rating":2,"review_text":"bad")"},
    {"a reaction", "feed",
     R"("item":"reaction","verb":"edit","reaction_type":"wow","post_id":"1000_9","from":{"id":"5"})", "",
     R"("item":"reaction","verb":"edit","reaction_type":"sad","post_id":"1000_9","from":{"id":"5"})"},
    {"an unknown verb", "feed",
     R"("item":"comment","comment_id":"9_1","post_id":"1000_9","verb":"teleport","from":{"id":"5"},"to":1)",
     "",
     R"("item":"comment","comment_id":"9_1","post_id":"1000_9","verb":"teleport","from":{"id":"5"},"to":2)"}};

TEST(page_feed, a_redelivery_is_known_by_what_it_says_not_by_when_it_was_sent) {  // traps 22, 25
  for (const auto& c : redelivered_cases) {
    SCOPED_TRACE(c.name);
    const auto first = key_sent_at("1700000050", c.field, c.members);
    EXPECT_EQ(key_sent_at("1700000950", c.field, c.redelivered.empty() ? c.members : c.redelivered), first);
    EXPECT_NE(key_sent_at("1700000050", c.field, c.really_new), first);
  }
}

TEST(page_feed, posts_of_visitors_and_of_the_page) {
  for (const std::string_view item : {"post", "status", "photo", "video", "share"}) {
    const auto members = made_of(
        {R"("verb":"add","item":")", item, R"(","post_id":"1000_9","link":"https://l","message":"look",)"});
    const auto visitor = feed(members + R"("from":{"id":5,"name":"Ann"})");
    EXPECT_EQ(visitor.thread, thread_kind::comment);
    EXPECT_EQ(visitor.thread_key, "1000_9/5");
    EXPECT_EQ(visitor.platform_message_id, "1000_9");
    EXPECT_EQ(visitor.content, "look");
    EXPECT_EQ(visitor.content_type, item == "photo"   ? content_type::image
                                    : item == "video" ? content_type::video
                                                      : content_type::text);
    const auto page = feed(members + R"("from":{"id":"1000","name":"P"})");
    EXPECT_EQ(page.direction, direction::outbound);
    EXPECT_EQ(page.thread_key, "1000_9/");
  }
  const auto edit = feed(
      R"("item":"post","verb":"edit","post_id":"1000_9","message":"b","from":{"id":5},"created_time":1467890409)");
  EXPECT_EQ(edit.kind, inbound_kind::edit);
  EXPECT_EQ(edit.version.substr(0, 11), "1467890409#");
  EXPECT_EQ(feed(R"("item":"post","verb":"remove","post_id":"1000_9","from":{"id":5})").kind,
            inbound_kind::deletion);
}

TEST(page_feed, a_status_with_pictures) {
  const auto event = feed(
      R"("item":"status","verb":"add","post_id":"1000_9","message":"m","photos":["https://1","https://2",7],"from":{"id":"5"})");
  EXPECT_EQ(event.content_type, content_type::image);
  EXPECT_EQ(event.attachments.size(), 2U);
}

TEST(page_feed, reactions_join_what_they_are_about) {
  const auto on_comment = feed(
      R"("item":"reaction","verb":"add","reaction_type":"love","comment_id":"9_1","post_id":"1000_9","parent_id":"1000_9","created_time":1475578854,"from":{"id":"5"})");
  EXPECT_EQ(on_comment.kind, inbound_kind::reaction_added);
  EXPECT_EQ(on_comment.platform_message_id, "9_1");
  EXPECT_EQ(on_comment.thread_parent, "9_1");
  EXPECT_EQ(on_comment.thread_key, "1000_9/5");
  EXPECT_EQ(on_comment.reaction_emoji, "❤️");
  EXPECT_EQ(on_comment.version, "5:add:❤️:1475578854");
  const auto on_post = feed(R"("item":"like","verb":"remove","post_id":"1000_9","from":{"id":"5"})");
  EXPECT_EQ(on_post.kind, inbound_kind::reaction_removed);
  EXPECT_EQ(on_post.platform_message_id, "1000_9");
  EXPECT_EQ(on_post.reaction_emoji, "👍");
  EXPECT_EQ(on_post.version, "5:remove:👍:");
  const auto changed =
      feed(R"("item":"reaction","verb":"edit","reaction_type":"angry","post_id":"1000_9","from":{"id":"5"})");
  EXPECT_EQ(changed.kind, inbound_kind::reaction_added);
  EXPECT_EQ(changed.reaction_emoji, "😡");
  const std::vector<std::pair<std::string, std::string>> emojis = {
      {"like", "👍"}, {"love", "❤️"}, {"haha", "😆"},    {"wow", "😮"},
      {"sad", "😢"},  {"angry", "😡"},     {"care", "🤗"}, {"pride", "pride"}};
  for (const auto& [name, emoji] : emojis) {
    EXPECT_EQ(feed(R"("item":"reaction","verb":"add","post_id":"1","from":{"id":"5"},"reaction_type":")" +
                   name + "\"")
                  .reaction_emoji,
              emoji);
  }
}

TEST(page_feed, mentions) {
  const auto named = only_event(normalise_meta(change_body(
      "page", "mention",
      R"({"item":"post","verb":"add","post_id":"44_4","sender_id":44,"sender_name":"E","message":"@us"})")));
  EXPECT_EQ(named.thread, thread_kind::mention);
  EXPECT_EQ(named.thread_key, "44_4/44");
  EXPECT_EQ(named.customer_platform_id, "44");
  EXPECT_EQ(named.content, "@us");
  const auto unnamed = only_event(normalise_meta(change_body(
      "page", "mention",
      R"({"item":"comment","verb":"add","post_id":"44_4","comment_id":"4_5","created_time":1614340562})")));
  EXPECT_EQ(unnamed.thread_key, "4_5");
  EXPECT_EQ(unnamed.platform_message_id, "4_5");
  EXPECT_EQ(unnamed.post_id, "44_4");
  EXPECT_EQ(unnamed.customer_platform_id, "");
  EXPECT_EQ(unnamed.at, at_s(1'614'340'562));
}

TEST(page_feed, ratings) {
  constexpr std::string_view base =
      R"("item":"rating","open_graph_story_id":904801129604590,"reviewer_id":705955836155788,"reviewer_name":"R","created_time":1700000002,)";
  const auto added = rating(
      made_of({base, R"("verb":"add","rating":4,"review_text":"good","recommendation_type":"POSITIVE")"}));
  EXPECT_EQ(added.kind, inbound_kind::message);
  EXPECT_EQ(added.thread, thread_kind::review);
  EXPECT_EQ(added.thread_key, "904801129604590/705955836155788");
  EXPECT_EQ(added.platform_message_id, "904801129604590");
  EXPECT_EQ(added.customer_name, "R");
  EXPECT_EQ(added.content, "good");
  EXPECT_EQ(added.payload, R"({"rating":4,"recommendationType":"POSITIVE"})");
  const auto edited = rating(made_of({base, R"("verb":"edit","rating":1,"review_text":"bad")"}));
  EXPECT_EQ(edited.kind, inbound_kind::edit);
  EXPECT_EQ(edited.version.substr(0, 11), "1700000002#");
  EXPECT_EQ(rating(made_of({base, R"("verb":"remove")"})).kind, inbound_kind::deletion);
  EXPECT_EQ(rating(made_of({base, R"("verb":"add","rating":5,"review_text":null)"})).content, "")
      << "stars alone";
}

TEST(page_feed, what_is_said_below_a_review) {
  const auto own = rating(made_of(
      {R"("item":"comment","verb":"add","comment_id":"8_1","open_graph_story_id":"8","post_id":"7_8","parent_id":"7_8",)",
       by_page, R"("message":"thanks")"}));
  EXPECT_EQ(own.thread, thread_kind::review);
  EXPECT_EQ(own.direction, direction::outbound);
  EXPECT_EQ(own.platform_message_id, "8_1");
  EXPECT_EQ(own.thread_parent, "8") << "the review's own thread";
  const auto reaction = rating(
      R"("item":"reaction","verb":"add","reaction_type":"haha","comment_id":null,"open_graph_story_id":716630661754264,"post_id":"7_9","parent_id":"7_9","sender_id":5,"sender_name":"T")");
  EXPECT_EQ(reaction.kind, inbound_kind::reaction_added);
  EXPECT_EQ(reaction.platform_message_id, "716630661754264");
  const auto old =
      rating(R"("item":"like","verb":"add","post_id":"7_9","parent_id":"7_9","from":{"id":"5"})");
  EXPECT_EQ(old.platform_message_id, "7_9");
  EXPECT_EQ(old.thread_key, "7_9/5");
}

TEST(page_feed, unknown_items_and_verbs) {
  const auto event =
      feed(R"("item":"event","verb":"add","post_id":"1000_9","event_id":"3","from":{"id":"5"})");
  EXPECT_EQ(event.content_type, content_type::unsupported);
  EXPECT_EQ(event.customer_platform_id, "5");
  EXPECT_NE(event.payload.find(R"("event_id":"3")"), std::string::npos);
  EXPECT_EQ(feed(made_of({comment, by_customer, R"("verb":"teleport")"})).content_type,
            content_type::unsupported);
  const auto reject = [](std::string_view members) {
    return only_reject(normalise_meta(change_body("page", "feed", "{" + std::string{members} + "}"))).reason;
  };
  EXPECT_EQ(reject(R"("item":"album","verb":"add","post_id":"1000_9")"), "unsupported");
  EXPECT_EQ(reject(R"("item":"comment","verb":"add","post_id":"1000_9")"), "malformed");
  EXPECT_EQ(reject(R"("item":"comment","verb":"add","comment_id":1.5)"), "malformed");
  EXPECT_EQ(reject(R"("item":"comment","verb":"add","comment_id":"1","comment_id":"2")"), "duplicate-field");
  EXPECT_EQ(reject(R"("item":"comment","verb":"add","comment_id":"1","from":{"id":"1","id":"2"})"),
            "duplicate-field");
}

}  // namespace
}  // namespace switchboard::net::platforms
