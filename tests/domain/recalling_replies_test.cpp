// What a thread knows of the past before it decides about replies, theirs and their echoes'.
#include "domain/recalling.hpp"
#include "tests/domain/plain_past.hpp"
#include "tests/domain/thread_fixture.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::domain {
namespace {

using testing::IsEmpty;

TEST(recalling_echoes, asks_what_was_begun_where_the_words_could_be_of_what_waits) {
  auto state = with_conversation();
  message waits;
  waits.id = {state.current->id, 7};
  waits.direction = direction::outbound;
  waits.content = "yes";
  waits.sent_at = at(1);
  state.sending.push_back(waits);
  auto echo = inbound_of(inbound_kind::message, "p");
  echo.direction = direction::outbound;
  echo.platform = platform::instagram;
  echo.at = at(2);
  const auto not_begun = [&](const char* words, const char* reference = "") {
    echo.content = words;
    echo.our_reference = reference;
    auto r = told(echo);
    recall(r, state, plain_past{});
    return r.not_begun;
  };
  EXPECT_THAT(not_begun("yes"), testing::ElementsAre(waits.id));
  EXPECT_THAT(not_begun("no"), IsEmpty());
  EXPECT_THAT(not_begun("yes", to_text(waits.id).c_str()), IsEmpty()) << "what it is is known";
}

/// Below a comment something was said to its author alone, and something to all.
TEST(recalling_echoes, a_private_answers_echo_stays_where_it_was_said) {
  auto state = with_conversation();
  state.current->kind = thread_kind::comment;
  state.current->platform = platform::instagram;
  message open;
  open.id = {state.current->id, 7};
  open.direction = direction::outbound;
  open.content = "to all";
  open.sent_at = at(1);
  message between;
  between = open;
  between.id.sequence = 8;
  between.content = "to you  alone ";
  between.payload = R"({"buttons":[{"title":"ok"}],"private":true})";
  state.sending = {open, between};
  plain_past past;
  const auto stays = [&](const char* words, auto change) {
    auto echo = inbound_of(inbound_kind::message, "p");
    echo.direction = direction::outbound;
    echo.platform = platform::instagram;
    echo.content = words;
    echo.at = at(2);
    change(echo);
    auto r = told(echo);
    return stays_here(r, state, past);
  };
  const auto as_it_is = [](inbound_event&) {};
  EXPECT_FALSE(stays("to you alone", as_it_is)) << "nobody has called the platform yet";
  past.begun = between.id;
  EXPECT_TRUE(stays("to you alone", as_it_is));
  EXPECT_FALSE(stays("to you", as_it_is));
  EXPECT_FALSE(stays("to you alone", [](inbound_event& e) { e.direction = direction::inbound; }));
  EXPECT_FALSE(stays("to you alone", [](inbound_event& e) { e.our_reference = "another's"; }));
  past.begun = open.id;
  EXPECT_FALSE(stays("to all", as_it_is)) << "that comes back as a comment";
  state.current->kind = thread_kind::dm;
  EXPECT_FALSE(stays("to all", as_it_is)) << "it is asked by its own key";
}

TEST(recalling_replies, asks_below_what_they_go_only_where_nothing_came_since) {
  auto state = with_conversation();
  plain_past past;
  past.last = "old";
  const auto below = [&] {
    say s{.id = state.current->id, .parts = {{.content = "yes"}}};
    recall(s, state, past);
    return s.below;
  };
  EXPECT_EQ(below(), std::nullopt) << "a direct message";
  state.current->kind = thread_kind::comment;
  EXPECT_EQ(below(), "old");
  past.last.reset();
  EXPECT_EQ(below(), "") << "the customer said nothing";
  EXPECT_THAT(past.asked, testing::ElementsAre("last inbound of 1", "last inbound of 1"));
  state.last_inbound = "new";
  EXPECT_EQ(below(), "new");
  EXPECT_EQ(past.asked.size(), 2u);
}

TEST(recalling_replies, asks_about_the_comment_only_for_a_private_one) {
  auto state = with_conversation(3, 1);
  state.current->kind = thread_kind::comment;
  state.last_inbound = "m";
  plain_past past;
  past.stored = stored_in(2);
  past.answers = {stored_in(3)};
  const auto recalled = [&](bool privately, std::string to = {}, std::vector<message> made = {}) {
    say s{.id = state.current->id,
          .parts = {{.content = "psst", .reply_to = std::move(to), .privately = privately}}};
    s.key = made.empty() ? "" : "k";
    past.made = std::move(made);
    past.asked.clear();
    recall(s, state, past);
    return s;
  };
  EXPECT_FALSE(recalled(false).comment);
  EXPECT_THAT(past.asked, IsEmpty());
  const auto below_the_last = recalled(true);
  EXPECT_EQ(below_the_last.comment, past.stored);
  EXPECT_EQ(below_the_last.answers, past.answers);
  EXPECT_THAT(past.asked, testing::ElementsAre("message", "answers to m up to 3"));
  EXPECT_EQ(recalled(true, "m").comment, past.stored);
  EXPECT_FALSE(recalled(true, "another's").comment);
  EXPECT_FALSE(recalled(true, "m", {stored_in(3)}).comment) << "a repetition is answered with what was made";
  past.stored = placeholder();
  EXPECT_FALSE(recalled(true).comment) << "nobody knows when it was made";
  past.stored = stored_in(2);
  past.stored->direction = direction::outbound;
  EXPECT_FALSE(recalled(true).comment) << "our own";
  past.stored = stored_in(1);
  EXPECT_FALSE(recalled(true).comment) << "erased";
}

TEST(recalling_replies, answer_what_was_said_here_or_the_post_that_it_is_about) {
  auto state = with_conversation(3, 1);
  state.last_inbound = "last";
  state.current->post_id = "post";
  plain_past past;
  past.stored = stored_in(2);
  const auto not_here = [&](std::string to) {
    say s{.id = state.current->id, .parts = {{.content = "yes", .reply_to = std::move(to)}}};
    recall(s, state, past);
    return s.not_here;
  };
  for (const auto kind : {thread_kind::dm, thread_kind::comment}) {
    state.current->kind = kind;
    for (const auto* to : {"", "last", "post", "m"}) EXPECT_EQ(not_here(to), "") << to;
    EXPECT_EQ(not_here("another's"), "another's");
  }
  past.stored = placeholder();
  EXPECT_EQ(not_here("m"), "m") << "somebody else's comment may be what was reacted to";
  past.stored = stored_in(1);
  EXPECT_EQ(not_here("m"), "m") << "erased";
  past.made = {stored_in(3)};
  say again{.id = state.current->id, .parts = {{.content = "yes", .reply_to = "another's"}}};
  again.key = "k";
  recall(again, state, past);
  EXPECT_EQ(again.not_here, "") << "a repetition is answered with what was made";
}

TEST(recalling_replies, the_newer_of_two_answers_is_what_counts) {
  auto answer = stored_in(1);
  answer.direction = direction::outbound;
  answer.reply_to = "c";
  answer.delivery = delivery_status::queued;
  std::vector<message> found = {answer};
  answer.delivery = delivery_status::failed;
  take_newer_answer(found, message(answer), "c");
  EXPECT_THAT(found, testing::ElementsAre(answer));
  auto other = answer;
  other.id.sequence = 3;
  take_newer_answer(found, message(other), "d");
  EXPECT_EQ(found.size(), 1u) << "to another comment";
  take_newer_answer(found, message(other), "c");
  EXPECT_EQ(found.size(), 2u);
  other.direction = direction::inbound;
  other.id.sequence = 4;
  take_newer_answer(found, std::move(other), "c");
  EXPECT_EQ(found.size(), 2u) << "the customer's own";
}

}  // namespace
}  // namespace switchboard::domain
