// The way out of an engine: what is queued is sent once, in order, and what became of it is in the log, whatever the
// platform does and wherever the node ends.

#include "outbox_fixture.hpp"
#include "support.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace switchboard::actors {
namespace {

using namespace std::chrono_literals;
using domain::event_type;
using testing::arrived;
using testing::outbox_test;
using testing::text_message;

TEST_F(outbox_test, a_reply_is_sent_and_its_whole_life_is_in_the_log) {
  deliver("1", "where is it?");
  const auto r = say("on its way");
  ASSERT_EQ(r.messages.size(), 1u);
  EXPECT_NE(r.messages[0].find("\"deliveryStatus\":\"queued\""), std::string::npos);
  const auto call = client_->next();
  EXPECT_EQ(call.text, "on its way");
  call.done(arrived("p1"));
  EXPECT_EQ(wait_for(event_type::message_sent)[0].platform_id, "p1");
  for (const auto& e : events()) EXPECT_TRUE(is_public(e.type));
}

TEST_F(outbox_test, an_answer_below_a_comment_is_told_which_one) {
  auto comment = text_message("1", "where is it?");
  comment.platform = domain::platform::telegram;
  comment.thread = domain::thread_kind::comment;
  hand_in(std::move(comment));
  say("on its way");
  const auto call = client_->next();
  EXPECT_EQ(call.answered, "where is it?");
  call.done(arrived("p1"));
  wait_for(event_type::message_sent);
}

TEST_F(outbox_test, an_answer_below_a_comment_goes_there_however_many_went_before_and_whatever_comes_after) {
  const auto comment = [&](const char* id, const char* words) {
    auto c = text_message(id, words);
    c.platform = domain::platform::telegram;
    c.thread = domain::thread_kind::comment;
    hand_in(std::move(c));
  };
  comment("1", "where is it?");
  for (int i = 0; i < 60; ++i) {
    say("and " + std::to_string(i));
    const auto call = client_->next();
    EXPECT_EQ(call.answered, "where is it?") << i;
    call.done(arrived("p" + std::to_string(i)));
  }
  wait_for(event_type::message_sent, 60);
  restart();
  say("still", "k");
  const auto call = client_->next();
  EXPECT_EQ(call.answered, "where is it?");
  comment("2", "hello?");
  received_ = 2;
  wait_for(event_type::message_received, received_);
  call.done({});
  EXPECT_EQ(client_->wait_for_question(), "where is it?") << "it is asked about where it went";
  EXPECT_FALSE(say("still", "k").refused) << "the same message, though it would go elsewhere by now";
  say("here");
  client_->knows("p");
  EXPECT_EQ(client_->next().answered, "hello?");
}

TEST_F(outbox_test, the_same_key_is_one_message_also_after_a_restart) {
  deliver("1", "hello");
  const auto first = say("yes", "k");
  const auto second = say("yes", "k");
  EXPECT_EQ(first.messages[0].substr(0, 60), second.messages[0].substr(0, 60));
  client_->next().done(arrived("p1"));
  wait_for(event_type::message_sent);
  restart();
  const auto third = say("yes", "k");
  ASSERT_EQ(third.messages.size(), 1u);
  EXPECT_NE(third.messages[0].find("\"platformMessageId\":\"p1\""), std::string::npos) << third.messages[0];
  EXPECT_TRUE(say("no", "k").refused);
  EXPECT_EQ(client_->sent(), 0u);
  wait_for(event_type::message_queued, 1);
}

TEST_F(outbox_test, a_thread_is_sent_in_order) {
  deliver("1", "hello");
  for (const auto* text : {"one", "two", "three"}) say(text);
  for (const auto* text : {"one", "two", "three"}) {
    const auto call = client_->next();
    EXPECT_EQ(call.text, text);
    EXPECT_EQ(client_->sent(), text == std::string("one") ? 1u : text == std::string("two") ? 2u : 3u);
    call.done(arrived(std::string("p-") + text));
  }
  EXPECT_EQ(wait_for(event_type::message_sent, 3)[2].platform_id, "p-three");
}

TEST_F(outbox_test, what_failed_for_now_is_tried_again) {
  deliver("1", "hello");
  say("yes");
  client_->next().done({.end = domain::attempt_end::later, .error = {"503", "", ""}});
  client_->next().done(arrived("p1"));
  wait_for(event_type::message_sent);
  EXPECT_EQ(client_->sent(), 2u);
}

TEST_F(outbox_test, a_refusal_is_a_failure) {
  deliver("1", "hello");
  say("yes");
  client_->next().done({.end = domain::attempt_end::refused, .error = {"403", "blocked", ""}});
  wait_for(event_type::message_failed);
}

TEST_F(outbox_test, what_was_queued_is_sent_after_a_restart) {
  deliver("1", "hello");
  say("first");
  auto held = client_->next();
  say("second");
  held.done(arrived("p1"));
  wait_for(event_type::message_sent);
  held = client_->next();  // the second is under way, its attempt is durable, and the node ends
  EXPECT_EQ(held.text, "second");
  say("third");
  restart();
  wait_for(event_type::message_unknown);
  client_->knows("p2");
  EXPECT_EQ(wait_for(event_type::message_sent, 2)[1].content, "second") << "the platform said that it has it";
  const auto call = client_->next();
  EXPECT_EQ(call.text, "third");
  call.done(arrived("p3"));
  wait_for(event_type::message_sent, 3);
  EXPECT_EQ(client_->sent(), 1u) << "nothing was sent again blindly";
}

TEST_F(outbox_test, what_comes_in_takes_of_a_limit_of_both_ways) {
  constexpr auto per = 2s;
  client_->give({.name = "both ways", .units = 8, .per = per, .tiered = true});
  deliver("1", "hello");
  say("first");
  client_->next().done(arrived("p1"));
  wait_for(event_type::message_sent);
  const auto from = std::chrono::steady_clock::now();
  for (int i = 2; i <= 20; ++i) deliver(std::to_string(i), "well?");
  received_ = 20;
  conversation();
  say("the last that is left");
  client_->next().done(arrived("p2"));
  wait_for(event_type::message_sent, 2);
  say("too many");
  const auto late = client_->next();
  EXPECT_EQ(late.text, "too many");
  // Its place is that of the first, which ended shortly before `from`.
  EXPECT_GE(std::chrono::steady_clock::now() - from, per - 500ms);
  late.done(arrived("p3"));
  wait_for(event_type::message_sent, 3);
}

TEST_F(outbox_test, no_answer_is_unknown_until_the_platform_says) {
  deliver("1", "hello");
  say("yes");
  client_->next().done({});
  wait_for(event_type::message_unknown);
  client_->wait_for_question();
  client_->knows("p1");
  EXPECT_EQ(wait_for(event_type::message_sent)[0].platform_id, "p1");
  EXPECT_EQ(client_->sent(), 1u);
}

TEST_F(outbox_test, an_echo_settles_what_is_unknown_and_lets_the_next_go) {
  deliver("1", "hello");
  say("yes");
  say("and more");
  client_->next().done({});
  wait_for(event_type::message_unknown);
  auto echo = text_message("p1", "yes");
  echo.platform = domain::platform::telegram;
  echo.direction = domain::direction::outbound;
  echo.at = now();
  hand_in(std::move(echo));
  EXPECT_EQ(wait_for(event_type::message_sent)[0].content, "yes");
  const auto call = client_->next();
  EXPECT_EQ(call.text, "and more");
  call.done(arrived("p2"));
  wait_for(event_type::message_sent, 2);
}

TEST_F(outbox_test, the_echo_of_a_private_answer_comes_elsewhere_and_settles_it) {
  auto comment = text_message("1", "where is it?");
  comment.platform = domain::platform::telegram;
  comment.thread = domain::thread_kind::comment;
  hand_in(std::move(comment));
  const auto queued = say("psst").messages.at(0);
  client_->next().done({});
  wait_for(event_type::message_unknown);
  auto echo = text_message("p1", "psst");
  echo.platform = domain::platform::telegram;
  echo.direction = domain::direction::outbound;
  echo.thread_key = "in private";
  echo.at = now();
  const auto from = queued.find("m_");
  echo.our_reference = queued.substr(from, queued.find('"', from) - from);
  hand_in(echo);
  const auto sent = wait_for(event_type::message_sent)[0];
  EXPECT_EQ(sent.platform_id, "p1");
  EXPECT_EQ(sent.conversation, to_text(conversation())) << "where it was said";
  echo.platform_message_id = "p2";
  echo.our_reference = "m_00000000000000000000000000-1-1";
  hand_in(std::move(echo));
  EXPECT_NE(wait_for(event_type::message_sent, 2)[1].conversation, to_text(conversation()))
      << "not said here";
}

TEST_F(outbox_test, words_that_were_typed_elsewhere_do_not_keep_a_reply_that_waits_from_going) {
  deliver("1", "hello");
  say("yes");
  say("and more");
  const auto first = client_->next();  // the second waits for its end
  auto typed = text_message("t1", "and more");
  typed.platform = domain::platform::telegram;
  typed.direction = domain::direction::outbound;
  typed.at = now();
  hand_in(std::move(typed));
  EXPECT_EQ(wait_for(event_type::message_sent)[0].platform_id, "t1");
  first.done(arrived("p1"));
  const auto second = client_->next();
  EXPECT_EQ(second.text, "and more");
  second.done(arrived("p2"));
  EXPECT_EQ(wait_for(event_type::message_sent, 3)[2].platform_id, "p2");
}

TEST_F(outbox_test, an_answer_that_comes_behind_the_echo_changes_nothing) {
  deliver("1", "hello");
  say("yes");
  const auto call = client_->next();
  auto echo = text_message("p1", "yes");
  echo.platform = domain::platform::telegram;
  echo.direction = domain::direction::outbound;
  echo.at = now();
  hand_in(std::move(echo));
  wait_for(event_type::message_sent);
  call.done(arrived("p1"));
  say("and more");  // its end is told behind that of the first
  client_->next().done(arrived("p2"));
  EXPECT_EQ(wait_for(event_type::message_sent, 2)[1].content, "and more");
}

TEST_F(outbox_test, a_stop_waits_for_what_is_under_way) {
  deliver("1", "hello");
  say("yes");
  auto call = client_->next();
  say("and more");
  std::thread answers([&] {
    while (engine_->state() != health::draining) std::this_thread::yield();
    call.done(arrived("p1"));
  });
  EXPECT_TRUE(engine_->stop(30s));
  answers.join();
  engine_.reset();
  start();
  EXPECT_EQ(wait_for(event_type::message_sent, 1)[0].platform_id, "p1");
  const auto next = client_->next();
  EXPECT_EQ(next.text, "and more");
  next.done(arrived("p2"));
  wait_for(event_type::message_sent, 2);
  for (const auto& e : events()) EXPECT_NE(e.type, event_type::message_unknown);
}

}  // namespace
}  // namespace switchboard::actors
