// LinkedIn's notifications: actions, names in two spellings, batches, copies; and what holds for any bytes.

#include "linkedin_bodies.hpp"
#include "net/platforms/linkedin_parts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace switchboard::net::platforms {
namespace {

using namespace testing;
using domain::content_type;
using domain::direction;
using domain::inbound_kind;
using domain::sender_type;
using domain::thread_kind;
using ::testing::HasSubstr;

domain::inbound_event one(std::string_view n) {
  return only(normalise_linkedin(notifications(n)));
}

TEST(linkedin, a_comment) {
  const auto e = one(notification("COMMENT", comment_short, decorated(member, "Is it in stock?")));
  EXPECT_EQ(e.kind, inbound_kind::message);
  EXPECT_EQ(e.platform, domain::platform::linkedin);
  EXPECT_EQ(e.account_platform_id, organization);
  EXPECT_EQ(e.thread, thread_kind::comment);
  EXPECT_EQ(e.platform_message_id, comment_full);
  EXPECT_EQ(e.customer_platform_id, member);
  EXPECT_EQ(e.sender_id, member);
  EXPECT_EQ(e.direction, direction::inbound);
  EXPECT_EQ(e.content, "Is it in stock?");
  EXPECT_EQ(e.post_id, source_post);
  EXPECT_EQ(e.post_url, "https://www.linkedin.com/feed/update/urn:li:activity:7094637247890620418");
  EXPECT_EQ(e.thread_key, "urn:li:activity:7094637247890620418/urn:li:person:zLqTygBP8S");
  EXPECT_EQ(e.reply_to, "");
  EXPECT_EQ(e.at, domain::timestamp{std::chrono::milliseconds{1691574506310}});
  EXPECT_THAT(e.payload, HasSubstr(R"("notificationId":"5603453321")"));
  EXPECT_THAT(e.payload, HasSubstr(R"("text":"Our post")"));
}

// Trap 19.
TEST(linkedin, one_comment_has_one_name) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {comment_short, comment_full},
      {comment_full, comment_full},
      {"urn:li:comment:(ugcPost:1,2)", "urn:li:comment:(urn:li:ugcPost:1,2)"},
      {"urn:li:comment:(urn:li:comment:(activity:1,2),3)",
       "urn:li:comment:(urn:li:comment:(urn:li:activity:1,2),3)"},
      {"urn:li:like:(person:a,comment:(activity:1,2))",
       "urn:li:like:(urn:li:person:a,urn:li:comment:(urn:li:activity:1,2))"},
      {"urn:li:activity:1", "urn:li:activity:1"},
      {"urn:li:comment:789", "urn:li:comment:789"},
      {"activity:1", "activity:1"},
      {"", ""},
      {"(", "("},
      {"urn:li:comment:(,)", "urn:li:comment:(,)"},
  };
  for (const auto& [given, full] : cases) {
    EXPECT_EQ(full_urn(given), full);
    EXPECT_EQ(full_urn(full), full) << "of what is full already nothing changes";
  }
  const auto names = names_in_urn("urn:li:like:(person:a,comment:(activity:1,2))");
  EXPECT_EQ(names.first, "urn:li:person:a");
  EXPECT_EQ(names.second, "urn:li:comment:(urn:li:activity:1,2)");
  EXPECT_EQ(names_in_urn("urn:li:activity:1").first, "");
  EXPECT_EQ(names_in_urn("urn:li:like:(a,b").second, "");
  EXPECT_EQ(one(notification("COMMENT", comment_short)).platform_message_id,
            one(notification("COMMENT", comment_full)).platform_message_id);
}

TEST(linkedin, an_answer_to_a_comment_names_it) {
  const std::string_view reply = "urn:li:comment:(urn:li:activity:7094637247890620418,2)";
  const auto e =
      one(notification("COMMENT", reply, decorated(member, "and?", comment_short, "comment", reply)));
  EXPECT_EQ(e.reply_to, comment_full);
  EXPECT_EQ(e.thread_parent, "") << "the customer is named: the thread is his";
  const auto own =
      one(notification("ADMIN_COMMENT", reply, decorated(member, "Yes", comment_short, "comment", reply)));
  EXPECT_EQ(own.reply_to, comment_full);
  EXPECT_EQ(own.thread_parent, comment_full);
}

TEST(linkedin, the_organizations_own_is_outbound) {  // trap 21
  for (const std::string& n : {notification("ADMIN_COMMENT", comment_short, decorated(organization, "Yes")),
                               notification("ADMIN_COMMENT", comment_short, decorated(member, "Yes")),
                               notification("ADMIN_COMMENT", comment_short),
                               notification("COMMENT", comment_short, decorated(organization, "Yes"))}) {
    const auto e = one(n);
    EXPECT_EQ(e.direction, direction::outbound) << n;
    EXPECT_EQ(e.sender, sender_type::agent);
    EXPECT_EQ(e.customer_platform_id, "");
    EXPECT_EQ(e.thread_key, "urn:li:activity:7094637247890620418/");
  }
  EXPECT_EQ(one(notification("ADMIN_COMMENT", comment_short)).sender_id, organization);
}

