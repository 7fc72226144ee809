// Questions about messages whose end is unknown take of the same limits as messages do.

#include "domain/send_queue.hpp"

#include <gtest/gtest.h>

#include <array>

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;

constexpr std::array<quota, 1> twice_a_second = {
    quota{.name = "lists", .of = quota::scope::account, .units = 2, .per = 1s}};
constexpr std::array<draw, 1> one_list = {draw{0, 1}};
const timestamp t0{1000s};

TEST(send_queue_questions, wait_for_the_accounts_limit) {
  send_queue q(twice_a_second, {});
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(q.question_allowed(one_list, t0), t0);
    q.question_begun(one_list, t0);
  }
  EXPECT_EQ(q.question_allowed(one_list, t0), std::nullopt);  // until one of them has ended
  q.question_ended(one_list, t0 + 10ms);
  EXPECT_EQ(q.question_allowed(one_list, t0 + 10ms), t0 + 1010ms);
}

TEST(send_queue_questions, wait_as_long_as_the_platform_has_said) {
  send_queue q(twice_a_second, {});
  const message_id id{{thread_id{1, 2}, 0}, 1};
  q.add({.id = id, .queued_at = t0}, t0);
  ASSERT_TRUE(q.next(t0));
  attempt_outcome limited{.end = attempt_end::later};
  limited.retry_after = 30s;
  EXPECT_EQ(q.ended(id, limited, t0, 0.5), send_verdict::retry);
  EXPECT_EQ(q.question_allowed(one_list, t0), t0 + 30s);
}

TEST(send_queue_questions, draw_nothing_where_the_platform_has_no_limit) {
  send_queue q({}, {});
  EXPECT_EQ(q.question_allowed({}, t0), t0);
}

}  // namespace
}  // namespace switchboard::domain
