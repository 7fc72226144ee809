// Replies: queued before anybody hears of them, sent once, and settled once by whichever word of the platform comes first.

#include "tests/domain/saying_fixture.hpp"

#include <string>
#include <vector>

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;
using delivery = delivery_status;

TEST_F(saying_test, a_reply_is_queued_and_reads_what_was_unread) {
  ASSERT_EQ(current().unread, 1u);
  auto s = reply("blue or red?");
  s.key = "k1";
  const auto events = run(s);
  ASSERT_EQ(types(events), "message.queued");
  const auto& m = *events[0].message;
  EXPECT_EQ(m.content, "blue or red?");
  EXPECT_EQ(m.direction, direction::outbound);
  EXPECT_EQ(m.sender_id, "agent-7");
  EXPECT_EQ(m.delivery, delivery::queued);
  EXPECT_EQ(m.sent_at, now);
  EXPECT_EQ(events[0].origin, (event_origin{"command", "k1", "0"}));
  EXPECT_EQ(current().unread, 0u);
  EXPECT_EQ(current().sending, 1u);
  EXPECT_FALSE(current().first_response_at) << "nobody has got it yet";
  EXPECT_EQ(state.sending, std::vector<message>{m});
}

TEST_F(saying_test, parts_are_messages_of_their_own_in_order) {
  auto s = reply("one");
  s.key = "k";
  s.parts.push_back({.content = "two"});
  s.sender = sender_type::bot;
  const auto events = run(s);
  ASSERT_EQ(types(events), "message.queued message.queued");
  EXPECT_EQ(events[0].message->content, "one");
  EXPECT_EQ(events[1].message->content, "two");
  EXPECT_EQ(events[1].origin->version, "1");
  EXPECT_EQ(current().sending, 2u);
  EXPECT_EQ(current().unread, 1u) << "a bot reads nothing";
}

TEST_F(saying_test, what_a_router_says_it_says_once_by_its_sequence_and_answers_nobody) {
  auto s = reply("You are number 4.");
  s.sender = sender_type::system;
  s.sender_id = "router";
  s.routed = 7;
  s.only_in = {thread_kind::dm};
  const auto events = run(s);
  ASSERT_EQ(types(events), "message.queued");
  EXPECT_EQ(events[0].message->sender_type, sender_type::system);
  EXPECT_EQ(current().routed, 7u);
  EXPECT_EQ(current().unread, 1u) << "nobody has read anything";
  EXPECT_EQ(types(run(s)), "") << "said again";
  s.routed = 6;
  EXPECT_EQ(types(run(s)), "") << "of before it";
  s.routed = 8;
  s.only_in = {thread_kind::comment};
  EXPECT_EQ(types(run(s)), "") << "not in direct messages";
  s.only_in = {thread_kind::comment, thread_kind::dm};
  EXPECT_EQ(types(run(s)), "message.queued");
  EXPECT_EQ(current().routed, 8u);
}

TEST_F(saying_test, what_a_router_says_is_refused_where_nothing_can_be_sent) {
  auto s = reply("You are number 4.");
  s.sender = sender_type::system;
  s.routed = 7;
  s.only_in = {thread_kind::dm};
  s.account_can_send = false;
  const auto refused = decide(state, command(s), policy, now);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().why, refusal::invalid);
  s.account_can_send = true;
  s.has_room = false;
  EXPECT_EQ(decide(state, command(s), policy, now).error().why, refusal::no_room);
}

TEST_F(saying_test, the_same_key_says_nothing_twice) {
  auto s = reply("one");
  s.key = "k";
  const auto events = run(s);
  s.made = {*events[0].message};
  EXPECT_EQ(types(run(s)), "");
  auto other = reply("another");
  other.key = "k";
  other.made = s.made;
  EXPECT_EQ(refusal_of(other), refusal::invalid);
}

