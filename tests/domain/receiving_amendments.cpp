#include "domain/message_rules.hpp"
#include "tests/domain/thread_fixture.hpp"

#include <algorithm>

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;
using status = conversation_status;
using delivery = delivery_status;

using receiving_amendments = thread_test;  // one suite, in two files: receipts are in receiving_receipts.cpp

// -- edits and deletions
// ----------------------------------------------------------------------------------------

TEST_F(receiving_amendments, an_edit_replaces_the_words) {
  auto original = text_message("1", "helo");
  original.content_type = content_type::image;
  original.attachments = {media("image", "u")};
  feed(original);
  set_status(status::resolved);
  auto edit = edit_of("1", "hello", "2");
  edit.at = at(7);
  const auto events = feed(edit);
  ASSERT_EQ(types(events), "message.edited");
  const message& m = message_named("1");
  EXPECT_EQ(m.content, "hello");
  EXPECT_EQ(m.content_type, content_type::image) << "only its caption was edited";
  EXPECT_EQ(m.attachments, original.attachments);
  EXPECT_EQ(m.edited_at, at(7));
  EXPECT_EQ(m.edit_version, "2");
  EXPECT_EQ(events[0].origin, (event_origin{"edit", "1", "2"}));
  EXPECT_EQ(current().status, status::resolved);
  EXPECT_EQ(current().unread, 1u);
}

TEST_F(receiving_amendments, only_a_later_edit_counts) {
  const struct {
    const char *present, *candidate;
    bool applies;
  } cases[] = {{"2", "1", false},      {"2", "2", false},
               {"9", "10", true},      {"10", "9", false},
               {"007", "7", false},    {"007", "8", true},
               {"", "1", true},        {"1", "", false},
               {"a", "b", true},       {"b", "a", false},
               {"1697", "1698", true}, {"18446744073709551616", "9", false},
               {"0", "00", false},     {"2026-11-21T08:05:48Z", "2026-11-21T08:05:49Z", true}};
  int n = 0;
  for (const auto& c : cases) {
    const auto id = "m" + std::to_string(++n);
    feed(text_message(id));
    feed(edit_of(id, "present", c.present));
    feed(edit_of(id, "candidate", c.candidate));
    EXPECT_EQ(message_named(id).content, c.applies ? "candidate" : "present")
        << c.present << " " << c.candidate;
  }
}

TEST_F(receiving_amendments, edits_without_a_version_go_by_their_time) {
  feed(text_message("1"));
  auto edit = edit_of("1", "b", "");
  edit.at = at(20);
  feed(edit);
  auto older = command_of(edit_of("1", "a", ""));
  older.seen = false;
  older.inbound.at = at(10);
  EXPECT_TRUE(run(older).empty());
  older.inbound.at = at(30);
  EXPECT_EQ(types(run(older)), "message.edited");
}

TEST_F(receiving_amendments, a_deletion_withdraws_the_content_by_policy) {
  for (const bool redact : {true, false}) {
    policy.redact_deleted = redact;
    const std::string id = redact ? "1" : "2";
    auto in = text_message(id);
    in.attachments = {media("image", "")};
    in.payload = "{}";
    feed(in);
    ASSERT_EQ(types(feed(deletion_of(id))), "message.deleted");
    EXPECT_TRUE(message_named(id).deleted);
    EXPECT_EQ(message_named(id).content.empty(), redact);
    EXPECT_EQ(message_named(id).attachments.empty(), redact);
    EXPECT_EQ(message_named(id).payload.empty(), redact);
    auto again = deletion_of(id);
    again.version = "again";
    EXPECT_TRUE(feed(again).empty());
    feed(edit_of(id, "late", "1"));
    EXPECT_EQ(message_named(id).content, redact ? "" : "late") << "withdrawn stays withdrawn";
  }
}

// -- reactions
// --------------------------------------------------------------------------------------------------

