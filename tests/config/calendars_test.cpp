// [[calendar]]: right and wrong ones, and the files of zones that they name.

#include "config/load.hpp"
#include "config/zone_files.hpp"
#include "domain/business_time.hpp"
#include "tests/config/loading.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace switchboard::config {
namespace {

using namespace std::chrono;
using testing::expect_problems;
using testing::lines;
using testing::loaded;
using testing::problems_of;

constexpr std::string_view whole = R"([[calendar]]
id = "berlin"
zone = "Europe/Berlin"
[[calendar.hours]]
days = ["mon", "tue", "wed", "thu", "fri"]
windows = ["09:00-13:00", "14:00-18:00"]
[[calendar.hours]]
days = ["fri", "sun"]
windows = ["22:00-06:00", "00:00-24:00"]
[[calendar.override]]
date = 2026-12-25
name = "Christmas"
closed = true
[[calendar.override]]
date = 2026-12-24
windows = ["08:00-12:00"]
)";

/// With the hours of a week, so that one thing alone is wrong.
std::string calendar_with(std::string_view more) {
  return "[[calendar]]\nid = \"a\"\nzone = \"UTC\"\n[[calendar.hours]]\ndays = [\"mon\"]\nwindows = "
         "[\"09:00-17:00\"]\n" +
         std::string(more);
}

TEST(Calendars, AreReadAsTheyStand) {
  ASSERT_EQ(problems_of(whole), lines{});
  const auto s = loaded(whole);
  const auto* c = s->find_calendar("berlin");
  ASSERT_NE(c, nullptr);
  EXPECT_EQ(s->find_calendar("paris"), nullptr);
  EXPECT_EQ(c->zone, "Europe/Berlin");
  EXPECT_EQ(c->zone_digest.size(), 16u);
  const auto& rules = c->calendar->rules();
  const std::vector<domain::wall_window> weekday{{9h, 13h}, {14h, 18h}};
  const std::vector<domain::wall_window> friday{{9h, 13h}, {14h, 18h}, {22h, 6h}, {0h, 24h}};
  const std::vector<domain::wall_window> sunday{{22h, 6h}, {0h, 24h}};
  EXPECT_EQ(rules.week[0], sunday);
  EXPECT_EQ(rules.week[1], weekday);
  EXPECT_EQ(rules.week[5], friday);
  EXPECT_TRUE(rules.week[6].empty());
  ASSERT_EQ(rules.overrides.size(), 2u);
  EXPECT_EQ(rules.overrides[0].date, local_days{2026y / 12 / 24});
  EXPECT_EQ(rules.overrides[0].windows, (std::vector<domain::wall_window>{{8h, 12h}}));
  EXPECT_EQ(rules.overrides[1].name, "Christmas");
  EXPECT_TRUE(rules.overrides[1].windows.empty());
  const auto from = *domain::parse_rfc3339("2026-03-25T17:30:00+01:00");
  EXPECT_EQ(domain::to_rfc3339(*domain::add(*c->calendar, from, 1h)), "2026-03-26T08:30:00.000Z");
}

TEST(Calendars, ZonesAreNamedAsTheDatabaseNamesThem) {
  const auto with_zone = [](const std::string& zone) {
    return "[[calendar]]\nid = \"a\"\nzone = \"" + zone +
           "\"\n[[calendar.hours]]\ndays = [\"mon\"]\nwindows = [\"09:00-17:00\"]\n";
  };
  for (const auto* good :
       {"UTC", "Etc/GMT+5", "America/Argentina/Buenos_Aires", "America/Port-au-Prince", "Japan"}) {
    EXPECT_EQ(problems_of(with_zone(good)), lines{}) << good;
  }
  expect_problems({
      {with_zone("Europe/Berln"),
       {"3:8: error: zone = \"Europe/Berln\" is no time zone; did you mean \"Europe/Berlin\"?"}},
      {with_zone("europe/berlin"),
       {"3:8: error: zone = \"europe/berlin\" is no time zone; did you mean \"Europe/Berlin\"?"}},
      {with_zone("São Paulo"),
       {"3:8: error: zone = \"São Paulo\" is no time zone; it is a region and a city, like \"Europe/Berlin\" "
        "(timedatectl list-timezones)"}},
      {with_zone("sao paulo"),
       {"3:8: error: zone = \"sao paulo\" is no time zone; did you mean \"America/Sao_Paulo\"?"}},
      {with_zone("Europe"),
       {"3:8: error: zone = \"Europe\" is no time zone; it is a region and a city, like \"Europe/Berlin\" "
        "(timedatectl list-timezones)"}},
  });
}