TEST_F(saying_test, what_names_nothing_answers_what_it_stands_below) {
  auto s = reply("yes");
  s.key = "k";
  s.below = "comment-1";
  const auto made = run(s);
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(made[0].message->reply_to, "comment-1");
  auto again = s;
  again.below = "comment-2";  // the customer wrote meanwhile
  again.made = {*made[0].message};
  EXPECT_EQ(types(run(again)), "") << "the same";
  auto named = s;
  named.parts[0].reply_to = "comment-0";
  named.made = again.made;
  EXPECT_FALSE(decide(state, named, policy, now)) << "another one";
  auto other = s;
  other.key = "k2";
  other.parts[0].reply_to = "comment-0";
  EXPECT_EQ(run(other)[0].message->reply_to, "comment-0");
}

TEST_F(saying_test, where_there_is_no_room_a_key_is_still_answered_with_what_it_made) {
  auto s = reply("one");
  s.key = "k";
  const auto events = run(s);
  s.made = {*events[0].message};
  s.has_room = false;
  EXPECT_EQ(types(run(s)), "");
  auto fresh = reply("two");
  fresh.has_room = false;
  EXPECT_EQ(refusal_of(fresh), refusal::no_room);
  fresh.key = "k-2";
  EXPECT_EQ(refusal_of(fresh), refusal::no_room);
}

TEST_F(saying_test, what_can_not_be_said_is_refused) {
  EXPECT_EQ(refusal_of(say{.id = id_of(2), .parts = {{.content = "x"}}}), refusal::not_found);
  EXPECT_EQ(refusal_of(say{.id = current().id, .parts = {}}), refusal::invalid);
  auto many = reply("x");
  many.parts.resize(sending_max + 1, {.content = "x"});
  EXPECT_EQ(refusal_of(many), refusal::too_many);
  auto elsewhere = reply("x");
  elsewhere.not_here = "another's";
  EXPECT_EQ(refusal_of(elsewhere), refusal::nothing_to_answer);
  set_status(conversation_status::closed);
  EXPECT_EQ(refusal_of(reply("x")), refusal::invalid);
}

TEST_F(saying_test, a_closed_window_is_told_with_its_time) {
  now = epoch + 24h;
  const auto decided = decide(state, command(reply("x")), policy, now);
  ASSERT_FALSE(decided);
  EXPECT_EQ(decided.error().why, refusal::window_closed);
  EXPECT_EQ(decided.error().closed_at, epoch + 24h);
  EXPECT_EQ(decided.error().allowed, std::vector<std::string>{"template"});
  auto approved = reply("x");
  approved.parts[0].approved = true;
  EXPECT_EQ(types(run(approved)), "message.queued");
}

TEST_F(saying_test, the_answer_settles_it) {
  const auto id = queued();
  now += 1s;
  const auto events = run(settled(id, end::sent, "p1"));
  ASSERT_EQ(types(events), "message.sent");
  EXPECT_EQ(message_of(id).platform_message_id, "p1");
  EXPECT_EQ(message_of(id).delivery, delivery::sent);
  EXPECT_EQ(current().sending, 0u);
  EXPECT_EQ(current().first_response_at, now);
  EXPECT_TRUE(state.sending.empty());
  EXPECT_EQ(types(run(settled(id, end::sent, "p1"))), "") << "twice is once";
  EXPECT_EQ(types(run(settled(id, end::failed))), "");
  EXPECT_EQ(types(feed(echo("p1", "blue or red?"))), "") << "its echo is no second message";
  EXPECT_EQ(types(feed(status_of("p1", delivery::delivered))), "message.delivered");
}

TEST_F(saying_test, a_bots_reply_is_no_first_response) {
  auto s = reply("x");
  s.sender = sender_type::bot;
  const auto id = run(s)[0].message->id;
  run(settled(id, end::sent, "p1"));
  EXPECT_FALSE(current().first_response_at);
}

