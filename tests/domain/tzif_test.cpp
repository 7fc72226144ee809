// The reader of the tz database: held against the C library's for every zone of this machine, and against bytes that lie.

#include "domain/posix_tz.hpp"
#include "tests/domain/c_library_clock.hpp"
#include "tests/domain/tzif_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <set>

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;
using testing::berlin_like;
using testing::c_library_clock;
using ::testing::HasSubstr;
using testing::tzif_file;
namespace fs = std::filesystem;

std::string why_not(const std::string& bytes) {
  const auto parsed = parse_tzif(bytes);
  return parsed ? "" : parsed.error();
}

/// Where the two differ, of instants around every change and at random.
std::size_t differences(const zone& z, const std::string& name, std::mt19937_64& random) {
  const c_library_clock other(name);
  std::set<std::int64_t> instants;
  constexpr std::int64_t from = -2'208'988'800, to = 7'258'118'400;  // 1900 to 2200
  for (const auto& p : z.periods()) {
    const auto at = p.at.time_since_epoch().count();
    if (at > from && at < to) instants.insert({at - 1, at, at + 1});
  }
  for (int i = 0; i < 200; ++i) {
    instants.insert(from + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(to - from)));
  }
  std::size_t found = 0;
  for (const auto t : instants) {
    const auto ours = z.offset_at(timestamp{std::chrono::seconds{t}}).count();
    if (ours == c_library_clock::offset_at(t)) continue;
    if (++found == 1) std::fprintf(stderr, "%s differs at %lld\n", name.c_str(), static_cast<long long>(t));
  }
  return found;
}

std::vector<std::string> all_names() {
  std::vector<std::string> names;
  const fs::path root(testing::zones_of_this_machine);
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const auto name = entry.path().lexically_relative(root).generic_string();
    const bool is_other = name.starts_with("right/") || name.starts_with("posix/");
    if (!entry.is_regular_file() || is_other || !testing::bytes_of(entry.path()).starts_with("TZif"))
      continue;
    names.push_back(name);
  }
  return names;
}

TEST(tzif, every_zone_of_this_machine_reads_as_the_c_library_reads_it) {
  const auto names = all_names();
  EXPECT_GT(names.size(), 300u);
  std::mt19937_64 random(20261122);
  for (const auto& name : names) EXPECT_EQ(differences(*testing::real_zone(name), name, random), 0u) << name;
}

TEST(tzif, the_comparison_notices_a_zone_that_is_another) {
  std::mt19937_64 random(20261122);
  // They differ in one winter since 1950 only, or in an hour a year, or only behind the end of the table.
  EXPECT_GT(differences(*testing::real_zone("Europe/Lisbon"), "Europe/London", random), 0u);
  EXPECT_GT(differences(*testing::real_zone("America/Havana"), "America/New_York", random), 0u);
  const auto berlin = testing::real_zone("Europe/Berlin");
  std::vector<clock_change> until_2037;
  for (const auto& p : berlin->periods()) {
    if (p.at > std::chrono::sys_days{} - 365 * 100 * 24h &&
        p.at < std::chrono::sys_days{std::chrono::year{2037} / 12 / 1}) {
      until_2037.push_back(p);
    }
  }
  const auto at_first = berlin->periods().front().ahead;
  EXPECT_GT(differences(zone(at_first, until_2037), "Europe/Berlin", random), 10u);
}

TEST(tzif, leap_seconds_are_refused) {
  EXPECT_THAT(why_not(testing::bytes_of(testing::zones_of_this_machine + "right/Europe/Berlin")),
              HasSubstr("leap seconds"));
}

TEST(tzif, the_rule_goes_on_behind_the_table) {
  const auto z = parse_tzif(berlin_like().text());
  ASSERT_TRUE(z.has_value());
  const auto at = [&](std::chrono::sys_days d) { return z->offset_at(d); };
  using namespace std::chrono;
  EXPECT_EQ(at(1999y / 7 / 1), 1h);  // before the table: its first type
  EXPECT_EQ(at(2000y / 7 / 1), 2h);
  EXPECT_EQ(at(2000y / 12 / 1), 1h);
  EXPECT_EQ(at(2026y / 3 / 28), 1h);
  EXPECT_EQ(at(2026y / 3 / 30), 2h);
  EXPECT_EQ(at(2199y / 7 / 1), 2h);
  EXPECT_EQ(at(2250y / 7 / 1), 1h);  // behind tzif_last_year
  EXPECT_EQ(z->offset_at(sys_days{2026y / 10 / 25} + 59min), 2h);
  EXPECT_EQ(z->offset_at(sys_days{2026y / 10 / 25} + 1h), 1h);
}

