// How a report's time is cut: at a place's own hours, midnights, Mondays and months, whatever its clocks do.

#include "domain/reports/intervals.hpp"

#include "tests/domain/tzif_file.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>

namespace switchboard::domain::reports {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

zone zone_of(const std::string& name) {
  return *testing::real_zone(name);
}

timestamp at(std::string_view text) {
  return parse_rfc3339(text).value();
}
std::vector<std::string> cut_at(std::string_view from, std::string_view to, interval by, const zone& where) {
  const auto edges = cut(*begin_of(from, where), *end_of(to, where), by, where);
  if (!edges) return {edges.error()};
  std::vector<std::string> all;
  for (const auto t : *edges) all.push_back(to_rfc3339(t).substr(0, 16));
  return all;
}

const zone utc(std::chrono::seconds{0}, {});

TEST(intervals, are_known_by_their_words) {
  EXPECT_EQ(interval_from_word("week"), interval::week);
  EXPECT_EQ(interval_from_word("total"), interval::whole);
  EXPECT_FALSE(interval_from_word("days"));
}

TEST(intervals, begin_and_end_with_dates_or_with_times) {
  EXPECT_EQ(begin_of("2026-11-01", utc), at("2026-11-01T00:00:00Z"));
  EXPECT_EQ(end_of("2026-11-30", utc), at("2026-12-01T00:00:00Z")) << "the day counts, too";
  EXPECT_EQ(end_of("2026-11-30T10:00:00+01:00", utc), at("2026-11-30T09:00:00Z"));
  for (const auto* wrong :
       {"", "2026-13-01", "2026-02-30", "2026-2-03", "20261101", "-026-11-01", "2026-11-0x", "now"}) {
    EXPECT_FALSE(begin_of(wrong, utc)) << wrong;
  }
}

TEST(intervals, are_whole_half_hours) {
  EXPECT_THAT(cut_at("2026-11-01T08:05:48Z", "2026-11-01T08:31:00Z", interval::whole, utc),
              ElementsAre("2026-11-01T08:00", "2026-11-01T09:00"));
  EXPECT_THAT(cut_at("2026-11-01T08:00:00Z", "2026-11-01T08:30:00Z", interval::day, utc),
              ElementsAre("2026-11-01T08:00", "2026-11-01T08:30"));
}

TEST(intervals, meet_at_hours_days_mondays_and_months) {
  EXPECT_THAT(cut_at("2026-11-01T08:30:00Z", "2026-11-01T10:30:00Z", interval::hour, utc),
              ElementsAre("2026-11-01T08:30", "2026-11-01T09:00", "2026-11-01T10:00", "2026-11-01T10:30"));
  EXPECT_THAT(cut_at("2026-02-27", "2026-03-02", interval::day, utc),
              ElementsAre("2026-02-27T00:00", "2026-02-28T00:00", "2026-03-01T00:00", "2026-03-02T00:00",
                          "2026-03-03T00:00"));
  EXPECT_THAT(cut_at("2026-11-20", "2026-12-01", interval::week, utc),
              ElementsAre("2026-11-20T00:00", "2026-11-23T00:00", "2026-11-30T00:00", "2026-12-02T00:00"));
  EXPECT_THAT(cut_at("2026-11-20", "2027-01-31", interval::month, utc),
              ElementsAre("2026-11-20T00:00", "2026-12-01T00:00", "2027-01-01T00:00", "2027-02-01T00:00"));
}

TEST(intervals, are_a_place_s_own_days) {
  const auto berlin = zone_of("Europe/Berlin");
  EXPECT_THAT(cut_at("2026-10-24", "2026-10-26", interval::day, berlin),
              ElementsAre("2026-10-23T22:00", "2026-10-24T22:00", "2026-10-25T23:00", "2026-10-26T23:00"))
      << "that Sunday has 25 hours";
  const auto kolkata = zone_of("Asia/Kolkata");
  EXPECT_THAT(cut_at("2026-10-24", "2026-10-24", interval::day, kolkata),
              ElementsAre("2026-10-23T18:30", "2026-10-24T18:30"));
  EXPECT_THAT(cut_at("2026-10-24T00:00:00+05:30", "2026-10-24T02:00:00+05:30", interval::hour, kolkata),
              ElementsAre("2026-10-23T18:30", "2026-10-23T19:30", "2026-10-23T20:30"));
  EXPECT_EQ(day_before(at("2026-10-26T23:30:00Z"), 1, berlin), at("2026-10-25T23:00:00Z"));
}

TEST(intervals, pass_over_hours_that_do_not_exist_and_tell_doubled_ones_once) {
  const auto berlin = zone_of("Europe/Berlin");
  EXPECT_THAT(cut_at("2026-03-29T00:00:00Z", "2026-03-29T03:00:00Z", interval::hour, berlin),
              ElementsAre("2026-03-29T00:00", "2026-03-29T01:00", "2026-03-29T02:00", "2026-03-29T03:00"));
  const auto lord_howe = zone_of("Australia/Lord_Howe");
  const auto hours = cut(at("2026-04-04T12:00:00Z"), at("2026-04-04T18:00:00Z"), interval::hour, lord_howe);
  ASSERT_TRUE(hours);
  EXPECT_TRUE(std::is_sorted(hours->begin(), hours->end(), std::less_equal<>()))
      << "each behind the one before";
}

TEST(intervals, are_refused_where_they_cannot_be) {
  EXPECT_THAT(cut_at("2026-11-02", "2026-11-01", interval::day, utc),
              ElementsAre(HasSubstr("later than from")));
  EXPECT_THAT(cut_at("2020-01-01", "2026-11-01", interval::day, utc),
              ElementsAre(HasSubstr("more than 1000")));
  EXPECT_THAT(cut_at("2026-11-01", "2026-11-02", interval::day, zone_of("Asia/Kathmandu")),
              ElementsAre(HasSubstr("half hour")));
  EXPECT_THAT(
      cut_at("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z", interval::whole, zone_of("Asia/Kathmandu")),
      ElementsAre("2026-11-01T00:00", "2026-11-02T00:00"))
      << "but as a whole";
}

}  // namespace
}  // namespace switchboard::domain::reports
