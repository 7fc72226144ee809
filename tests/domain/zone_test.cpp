// Wall times that exist twice, once or never, each at its edges.

#include "domain/zone.hpp"

#include "tests/domain/tzif_file.hpp"

#include <gtest/gtest.h>

#include <random>

namespace switchboard::domain {
namespace {

using namespace std::chrono;

wall_time wall(year_month_day day, seconds of_day) {
  return wall_time{local_days{day}} + of_day;
}

/// "2026-03-29T01:00:00.000Z", of both occurrences.
void expect_at(const zone& z, wall_time w, const char* first, const char* second) {
  EXPECT_EQ(to_rfc3339(z.to_utc(w, occurrence::first)), first);
  EXPECT_EQ(to_rfc3339(z.to_utc(w, occurrence::second)), second);
}

TEST(zone, clocks_set_forward_skip_times_which_become_the_moment_itself) {
  const auto z = testing::real_zone("Europe/Berlin");
  const year_month_day day = 2026y / March / 29;
  const char* const change = "2026-03-29T01:00:00.000Z";
  expect_at(*z, wall(day, 1h + 59min + 59s), "2026-03-29T00:59:59.000Z", "2026-03-29T00:59:59.000Z");
  expect_at(*z, wall(day, 2h), change, change);
  expect_at(*z, wall(day, 2h + 30min), change, change);
  expect_at(*z, wall(day, 2h + 59min + 59s), change, change);
  expect_at(*z, wall(day, 3h), change, change);
  expect_at(*z, wall(day, 3h + 1s), "2026-03-29T01:00:01.000Z", "2026-03-29T01:00:01.000Z");
}

TEST(zone, clocks_set_back_show_times_twice) {
  const auto z = testing::real_zone("Europe/Berlin");
  const year_month_day day = 2026y / October / 25;
  expect_at(*z, wall(day, 1h + 59min + 59s), "2026-10-24T23:59:59.000Z", "2026-10-24T23:59:59.000Z");
  expect_at(*z, wall(day, 2h), "2026-10-25T00:00:00.000Z", "2026-10-25T01:00:00.000Z");
  expect_at(*z, wall(day, 2h + 59min + 59s), "2026-10-25T00:59:59.000Z", "2026-10-25T01:59:59.000Z");
  expect_at(*z, wall(day, 3h), "2026-10-25T02:00:00.000Z", "2026-10-25T02:00:00.000Z");
}

TEST(zone, a_day_that_a_country_left_out_is_one_moment) {
  const auto z = testing::real_zone("Pacific/Apia");
  const char* const change = "2011-12-30T10:00:00.000Z";
  for (const auto h : {0h, 9h, 24h}) expect_at(*z, wall(2011y / December / 30, h), change, change);
  expect_at(*z, wall(2011y / December / 29, 23h), "2011-12-30T09:00:00.000Z", "2011-12-30T09:00:00.000Z");
}

TEST(zone, a_midnight_may_be_missing_or_come_twice) {
  const auto sao_paulo = testing::real_zone("America/Sao_Paulo");
  expect_at(*sao_paulo, wall(2018y / November / 4, 0h), "2018-11-04T03:00:00.000Z",
            "2018-11-04T03:00:00.000Z");
  const auto havana = testing::real_zone("America/Havana");
  expect_at(*havana, wall(2026y / November / 1, 0h), "2026-11-01T04:00:00.000Z", "2026-11-01T05:00:00.000Z");
}

TEST(zone, half_an_hour_is_a_change_too) {
  const auto z = testing::real_zone("Australia/Lord_Howe");
  expect_at(*z, wall(2026y / April / 5, 1h + 45min), "2026-04-04T14:45:00.000Z", "2026-04-04T15:15:00.000Z");
  expect_at(*z, wall(2026y / October / 4, 2h + 10min), "2026-10-03T15:30:00.000Z",
            "2026-10-03T15:30:00.000Z");
}

TEST(zone, what_clocks_show_leads_back_to_when_they_show_it) {
  std::mt19937_64 random(20261122);
  for (const auto* name : {"Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca",
                           "Pacific/Apia", "Asia/Kolkata", "Europe/Dublin"}) {
    const auto z = testing::real_zone(name);
    for (int i = 0; i < 20'000; ++i) {
      const auto t =
          timestamp{sys_days{1950y / 1 / 1}} + microseconds{random() % (200ull * 365 * 86'400'000'000)};
      const auto w = z->wall_at(t);
      const auto first = z->to_utc(w, occurrence::first), second = z->to_utc(w, occurrence::second);
      EXPECT_TRUE(first == t || second == t) << name << ' ' << to_rfc3339(t);
      EXPECT_LE(first, second);
      EXPECT_EQ(z->wall_at(first), w);
      EXPECT_EQ(z->wall_at(second), w);
    }
  }
}

TEST(zone, a_time_that_is_skipped_and_shown_is_shown) {
  // Set back by two hours at 02:00Z, forward by two at 03:00Z: 23:30 is shown once, and then jumped over.
  const sys_days day = 2026y / 1 / 1;
  const zone z(-2h, {{day + 2h, -4h}, {day + 3h, -2h}});
  expect_at(z, wall(2025y / 12 / 31, 23h + 30min), "2026-01-01T01:30:00.000Z", "2026-01-01T01:30:00.000Z");
  expect_at(z, wall(2025y / 12 / 31, 22h + 30min), "2026-01-01T00:30:00.000Z", "2026-01-01T02:30:00.000Z");
  expect_at(z, wall(2026y / 1 / 1, 30min), "2026-01-01T03:00:00.000Z", "2026-01-01T03:00:00.000Z");
  // Forward first: of what is jumped over the second half is shown afterwards.
  const zone other(-2h, {{day + 2h, 0h}, {day + 3h, -2h}});
  expect_at(other, wall(2026y / 1 / 1, 30min), "2026-01-01T02:00:00.000Z", "2026-01-01T02:00:00.000Z");
  expect_at(other, wall(2026y / 1 / 1, 1h + 30min), "2026-01-01T03:30:00.000Z", "2026-01-01T03:30:00.000Z");
}

TEST(zone, without_changes_it_is_an_offset) {
  const zone z(5h + 30min, {});
  EXPECT_EQ(z.offset_at(timestamp{}), 5h + 30min);
  expect_at(z, wall(2026y / June / 1, 9h), "2026-06-01T03:30:00.000Z", "2026-06-01T03:30:00.000Z");
}

}  // namespace
}  // namespace switchboard::domain
