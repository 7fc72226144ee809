// What goes out next, and when: each rule by itself.

#include "domain/send_queue.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;

constexpr timestamp start{std::chrono::hours{24 * 365 * 55}};

message_id message_of(std::uint64_t thread, std::uint64_t sequence) {
  return {{{0, thread}, 1}, sequence};
}

class send_queue_test : public testing::Test {
 protected:
  void add(message_id id, lane l = lane::agent, std::vector<draw> draws = {{0, 1}}) {
    queue.add({.id = id, .lane = l, .queued_at = now, .draws = std::move(draws)}, now);
  }
  /// The attempts that begin now.
  std::vector<message_id> begun() {
    std::vector<message_id> found;
    while (const auto step = queue.next(now)) {
      EXPECT_EQ(step->what, send_step::kind::attempt);
      found.push_back(step->id);
    }
    return found;
  }
  send_verdict end(message_id id, attempt_outcome o) { return queue.ended(id, o, now, 1.0); }
  static delivery_error error(std::string code) {
    return {.code = std::move(code), .title = {}, .detail = {}};
  }
  static attempt_outcome sent() { return {.end = attempt_end::sent, .platform_message_id = "p"}; }
  static attempt_outcome later(std::optional<std::chrono::milliseconds> after = {}) {
    return {.end = attempt_end::later, .error = error("503"), .retry_after = after};
  }

  using ids = std::vector<message_id>;

  std::vector<quota> quotas{
      {.name = "all", .units = 100, .per = 1s},
      {.name = "video", .units = 1, .per = 10s},
      {.name = "pair", .of = quota::scope::recipient, .units = 1, .per = 6s, .burst = 2}};
  sending_policy policy;
  timestamp now = start;
  send_queue queue{quotas, policy};
};

TEST_F(send_queue_test, a_thread_is_sent_in_order_one_at_a_time) {
  const auto a = message_of(1, 1), b = message_of(1, 2), other = message_of(2, 1);
  add(a);
  add(b);
  add(other);
  EXPECT_EQ(begun(), (ids{a, other}));
  EXPECT_EQ(end(a, sent()), send_verdict::settled);
  EXPECT_EQ(begun(), ids{b});
  EXPECT_EQ(end(b, sent()), send_verdict::settled);
  EXPECT_EQ(end(other, sent()), send_verdict::settled);
  EXPECT_EQ(queue.waiting() + queue.under_way() + queue.unknown(), 0u);
  EXPECT_EQ(queue.wake_at(now), std::nullopt);
}

TEST_F(send_queue_test, agents_go_before_bots_before_bulk_and_the_oldest_first) {
  policy.in_flight_max = 1;
  queue = send_queue(quotas, policy);
  const auto bulk = message_of(1, 1), bot = message_of(2, 1), agent = message_of(3, 1),
             too = message_of(4, 1);
  add(bulk, lane::bulk);
  add(bot, lane::bot);
  now += 1ms;
  add(agent, lane::agent);
  now += 1ms;
  add(too, lane::agent);
  for (const auto& expected : {agent, too, bot, bulk}) {
    ASSERT_EQ(begun(), ids{expected});
    EXPECT_EQ(end(expected, sent()), send_verdict::settled);
  }
}

TEST_F(send_queue_test, an_agent_behind_bulk_of_the_same_thread_lends_it_his_lane) {
  policy.in_flight_max = 1;
  queue = send_queue(quotas, policy);
  const auto bulk = message_of(1, 1), agent = message_of(1, 2), bot = message_of(2, 1);
  add(bot, lane::bot);
  add(bulk, lane::bulk);
  add(agent, lane::agent);
  EXPECT_EQ(begun(), ids{bulk});
}

TEST_F(send_queue_test, who_lacks_one_quota_holds_up_none_who_does_not) {
  const auto v1 = message_of(1, 1), v2 = message_of(2, 1), text = message_of(3, 1);
  add(v1, lane::agent, {{0, 1}, {1, 1}});
  add(v2, lane::agent, {{0, 1}, {1, 1}});
  now += 1ms;
  add(text, lane::bulk);
  EXPECT_EQ(begun(), (ids{v1, text}));
  EXPECT_EQ(end(v1, sent()), send_verdict::settled);
  EXPECT_EQ(begun(), ids{});
  EXPECT_EQ(queue.wake_at(now), now + 10s);
  now += 10s;
  EXPECT_EQ(begun(), ids{v2});
}