TEST_F(receiving_amendments, a_sender_has_one_reaction) {
  feed(text_message("1"));
  set_status(status::resolved);
  auto events = feed(reaction_to("1", "👍", "ada"));
  ASSERT_EQ(types(events), "reaction.added");
  EXPECT_EQ(events[0].reaction, (reaction{"👍", "ada", epoch}));
  EXPECT_EQ(current().status, status::resolved);
  EXPECT_EQ(current().unread, 1u);
  auto again = reaction_to("1", "👍", "ada");
  again.version = "again";
  EXPECT_TRUE(feed(again).empty());
  EXPECT_EQ(types(feed(reaction_to("1", "❤", "bob"))), "reaction.added");
  EXPECT_EQ(types(feed(reaction_to("1", "😮", "ada"))), "reaction.added");
  EXPECT_EQ(message_named("1").reactions, (std::vector<reaction>{{"😮", "ada", epoch}, {"❤", "bob", epoch}}));
}

TEST_F(receiving_amendments, reactions_are_removed_by_name_or_altogether) {
  feed(text_message("1"));
  feed(reaction_to("1", "👍", "ada"));
  feed(reaction_to("1", "❤", "bob"));
  EXPECT_TRUE(feed(unreaction_to("1", "😮", "ada")).empty());
  auto events = feed(unreaction_to("1", "", "ada"));
  ASSERT_EQ(types(events), "reaction.removed");
  EXPECT_EQ(events[0].reaction, (reaction{"👍", "ada", epoch})) << "says what it was";
  EXPECT_EQ(types(feed(unreaction_to("1", "❤", "bob"))), "reaction.removed");
  EXPECT_TRUE(message_named("1").reactions.empty());
}

/// Acts on message "1", each with a version of its own.
inbound_event added_at(std::int64_t seconds, std::string emoji, domain::platform p = platform::whatsapp) {
  auto in = reaction_to("1", std::move(emoji), "ada");
  in.at = at(seconds);
  in.version += std::to_string(seconds);
  in.platform = p;
  return in;
}
inbound_event removed_at(std::int64_t seconds, std::string emoji, domain::platform p = platform::whatsapp) {
  auto in = added_at(seconds, std::move(emoji), p);
  in.kind = inbound_kind::reaction_removed;
  return in;
}

TEST_F(receiving_amendments, a_removal_leaves_a_trace_that_an_older_reaction_cannot_undo) {
  auto events = feed(removed_at(20, ""));
  ASSERT_EQ(types(events), "conversation.created reaction.removed");
  EXPECT_EQ(events[0].conversation->status, status::resolved) << "nobody waits there";
  EXPECT_TRUE(events[1].message->placeholder);
  EXPECT_EQ(events[1].reaction, (reaction{"", "ada", at(20)}));
  EXPECT_TRUE(feed(added_at(10, "👍")).empty());
  EXPECT_TRUE(feed(removed_at(15, "👍")).empty());
  feed(text_message("1"));
  EXPECT_TRUE(feed(added_at(11, "❤")).empty()) << "the message's own arrival keeps the trace";
  EXPECT_EQ(message_named("1").removed_reactions, (std::vector<reaction>{{"", "ada", at(20)}}));
  EXPECT_EQ(types(feed(added_at(30, "👍"))), "reaction.added");
  EXPECT_TRUE(message_named("1").removed_reactions.empty());
  EXPECT_TRUE(feed(removed_at(25, "")).empty()) << "not the removal of what came after it";
  EXPECT_TRUE(feed(added_at(26, "❤")).empty());
  EXPECT_EQ(message_named("1").reactions, (std::vector<reaction>{{"👍", "ada", at(30)}}));
}

