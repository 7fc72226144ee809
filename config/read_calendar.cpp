// [[calendar]] with its [[calendar.hours]] and [[calendar.override]].

#include "config/record.hpp"
#include "domain/business_time.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>

namespace switchboard::config {
namespace {

using std::chrono::local_days;

// A team has a few shifts and a few dozen holidays a year; with these, years of them. Each calendar takes some 100 KB.
constexpr std::size_t windows_max = 16;
constexpr std::size_t hours_max = 64;
constexpr std::size_t overrides_max = 1'000;

/// As in calendar_rules::week.
constexpr std::array<std::string_view, 7> day_words{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

/// "09:30" as 570; nullopt: not written so, or no time of a day.
std::optional<std::chrono::minutes> minute_of(std::string_view text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4))
    return std::nullopt;
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  if (minute > 59 || hour > 24 || (hour == 24 && minute > 0)) return std::nullopt;
  return std::chrono::minutes{hour * 60 + minute};
}

std::optional<domain::wall_window> window_of(std::string_view text) {
  constexpr std::chrono::minutes whole_day{24 * 60};
  constexpr std::size_t dash = 5;
  if (text.size() != 11 || text[dash] != '-') return std::nullopt;
  const auto open = minute_of(text.substr(0, dash)), close = minute_of(text.substr(dash + 1));
  if (!open || !close || *open == whole_day) return std::nullopt;
  return domain::wall_window{*open, *close};
}

std::vector<domain::wall_window> read_windows(reader& r, const toml::node* node) {
  std::vector<domain::wall_window> windows;
  if (node == nullptr) return windows;
  const toml::array* list = node->as_array();
  if (list == nullptr || list->empty() || list->size() > windows_max) {
    r.report(node->source().begin, "windows must be a list of 1 to " + std::to_string(windows_max) +
                                       " strings, like [\"09:00-17:00\"]" +
                                       (list ? "" : ", not " + shown(*node)));
    return windows;
  }
  for (const toml::node& item : *list) {
    const auto* text = item.as_string();
    const auto window = text ? window_of(text->get()) : std::nullopt;
    if (window) {
      windows.push_back(*window);
    } else {
      r.report(
          item.source().begin,
          shown(item) +
              " is no window; write from and to by the 24-hour clock, like \"09:00-17:00\", \"22:00-06:00\" "
              "(to the next day) or \"00:00-24:00\"");
    }
  }
  return windows;
}

/// Places in calendar_rules::week.
std::vector<std::size_t> read_days(reader& r, const toml::node* node) {
  std::vector<std::size_t> days;
  if (node == nullptr) return days;
  const toml::array* list = node->as_array();
  if (list == nullptr || list->empty() || list->size() > day_words.size()) {
    r.report(node->source().begin, "days must be a list of 1 to 7, like [\"mon\", \"tue\"]" +
                                       (list ? "" : ", not " + shown(*node)));
    return days;
  }
  for (const toml::node& item : *list) {
    const auto* text = item.as_string();
    const auto found = text ? std::find(day_words.begin(), day_words.end(), text->get()) : day_words.end();
    if (found != day_words.end()) {
      days.push_back(static_cast<std::size_t>(found - day_words.begin()));
    } else {
      r.report(item.source().begin, shown(item) +
                                        " is no day; they are \"mon\" \"tue\" \"wed\" \"thu\" \"fri\" "
                                        "\"sat\" \"sun\"");
    }
  }
  return days;
}

std::optional<local_days> read_date(reader& r, const toml::node* node) {
  if (node == nullptr) return std::nullopt;
  const auto* date = node->as_date();
  if (date == nullptr) {
    r.report(node->source().begin,
             "date must be a date without quotes, like 2026-12-25, not " + shown(*node));
    return std::nullopt;
  }
  const toml::date& d = date->get();
  const local_days day{std::chrono::year{d.year} / d.month / d.day};
  if (day >= domain::calendar::first_date && day < domain::calendar::end_date) return day;
  r.report(node->source().begin, "date must be from 1970-01-01 to 2199-12-31");
  return std::nullopt;
}

domain::date_override read_override(reader& r, const toml::table& table) {
  const record rec(r, "calendar.override", table);
  domain::date_override o{};
  if (const auto date = read_date(r, rec.required("date"))) o.date = *date;
  if (rec.has("name")) o.name = rec.text("name", rec.optional("name"), name_bytes_max);
  const toml::node* closed = rec.optional("closed");
  if (rec.has("windows") == (closed != nullptr)) {
    r.report(closed ? closed->source().begin : table.source().begin,
             "[[calendar.override]] needs either closed = true or windows, " +
                 std::string(closed ? "not both" : "and has neither"));
  } else if (closed != nullptr) {
    if (closed->value<bool>() != true) {
      r.report(closed->source().begin,
               "closed must be true, not " + shown(*closed) +
                   "; a date that is like its weekday needs no [[calendar.override]]");
    }
  } else {
    o.windows = read_windows(r, rec.optional("windows"));
  }
  return o;
}

domain::calendar_rules read_rules(reader& r, const toml::table& table) {
  domain::calendar_rules rules;
  each_below(r, table, "calendar", "hours", hours_max, [&](const toml::table& each) {
    const record rec(r, "calendar.hours", each);
    const auto days = read_days(r, rec.required("days"));
    const auto windows = read_windows(r, rec.required("windows"));
    for (const std::size_t day : days) {
      auto& all = rules.week[day];
      all.insert(all.end(), windows.begin(), windows.end());
    }
  });
  std::map<local_days, toml::source_position> seen;
  each_below(r, table, "calendar", "override", overrides_max, [&](const toml::table& each) {
    const std::size_t before = r.reported();
    auto o = read_override(r, each);
    const auto at = position_of(each, "date");
    if (r.reported() > before) return;
    const auto [first, fresh] = seen.emplace(o.date, at);
    if (!fresh) {
      r.report(at, "this date has an override already on " + r.place(first->second) +
                       "; give it all windows there");
    }
    rules.overrides.push_back(std::move(o));
  });
  return rules;
}

std::string known_instead(const reader& r, zone_files& zones, std::string_view name) {
  const auto& names = zones.names();
  if (names.empty()) return "; there are none in " + zones.directory() + ", so install the package tzdata";
  if (const auto city = zone_of_city(name, names); !city.empty())
    return "; did you mean " + in_quotes(city) + "?";
  const std::vector<std::string_view> known(names.begin(), names.end());
  return r.suggest(name, known,
                   "; it is a region and a city, like \"Europe/Berlin\" (timedatectl list-timezones)");
}

/// nullptr, reported.
std::shared_ptr<const domain::zone> read_zone(reader& r, const record& rec, calendar_settings& c,
                                              zone_files& zones) {
  const toml::node* node = rec.required("zone");
  c.zone = rec.text("zone", node, name_bytes_max);
  if (c.zone.empty()) return nullptr;
  const auto& found = zones.read(c.zone);
  if (found) {
    c.zone_digest = found->digest;
    return found->zone;
  }
  const std::string said = "zone = " + in_quotes(c.zone);
  r.report(node->source().begin, found.error().empty()
                                     ? said + " is no time zone" + known_instead(r, zones, c.zone)
                                     : said + ": " + found.error());
  return nullptr;
}

}  // namespace

calendar_settings read_calendar(reader& r, const toml::table& table, zone_files& zones) {
  const std::size_t before = r.reported();
  const record rec(r, "calendar", table);
  calendar_settings c;
  c.id.value = rec.id("id", rec.required("id"));
  const auto zone = read_zone(r, rec, c, zones);
  auto rules = read_rules(r, table);
  if (r.reported() > before) return c;
  c.calendar = std::make_shared<const domain::calendar>(zone, std::move(rules));
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  if (!domain::next_open(*c.calendar, now)) {
    r.report(position_of(table, "id"),
             "calendar " + in_quotes(c.id.value) +
                 " has no business time within the next 400 days, so no deadline would "
                 "ever come; give it [[calendar.hours]]");
  }
  return c;
}

}  // namespace switchboard::config