TEST_F(send_queue_test, a_recipients_limit_holds_up_only_him) {
  const std::vector<draw> both{{0, 1}, {2, 1}};
  for (std::uint64_t s = 1; s <= 3; ++s) add(message_of(1, s), lane::agent, both);
  add(message_of(2, 1), lane::agent, both);
  EXPECT_EQ(begun(), (ids{message_of(1, 1), message_of(2, 1)}));
  EXPECT_EQ(end(message_of(1, 1), sent()), send_verdict::settled);
  EXPECT_EQ(begun(), ids{message_of(1, 2)});
  EXPECT_EQ(end(message_of(1, 2), sent()), send_verdict::settled);
  EXPECT_EQ(begun(), ids{});
  EXPECT_EQ(queue.wake_at(now), now + 6s);
  now += 6s;
  EXPECT_EQ(begun(), ids{message_of(1, 3)});
}

TEST_F(send_queue_test, a_recipients_limit_is_remembered_while_nothing_waits_for_him) {
  const std::vector<draw> pair{{2, 1}};
  for (std::uint64_t s = 1; s <= 2; ++s) {
    add(message_of(1, s), lane::agent, pair);
    ASSERT_EQ(begun().size(), 1u);
    EXPECT_EQ(end(message_of(1, s), sent()), send_verdict::settled);
  }
  add(message_of(1, 3), lane::agent, pair);
  EXPECT_EQ(begun(), ids{});
  EXPECT_EQ(queue.wake_at(now), now + 6s);
}

TEST_F(send_queue_test, failures_are_repeated_later_each_time_until_it_is_given_up) {
  policy.attempts_max = 4;
  policy.breaker_after = 100;
  queue = send_queue(quotas, policy);
  const auto id = message_of(1, 1);
  add(id);
  for (const auto wait : {1s, 2s, 4s}) {
    ASSERT_EQ(begun(), ids{id});
    EXPECT_EQ(end(id, later()), send_verdict::retry);
    EXPECT_EQ(queue.wake_at(now), now + wait);
    now += wait - 1ms;
    EXPECT_EQ(begun(), ids{});
    now += 1ms;
  }
  ASSERT_EQ(begun(), ids{id});
  EXPECT_EQ(end(id, later()), send_verdict::give_up);
  EXPECT_EQ(queue.waiting(), 0u);
}

TEST_F(send_queue_test, retry_after_is_obeyed_as_it_is_and_counts_as_no_failure) {
  policy.attempts_max = 2;
  queue = send_queue(quotas, policy);
  const auto id = message_of(1, 1), other = message_of(2, 1);
  add(id);
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(begun(), ids{id});
    EXPECT_EQ(end(id, later(7s)), send_verdict::retry);
    if (i == 0) add(other);  // the account rests, so does everybody
    EXPECT_EQ(begun(), ids{});
    EXPECT_EQ(queue.wake_at(now), now + 7s);
    now += 7s;
    if (i == 0) {
      ASSERT_EQ(begun(), (ids{id, other}));
      EXPECT_EQ(end(other, sent()), send_verdict::settled);
      EXPECT_EQ(end(id, later(1s)), send_verdict::retry);
      now += 1s;
    }
  }
}

TEST_F(send_queue_test, at_once_is_no_time_to_wait) {
  policy.attempts_max = 2;
  queue = send_queue(quotas, policy);
  const auto id = message_of(1, 1);
  add(id);
  ASSERT_EQ(begun(), ids{id});
  EXPECT_EQ(end(id, later(0s)), send_verdict::retry);
  EXPECT_EQ(begun(), ids{}) << "or it would go round as fast as the platform answers";
  now += 1s;
  ASSERT_EQ(begun(), ids{id});
  EXPECT_EQ(end(id, later(0s)), send_verdict::give_up);
}

