// Limits that outlive their process: killed between any two steps and begun again from what was kept last, they never let
// one more through than the platform may count, and keep of a window no more than a few numbers.

#include "domain/rate_limit.hpp"
#include "domain/send_queue.hpp"
#include "worst_stretch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;
using testing::call_made;
using testing::worst_in;

constexpr timestamp start{std::chrono::hours{24 * 365 * 55}};
/// What the clocks of two processes differ by.
constexpr std::chrono::hours other_clock{24 * 365};

/// What a next process may know.
enum class kept : std::uint8_t { all, nothing, without_what_was_under_way };

/// Sends as fast as it may, in processes that are killed at any time; levels are kept as the account's owner does it.
class killed_again_and_again {
 public:
  killed_again_and_again(const quota& q, std::chrono::milliseconds slow, unsigned seed, kept what)
      : quota_(q), slow_(slow), random_(seed), what_(what), limit_(q) {}

  std::vector<call_made> run(timestamp until) {
    while (now_ < until) {
      end_calls();
      if (random_() % 40 == 0) kill();
      const std::uint32_t units = quota_.units > 3 ? 1 + static_cast<std::uint32_t>(random_() % 3) : 1;
      const auto when = limit_.when(units, now_);
      if (when == now_) {
        begin(units);
        continue;
      }
      timestamp next = when.value_or(until);
      for (const auto& u : under_way_) next = std::min(next, u.first);
      now_ = std::max(next, now_ + 1us);
    }
    return std::move(made_);
  }
  [[nodiscard]] std::size_t longest() const { return longest_; }