TEST(tzif, no_byte_of_it_may_be_missing_or_too_many) {
  for (const auto& whole :
       {berlin_like().text(), testing::bytes_of(testing::zones_of_this_machine + "Europe/Dublin")}) {
    ASSERT_EQ(why_not(whole), "");
    for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_NE(why_not(whole.substr(0, n)), "") << n;
    EXPECT_NE(why_not(whole + 'x'), "");
    EXPECT_NE(why_not(whole + '\n'), "");
  }
}

struct lie {
  const char* said;
  tzif_file file;
};

constexpr std::uint32_t huge = 0xffff'ffff;

template <class Change>
tzif_file changed(Change change) {
  auto f = berlin_like();
  change(f);
  return f;
}

TEST(tzif, what_contradicts_itself_is_refused_with_a_reason) {
  const std::vector<lie> lies{
      {"version 1", changed([](auto& f) { f.version = '\0'; })},
      {"more than 4,096 changes", changed([](auto& f) { f.said_times = huge; })},
      {"middle of its second block", changed([](auto& f) { f.said_times = 4'000; })},
      {"no types, or more", changed([](auto& f) { f.said_types = huge; })},
      {"no types, or more", changed([](auto& f) { f.said_types = 0; })},
      {"middle of its second block", changed([](auto& f) { f.said_names = huge; })},
      {"have no names", changed([](auto& f) { f.said_names = 0; })},
      {"leap seconds", changed([](auto& f) { f.said_leaps = huge; })},
      {"contradict each other", changed([](auto& f) { f.said_utc = 1; })},
      {"contradict each other", changed([](auto& f) { f.said_standard = huge; })},
      {"not in order", changed([](auto& f) { f.times[1] = f.times[0]; })},
      {"not in order", changed([](auto& f) { std::swap(f.times[0], f.times[1]); })},
      {"to a type that it does not have", changed([](auto& f) { f.kinds[0] = 2; })},
      {"26 hours", changed([](auto& f) { f.types[1].ahead = 26 * 3600; })},
      {"26 hours", changed([](auto& f) { f.types[1].ahead = INT32_MIN; })},
      {"neither daylight time nor not", changed([](auto& f) { f.types[1].daylight = 2; })},
      {"a name behind the names", changed([](auto& f) { f.types[1].name = 9; })},
      {"contradicts its last change", changed([](auto& f) { f.rule = "EET-2EEST,M3.5.0/3,M10.5.0/4"; })},
      {"contradicts its last change", changed([](auto& f) { f.rule = "CEST-2"; })},
      {"does not say when", changed([](auto& f) { f.rule = "CET-1CEST"; })},
      {"rule in a line of its own", changed([](auto& f) { f.rule = "CET-1\n"; })},
  };
  for (const auto& l : lies) EXPECT_THAT(why_not(l.file.text()), HasSubstr(l.said)) << l.said;
  EXPECT_THAT(why_not("TZif3 and no more"), HasSubstr("middle of a header"));
  EXPECT_THAT(why_not(std::string(44, 'x')), HasSubstr("no TZif file"));
  EXPECT_THAT(why_not(std::string(tzif_bytes_max + 1, 'x')), HasSubstr("256 KiB"));
}

TEST(tzif, changes_before_our_years_only_say_what_holds_at_first) {
  const auto f = changed([](auto& c) {
    c.times = {INT64_MIN, -(std::int64_t{1} << 59)};
    c.kinds = {0, 1};
    c.rule = "";
  });
  const auto z = parse_tzif(f.text());
  ASSERT_TRUE(z.has_value()) << z.error();
  EXPECT_EQ(z->periods().size(), 1u);
  EXPECT_EQ(z->offset_at(timestamp{}), 2h);
}

// -- the rule -----------------------------------------------------------------------------------------------

TEST(posix_tz, reads_what_zic_writes) {
  const auto read = [](std::string_view text) {
    const auto r = parse_posix_tz(text);
    EXPECT_TRUE(r.has_value()) << text << ": " << r.error();
    return r ? *r : posix_tz{};
  };
  EXPECT_EQ(read("UTC0"), (posix_tz{0s}));
  EXPECT_EQ(read("<+0530>-5:30"), (posix_tz{5h + 30min}));
  EXPECT_EQ(read("LMT0:06:32"), (posix_tz{-(6min + 32s)}));
  using kind = yearly_date::kind;
  EXPECT_EQ(read("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"),
            (posix_tz{10h + 30min, daylight_time{11h,
                                                 {kind::weekday_of_month, 0, 10, 1, 2h},
                                                 {kind::weekday_of_month, 0, 4, 1, 2h}}}));
  // Dublin's standard time is that of the summer.
  EXPECT_EQ(read("IST-1GMT0,M10.5.0,M3.5.0/1").daylight->ahead, 0h);
  EXPECT_EQ(read("<-02>2<-01>,M3.5.0/-1,M10.5.0/0").daylight->begins.time, -1h);
  EXPECT_EQ(read("EET-2EEST,M3.4.4/50,M10.4.4/50").daylight->ends.time, 50h);
  EXPECT_EQ(read("XXX3EDT,J60,300/167:59:59").daylight->begins,
            (yearly_date{kind::without_leap_day, 60, 0, 0, 2h}));
}

TEST(posix_tz, refuses_what_says_nothing_certain) {
  for (const auto* text : {"",
                           "C",
                           "CE-1",
                           "CET",
                           "CET-",
                           "CET-25",
                           "CET-1:60",
                           "CET-1:00:60",
                           "CET-1x",
                           "<CET-1",
                           "<C>-1",
                           "C3T-1",
                           "CET-1CEST",
                           "CET-1CEST,",
                           "CET-1CEST,M3.5.0",
                           "CET-1CEST,M3.5.0,",
                           "CET-1CEST,M0.5.0,M10.5.0",
                           "CET-1CEST,M13.5.0,M10.5.0",
                           "CET-1CEST,M3.0.0,M10.5.0",
                           "CET-1CEST,M3.6.0,M10.5.0",
                           "CET-1CEST,M3.5.7,M10.5.0",
                           "CET-1CEST,J0,J365",
                           "CET-1CEST,J366,J1",
                           "CET-1CEST,366,1",
                           "CET-1CEST,M3.5.0/168,M10.5.0",
                           "CET-1CEST,M3.5.0/2,M10.5.0/3,",
                           "CET-1CEST,M3.5,M10.5.0",
                           ":CET-1",
                           "CET-0001"}) {
    EXPECT_FALSE(parse_posix_tz(text).has_value()) << text;
  }
}

TEST(posix_tz, days_are_counted_with_and_without_the_leap_day) {
  using namespace std::chrono;
  const auto begins = [](const char* text, year y) {
    return changes_of(*parse_posix_tz(text), y, y).front().at;
  };
  EXPECT_EQ(begins("AAA0BBB,J60/0,J300", 2028y), sys_days{2028y / 3 / 1});
  EXPECT_EQ(begins("AAA0BBB,J59/0,J300", 2028y), sys_days{2028y / 2 / 28});
  EXPECT_EQ(begins("AAA0BBB,59/0,300", 2028y), sys_days{2028y / 2 / 29});
  EXPECT_EQ(begins("AAA0BBB,59/0,300", 2027y), sys_days{2027y / 3 / 1});
  EXPECT_EQ(begins("AAA0BBB,M2.5.2/0,300", 2028y), sys_days{2028y / 2 / 29});
}

TEST(posix_tz, daylight_time_for_the_whole_year_sets_no_clock) {
  const auto changes =
      changes_of(*parse_posix_tz("XXX3EDT4,0/0,J365/23"), std::chrono::year{2026}, std::chrono::year{2030});
  ASSERT_LE(changes.size(), 2u);  // at the very first and the very last year
  EXPECT_EQ(changes.front().ahead, -4h);
}

}  // namespace
}  // namespace switchboard::domain