TEST_F(receiving_amendments, acts_of_one_second_count_as_they_come) {
  feed(text_message("1"));
  feed(added_at(10, "👍"));
  EXPECT_EQ(types(feed(added_at(10, "❤"))), "reaction.added");
  EXPECT_TRUE(feed(removed_at(10, "👍")).empty()) << "that was exchanged for the heart";
  EXPECT_EQ(types(feed(removed_at(10, "❤"))), "reaction.removed");
  EXPECT_EQ(types(feed(added_at(10, "😮"))), "reaction.added");
  EXPECT_EQ(message_named("1").reactions, (std::vector<reaction>{{"😮", "ada", at(10)}}));
}

TEST_F(receiving_amendments, on_telegram_a_sender_has_several_reactions) {
  constexpr auto telegram = platform::telegram;
  feed(text_message("1"));
  EXPECT_EQ(types(feed(added_at(10, "👍", telegram))), "reaction.added");
  EXPECT_EQ(types(feed(added_at(11, "❤", telegram))), "reaction.added");
  EXPECT_EQ(message_named("1").reactions,
            (std::vector<reaction>{{"👍", "ada", at(10)}, {"❤", "ada", at(11)}}));
  EXPECT_EQ(types(feed(removed_at(12, "👍", telegram))), "reaction.removed");
  EXPECT_EQ(types(feed(added_at(12, "😮", telegram))), "reaction.added");
  EXPECT_TRUE(feed(added_at(9, "👍", telegram)).empty());
  EXPECT_EQ(message_named("1").reactions,
            (std::vector<reaction>{{"❤", "ada", at(11)}, {"😮", "ada", at(12)}}));
  EXPECT_EQ(message_named("1").removed_reactions, (std::vector<reaction>{{"👍", "ada", at(12)}}));
}

TEST_F(receiving_amendments, traces_of_removals_are_bounded_and_the_oldest_goes) {
  feed(text_message("1"));
  for (std::size_t i = 0; i <= removed_reactions_max; ++i) {
    auto in = unreaction_to("1", "", "s" + std::to_string(i));
    in.at = at(static_cast<std::int64_t>(1000 - i));
    EXPECT_EQ(types(feed(in)), "reaction.removed");
  }
  const auto& traces = message_named("1").removed_reactions;
  ASSERT_EQ(traces.size(), removed_reactions_max);
  EXPECT_EQ(traces.front().sender_id, "s50") << "the newcomer stays";
  EXPECT_EQ(traces[1].sender_id, "s48");
  EXPECT_EQ(traces.back().sender_id, "s0");
}

TEST_F(receiving_amendments, reactions_are_bounded_and_each_is_an_event) {
  feed(text_message("1"));
  for (std::size_t i = 0; i <= reactions_max; ++i) {
    auto in = reaction_to("1", "👍", "s" + std::to_string(i));
    in.at = at(static_cast<std::int64_t>(1000 + i));
    EXPECT_EQ(types(feed(in)), "reaction.added");
  }
  const auto& kept = message_named("1").reactions;
  ASSERT_EQ(kept.size(), reactions_max);
  EXPECT_EQ(kept.front().sender_id, "s1");
  EXPECT_EQ(kept.back().sender_id, "s" + std::to_string(reactions_max));
}

// -- edits that only a tag behind '#' tells apart (Facebook Pages)
// ---------------------------------------------------------------------------------------------------

TEST_F(receiving_amendments, a_tag_tells_edits_apart_but_does_not_order_them) {
  const auto edit = [](std::string content, std::string version, std::int64_t seconds) {
    auto in = edit_of("1", std::move(content), std::move(version));
    in.at = at(seconds);
    return in;
  };
  feed(text_message("1", "first"));
  EXPECT_EQ(types(feed(edit("b", "100#9", 100))), "message.edited");
  EXPECT_EQ(types(feed(edit("c", "100#1", 100))), "message.edited") << "of one time: the one that came later";
  EXPECT_TRUE(feed(edit("b", "100#9", 100)).empty()) << "a redelivery";
  EXPECT_TRUE(feed(edit("old", "99#5", 200)).empty()) << "the platform's own order before any time";
  EXPECT_EQ(types(feed(edit("d", "#7", 110))), "message.edited") << "where there is none, the time";
  EXPECT_TRUE(feed(edit("older", "#3", 109)).empty());
  EXPECT_TRUE(feed(edit("d", "#7", 300)).empty()) << "redelivered with another time";
  EXPECT_EQ(message_named("1").content, "d");
}