TEST_F(saying_test, a_refusal_is_a_failure_with_its_reason) {
  const auto id = queued();
  auto s = settled(id, end::failed);
  s.error = {"131047", "Re-engagement message", "more than 24 hours"};
  ASSERT_EQ(types(run(s)), "message.failed");
  EXPECT_EQ(message_of(id).delivery, delivery::failed);
  EXPECT_EQ(message_of(id).error->code, "131047");
  EXPECT_EQ(current().sending, 0u);
  EXPECT_EQ(types(run(settled(id, end::sent, "p1"))), "") << "nothing leaves failed";
}

TEST_F(saying_test, an_unknown_end_is_told_once_and_may_still_turn_out) {
  const auto id = queued();
  EXPECT_EQ(types(run(settled(id, end::unknown))), "message.unknown");
  EXPECT_EQ(types(run(settled(id, end::unknown))), "");
  EXPECT_EQ(current().sending, 1u);
  EXPECT_EQ(state.sending.size(), 1u);
  EXPECT_EQ(types(run(settled(id, end::sent, "p1"))), "message.sent");
  EXPECT_EQ(message_of(id).delivery, delivery::sent);
}

TEST_F(saying_test, what_nobody_knows_stays_unknown_until_the_platform_speaks_of_it) {
  const auto id = queued();
  run(settled(id, end::unknown));
  auto s = settled(id, end::unresolved);
  s.error = {"no-answer", "", ""};
  ASSERT_EQ(types(run(s)), "message.unknown");
  EXPECT_EQ(message_of(id).delivery, delivery::unknown);
  EXPECT_EQ(current().sending, 0u);
  EXPECT_TRUE(state.sending.empty());
  EXPECT_EQ(types(feed_about(id, status_of("p1", delivery::delivered))), "message.sent message.delivered");
  EXPECT_EQ(message_of(id).delivery, delivery::delivered);
  EXPECT_EQ(message_of(id).platform_message_id, "p1");
  EXPECT_EQ(current().sending, 0u);
}

TEST_F(saying_test, an_echo_of_before_it_was_queued_is_somebody_elses) {
  const auto id = queued();
  feed(echo("p1", "blue or red?"));
  EXPECT_NE(message_named("p1").id, id);
  EXPECT_EQ(message_of(id).delivery, delivery::queued);
}

TEST_F(saying_test, an_echo_with_the_same_words_is_the_reply) {
  const auto id = queued("blue  or red? ");
  auto said = wordy_echo("p1", "blue or red?");
  said.at = now + 1s;
  ASSERT_EQ(types(feed(said)), "message.sent");
  EXPECT_EQ(message_of(id).platform_message_id, "p1");
  EXPECT_EQ(message_of(id).content, "blue  or red? ") << "as it was written";
  EXPECT_TRUE(state.sending.empty());
  EXPECT_EQ(types(feed(said)), "");
  EXPECT_EQ(types(run(settled(id, end::sent, "p1"))), "");
}

TEST_F(saying_test, the_oldest_of_those_with_the_same_words_is_meant) {
  const auto first = queued("ok"), second = queued("ok"), third = queued("fine");
  auto said = wordy_echo("p1", "ok");
  said.at = now;
  feed(said);
  EXPECT_EQ(message_of(first).platform_message_id, "p1");
  auto other = wordy_echo("p2", "ok");
  other.at = now;
  feed(other);
  EXPECT_EQ(message_of(second).platform_message_id, "p2");
  auto foreign = wordy_echo("p3", "ok");
  foreign.at = now;
  EXPECT_EQ(types(feed(foreign)), "message.sent") << "typed elsewhere: a message of its own";
  EXPECT_EQ(message_of(third).delivery, delivery::queued);
  EXPECT_EQ(messages.size(), 5u);
}

