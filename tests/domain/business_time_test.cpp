// Business time by examples that were worked out elsewhere, at the edges that others fell over, and by what must hold for any
// calendar. Against a slow reading of the rules: business_time_reference_test.cpp.

#include "domain/business_time.hpp"

#include "tests/domain/calendar_fixture.hpp"

#include <gtest/gtest.h>

#include <random>

namespace switchboard::domain {
namespace {

using namespace std::chrono;
using testing::closed_on;
using testing::on_weekdays;
using testing::shown;
using testing::team;
using testing::utc;

constexpr auto fri = Friday, sat = Saturday, sun = Sunday, thu = Thursday, mon = Monday;

calendar berlin() {
  return team("Europe/Berlin", on_weekdays(mon, fri, {{9h, 17h}}));
}
calendar always(const char* zone) {
  return team(zone, on_weekdays(sun, sat, {{0h, 24h}}));
}
calendar_rules sao_paulo_hours() {
  auto rules = on_weekdays(mon, thu, {{8h, 18h}});
  rules.week[fri.c_encoding()] = {{8h, 17h}};
  rules.week[sat.c_encoding()] = {{9h, 13h}};
  return rules;
}

// -- worked examples ----------------------------------------------------------------------------------------

struct example {
  const char* name;
  calendar team;
  const char* from;
  microseconds amount;
  const char* due;
};

std::vector<example> examples() {
  auto b7 = sao_paulo_hours();
  b7.overrides = {closed_on(2026y / 9 / 7)};
  auto b8 = sao_paulo_hours();
  b8.overrides = {{local_days{2026y / 12 / 24}, {{8h, 12h}}}, closed_on(2026y / 12 / 25)};
  auto b12 = on_weekdays(sun, sat, {{9h, 21h}});
  b12.overrides = {closed_on(2016y / 11 / 11), closed_on(2016y / 11 / 13)};
  auto m8 = on_weekdays(mon, fri, {{9h, 17h}});
  m8.overrides = {closed_on(2026y / 6 / 8)};
  const auto paris = on_weekdays(mon, fri, {{8h, 18h}});
  const auto kolkata = on_weekdays(mon, fri, {{9h, 13h}, {14h, 18h}});
  const auto nine_to_five = on_weekdays(mon, fri, {{9h, 17h}});
  return {
      {"B1", berlin(), "2026-03-27T16:30:00+01:00", 1h, "2026-03-30T09:30:00+02:00"},
      {"B2", always("America/New_York"), "2026-03-08T00:30:00-05:00", 4h, "2026-03-08T05:30:00-04:00"},
      {"B3", always("America/New_York"), "2026-11-01T00:30:00-04:00", 4h, "2026-11-01T03:30:00-05:00"},
      {"B7", team("America/Sao_Paulo", b7), "2026-09-04T16:00:00-03:00", 8h, "2026-09-08T11:00:00-03:00"},
      {"B8", team("America/Sao_Paulo", b8), "2026-12-24T11:00:00-03:00", 6h, "2026-12-28T09:00:00-03:00"},
      {"B9", team("Asia/Kolkata", kolkata), "2026-06-01T12:45:00+05:30", 30min, "2026-06-01T14:15:00+05:30"},
      {"B10", berlin(), "2026-06-01T15:00:00+02:00", 2h, "2026-06-01T17:00:00+02:00"},
      {"B11", team("Europe/Paris", paris), "2026-06-01T17:00:00+02:00", 4h, "2026-06-02T11:00:00+02:00"},
      {"B11b", team("Europe/Paris", paris), "2026-06-01T17:00:00+02:00", 90min, "2026-06-02T08:30:00+02:00"},
      {"B12", team("Europe/Berlin", b12), "2016-11-09T23:00:00+01:00", 48h, "2016-11-15T21:00:00+01:00"},
      {"B13", team("Europe/Dublin", nine_to_five), "2026-06-05T16:55:00+01:00", 24h,
       "2026-06-10T16:55:00+01:00"},
      {"M1", berlin(), "2026-06-01T16:50:00+02:00", 30min, "2026-06-02T09:20:00+02:00"},
      {"M2", berlin(), "2026-06-02T10:00:00+02:00", 60min, "2026-06-02T11:00:00+02:00"},
      {"M8", berlin(), "2026-06-05T16:00:00+02:00", 4h, "2026-06-08T12:00:00+02:00"},
      {"M8 after Monday was declared closed", team("Europe/Berlin", m8), "2026-06-05T16:00:00+02:00", 4h,
       "2026-06-09T12:00:00+02:00"},
      {"M10", berlin(), "2026-06-06T12:00:00+02:00", 30min, "2026-06-08T09:30:00+02:00"},
  };
}

TEST(business_time, deadlines_are_where_the_examples_have_them) {
  for (const auto& e : examples()) {
    EXPECT_EQ(shown(add(e.team, utc(e.from), e.amount)), shown(utc(e.due))) << e.name;
    EXPECT_EQ(between(e.team, utc(e.from), utc(e.due)), e.amount) << e.name;
  }
}

TEST(business_time, warnings_walk_back_through_the_calendar) {
  const auto paris = team("Europe/Paris", on_weekdays(mon, fri, {{8h, 18h}}));
  EXPECT_EQ(shown(sub(paris, utc("2026-06-02T11:00:00+02:00"), 1h)), "2026-06-02T08:00:00.000Z");  // B11
  EXPECT_EQ(shown(sub(paris, utc("2026-06-02T08:30:00+02:00"), 1h)), "2026-06-01T15:30:00.000Z");  // B11b
}

struct stretch_example {
  const char* name;
  calendar team;
  const char *from, *to;
  seconds open;
};

TEST(business_time, a_window_over_a_change_of_clocks_is_as_long_as_it_is) {
  const auto nights = [] { return team("America/New_York", on_weekdays(sat, sat, {{22h, 6h}})); };
  const std::vector<stretch_example> all{
      {"B4, spring", nights(), "2026-03-07T12:00:00-05:00", "2026-03-08T12:00:00-04:00", 25'200s},
      {"B4, autumn", nights(), "2026-10-31T12:00:00-04:00", "2026-11-01T12:00:00-05:00", 32'400s},
      {"B5", team("America/New_York", on_weekdays(sun, sun, {{2h + 30min, 5h}})), "2026-03-08T00:00:00-05:00",
       "2026-03-09T00:00:00-04:00", 7'200s},
      {"B6", team("America/New_York", on_weekdays(sun, sun, {{1h + 30min, 5h}})), "2026-11-01T00:00:00-04:00",
       "2026-11-02T00:00:00-05:00", 16'200s},
      {"B15, autumn", always("Australia/Lord_Howe"), "2026-04-05T00:00:00+11:00", "2026-04-06T00:00:00+10:30",
       88'200s},
      {"B15, spring", always("Australia/Lord_Howe"), "2026-10-04T00:00:00+10:30", "2026-10-05T00:00:00+11:00",
       84'600s},
      {"M3", berlin(), "2026-06-01T09:00:00+02:00", "2026-06-01T11:00:00+02:00", 2h},
  };
  for (const auto& e : all) EXPECT_EQ(between(e.team, utc(e.from), utc(e.to)), e.open) << e.name;
}

TEST(business_time, what_opens_while_clocks_skip_opens_when_they_are_set) {
  const auto b5 = team("America/New_York", on_weekdays(sun, sun, {{2h + 30min, 5h}}));
  const std::vector<open_span> expected{{utc("2026-03-08T07:00:00Z"), utc("2026-03-08T09:00:00Z")}};
  EXPECT_EQ(b5.open_on(local_days{2026y / 3 / 8}), expected);
  const auto b5b = team("America/New_York", on_weekdays(sun, sun, {{2h + 15min, 2h + 45min}}));
  EXPECT_TRUE(b5b.open_on(local_days{2026y / 3 / 8}).empty());
  EXPECT_EQ(b5b.open_on(local_days{2026y / 3 / 15}).size(), 1u);
}

TEST(business_time, without_windows_there_is_no_deadline) {  // B16
  const auto none = team("Europe/Berlin", {});
  const auto now = utc("2026-06-01T09:00:00+02:00");
  EXPECT_EQ(add(none, now, 60s), std::nullopt);
  EXPECT_EQ(sub(none, now, 60s), std::nullopt);
  EXPECT_EQ(next_open(none, now), std::nullopt);
  EXPECT_EQ(end_of_business_day(none, now, 0), std::nullopt);
  EXPECT_FALSE(is_open(none, now));
  EXPECT_EQ(between(none, now, now + days{3000}), 0s);
}

// -- edges --------------------------------------------------------------------------------------------------

TEST(business_time, no_time_at_all_is_over_at_once) {
  const auto c = berlin();
  const auto saturday = utc("2026-06-06T12:00:00+02:00");
  for (const auto nothing : {0us, -1us, -1'000'000us}) {
    EXPECT_EQ(add(c, saturday, nothing), saturday);
    EXPECT_EQ(sub(c, saturday, nothing), saturday);
  }
  EXPECT_EQ(between(c, saturday, saturday), 0us);
  EXPECT_EQ(between(c, utc("2026-06-05T12:00:00+02:00"), utc("2026-06-04T12:00:00+02:00")), 0us);
}

TEST(business_time, a_day_ends_at_its_close_and_begins_at_its_opening) {
  const auto c = berlin();
  const auto opening = utc("2026-06-01T09:00:00+02:00"), close = utc("2026-06-01T17:00:00+02:00");
  EXPECT_EQ(add(c, opening, 8h), close);
  EXPECT_EQ(shown(add(c, opening, 8h + 1us)), shown(utc("2026-06-02T09:00:00.000001+02:00")));
  EXPECT_EQ(sub(c, close, 8h), opening);
  EXPECT_FALSE(is_open(c, opening - 1us));
  EXPECT_TRUE(is_open(c, opening));
  EXPECT_TRUE(is_open(c, close - 1us));
  EXPECT_FALSE(is_open(c, close));
  EXPECT_EQ(next_open(c, opening), opening);
  EXPECT_EQ(next_open(c, opening + 1us), opening + 1us);
  EXPECT_EQ(next_open(c, close), utc("2026-06-02T09:00:00+02:00"));
}

TEST(business_time, who_waits_for_more_than_400_days_waits_for_ever) {
  calendar_rules rules;
  const auto open = local_days{2026y / 6 / 1};
  rules.overrides = {{open, {{9h, 10h}}}, {open + days{401}, {{9h, 10h}}}};
  const auto c = team("UTC", rules);
  const auto second = timestamp{(open + days{401}).time_since_epoch()} + 9h;
  EXPECT_EQ(next_open(c, second - days{400}), second);
  EXPECT_EQ(next_open(c, second - days{400} - 1us), std::nullopt);
  EXPECT_EQ(add(c, second - days{400}, 1h), second + 1h);
  EXPECT_EQ(add(c, second - days{400} - 1us, 1h), std::nullopt);
  EXPECT_EQ(add(c, second - days{401}, 1h), second - days{401} + 1h);  // within the first day
  EXPECT_EQ(add(c, second - days{401}, 1h + 1us), std::nullopt);
  EXPECT_EQ(sub(c, second + 1h, 1h), second);
  EXPECT_EQ(sub(c, second + 1h, 1h + 1us), std::nullopt);
  EXPECT_EQ(between(c, second - days{500}, second + days{500}), 2h);
  EXPECT_EQ(end_of_business_day(c, second - days{400}, 0), second + 1h);
  EXPECT_EQ(end_of_business_day(c, second - days{401}, 1), std::nullopt);
}

TEST(business_time, a_holiday_takes_the_tail_of_the_night_before) {
  auto rules = on_weekdays(sun, sat, {{22h, 6h}});
  rules.overrides = {closed_on(2026y / 12 / 25)};
  const auto c = team("Europe/Berlin", rules);
  EXPECT_EQ(between(c, utc("2026-12-24T12:00:00+01:00"), utc("2026-12-26T12:00:00+01:00")), 2h);
  EXPECT_EQ(shown(add(c, utc("2026-12-24T23:00:00+01:00"), 1h)), "2026-12-24T23:00:00.000Z");
  EXPECT_EQ(shown(add(c, utc("2026-12-24T23:00:00+01:00"), 1h + 1s)), "2026-12-26T21:00:01.000Z");
}

TEST(business_time, a_short_day_may_end_in_the_morning_after) {
  auto rules = on_weekdays(mon, fri, {{9h, 17h}});
  rules.overrides = {{local_days{2026y / 6 / 1}, {{20h, 2h}}}};
  const auto c = team("Europe/Berlin", rules);
  EXPECT_EQ(between(c, utc("2026-06-01T00:00:00+02:00"), utc("2026-06-02T12:00:00+02:00")), 6h + 3h);
}

TEST(business_time, windows_that_overlap_are_counted_once) {
  const auto c = team("Europe/Berlin", on_weekdays(mon, mon, {{9h, 13h}, {12h, 15h}, {15h, 16h}, {9h, 10h}}));
  const std::vector<open_span> expected{{utc("2026-06-01T09:00:00+02:00"), utc("2026-06-01T16:00:00+02:00")}};
  EXPECT_EQ(c.open_on(local_days{2026y / 6 / 1}), expected);
  EXPECT_EQ(between(c, utc("2026-06-01T00:00:00Z"), utc("2026-06-08T00:00:00Z")), 7h);
}

TEST(business_time, a_date_that_a_country_left_out_has_none) {
  const auto c = always("Pacific/Apia");
  EXPECT_TRUE(c.open_on(local_days{2011y / 12 / 30}).empty());
  EXPECT_EQ(between(c, utc("2011-12-29T00:00:00-10:00"), utc("2012-01-01T00:00:00+14:00")), 48h);
}

TEST(business_time, it_is_counted_from_1970_to_2199) {
  const auto c = always("UTC");
  const auto last = utc("2199-12-31T23:00:00Z");
  EXPECT_EQ(add(c, last, 1h), last + 1h);
  EXPECT_EQ(add(c, last, 1h + 1us), std::nullopt);
  EXPECT_EQ(add(c, last, microseconds::max()), std::nullopt);
  EXPECT_EQ(sub(c, utc("1970-01-01T01:00:00Z"), 1h), timestamp{});
  EXPECT_EQ(sub(c, utc("1970-01-01T01:00:00Z"), 1h + 1us), std::nullopt);
  EXPECT_EQ(end_of_business_day(c, last, 1), std::nullopt);
  EXPECT_EQ(end_of_business_day(c, timestamp{}, 0xffff'ffff), std::nullopt);
}

TEST(business_time, a_business_day_ends_when_its_windows_have_closed) {
  const auto c = berlin();
  const auto end = [&](const char* from, std::uint32_t n) {
    return shown(end_of_business_day(c, utc(from), n));
  };
  EXPECT_EQ(end("2026-06-01T08:00:00+02:00", 0), "2026-06-01T15:00:00.000Z");
  EXPECT_EQ(end("2026-06-01T16:59:59+02:00", 0), "2026-06-01T15:00:00.000Z");
  EXPECT_EQ(end("2026-06-01T17:00:00+02:00", 0), "2026-06-02T15:00:00.000Z");
  EXPECT_EQ(end("2026-06-05T12:00:00+02:00", 1), "2026-06-08T15:00:00.000Z");
  EXPECT_EQ(end("2026-06-06T12:00:00+02:00", 1), "2026-06-09T15:00:00.000Z");
  const auto night = team("Europe/Berlin", on_weekdays(mon, fri, {{22h, 6h}}));
  EXPECT_EQ(shown(end_of_business_day(night, utc("2026-06-02T03:00:00+02:00"), 0)),
            "2026-06-02T04:00:00.000Z");
  EXPECT_EQ(shown(end_of_business_day(night, utc("2026-06-02T07:00:00+02:00"), 0)),
            "2026-06-03T04:00:00.000Z");
  EXPECT_EQ(shown(end_of_business_day(always("Europe/Berlin"), utc("2026-06-02T03:00:00+02:00"), 0)),
            "2026-06-02T22:00:00.000Z");
}

// -- for any calendar ---------------------------------------------------------------------------------------

TEST(business_time, what_must_hold_holds_over_years) {
  std::mt19937_64 random(20261122);
  const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
  for (int i = 0; i < 200; ++i) {
    const auto c = testing::random_team(random);
    for (int k = 0; k < 100; ++k) {
      const auto from =
          timestamp{sys_days{1990y / 1 / 1}} + microseconds{below(70ull * 365 * 86'400'000'000)};
      const microseconds x{1 + below(2ull * 365 * 86'400'000'000 / 8)}, y{1 + below(86'400'000'000)};
      const auto close = next_close(c, from);
      ASSERT_TRUE(close) << "no team is always there";
      EXPECT_FALSE(is_open(c, *close));
      EXPECT_EQ(between(c, from, *close), is_open(c, from) ? *close - from : 0us);
      const auto due = add(c, from, x);
      if (!due) continue;
      EXPECT_EQ(between(c, from, *due), x);
      EXPECT_EQ(between(c, from, *due - 1us), x - 1us) << "there was an earlier one";
      const auto later = add(c, from, x + y);
      if (later) {
        EXPECT_GT(*later, *due);
        EXPECT_EQ(add(c, *due, y), *later);
      }
      const auto back = sub(c, *due, x);
      if (!back) continue;
      EXPECT_GE(*back, from);
      EXPECT_EQ(*back, next_open(c, from));
      EXPECT_EQ(between(c, *back, *due), x);
      EXPECT_EQ(between(c, *back + 1us, *due), x - 1us) << "there was a later one";
      EXPECT_EQ(add(c, *back, x), due);
      EXPECT_EQ(add(c, from + 1us, x) >= due, true) << "who begins later is not due earlier";
    }
  }
}

TEST(business_time, the_index_holds_what_the_dates_have_one_by_one) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 12; ++i) {
    const auto c = testing::random_team(random);
    timestamp::duration sum{0};
    std::size_t wrong = 0;
    for (auto date = calendar::first_date; date < calendar::end_date; date += days{1}) {
      if (c.index().before(c.midnight(date)) != sum) ++wrong;
      for (const auto& s : c.open_on(date)) {
        if (c.index().before(s.open) != sum || c.index().instant_of(sum) != s.open) ++wrong;
        sum += s.close - s.open;
        if (c.index().before(s.close) != sum || c.index().instant_of(sum - 1us) != s.close - 1us) ++wrong;
      }
    }
    EXPECT_EQ(sum, c.index().total());
    EXPECT_EQ(wrong, 0u);
  }
}

}  // namespace
}  // namespace switchboard::domain
