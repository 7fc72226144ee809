// Random lives of conversations against a reading of their whole past: what each clock must be is counted anew from all that
// happened, minute by minute of business time, without anything that was kept.
#include "tests/domain/sla/life.hpp"
#include "tests/full.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace switchboard::domain::sla {
namespace {

using enum metric;

struct promised_life : promised {
  void TestBody() override {}

  /// Business time of [from, to) in which `waits` does not hold, by the list of statuses as they were.
  [[nodiscard]] milliseconds counted(const calendar& hours, timestamp from, timestamp to,
                                     const std::set<status>& waits_in) const {
    milliseconds all{0};
    for (std::size_t i = 0; i < statuses.size(); ++i) {
      const auto begin = std::max(from, statuses[i].first);
      const auto end = i + 1 < statuses.size() ? std::min(to, statuses[i + 1].first) : to;
      if (begin < end && !waits_in.contains(statuses[i].second))
        all += std::chrono::floor<milliseconds>(between(hours, begin, end));
    }
    return all;
  }
  void note_status() {
    if (!state.current) return;
    if (statuses.empty() || statuses.back().second != current().status)
      statuses.emplace_back(now, current().status);
  }

  /// One thing that happens, at random.
  void step(std::mt19937_64& random) {
    const auto below = [&](std::uint64_t n) { return random() % n; };
    now += std::chrono::minutes{1 + below(below(6) == 0 ? 3'000 : 90)};
    const auto then = now;
    while (const auto due = wake()) {
      if (*due > then) break;
      now = std::max(*due, last);
      run(domain::wake{.id = current().id});
      note_status();
      last = now;
      ASSERT_LT(++woken, 10'000) << "it is woken for nothing";
    }
    now = then;
    last = now;
    if (!state.current || below(3) == 0) {
      customer();
    } else if (below(3) == 0) {
      native_echo(now);
    } else {
      const auto to = std::array{status::open, status::pending, status::snoozed, status::resolved}[below(4)];
      if (to != current().status) set_status(to);
    }
    note_status();
  }

  std::vector<std::pair<timestamp, status>> statuses;
  timestamp last{};
  int woken = 0;
};

/// All that is said of clocks must be a history: nothing ends that did not begin, nothing begins twice, each threshold warns
/// once, and what is met was met in time.
void check_history(const std::vector<event>& history, std::uint64_t seed) {
  struct seen {
    bool live = false, paused = false, breached = false;
    std::set<std::uint32_t> warned;
  };
  std::map<std::pair<conversation_id, std::pair<metric, std::uint32_t>>, seen> all;
  for (const auto& e : history) {
    if (!e.sla) continue;
    const auto& n = *e.sla;
    auto& s = all[{e.conversation->id, {n.clock.what, n.clock.instance}}];
    const auto why = "seed " + std::to_string(seed) + ", " + std::string(to_word(e.type)) + " of " +
                     std::string(to_word(n.clock.what)) + "/" + std::to_string(n.clock.instance);
    switch (e.type) {
      case event_type::sla_armed:
        s.live = true;
        s.paused = n.clock.state == clock_state::paused;
        break;
      case event_type::sla_paused:
        ASSERT_TRUE(s.live && !s.paused) << why;
        s.paused = true;
        break;
      case event_type::sla_resumed:
        ASSERT_TRUE(s.live && s.paused) << why;
        s.paused = false;
        break;
      case event_type::sla_warning:
        ASSERT_TRUE(s.live) << why;
        ASSERT_TRUE(s.warned.insert(*n.threshold).second) << why << ": twice";
        break;
      case event_type::sla_breached:
        ASSERT_TRUE(s.live && !s.breached) << why;
        ASSERT_EQ(n.at, *n.clock.due) << why;
        ASSERT_EQ(n.elapsed, n.clock.target) << why;
        s.breached = true;
        break;
      case event_type::sla_met:
        ASSERT_TRUE(s.live) << why;
        ASSERT_EQ(n.clock.state == clock_state::missed, s.breached || n.clock.breached) << why;
        if (!n.clock.breached) {
          ASSERT_LE(n.elapsed, n.clock.target) << why;
        }
        s.live = false;
        break;
      default:
        ASSERT_TRUE(s.live) << why;
        s.live = false;
    }
  }
}

TEST(Lives, clocks_are_what_their_whole_past_makes_them) {
  const auto seeds = full() ? 5'000u : 60u;
  const auto hours = berlin_nine_to_five();
  using enum conversation_status;
  const std::set<conversation_status> on_customer{pending, snoozed, resolved};
  std::size_t compared = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    std::mt19937_64 random(seed);
    promised_life life;
    life.policy.reopen_window = std::chrono::hours{24 * 365};
    life.now = utc("2026-06-01T09:00:00+02:00");
    life.promises(promise(hours, {{first_response, within(2h, {warning{.percent = 80}})},
                                  {next_response, within(90min, {warning{.remaining = 20min}})},
                                  {requester_wait, within(40h, {warning{.percent = 50}})}}));
    for (int n = 0; n < 120; ++n) {
      life.step(random);
      if (::testing::Test::HasFatalFailure()) return;
      const auto* const k = life.of(requester_wait);
      ASSERT_NE(k, nullptr);
      if (!k->live()) continue;
      const auto begun = life.statuses.front().first;
      const auto plain = life.counted(*hours, begun, life.now, on_customer);
      ASSERT_EQ(elapsed_at(*k, pace(hours.get()), life.now), plain) << "seed " << seed << ", step " << n;
      // At the close of a day all may have passed, and it is late a millisecond after, though no business time is.
      const bool late = plain > k->target || (plain == k->target && k->due && life.now > *k->due);
      ASSERT_EQ(k->breached, late) << "seed " << seed << ", step " << n;
      ++compared;
    }
    check_history(life.history, seed);
    if (::testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(compared, seeds * 20);
}

}  // namespace
}  // namespace switchboard::domain::sla