TEST(Calendars, NoZoneLeadsOutOfTheDatabase) {
  for (const auto* bad :
       {"../../../etc/passwd", "/etc/localtime", "/usr/share/zoneinfo/UTC", "Europe/../UTC", "Europe//Berlin",
        "Europe/", "./UTC", "Europe/Berlin/", "UTC\\u0000", "localtime", "posixrules", "posix/UTC",
        "right/UTC", "Factory", "tzdata.zi", "zone.tab", "-UTC", "", "+01:00"}) {
    const auto problems = problems_of("[[calendar]]\nid = \"a\"\nzone = \"" + std::string(bad) + "\"\n");
    ASSERT_EQ(problems.size(), 1u) << bad;
    EXPECT_TRUE(problems[0].starts_with("t.toml:3:8: error: zone = ")) << problems[0];
  }
}

TEST(Calendars, WhatIsWrongIsSaidWhereItStands) {
  expect_problems({
      {"[[calendar]]\n",
       {"1:1: error: [[calendar]] needs id, like id = \"berlin\"",
        "1:1: error: [[calendar]] needs zone, like zone = \"Europe/Berlin\""}},
      {"[calendar]\nid = \"a\"\n",
       {"1:1: error: calendar is a list; write [[calendar]], once for each, not [calendar]"}},
      {calendar_with("[[calendar.hours]]\n"),
       {"7:1: error: [[calendar.hours]] needs days, like days = [\"mon\", \"tue\", \"wed\", \"thu\", "
        "\"fri\"]",
        "7:1: error: [[calendar.hours]] needs windows, like windows = [\"09:00-13:00\", \"14:00-18:00\"]"}},
      {calendar_with("[[calendar.hours]]\ndays = [\"Mon\", 1]\nwindows = [\"9:00-17:00\", \"17:00\", 9]\n"),
       {"8:9: error: \"Mon\" is no day; they are \"mon\" \"tue\" \"wed\" \"thu\" \"fri\" \"sat\" \"sun\"",
        "8:16: error: 1 is no day; they are \"mon\" \"tue\" \"wed\" \"thu\" \"fri\" \"sat\" \"sun\"",
        "9:12: error: \"9:00-17:00\" is no window; write from and to by the 24-hour clock, like "
        "\"09:00-17:00\", "
        "\"22:00-06:00\" (to the next day) or \"00:00-24:00\"",
        "9:26: error: \"17:00\" is no window; write from and to by the 24-hour clock, like \"09:00-17:00\", "
        "\"22:00-06:00\" (to the next day) or \"00:00-24:00\"",
        "9:35: error: 9 is no window; write from and to by the 24-hour clock, like \"09:00-17:00\", "
        "\"22:00-06:00\" (to the next day) or \"00:00-24:00\""}},
      {calendar_with("[[calendar.hours]]\ndays = \"mon\"\nwindows = []\n"),
       {"8:8: error: days must be a list of 1 to 7, like [\"mon\", \"tue\"], not \"mon\"",
        "9:11: error: windows must be a list of 1 to 16 strings, like [\"09:00-17:00\"]"}},
      {calendar_with("hours = 5\n"),
       {"7:1: error: unknown key \"hours\" in [[calendar.hours]]; config/reference.toml "
        "lists them all"}},
      {calendar_with("[[calendar.override]]\nclosed = true\n"),
       {"7:1: error: [[calendar.override]] needs date, like date = 2026-12-24"}},
      {calendar_with("[[calendar.override]]\ndate = \"2026-12-25\"\nclosed = true\n"),
       {"8:8: error: date must be a date without quotes, like 2026-12-25, not \"2026-12-25\""}},
      {calendar_with("[[calendar.override]]\ndate = 2026-12-25T00:00:00\nclosed = true\n"),
       {"8:8: error: date must be a date without quotes, like 2026-12-25, not a date or time"}},
      {calendar_with("[[calendar.override]]\ndate = 2200-01-01\nclosed = true\n"),
       {"8:8: error: date must be from 1970-01-01 to 2199-12-31"}},
      {calendar_with("[[calendar.override]]\ndate = 2026-12-25\n"),
       {"7:1: error: [[calendar.override]] needs either closed = true or windows, and has neither"}},
      {calendar_with(
           "[[calendar.override]]\ndate = 2026-12-25\nclosed = true\nwindows = [\"09:00-10:00\"]\n"),
       {"9:10: error: [[calendar.override]] needs either closed = true or windows, not both"}},
      {calendar_with("[[calendar.override]]\ndate = 2026-12-25\nclosed = false\n"),
       {"9:10: error: closed must be true, not false; a date that is like its weekday needs no "
        "[[calendar.override]]"}},
      {calendar_with("[[calendar.override]]\ndate = 2026-12-25\nclosed = true\n[[calendar.override]]\ndate = "
                     "2026-12-25\nwindows = [\"09:00-10:00\"]\n"),
       {"11:8: error: this date has an override already on line 8; give it all windows there"}},
      {calendar_with("") + calendar_with(""), {"8:6: error: id \"a\" is already taken on line 2"}},
      {calendar_with("[[calendar.override]]\ndate = 2026-12-25\nclosd = true\n"),
       {"7:1: error: [[calendar.override]] needs either closed = true or windows, and has neither",
        "9:1: error: unknown key \"closd\"; did you mean \"closed\"?"}},
  });
}