 private:
  void begin(std::uint32_t units) {
    limit_.take(units, now_);
    keep();
    const auto takes = std::chrono::milliseconds(random_() % static_cast<unsigned>(slow_.count() + 1));
    made_.push_back({now_, now_ + takes, units});
    under_way_.emplace_back(now_ + takes, made_.size() - 1);
  }
  void end_calls() {
    std::erase_if(under_way_, [&](const auto& u) {
      if (u.first > now_) return false;
      limit_.ended(made_[u.second].units, now_);
      return true;
    });
    // Ends are noted at times, and only when none is under way.
    if (under_way_.empty() && random_() % 2 == 0) keep();
  }
  void keep() {
    auto l = limit_.level(now_);
    longest_ = std::max(longest_, l.held.size());
    if (what_ == kept::without_what_was_under_way) l.under_way = 0;
    kept_ = shifted(std::move(l), other_clock);
  }
  void kill() {
    const auto arrived = now_ + std::chrono::milliseconds(random_() % 1'000);
    for (const auto& u : under_way_) {
      made_[u.second].counted_by = std::min(made_[u.second].counted_by, arrived);
    }
    under_way_.clear();
    now_ += std::chrono::milliseconds(random_() % 300);
    limit_ = rate_limit(quota_);
    if (what_ != kept::nothing) limit_.resume(shifted(kept_, -other_clock), now_);
  }

  const quota quota_;
  const std::chrono::milliseconds slow_;
  std::mt19937 random_;
  const kept what_;
  timestamp now_ = start;
  rate_limit limit_;
  limit_level kept_;
  std::vector<call_made> made_;
  std::vector<std::pair<timestamp, std::size_t>> under_way_;
  std::size_t longest_ = 0;
};

struct window_row {
  quota q;
  std::chrono::milliseconds slow;
};
const std::vector<window_row> windows{
    {{.name = "80/s", .units = 80, .per = 1s}, 20ms},
    {{.name = "1/s", .units = 1, .per = 1s}, 30ms},
    {{.name = "15/15min", .units = 15, .per = 15min}, 60s},
    {{.name = "20/min", .units = 20, .per = 1min}, 2s},
    {{.name = "400/h", .units = 400, .per = 1h}, 10s},
};

TEST(limits_across_restarts, allow_no_more_than_a_window_wherever_the_process_ends) {
  for (const auto& [q, slow] : windows) {
    SCOPED_TRACE(q.name);
    for (unsigned seed = 1; seed <= 20; ++seed) {
      killed_again_and_again day(q, slow, seed, kept::all);
      const auto made = day.run(start + q.per * 6);
      EXPECT_LE(worst_in(made, q.per), q.units) << "seed " << seed;
      EXPECT_GE(made.size(), 3u) << "it says something only where something is sent";
      EXPECT_LE(day.longest(), limit_level::held_max);
    }
  }
}

TEST(limits_across_restarts, that_are_forgotten_are_seen_to_be_exceeded) {
  for (const auto what : {kept::nothing, kept::without_what_was_under_way}) {
    std::uint64_t worst = 0;
    for (unsigned seed = 1; seed <= 20; ++seed) {
      killed_again_and_again day(windows[3].q, windows[3].slow, seed, what);
      worst = std::max(worst, worst_in(day.run(start + 6min), 1min));
    }
    EXPECT_GT(worst, 20u) << static_cast<int>(what);
  }
}

TEST(limits_across_restarts, hold_back_little_longer_than_they_must) {
  const quota q{.name = "15/15min", .units = 15, .per = 15min};
  rate_limit before(q);
  for (int i = 0; i < 15; ++i) {
    before.take(1, start + i * 1min);
    before.ended(1, start + i * 1min);
  }
  const auto now = start + 14min + 30s;
  rate_limit behind(q);
  behind.resume(before.level(now), now);
  EXPECT_EQ(behind.when(1, now), before.when(1, now)) << "as many stretches as units: nothing is lost";
  EXPECT_EQ(behind.when(15, now), before.when(15, now));
}

TEST(limits_across_restarts, know_what_the_platform_said) {
  const quota q{.name = "15/15min", .units = 15, .per = 15min};
  rate_limit before(q);
  before.observe(0, start + 10min, start);
  EXPECT_TRUE(before.was_told());
  rate_limit behind(q);
  behind.resume(before.level(start), start + 1s);
  EXPECT_EQ(behind.when(1, start + 1s), start + 10min);
}

TEST(limits_across_restarts, of_a_bucket_are_as_full_as_they_were) {
  const quota q{.name = "pair", .of = quota::scope::recipient, .units = 1, .per = 6s, .burst = 10};
  rate_limit before(q);
  for (int i = 0; i < 10; ++i) before.take(1, start);
  rate_limit behind(q);
  behind.resume(before.level(start), start + 1s);
  EXPECT_EQ(behind.when(1, start + 1s), start + 6s);
  EXPECT_EQ(over_at(before.level(start)), start + 60s);
  EXPECT_EQ(over_at(before.level(start + 1min)), timestamp{}) << "full again: there is nothing to be kept";
}

TEST(limits_across_restarts, survive_a_config_with_another_limit_of_that_name) {
  rate_limit large(quota{.name = "x", .units = 100, .per = 1h});
  for (int i = 0; i < 100; ++i) large.take(1, start);
  large.ended(100, start);
  rate_limit small(quota{.name = "x", .units = 10, .per = 1min});
  small.resume(large.level(start), start);
  EXPECT_EQ(small.when(1, start), start + 1min + rate_limit::arrives_within)
      << "no longer than its own window";
  rate_limit bucket(quota{.name = "x", .units = 1, .per = 6s, .burst = 10});
  bucket.resume(large.level(start), start);
  EXPECT_EQ(bucket.when(1, start), start + 6s);
  rate_limit wrong_clock(quota{.name = "x", .units = 100, .per = 1h});
  wrong_clock.resume(shifted(large.level(start), 24h * 365), start);
  EXPECT_EQ(wrong_clock.when(1, start), start + 1h + rate_limit::arrives_within);
}

// -- of a queue ------------------------------------------------------------------------------------------------

const std::vector<quota> account_limits{
    {.name = "user", .units = 2, .per = 1min},
    {.name = "app", .of = quota::scope::application, .units = 3, .per = 1min},
    {.name = "pair", .of = quota::scope::recipient, .units = 1, .per = 6s, .burst = 1}};

queued_send wants(std::uint64_t thread, std::uint64_t n, lane in = lane::agent) {
  return {.id = {{{0, thread}, 1}, n}, .lane = in, .queued_at = start, .draws = {{0, 1}, {1, 1}, {2, 1}}};
}
std::size_t begin_all(send_queue& q, timestamp now) {
  std::size_t begun = 0;
  while (q.next(now)) ++begun;
  return begun;
}

TEST(limits_across_restarts, of_a_queue_are_the_accounts_the_applications_and_the_recipients) {
  send_queue before(account_limits, {});
  before.add(wants(1, 1), start);
  before.add(wants(2, 1), start);
  EXPECT_EQ(begin_all(before, start), 2u);
  const auto kept = before.changes(start);
  EXPECT_EQ(kept.size(), 4u) << "two of one kind each, and a recipient's twice";
  EXPECT_TRUE(before.changes(start).empty()) << "once";

  send_queue behind(account_limits, {});
  for (const auto& k : kept) behind.resume(k, start + 1s);
  behind.add(wants(1, 2), start + 1s);
  EXPECT_EQ(begin_all(behind, start + 1s), 0u);
  EXPECT_EQ(begin_all(behind, start + 3min), 1u);
}

TEST(limits_across_restarts, of_a_queue_know_what_was_told) {
  send_queue before(account_limits, {});
  before.add(wants(1, 1), start);
  EXPECT_EQ(begin_all(before, start), 1u);
  (void)before.changes(start);
  attempt_outcome limited{.end = attempt_end::later};
  limited.retry_after = 5min;
  EXPECT_EQ(before.ended({{{0, 1}, 1}, 1}, limited, start, 0.5), send_verdict::retry);
  EXPECT_TRUE(before.owes_what_was_told());
  send_queue behind(account_limits, {});
  for (const auto& k : before.changes(start)) behind.resume(k, start);
  EXPECT_FALSE(before.owes_what_was_told());
  behind.add(wants(7, 1), start);
  EXPECT_EQ(begin_all(behind, start + 4min), 0u);
  EXPECT_EQ(begin_all(behind, start + 5min), 1u);
}

TEST(application_limits, are_drawn_from_by_whoever_has_work) {
  const auto shared = std::make_shared<application_limits>();
  send_queue one(account_limits, {}, shared), other(account_limits, {}, shared),
      idle(account_limits, {}, shared);
  for (std::uint64_t n = 1; n <= 5; ++n) {
    one.add(wants(n, 1), start);
    other.add(wants(10 + n, 1), start);
  }
  EXPECT_EQ(begin_all(one, start), 2u);
  EXPECT_EQ(begin_all(other, start), 1u) << "three for all of them";
  EXPECT_EQ(begin_all(idle, start), 0u);
  EXPECT_EQ(other.next_lane(start), std::nullopt);
}

TEST(application_limits, are_closed_for_all_where_the_platform_says_so) {
  const auto shared = std::make_shared<application_limits>();
  send_queue one(account_limits, {}, shared), other(account_limits, {}, shared);
  one.add(wants(1, 1), start);
  other.add(wants(2, 1), start);
  EXPECT_EQ(begin_all(one, start), 1u);
  attempt_outcome limited{.end = attempt_end::later};
  limited.retry_after = 5min;
  limited.whole_application = true;
  EXPECT_EQ(one.ended({{{0, 1}, 1}, 1}, limited, start, 0.5), send_verdict::retry);
  EXPECT_EQ(begin_all(other, start), 0u);
  EXPECT_EQ(other.wake_at(start), start + 5min);
}

TEST(limits, leave_an_eighth_to_messages_where_a_question_is_asked) {
  const std::vector<quota> q{{.name = "all", .units = 16, .per = 1s}};
  const std::vector<draw> one{{0, 1}};
  send_queue queue(q, {});
  for (int i = 0; i < 14; ++i) {
    EXPECT_EQ(queue.question_allowed(one, start), start) << i;
    queue.question_begun(one, start);
  }
  EXPECT_NE(queue.question_allowed(one, start), start);
  for (std::uint64_t n = 1; n <= 3; ++n)
    queue.add({.id = {{{0, n}, 1}, 1}, .queued_at = start, .draws = one}, start);
  EXPECT_EQ(begin_all(queue, start), 2u);
}

}  // namespace
}  // namespace switchboard::domain