TEST_F(send_queue_test, who_has_moved_is_called_at_once_but_not_for_ever) {
  policy.attempts_max = 3;
  queue = send_queue(quotas, policy);
  const auto id = message_of(1, 1);
  add(id);
  auto moved = later(0s);
  moved.recipient_now = "-100";
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(begun(), ids{id});
    EXPECT_EQ(end(id, moved), send_verdict::retry);
  }
  ASSERT_EQ(begun(), ids{id});
  EXPECT_EQ(end(id, moved), send_verdict::give_up);
}

TEST_F(send_queue_test, a_success_of_one_that_was_under_way_shortens_no_retry_after) {
  const auto id = message_of(1, 1), other = message_of(2, 1);
  add(id);
  add(other);
  ASSERT_EQ(begun().size(), 2u);
  EXPECT_EQ(end(id, later(7s)), send_verdict::retry);
  EXPECT_EQ(end(other, sent()), send_verdict::settled);
  EXPECT_EQ(begun(), ids{});
  EXPECT_EQ(queue.wake_at(now), now + 7s);
}

TEST_F(send_queue_test, one_recipients_retry_after_leaves_the_others_alone) {
  const auto id = message_of(1, 1), other = message_of(2, 1);
  add(id);
  ASSERT_EQ(begun(), ids{id});
  auto o = later(7s);
  o.recipient_only = true;
  EXPECT_EQ(end(id, o), send_verdict::retry);
  add(other);
  EXPECT_EQ(begun(), ids{other});
}

TEST_F(send_queue_test, after_enough_failures_the_account_rests_and_tries_with_one) {
  policy.breaker_after = 3;
  queue = send_queue(quotas, policy);
  for (std::uint64_t t = 1; t <= 5; ++t) add(message_of(t, 1));
  EXPECT_EQ(begun().size(), 5u);
  for (std::uint64_t t = 1; t <= 3; ++t) EXPECT_EQ(end(message_of(t, 1), later()), send_verdict::retry);
  EXPECT_TRUE(queue.is_resting(now));
  EXPECT_EQ(end(message_of(4, 1), sent()), send_verdict::settled) << "it was under way before";
  EXPECT_FALSE(queue.is_resting(now)) << "so the platform works";
  EXPECT_EQ(end(message_of(5, 1), later()), send_verdict::retry);
  now += 1s;
  EXPECT_EQ(begun().size(), 4u);
  for (std::uint64_t t : {1, 2, 3}) EXPECT_EQ(end(message_of(t, 1), later()), send_verdict::retry);
  now += 5s;
  EXPECT_EQ(begun().size(), 0u) << "one was still under way";
  EXPECT_EQ(end(message_of(5, 1), later()), send_verdict::retry);
  now += 10min;
  const auto one = begun();
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(end(one.front(), sent()), send_verdict::settled);
  EXPECT_EQ(begun().size(), 3u);
}

TEST_F(send_queue_test, a_dead_token_holds_the_account_and_counts_against_no_message) {
  policy.attempts_max = 1;
  queue = send_queue(quotas, policy);
  const auto id = message_of(1, 1);
  add(id);
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(begun(), ids{id});
    EXPECT_EQ(end(id, {.end = attempt_end::no_access, .error = error("190")}), send_verdict::retry);
    EXPECT_FALSE(queue.has_access());
    EXPECT_EQ(queue.wake_at(now), now + policy.access_retry);
    now += policy.access_retry;
  }
  ASSERT_EQ(begun(), ids{id});
  EXPECT_EQ(end(id, sent()), send_verdict::settled);
  EXPECT_TRUE(queue.has_access());
}

TEST_F(send_queue_test, what_waits_too_long_is_given_up_with_the_last_reason) {
  const auto id = message_of(1, 1), second = message_of(1, 2);
  add(id);
  add(second);
  ASSERT_EQ(begun(), ids{id});
  EXPECT_EQ(end(id, {.end = attempt_end::no_access, .error = error("190"), .retry_after = 30h}),
            send_verdict::retry);
  EXPECT_EQ(queue.wake_at(now), now + 24h);
  now += 24h;
  const auto first = queue.next(now);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->what, send_step::kind::give_up);
  EXPECT_EQ(first->id, id);
  EXPECT_EQ(first->error.code, "190");
  const auto other = queue.next(now);
  ASSERT_TRUE(other);
  EXPECT_EQ(other->what, send_step::kind::give_up);
  EXPECT_EQ(other->id, second);
  EXPECT_EQ(other->error.code, "expired");
  EXPECT_EQ(queue.next(now), std::nullopt);
  EXPECT_EQ(queue.waiting(), 0u);
}