TEST(Calendars, WindowsHaveOneSpelling) {
  for (const std::string bad :
       {"09:00 - 17:00", "09:00–17:00", "09.00-17.00", "24:00-06:00", "09:00-24:01", "09:60-17:00",
        "25:00-26:00", "9-17", "09:00-17:00 ", "", "-9:00-17:00", "0a:00-17:00"}) {
    EXPECT_EQ(
        problems_of(calendar_with("[[calendar.hours]]\ndays = [\"tue\"]\nwindows = [\"" + bad + "\"]\n"))
            .size(),
        1u)
        << bad;
  }
  for (const std::string good : {"00:00-24:00", "00:00-00:00", "23:59-00:01", "09:00-09:00"}) {
    EXPECT_EQ(
        problems_of(calendar_with("[[calendar.hours]]\ndays = [\"tue\"]\nwindows = [\"" + good + "\"]\n")),
        lines{})
        << good;
  }
}

TEST(Calendars, OneThatNeverOpensIsAnError) {
  const std::string never =
      "2:6: error: calendar \"a\" has no business time within the next 400 days, so no deadline would ever "
      "come; give it "
      "[[calendar.hours]]";
  const std::string head = "[[calendar]]\nid = \"a\"\nzone = \"Europe/Berlin\"\n";
  expect_problems({
      {head, {never}},
      {head + "[[calendar.override]]\ndate = 2020-01-01\nwindows = [\"09:00-10:00\"]\n", {never}},
      {head + "[[calendar.override]]\ndate = 2199-01-01\nwindows = [\"09:00-10:00\"]\n", {never}},
  });
  const year_month_day soon{floor<days>(system_clock::now()) + days{30}};
  const auto two = [](unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  EXPECT_EQ(problems_of(head + "[[calendar.override]]\ndate = " + std::to_string(int{soon.year()}) + "-" +
                        two(unsigned{soon.month()}) + "-" + two(unsigned{soon.day()}) +
                        "\nwindows = [\"09:00-10:00\"]\n"),
            lines{});
}

TEST(Calendars, NothingOfThemIsWithoutALimit) {
  const auto count_of = [](const std::string& text, std::string_view what) {
    const auto problems = problems_of(text);
    EXPECT_EQ(problems.size(), 1u) << (problems.empty() ? "" : problems.back());
    EXPECT_NE(problems.at(0).find(what), std::string::npos) << problems[0];
  };
  std::string days, hours, windows = "\"09:00-10:00\"", many;
  for (int i = 0; i < 16; ++i) windows += ", \"09:00-10:00\"";
  for (int i = 0; i < 64; ++i) hours += "[[calendar.hours]]\ndays = [\"mon\"]\nwindows = [\"09:00-17:00\"]\n";
  sys_days d = 2026y / 1 / 1;
  for (int i = 0; i < 1001; ++i, d += std::chrono::days{1}) {
    days += "[[calendar.override]]\ndate = " + domain::to_rfc3339(d).substr(0, 10) +
            "\nwindows = [\"09:00-10:00\"]\n";
  }
  for (int i = 0; i < 1002; ++i) {
    auto one = calendar_with("");
    many += one.replace(one.find("\"a\""), 3, "\"a" + std::to_string(i) + "\"");
  }
  count_of(calendar_with("[[calendar.hours]]\ndays = [\"tue\"]\nwindows = [" + windows + "]\n"), "1 to 16");
  count_of(calendar_with(hours), "64 [[calendar.hours]]");
  count_of(calendar_with(days), "1000 [[calendar.override]]");
  count_of(many, "1000 [[calendar]]");
}

TEST(Calendars, EveryChangeOfOneIsAnotherVersion) {
  std::vector<std::string> versions{loaded(whole)->version};
  const auto version_with = [](std::string_view from, std::string_view to) {
    std::string text(whole);
    text.replace(text.find(from), from.size(), to);
    const auto s = loaded(text);
    EXPECT_NE(s, nullptr) << text;
    return s ? s->version : "";
  };
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"\"berlin\"", "\"paris\""},
                                                        {"Europe/Berlin", "Europe/Paris"},
                                                        {"\"fri\", \"sun\"", "\"sun\""},
                                                        {"09:00-13:00", "09:00-13:01"},
                                                        {"2026-12-25", "2026-12-26"},
                                                        {"\"Christmas\"", "\"Xmas\""},
                                                        {"08:00-12:00", "08:30-12:00"},
                                                        {"closed = true", "windows = [\"08:00-12:00\"]"}}) {
    const auto changed = version_with(from, to);
    EXPECT_EQ(std::count(versions.begin(), versions.end(), changed), 0) << from << " → " << to;
    versions.push_back(changed);
  }
}

