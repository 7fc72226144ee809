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

/// All that is said of clocks must be a history: nothing ends that did not begin, each threshold warns once, a breach is at its
/// deadline and once, and what is met was met in time. What is wrong; empty: nothing.
std::string wrong_in(const std::vector<event>& history) {
  struct seen {
    bool live = false, paused = false, breached = false;
    std::set<std::uint32_t> warned;
  };
  std::map<std::pair<conversation_id, std::pair<metric, std::uint32_t>>, seen> all;
  for (const auto& e : history) {
    if (!e.sla) continue;
    const auto& n = *e.sla;
    auto& s = all[{e.conversation->id, {n.clock.what, n.clock.instance}}];
    const auto wrong = [&](bool is, const char* why) {
      return is ? std::string(to_word(e.type)) + " of " + std::string(to_word(n.clock.what)) + "/" +
                      std::to_string(n.clock.instance) + ": " + why
                : std::string();
    };
    std::string found;
    const auto check = [&](bool holds, const char* why) {
      if (found.empty()) found = wrong(!holds, why);
    };
    if (e.type != event_type::sla_armed) check(s.live, "it does not run");
    switch (e.type) {
      case event_type::sla_armed:
        s.live = true;
        s.paused = n.clock.state == clock_state::paused;
        break;
      case event_type::sla_paused:
        check(!std::exchange(s.paused, true), "it was paused");
        break;
      case event_type::sla_resumed:
        check(std::exchange(s.paused, false), "it was not paused");
        break;
      case event_type::sla_warning:
        check(s.warned.insert(*n.threshold).second, "twice");
        break;
      case event_type::sla_breached:
        check(!std::exchange(s.breached, true), "twice");
        check(n.at == *n.clock.due && n.elapsed == n.clock.target, "not at its deadline");
        break;
      case event_type::sla_met:
        check((n.clock.state == clock_state::missed) == n.clock.breached, "its state is not its history");
        check(n.clock.breached || n.elapsed <= n.clock.target, "too late");
        s.live = false;
        break;
      default:
        s.live = false;
    }
    if (!found.empty()) return found;
  }
  return {};
}

/// Lives a life in which `promised` is promised, and counts by `hours`. What is wrong; empty: nothing.
std::string wrong_life(std::uint64_t seed, const std::shared_ptr<const calendar>& promised,
                       const calendar& hours, std::size_t& compared) {
  using enum conversation_status;
  const std::set<conversation_status> on_customer{pending, snoozed, resolved};
  std::mt19937_64 random(seed);
  promised_life life;
  life.policy.reopen_window = std::chrono::hours{24 * 365};
  life.now = utc("2026-06-01T09:00:00+02:00");
  life.promises(promise(promised, {{first_response, within(2h, {warning{.percent = 80}})},
                                   {next_response, within(90min, {warning{.remaining = 20min}})},
                                   {requester_wait, within(40h, {warning{.percent = 50}})}}));
  for (int n = 0; n < 120; ++n) {
    life.step(random);
    if (::testing::Test::HasFatalFailure()) return "step " + std::to_string(n);
    const auto* const k = life.of(requester_wait);
    if (k == nullptr || !k->live()) continue;
    const auto begun = life.statuses.front().first;
    const auto plain = life.counted(hours, begun, life.now, on_customer);
    if (elapsed_at(*k, pace(promised.get()), life.now) != plain)
      return "step " + std::to_string(n) + ": elapsed";
    // At the close of a day all may have passed, and it is late a millisecond after, though no business time is.
    const bool late = plain > k->target || (plain == k->target && k->due && life.now > *k->due);
    if (k->breached != late) return "step " + std::to_string(n) + ": breached";
    ++compared;
  }
  return wrong_in(life.history);
}

TEST(Lives, clocks_are_what_their_whole_past_makes_them) {
  const auto seeds = full() ? 5'000u : 60u;
  const auto hours = berlin_nine_to_five();
  std::size_t compared = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    ASSERT_EQ(wrong_life(seed, hours, *hours, compared), "") << "seed " << seed;
  EXPECT_GT(compared, seeds * 20);
}

TEST(Lives, the_checker_notices_a_holiday_that_was_forgotten) {
  const auto forgotten =
      berlin_nine_to_five({testing::closed_on(std::chrono::year{2026} / 6 / 3, "Corpus Christi")});
  std::size_t compared = 0;
  EXPECT_NE(wrong_life(1, berlin_nine_to_five(), *forgotten, compared), "");
}

TEST(Lives, the_checker_notices_what_is_said_twice_and_what_never_began) {
  promised_life life;
  life.promises(promise(berlin_nine_to_five(), {{first_response, within(30min, {warning{.percent = 50}})}}));
  life.at("2026-06-01T10:00");
  life.customer();
  life.at("2026-06-01T12:00");
  auto history = life.history;
  ASSERT_EQ(wrong_in(history), "");
  for (const auto type : {event_type::sla_breached, event_type::sla_warning}) {
    auto twice = history;
    twice.push_back(
        *std::find_if(history.begin(), history.end(), [&](const event& e) { return e.type == type; }));
    EXPECT_NE(wrong_in(twice).find("twice"), std::string::npos);
  }
  std::erase_if(history, [](const event& e) { return e.type == event_type::sla_armed; });
  EXPECT_NE(wrong_in(history).find("does not run"), std::string::npos);
}

}  // namespace
}  // namespace switchboard::domain::sla
