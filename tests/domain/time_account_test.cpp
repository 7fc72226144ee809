// The account of a deadline: every figure of it done again by hand, or by the arithmetic that it explains.

#include "domain/time_account.hpp"

#include "tests/domain/calendar_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace switchboard::domain {
namespace {

using namespace std::chrono;
using testing::closed_on;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::on_weekdays;
using testing::shown;
using testing::team;
using testing::utc;

/// "09:00:00-21:00:00 +3600", as clocks there showed it.
std::vector<std::string> lines(const time_account& a) {
  std::vector<std::string> all;
  for (const auto& c : a.counted) {
    all.push_back(to_rfc3339(c.span.open + c.ahead_at_open).substr(5, 11) + "-" +
                  to_rfc3339(c.span.close + c.ahead_at_close).substr(11, 5) + " +" +
                  std::to_string(c.ahead_at_close.count()));
  }
  return all;
}

business_duration sum_of(const time_account& a) {
  business_duration sum{0};
  for (const auto& c : a.counted) sum += c.span.close - c.span.open;
  return sum;
}

TEST(time_account, shows_how_b12_comes_about) {
  auto rules = on_weekdays(Sunday, Saturday, {{9h, 21h}});
  rules.overrides = {closed_on(2016y / 11 / 13, "Volkstrauertag"), closed_on(2016y / 11 / 11, "Martinmas"),
                     closed_on(2016y / 12 / 25, "Christmas")};
  const auto a = itemise(team("Europe/Berlin", rules), utc("2016-11-09T23:00:00+01:00"), 48h);
  EXPECT_EQ(shown(a.due), "2016-11-15T20:00:00.000Z");
  EXPECT_THAT(lines(a), ElementsAre("11-10T09:00-21:00 +3600", "11-12T09:00-21:00 +3600",
                                    "11-14T09:00-21:00 +3600", "11-15T09:00-21:00 +3600"));
  EXPECT_THAT(a.overridden,
              ElementsAre(overridden_date{local_days{2016y / 11 / 11}, "Martinmas", true},
                          overridden_date{local_days{2016y / 11 / 13}, "Volkstrauertag", true}));
  EXPECT_THAT(a.paused, IsEmpty());
  EXPECT_EQ(a.left_out, 0u);
}

TEST(time_account, shows_both_offsets_over_a_change_of_clocks) {
  const auto c = team("America/New_York", on_weekdays(Saturday, Saturday, {{22h, 6h}}));
  const auto a = itemise(c, utc("2026-10-31T12:00:00-04:00"), 9h);
  EXPECT_THAT(lines(a), ElementsAre("10-31T22:00-00:00 +-14400", "11-01T00:00-06:00 +-18000"));
  EXPECT_EQ(a.counted[1].ahead_at_open, -4h);
  EXPECT_EQ(shown(a.due), "2026-11-01T11:00:00.000Z");
}

TEST(time_account, leaves_out_what_was_paused) {
  const auto c = team("Europe/Berlin", on_weekdays(Monday, Friday, {{9h, 17h}}));
  // M3: eight hours, pending from Monday 11:00 to Tuesday 10:00. Of the other pauses no open time is missing.
  const std::vector<paused_span> pauses{
      {utc("2026-06-01T06:00:00+02:00"), utc("2026-06-01T08:00:00+02:00")},
      {utc("2026-06-01T10:00:00+02:00"), utc("2026-06-01T10:00:00+02:00")},
      {utc("2026-06-01T11:00:00+02:00"), utc("2026-06-02T10:00:00+02:00")},
      {utc("2026-06-02T20:00:00+02:00"), {}},
  };
  const auto a = itemise(c, utc("2026-06-01T09:00:00+02:00"), 8h, pauses);
  EXPECT_EQ(shown(a.due), "2026-06-02T14:00:00.000Z");
  EXPECT_THAT(lines(a),
              ElementsAre("06-01T09:00-10:00 +7200", "06-01T10:00-11:00 +7200", "06-02T10:00-16:00 +7200"));
  EXPECT_THAT(a.paused, ElementsAre(pauses[2]));
  EXPECT_EQ(a.paused_time, 7h);
}

TEST(time_account, who_is_paused_until_further_notice_is_never_due) {
  const auto c = team("Europe/Berlin", on_weekdays(Monday, Friday, {{9h, 17h}}));
  const std::vector<paused_span> pauses{{utc("2026-06-01T11:00:00+02:00"), {}}};
  const auto a = itemise(c, utc("2026-06-01T09:00:00+02:00"), 8h, pauses);
  EXPECT_EQ(a.due, std::nullopt);
  EXPECT_EQ(sum_of(a), 2h);
  EXPECT_THAT(a.paused, ElementsAre(pauses[0]));
  EXPECT_EQ(itemise(c, utc("2026-06-01T09:00:00+02:00"), 2h, pauses).due, utc("2026-06-01T11:00:00+02:00"));
}

TEST(time_account, never_is_never_there_too) {
  EXPECT_EQ(itemise(team("Europe/Berlin", {}), utc("2026-06-01T09:00:00Z"), 60s).due, std::nullopt);
  EXPECT_EQ(itemise(team("Europe/Berlin", {}), utc("2026-06-01T09:00:00Z"), 0s).due,
            utc("2026-06-01T09:00:00Z"));
}

TEST(time_account, lists_end_and_figures_do_not) {
  const auto c = team("Europe/Berlin", on_weekdays(Sunday, Saturday, {{9h, 10h}, {11h, 12h}}));
  const auto a = itemise(c, utc("2026-06-01T00:00:00+02:00"), 1000h);
  EXPECT_EQ(a.counted.size(), time_account::items_max);
  EXPECT_EQ(a.left_out, 1000u - time_account::items_max);
  EXPECT_EQ(a.due, add(c, utc("2026-06-01T00:00:00+02:00"), 1000h));
}

/// The same deadline from one pause to the next.
deadline due_with(const calendar& c, timestamp from, business_duration left,
                  const std::vector<paused_span>& pauses) {
  for (const auto& p : pauses) {
    if (*p.until <= from) continue;
    const auto used = between(c, from, p.from);
    if (used >= left) break;
    left -= used;
    if (p.from > from && add(c, from, used + left) == std::nullopt) return std::nullopt;
    from = *p.until;
  }
  return add(c, from, left);
}

TEST(time_account, gives_what_the_arithmetic_gives) {
  std::mt19937_64 random(20261122);
  const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
  int compared = 0;
  for (int i = 0; i < 60; ++i) {
    const auto c = testing::random_team(random);
    for (int k = 0; k < 40; ++k) {
      const auto from =
          timestamp{sys_days{1990y / 1 / 1}} + microseconds{below(70ull * 365 * 86'400'000'000)};
      const microseconds amount{1 + below(10ull * 86'400'000'000)};
      const auto plain = itemise(c, from, amount);
      EXPECT_EQ(plain.due, add(c, from, amount));
      if (plain.due && plain.left_out == 0) {
        EXPECT_EQ(sum_of(plain), amount);
      }

      std::vector<paused_span> pauses;
      auto at = from - hours{24};
      for (auto n = below(6); n > 0; --n) {
        at += microseconds{1 + below(2ull * 86'400'000'000)};
        const auto until = at + microseconds{below(2ull * 86'400'000'000)};
        pauses.push_back({at, until});
        at = until;
      }
      const auto paused = itemise(c, from, amount, pauses);
      const auto expected = due_with(c, from, amount, pauses);
      if (!paused.due || !expected) continue;
      ++compared;
      EXPECT_EQ(paused.due, expected);
      EXPECT_EQ(between(c, from, *paused.due), amount + paused.paused_time);
      if (paused.left_out == 0) {
        EXPECT_EQ(sum_of(paused), amount);
      }
    }
  }
  EXPECT_GT(compared, 1'500);
}

}  // namespace
}  // namespace switchboard::domain