// -- the files ----------------------------------------------------------------------------------------------

const std::string database = "/usr/share/zoneinfo";

TEST(ZoneFiles, AreReadAnewByEachLoad) {
  const testing::scratch s;
  s.write("Test/Zone", testing::read_file(database + "/Europe/Berlin"));
  zone_files first(s.path());
  const auto berlin = first.read("Test/Zone");
  ASSERT_TRUE(berlin.has_value()) << berlin.error();
  s.write("Test/Zone", testing::read_file(database + "/Asia/Kolkata"));
  EXPECT_EQ(first.read("Test/Zone")->zone, berlin->zone) << "calendars of one config share a zone";
  zone_files second(s.path());
  const auto kolkata = second.read("Test/Zone");
  ASSERT_TRUE(kolkata.has_value());
  EXPECT_NE(kolkata->digest, berlin->digest);
  EXPECT_EQ(kolkata->zone->offset_at(domain::timestamp{sys_days{2026y / 6 / 1}}), 5h + 30min);
}

TEST(ZoneFiles, SayWhatIsWrongWithOne) {
  const testing::scratch s;
  s.write("Test/Text", "no zone");
  s.write("Test/Cut", testing::read_file(database + "/Europe/Berlin").substr(0, 500));
  s.write("Test/Huge", std::string(1 << 20, 'x'));
  zone_files files(s.path());
  EXPECT_NE(files.read("Test/Text").error().find("Test/Text is no time zone: it ends in the middle"),
            std::string::npos);
  EXPECT_NE(files.read("Test/Cut").error().find("is no time zone: it ends in the middle"), std::string::npos);
  EXPECT_NE(files.read("Test/Huge").error().find("256 KiB"), std::string::npos);
  EXPECT_EQ(files.read("Test").error(), "");
  EXPECT_EQ(files.read("Test/None").error(), "");
  EXPECT_EQ(files.names(), std::vector<std::string>{"Test/Cut"});
}

TEST(ZoneFiles, NamesAreThoseThatCanBeRead) {
  zone_files files;
  const auto& names = files.names();
  EXPECT_GT(names.size(), 300u);
  for (const auto& name : names)
    EXPECT_TRUE(files.read(name).has_value()) << name << files.read(name).error();
  EXPECT_EQ(zone_of_city("berlin", names), "Europe/Berlin");
  EXPECT_EQ(zone_of_city("New York", names), "America/New_York");
  EXPECT_EQ(zone_of_city("Nowhere", names), "");
  EXPECT_EQ(zone_of_city("Louisville", names), "") << "there are two";
}

}  // namespace
}  // namespace switchboard::config