TEST(linkedin, edits_and_deletions_are_about_the_comment) {  // trap 23
  const auto edit = one(notification("COMMENT_EDIT", comment_short, decorated(member, "better")));
  EXPECT_EQ(edit.kind, inbound_kind::edit);
  EXPECT_EQ(edit.platform_message_id, comment_full);
  EXPECT_EQ(edit.version, "1691574506310");
  EXPECT_EQ(edit.content, "better");
  EXPECT_EQ(edit.thread_key, "urn:li:activity:7094637247890620418/urn:li:person:zLqTygBP8S");
  const auto gone = one(notification("COMMENT_DELETE", comment_short));  // nothing is left of it but its name
  EXPECT_EQ(gone.kind, inbound_kind::deletion);
  EXPECT_EQ(gone.platform_message_id, comment_full);
  EXPECT_EQ(gone.thread_parent, comment_full);
  const auto own = one(notification("COMMENT_EDIT", comment_short, decorated(organization, "ours")));
  EXPECT_EQ(own.direction, direction::outbound);
  EXPECT_EQ(own.thread_parent, comment_full);
}

TEST(linkedin, likes_are_reactions) {
  const auto e =
      one(notification("LIKE", "urn:li:like:(urn:li:person:a,urn:li:activity:7094637247890620418)"));
  EXPECT_EQ(e.kind, inbound_kind::reaction_added);
  EXPECT_EQ(e.platform_message_id, source_post);
  EXPECT_EQ(e.thread_parent, source_post);
  EXPECT_EQ(e.customer_platform_id, "urn:li:person:a");
  EXPECT_EQ(e.sender_id, "urn:li:person:a");
  EXPECT_EQ(e.reaction_emoji, "👍");
  const auto of_comment = one(notification(
      "LIKE", "urn:li:like:(person:a,comment:(activity:7094637247890620418,7094977717598625792))"));
  EXPECT_EQ(of_comment.platform_message_id, comment_full);
  EXPECT_NE(
      e.version,
      one(notification("LIKE", "urn:li:like:(urn:li:person:b,urn:li:activity:7094637247890620418)")).version);
  EXPECT_EQ(one(notification("LIKE", "urn:li:like:9")).platform_message_id, source_post);
  EXPECT_EQ(one(notification("LIKE", "urn:li:like:9", decorated(member, "", comment_short, "like")))
                .platform_message_id,
            comment_full);
}

TEST(linkedin, shares_and_mentions) {
  const std::string_view share = "urn:li:share:7000";
  const auto e = one(notification("SHARE", share, decorated(member, "look", source_post, "share", share)));
  EXPECT_EQ(e.kind, inbound_kind::message);
  EXPECT_EQ(e.thread, thread_kind::comment);
  EXPECT_EQ(e.platform_message_id, share);
  EXPECT_EQ(e.post_id, source_post);
  EXPECT_THAT(e.payload, HasSubstr(R"("action":"SHARE")"));
  const auto mention =
      one(notification("SHARE_MENTION", share, decorated(member, "Acme did it", "", "share", share)));
  EXPECT_EQ(mention.thread, thread_kind::mention);
  EXPECT_EQ(mention.post_id, share);
  EXPECT_EQ(mention.thread_key, "urn:li:share:7000/urn:li:person:zLqTygBP8S");
}

// One copy for each subscriber, with a number of its own.
TEST(linkedin, copies_for_subscribers_are_one) {
  for (const char* action : {"COMMENT", "COMMENT_EDIT", "COMMENT_DELETE", "LIKE", "SHARE", "HUG"}) {
    const auto out = normalise_linkedin(notifications(
        all_of_them({notification(action, comment_short, decorated(member, "t"), "5603453321"), ",",
                     notification(action, comment_full, decorated(member, "t"), "5603453399")})));
    ASSERT_EQ(out.events.size(), 2U) << action;
    EXPECT_EQ(out.events[0].kind, out.events[1].kind);
    EXPECT_EQ(out.events[0].platform_message_id, out.events[1].platform_message_id) << action;
    EXPECT_EQ(out.events[0].version, out.events[1].version) << action;
    EXPECT_EQ(out.events[0].thread_key, out.events[1].thread_key) << action;
  }
}

TEST(linkedin, a_batch_mixes_organizations) {  // traps 7 and 8
  std::string other = notification("COMMENT", "urn:li:comment:(activity:1,2)", decorated(member, "b"));
  other.replace(other.find(organization), organization.size(), "urn:li:organization:7");
  const auto out = normalise_linkedin(
      notifications(all_of_them({notification("COMMENT", comment_short, decorated(member, "a")), ",", other,
                                 R"(,7,{"action":"LIKE"})"})));
  ASSERT_EQ(out.events.size(), 2U) << described(out);
  EXPECT_EQ(out.events[0].account_platform_id, organization);
  EXPECT_EQ(out.events[1].account_platform_id, "urn:li:organization:7");
  ASSERT_EQ(out.rejected.size(), 2U);
  EXPECT_THAT(out.rejected[0].detail, HasSubstr("/notifications/2"));
}