TEST_F(saying_test, what_was_said_to_all_and_to_one_alone_is_told_apart_by_where_it_comes_back) {
  state.current->kind = thread_kind::comment;
  auto s = reply("ok");
  s.parts.front().payload = R"({"private":true})";
  const auto between = run(std::move(s)).back().message->id;
  const auto open = queued("ok");
  auto below = wordy_echo("p1", "ok");
  below.thread = thread_kind::comment;
  below.at = now;
  feed(below);
  EXPECT_EQ(message_of(open).platform_message_id, "p1");
  EXPECT_EQ(message_of(between).delivery, delivery::queued);
  auto direct = wordy_echo("p2", "ok");
  direct.thread = thread_kind::dm;
  direct.at = now;
  feed(direct);
  EXPECT_EQ(message_of(between).platform_message_id, "p2");
}

TEST_F(saying_test, words_are_compared_without_their_white_space) {
  EXPECT_EQ(words_in(" \t blue  or\r\n red? "), "blue or red?");
  EXPECT_EQ(words_in(" \n"), "");
  EXPECT_NE(words_in("blueor red?"), words_in("blue or red?"));
}

TEST_F(saying_test, what_waits_for_its_turn_is_not_settled_by_the_same_words) {
  const auto first = queued("ok"), second = queued("ok");
  auto typed = wordy_echo("p1", "ok");  // in the platform's own app
  typed.at = now;
  auto r = command_of(typed);
  r.not_begun = {first, second};
  EXPECT_EQ(types(run(r)), "message.sent") << "a message of its own";
  EXPECT_EQ(message_of(first).delivery, delivery::queued);
  EXPECT_EQ(message_of(second).delivery, delivery::queued);
  auto other = wordy_echo("p2", "ok");
  other.at = now;
  r = command_of(other);
  r.not_begun = {first};
  run(r);
  EXPECT_EQ(message_of(second).platform_message_id, "p2") << "the oldest of those that were handed over";
  EXPECT_EQ(message_of(first).delivery, delivery::queued);
}

TEST_F(saying_test, words_are_no_proof_where_references_are_given_or_there_are_none) {
  const auto id = queued("ok");
  auto typed = echo("p1", "ok");  // WhatsApp echoes what was typed in the Business app
  typed.at = now;
  feed(typed);
  EXPECT_NE(message_named("p1").id, id);
  auto picture = wordy_echo("p2", "");
  picture.attachments.push_back(media("image", "https://a"));
  picture.at = now;
  auto s = reply("");
  s.parts[0].attachments.push_back(media("image", "https://b"));
  const auto ours = run(s).back().message->id;
  feed(picture);
  EXPECT_NE(message_named("p2").id, ours);
  EXPECT_EQ(message_of(id).delivery, delivery::queued);
  EXPECT_EQ(message_of(ours).delivery, delivery::queued);
}

TEST_F(saying_test, what_waits_was_not_read_whatever_the_watermark_says) {
  const auto id = queued();
  feed(watermark_at(delivery::read, now + 1h));
  EXPECT_EQ(message_of(id).delivery, delivery::queued);
  EXPECT_EQ(current().sending, 1u);
  run(settled(id, end::unknown));
  feed(watermark_at(delivery::read, now + 2h));
  EXPECT_EQ(message_of(id).delivery, delivery::unknown);
  run(settled(id, end::sent, "p1"));
  feed(watermark_at(delivery::read, now + 3h));
  EXPECT_EQ(message_of(id).delivery, delivery::read);
}

TEST_F(saying_test, what_failed_is_not_revived_by_a_word_of_the_platform) {
  const auto id = queued();
  run(settled(id, end::failed));
  auto in = status_of("p1", delivery::delivered);
  in.our_reference = to_text(id);
  for (const auto& e : feed(in)) EXPECT_NE(e.type, event_type::message_sent);
  EXPECT_EQ(message_of(id).delivery, delivery::failed);
}

TEST_F(saying_test, a_key_is_answered_also_once_a_newer_case_exists) {
  auto s = reply("one");
  s.key = "k";
  s.made = {*run(s)[0].message};
  set_status(conversation_status::closed);
  feed(text_message("2"));
  EXPECT_EQ(types(run(s)), "");
}

