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

/// How many may go at once.
std::size_t at_once(send_queue& q, timestamp now) {
  std::size_t n = 0;
  while (q.next(now)) ++n;
  return n;
}

TEST(send_queue_tiers, are_the_accounts_own_and_follow_the_config) {
  constexpr std::array<quota, 2> quotas = {
      quota{.name = "both ways", .units = 80, .per = 1s, .tiered = true},
      quota{.name = "fixed", .of = quota::scope::account, .units = 1'000, .per = 1s}};
  for (const auto& [tier, allowed] : {std::pair<std::uint32_t, std::size_t>{0, 80}, {20, 20}, {1'000, 300}}) {
    send_queue q(quotas, {.in_flight_max = 1'000, .tier = tier});
    for (std::uint64_t i = 0; i < 300; ++i) {
      q.add({.id = {{thread_id{1, i}, 1}, 1}, .queued_at = t0, .draws = {draw{0, 1}, draw{1, 1}}}, t0);
    }
    EXPECT_EQ(at_once(q, t0), allowed) << tier;
    if (tier != 20) continue;
    q.follow({.in_flight_max = 1'000, .tier = 25});
    EXPECT_EQ(at_once(q, t0), 5u);
    q.follow({.in_flight_max = 1'000});
    EXPECT_EQ(at_once(q, t0), 55u);
  }
}

TEST(send_queue_tiers, count_what_comes_in) {
  constexpr std::array<quota, 2> quotas = {
      quota{.name = "both ways", .units = 80, .per = 1s, .tiered = true},
      quota{.name = "fixed", .of = quota::scope::account, .units = 100, .per = 1s}};
  send_queue q(quotas, {.in_flight_max = 1'000});
  for (std::uint64_t i = 0; i < 200; ++i) {
    q.add({.id = {{thread_id{1, i}, 1}, 1}, .queued_at = t0, .draws = {draw{0, 1}, draw{1, 1}}}, t0);
  }
  q.heard(60, t0);
  EXPECT_EQ(at_once(q, t0), 20u);
  q.heard(500, t0 + 500ms);
  EXPECT_EQ(at_once(q, t0 + 999ms), 0u);
  EXPECT_EQ(at_once(q, t0 + 1s), 60u)
      << "those of the first second are free, ours are not: they are under way";
}

}  // namespace
}  // namespace switchboard::domain
