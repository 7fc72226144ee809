#include "domain/routing/shift.hpp"

#include "tests/domain/calendar_fixture.hpp"

namespace switchboard::domain::routing {
namespace {

using domain::testing::utc;
using namespace std::chrono_literals;
using std::chrono::Friday, std::chrono::Monday, std::chrono::Saturday, std::chrono::Sunday;

std::string shown(const shift& s) {
  return std::string(s.on ? "on" : "off") + (s.until ? " until " + to_rfc3339(*s.until) : "");
}

TEST(shift, is_as_long_as_the_calendar_is_open_in_one_piece_and_ends_earlier_where_that_is_wanted) {
  // 9 to 13 and 13 to 17 are one piece; 18:00 to 18:10 is another.
  const auto c = domain::testing::team(
      "Europe/Berlin",
      domain::testing::on_weekdays(Monday, Friday, {{9h, 13h}, {13h, 17h}, {18h, 18h + 10min}}));
  const struct {
    const char* now;
    std::chrono::milliseconds before;
    const char* expected;
  } table[] = {
      {"2026-06-01T08:59:59+02:00", 0ms, "off until 2026-06-01T07:00:00.000Z"},
      {"2026-06-01T09:00:00+02:00", 0ms, "on until 2026-06-01T15:00:00.000Z"},
      {"2026-06-01T17:00:00+02:00", 0ms, "off until 2026-06-01T16:00:00.000Z"},
      {"2026-06-01T18:05:00+02:00", 0ms, "on until 2026-06-01T16:10:00.000Z"},
      {"2026-06-01T16:44:00+02:00", 15min, "on until 2026-06-01T14:45:00.000Z"},
      {"2026-06-01T16:45:00+02:00", 15min, "off until 2026-06-02T07:00:00.000Z"},
      {"2026-06-01T18:05:00+02:00", 15min, "off until 2026-06-02T07:00:00.000Z"},
      {"2026-06-05T17:00:00+02:00", 15min, "off until 2026-06-08T07:00:00.000Z"},
      {"2026-06-01T12:00:00+02:00", 24h, "off"},
  };
  for (const auto& row : table)
    EXPECT_EQ(shown(shift_of(c, utc(row.now), row.before)), row.expected) << row.now;
}

TEST(shift, of_a_calendar_that_is_always_open_never_ends_and_of_one_without_windows_never_begins) {
  const auto always =
      domain::testing::team("UTC", domain::testing::on_weekdays(Sunday, Saturday, {{0h, 24h}}));
  const auto never = domain::testing::team("UTC", {});
  const auto now = utc("2026-06-01T12:00:00Z");
  EXPECT_EQ(shown(shift_of(always, now, 10min)), "on");
  EXPECT_EQ(shown(shift_of(never, now, 0ms)), "off");
}

TEST(shift, holds_until_it_says_and_no_longer) {
  std::mt19937_64 random(7);
  const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
  std::size_t changes = 0;
  for (int i = 0; i < 60; ++i) {
    const auto c = domain::testing::random_team(random);
    for (int k = 0; k < 40; ++k) {
      const auto now = utc("1995-01-01T00:00:00Z") + std::chrono::minutes{below(60ull * 365 * 1440)};
      const auto before = std::chrono::minutes{below(3) * below(240)};
      const auto naive = [&](timestamp t) { return between(c, t, t + before + 1us) == before + 1us; };
      const auto s = shift_of(c, now, before);
      EXPECT_EQ(s.on, naive(now));
      if (!s.until) continue;
      ++changes;
      ASSERT_GT(*s.until, now);
      EXPECT_EQ(naive(*s.until), !s.on);
      EXPECT_EQ(naive(*s.until - 1us), s.on);
      for (int m = 0; m < 5; ++m) {
        const auto within = now + (*s.until - now) * below(1000) / 1000;
        EXPECT_EQ(naive(within), s.on);
      }
    }
  }
  EXPECT_GT(changes, 1'000u);
}

}  // namespace
}  // namespace switchboard::domain::routing
