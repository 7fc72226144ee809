#include "domain/posix_tz.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::domain {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr unsigned offset_hours_max = 24;
constexpr unsigned time_hours_max = 167;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes parts off the front; what does not fit is taken for false, and nothing is asked after it.
class scanner {
 public:
  explicit scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] char next() const { return rest_.empty() ? '\0' : rest_.front(); }
  [[nodiscard]] bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] bool name() {
    const bool quoted = take('<');
    std::size_t length = 0;
    const auto fits = [&](char c) {
      return is_letter(c) || (quoted && (is_digit(c) || c == '+' || c == '-'));
    };
    while (length < rest_.size() && fits(rest_[length])) ++length;
    rest_.remove_prefix(length);
    return length >= 3 && (!quoted || take('>'));
  }
  [[nodiscard]] bool number(unsigned min, unsigned max, unsigned& value) {
    value = 0;
    std::size_t digits = 0;
    for (; digits < 3 && is_digit(next()); ++digits) {
      value = value * 10 + static_cast<unsigned>(next() - '0');
      rest_.remove_prefix(1);
    }
    return digits > 0 && value >= min && value <= max && !is_digit(next());
  }
  [[nodiscard]] bool time(unsigned hours_max, seconds& value) {
    const bool negative = take('-');
    if (!negative) static_cast<void>(take('+'));
    unsigned h = 0, m = 0, s = 0;
    if (!number(0, hours_max, h)) return false;
    if (take(':')) {
      if (!number(0, 59, m)) return false;
      if (take(':') && !number(0, 59, s)) return false;
    }
    value = hours{h} + minutes{m} + seconds{s};
    if (negative) value = -value;
    return true;
  }
  [[nodiscard]] bool date(yearly_date& d) {
    unsigned& n = d.day;
    if (take('J')) {
      d.is = yearly_date::kind::without_leap_day;
      if (!number(1, 365, n)) return false;
    } else if (take('M')) {
      d.is = yearly_date::kind::weekday_of_month;
      const bool fits =
          number(1, 12, d.month) && take('.') && number(1, 5, d.week) && take('.') && number(0, 6, n);
      if (!fits) return false;
    } else {
      d.is = yearly_date::kind::with_leap_day;
      if (!number(0, 365, n)) return false;
    }
    d.time = hours{2};
    return !take('/') || time(time_hours_max, d.time);
  }

 private:
  std::string_view rest_;
};

sys_days day_of(const yearly_date& d, std::chrono::year y) {
  const sys_days new_year = y / 1 / 1;
  switch (d.is) {
    case yearly_date::kind::with_leap_day:
      return new_year + days{d.day};
    case yearly_date::kind::without_leap_day: {
      constexpr unsigned first_of_march = 60;
      return new_year + days{d.day - 1 + (y.is_leap() && d.day >= first_of_march ? 1 : 0)};
    }
    case yearly_date::kind::weekday_of_month:
      break;
  }
  const std::chrono::month m{d.month};
  const std::chrono::weekday w{d.day};
  if (d.week == 5) return y / m / w[std::chrono::last];
  return y / m / w[d.week];
}

}  // namespace

expected<posix_tz, std::string> parse_posix_tz(std::string_view text) {
  const auto wrong = [](std::string what) { return unexpected{std::move(what)}; };
  scanner in(text);
  posix_tz rule;
  seconds behind{0};
  if (!in.name()) return wrong("does not begin with a name of three letters or more");
  if (!in.time(offset_hours_max, behind)) return wrong("has no offset of up to 24 hours behind its name");
  rule.ahead = -behind;
  if (in.done()) return rule;

  auto& summer = rule.daylight.emplace();
  if (!in.name()) return wrong("has something behind its offset that is no name of daylight time");
  summer.ahead = rule.ahead + hours{1};
  if (in.next() != ',' && !in.done()) {
    if (!in.time(offset_hours_max, behind)) return wrong("has an offset of daylight time that is none");
    summer.ahead = -behind;
  }
  if (!in.take(',') || !in.date(summer.begins)) return wrong("does not say when daylight time begins");
  if (!in.take(',') || !in.date(summer.ends)) return wrong("does not say when daylight time ends");
  if (!in.done()) return wrong("goes on behind its end");
  return rule;
}

std::vector<clock_change> changes_of(const posix_tz& rule, std::chrono::year first, std::chrono::year last) {
  std::vector<clock_change> all;
  if (!rule.daylight) return all;
  for (auto y = first; y <= last; ++y) {
    const auto& summer = *rule.daylight;
    all.push_back({day_of(summer.ends, y) + summer.ends.time - summer.ahead, rule.ahead});
    all.push_back({day_of(summer.begins, y) + summer.begins.time - rule.ahead, summer.ahead});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const clock_change& a, const clock_change& b) { return a.at < b.at; });
  // Daylight time for the whole year is written as one that ends when the next begins: no clock is set then.
  std::vector<clock_change> real;
  for (const auto& c : all) {
    if (!real.empty() && real.back().at == c.at) real.pop_back();
    if (real.empty() || real.back().ahead != c.ahead) real.push_back(c);
  }
  return real;
}

}  // namespace switchboard::domain