TEST_F(saying_test, an_echo_with_our_reference_is_the_reply_whatever_it_says) {
  const auto id = queued("hello {name}");
  EXPECT_EQ(types(feed_about(id, echo("p1", "hello Ann"))), "message.sent");
  EXPECT_EQ(message_of(id).platform_message_id, "p1");
  EXPECT_EQ(messages.size(), 2u);
}

TEST_F(saying_test, a_receipt_with_our_reference_comes_before_the_answer) {
  const auto id = queued();
  EXPECT_EQ(types(feed_about(id, status_of("p1", delivery::read))), "message.sent message.read");
  EXPECT_EQ(message_of(id).delivery, delivery::read);
  EXPECT_EQ(current().sending, 0u);
  EXPECT_EQ(types(run(settled(id, end::sent, "p1"))), "");
  EXPECT_EQ(types(feed_about(id, status_of("p1", delivery::sent))), "") << "late";
}

TEST_F(saying_test, a_failure_with_our_reference_comes_before_the_answer) {
  const auto id = queued();
  auto failed = status_of("p1", delivery::failed);
  failed.error = delivery_error{"131026", "undeliverable", ""};
  EXPECT_EQ(types(feed_about(id, failed)), "message.failed");
  EXPECT_EQ(message_of(id).error->code, "131026");
  EXPECT_EQ(message_of(id).platform_message_id, "p1");
  EXPECT_EQ(current().sending, 0u);
  EXPECT_EQ(types(run(settled(id, end::sent, "p1"))), "");
}

TEST_F(saying_test, a_receipt_without_reference_before_the_answer_is_joined_by_the_answer) {
  const auto id = queued();
  feed(status_of("p1", delivery::delivered));
  ASSERT_TRUE(message_named("p1").placeholder);
  const auto placeholder = message_named("p1").id;
  ASSERT_EQ(types(run(settled(id, end::sent, "p1"))), "message.sent message.deleted");
  EXPECT_EQ(message_of(id).delivery, delivery::delivered);
  EXPECT_EQ(message_of(id).content, "blue or red?");
  EXPECT_EQ(message_of(id).platform_message_id, "p1");
  EXPECT_TRUE(message_of(placeholder).deleted);
  EXPECT_TRUE(message_of(placeholder).platform_message_id.empty());
  EXPECT_EQ(types(feed(status_of("p1", delivery::read))), "message.read");
  EXPECT_EQ(message_of(id).delivery, delivery::read);
}

TEST_F(saying_test, an_echo_that_nobody_recognised_is_joined_by_the_answer) {
  const auto id = queued("with a link https://example.com/a");
  auto said = wordy_echo("p1", "with a link https://t.example/1");
  said.at = now;
  feed(said);
  const auto stranger = message_named("p1").id;
  ASSERT_NE(stranger, id);
  ASSERT_EQ(types(run(settled(id, end::sent, "p1"))), "message.sent message.deleted");
  EXPECT_TRUE(message_of(stranger).deleted);
  EXPECT_EQ(message_of(id).platform_message_id, "p1");
}

TEST_F(saying_test, who_is_erased_gets_nothing_more) {
  queued();
  run(erase{.customer = current().customer, .by = 9});
  EXPECT_TRUE(state.sending.empty());
}

TEST_F(saying_test, replies_of_a_case_that_is_over_are_settled_in_the_next) {
  const auto id = queued();
  set_status(conversation_status::closed);
  feed(text_message("2"));
  ASSERT_EQ(current().id.ordinal, 2u);
  EXPECT_EQ(types(run(settled(id, end::sent, "p1"))), "message.sent");
  EXPECT_EQ(history.back().conversation->id.ordinal, 2u);
  EXPECT_EQ(message_of(id).delivery, delivery::sent);
  EXPECT_TRUE(state.sending.empty());
}

}  // namespace
}  // namespace switchboard::domain