TEST(linkedin, numbers_are_exact) {
  const auto id = [](std::string_view n) {
    return one(notification("COMMENT", comment_short, decorated(member, "t"), n)).payload;
  };
  EXPECT_THAT(id("9223372036854775807"), HasSubstr(R"("notificationId":"9223372036854775807")"));
  EXPECT_THAT(id("\"17\""), HasSubstr(R"("notificationId":"17")"));
}

TEST(linkedin, what_it_does_not_know_is_shown) {
  const auto e = one(notification("HUG", comment_short, decorated(member, "t")));
  EXPECT_EQ(e.content_type, content_type::unsupported);
  EXPECT_EQ(e.platform_message_id, "HUG:" + std::string{comment_full} + ":1691574506310");
  EXPECT_THAT(e.payload, HasSubstr(R"("action":"HUG")"));
  EXPECT_EQ(rejection(normalise_linkedin(notifications(notification("HUG", comment_short)))), "unsupported");
  const auto lead = normalise_linkedin(
      R"({"type":"LEAD_ACTION","leadAction":"CREATED","owner":{"organization":"urn:li:organization:96072893"},"leadGenFormResponse":"urn:li:leadGenFormResponse:1"})");
  ASSERT_EQ(rejection(lead), "unsupported");
  EXPECT_EQ(lead.rejected[0].account_platform_id, organization);
  EXPECT_THAT(lead.rejected[0].detail, HasSubstr("LEAD_ACTION"));
}

TEST(linkedin, what_is_no_notification) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "invalid-json"},
      {"[]", "malformed"},
      {"{}", "malformed"},
      {notifications(""), "empty"},
      {R"({"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"})", "malformed"},
      {R"({"type":"A","type":"B"})", "duplicate-field"},
      {notifications(R"({"action":"COMMENT","generatedActivity":"urn:li:comment:1"})"), "malformed"},
      {notifications(R"({"action":"COMMENT","organizationalEntity":"urn:li:organization:1"})"), "malformed"},
      {notifications(
           R"({"organizationalEntity":"urn:li:organization:1","generatedActivity":"urn:li:comment:1"})"),
       "malformed"},
      {notifications(R"({"action":"COMMENT","action":"LIKE"})"), "duplicate-field"},
      {notifications(notification("COMMENT", comment_short,
                                  R"(,"decoratedGeneratedActivity":{"comment":{"owner":"a","owner":"b"}})")),
       "duplicate-field"},
      {std::string(100, '[') + std::string(100, ']'), "too-deep"},
  };
  for (const auto& [body, reason] : cases) {
    const auto out = linkedin_functions().normalise(body, {}, {}, received_at);
    ASSERT_EQ(out.rejected.size(), 1U) << body << described(out);
    EXPECT_EQ(out.events.size(), 0U);
    EXPECT_EQ(out.rejected[0].reason, reason) << body;
    EXPECT_EQ(out.rejected[0].raw, body);
  }
}

TEST(linkedin, of_a_large_body_a_bad_element_is_kept_alone) {
  std::string many = "7";
  while (many.size() < 100'000) many += "," + notification("COMMENT", comment_short, decorated(member, "t"));
  const auto out = normalise_linkedin(notifications(many));
  ASSERT_EQ(out.rejected.size(), 1U);
  EXPECT_EQ(out.rejected[0].raw, notifications("7"));
}

TEST(linkedin_property, mutated_bodies_give_well_formed_results) {
  std::mt19937_64 random{20261122};
  const std::vector<std::string> seeds = {
      notifications(notification("COMMENT", comment_short, decorated(member, "t"))),
      notifications(all_of_them({notification("COMMENT_EDIT", comment_short, decorated(organization, "t")),
                                 ",", notification("COMMENT_DELETE", comment_short)})),
      notifications(notification("LIKE", "urn:li:like:(person:a,comment:(activity:1,2))")),
      notifications(notification("SHARE_MENTION", "urn:li:share:7",
                                 decorated(member, "t", "", "share", "urn:li:share:7")))};
  for (int round = 0; round < 6'000; ++round) {
    const std::string body = mutated(seeds[random() % seeds.size()], random);
    const auto out = linkedin_functions().normalise(body, {}, {}, received_at);
    if (!body.empty()) expect_sound(out);
    ASSERT_EQ(described(out), described(linkedin_functions().normalise(body, {}, {}, received_at)));
    for (const auto& e : out.events) ASSERT_FALSE(e.account_platform_id.empty()) << body;
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace switchboard::net::platforms