// -- before their message
// ---------------------------------------------------------------------------------------

TEST_F(receiving_amendments, make_a_placeholder_in_the_newest_conversation) {
  feed(text_message("0"));
  const struct {
    inbound_event in;
    const char* wanted;
    direction side;
    content_type type;
  } cases[] = {
      {edit_of("e", "new", "1"), "message.edited", direction::inbound, content_type::text},
      {deletion_of("d"), "message.deleted", direction::inbound, content_type::unsupported},
      {reaction_to("r", "👍"), "reaction.added", direction::inbound, content_type::unsupported},
      {status_of("s", delivery::delivered), "message.delivered", direction::outbound,
       content_type::unsupported},
  };
  for (const auto& c : cases) {
    const auto events = feed(c.in);
    ASSERT_EQ(types(events), c.wanted);
    const message& m = *events[0].message;
    EXPECT_TRUE(m.placeholder);
    EXPECT_EQ(m.id, (message_id{id_of(1), events[0].sequence}));
    EXPECT_EQ(m.platform_message_id, c.in.platform_message_id);
    EXPECT_EQ(m.direction, c.side);
    EXPECT_EQ(m.content_type, c.type);
  }
  EXPECT_EQ(current().unread, 1u);
}

TEST_F(receiving_amendments, a_thread_may_begin_with_one) {
  EXPECT_EQ(types(feed(reaction_to("r", "👍"))), "conversation.created reaction.added");
  EXPECT_EQ(current().status, status::open);
  EXPECT_EQ(types(feed(text_message("r"))), "message.received");
  EXPECT_EQ(current().unread, 1u);
}

TEST_F(receiving_amendments, a_like_of_a_post_opens_no_case) {
  auto like = reaction_to("post", "👍");
  like.thread = thread_kind::comment;
  EXPECT_EQ(types(feed(like)), "conversation.created reaction.added");
  EXPECT_EQ(current().status, status::resolved);
}

TEST_F(receiving_amendments, a_receipt_alone_opens_no_case) {
  const auto events = feed(status_of("s", delivery::read));
  ASSERT_EQ(types(events), "conversation.created message.read");
  EXPECT_EQ(events[0].conversation->status, status::resolved);
  EXPECT_EQ(events[0].conversation->resolved_at, now);
  EXPECT_EQ(types(feed(echo("s"))), "message.sent");
  EXPECT_EQ(current().status, status::resolved);
  EXPECT_EQ(message_named("s").delivery, delivery::read);
  EXPECT_EQ(types(feed(text_message("1"))), "conversation.reopened message.received");
}

TEST_F(receiving_amendments, a_placeholder_left_in_a_finished_case_does_not_hide_its_message) {
  feed(text_message("0"));
  feed(reaction_to("late", "👍"));
  set_status(status::closed);
  const auto events = feed(text_message("late", "still here"));
  ASSERT_EQ(types(events), "conversation.updated conversation.created message.received");
  EXPECT_EQ(events[2].message->id, (message_id{id_of(2), 2}));
  EXPECT_EQ(events[2].message->content, "still here");
  EXPECT_EQ(events[2].message->reactions.size(), 1u);
}

TEST_F(receiving_amendments, a_message_of_an_earlier_case_keeps_its_id) {
  feed(text_message("old"));
  const message_id id = message_named("old").id;
  set_status(status::closed);
  feed(text_message("new"));
  const auto events = feed(reaction_to("old", "👍"));
  ASSERT_EQ(types(events), "reaction.added");
  EXPECT_EQ(events[0].message->id, id);
  EXPECT_EQ(events[0].conversation->id, id_of(2));
}

}  // namespace
}  // namespace switchboard::domain