TEST_F(send_queue_test, what_may_have_arrived_is_never_repeated_and_holds_up_its_thread) {
  const auto id = message_of(1, 1), next = message_of(1, 2), other = message_of(2, 1);
  add(id);
  add(next);
  add(other);
  ASSERT_EQ(begun(), (ids{id, other}));
  EXPECT_EQ(end(id, {}), send_verdict::ask);
  EXPECT_EQ(queue.unknown(), 1u);
  now += 23h;
  EXPECT_EQ(begun(), ids{});
  queue.absent(id, now, 1.0);
  EXPECT_EQ(queue.unknown(), 0u);
  now += 1s;
  ASSERT_EQ(begun(), ids{id});
  EXPECT_EQ(end(id, {}), send_verdict::ask);
  queue.forget(id, now);
  EXPECT_EQ(begun(), ids{next});
}

TEST_F(send_queue_test, after_a_restart_what_was_under_way_is_unknown) {
  const auto id = message_of(1, 1), next = message_of(1, 2);
  queue.add({.id = id, .queued_at = now, .draws = {{0, 1}}, .unknown = true}, now);
  add(next);
  EXPECT_EQ(begun(), ids{});
  EXPECT_EQ(queue.unknown(), 1u);
  EXPECT_EQ(queue.waiting(), 1u);
  queue.forget(id, now);
  EXPECT_EQ(begun(), ids{next});
}

TEST_F(send_queue_test, what_is_settled_otherwise_is_not_sent) {
  const auto id = message_of(1, 1), next = message_of(1, 2);
  add(id);
  add(next);
  queue.forget(id, now);
  queue.forget(message_of(9, 9), now);
  ASSERT_EQ(begun(), ids{next});
  queue.forget(next, now);  // an echo was faster than the answer
  EXPECT_EQ(queue.under_way(), 1u);
  EXPECT_EQ(end(next, later()), send_verdict::settled);
  EXPECT_EQ(queue.waiting() + queue.under_way(), 0u);
  EXPECT_EQ(end(next, sent()), send_verdict::settled) << "twice is once";
}

TEST_F(send_queue_test, an_attempt_that_did_not_begin_after_all_waits_again) {
  policy.attempts_max = 1;
  queue = send_queue(quotas, policy);
  const auto id = message_of(1, 1);
  add(id);
  ASSERT_EQ(begun(), ids{id});
  queue.withdrawn(id, now);
  ASSERT_EQ(begun(), ids{id});
  EXPECT_EQ(end(id, sent()), send_verdict::settled);
}

TEST_F(send_queue_test, what_the_platform_says_of_its_limits_is_heeded) {
  const auto id = message_of(1, 1), other = message_of(2, 1);
  add(id);
  ASSERT_EQ(begun(), ids{id});
  auto o = sent();
  o.quotas = {{.quota = "all", .remaining = 0, .full_again_in = 20s}};
  EXPECT_EQ(end(id, o), send_verdict::settled);
  add(other);
  EXPECT_EQ(begun(), ids{});
  EXPECT_EQ(queue.wake_at(now), now + 20s);
  now += 20s;
  ASSERT_EQ(begun(), ids{other});
  o.quotas = {{.quota = "", .used = 1.0}};
  EXPECT_EQ(end(other, o), send_verdict::settled);
  EXPECT_TRUE(queue.is_resting(now)) << "used up, and nobody says how long";
}

TEST(lanes, are_spoken_in_by_one_kind_of_sender_each) {
  for (const auto l : {lane::agent, lane::bot, lane::bulk}) {
    EXPECT_EQ(lane_of(speaker_of(l)), l);
    EXPECT_EQ(lane_from_word(to_word(l)), l);
  }
  EXPECT_EQ(lane_from_word("queue"), std::nullopt);
}

TEST_F(send_queue_test, the_same_message_twice_is_one) {
  add(message_of(1, 1));
  add(message_of(1, 1));
  EXPECT_EQ(queue.waiting(), 1u);
  EXPECT_EQ(begun().size(), 1u);
}

}  // namespace
}  // namespace switchboard::domain
