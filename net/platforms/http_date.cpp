#include "net/platforms/http_date.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

namespace switchboard::net::platforms {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::year;

std::optional<int> number(std::string_view text, std::size_t digits_max) {
  int value = 0;
  const char* const end = text.data() + text.size();
  if (text.empty() || text.size() > digits_max || text[0] == '-') return std::nullopt;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

std::optional<unsigned> month_named(std::string_view name) {
  constexpr std::array<std::string_view, 12> names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<unsigned>(i + 1);
  }
  return std::nullopt;
}

/// hh:mm:ss; a leap second counts as the one before it.
std::optional<std::chrono::seconds> time_of_day(std::string_view text) {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
  const auto h = number(text.substr(0, 2), 2);
  const auto m = number(text.substr(3, 2), 2);
  const auto s = number(text.substr(6, 2), 2);
  if (!h || !m || !s || *h > 23 || *m > 59 || *s > 60) return std::nullopt;
  return std::chrono::hours{*h} + std::chrono::minutes{*m} + std::chrono::seconds{*s == 60 ? 59 : *s};
}

int full_year(int two_digits, domain::timestamp now) {
  const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(now)};
  const int this_year = static_cast<int>(today.year());
  const int candidate = this_year - this_year % 100 + two_digits;
  return candidate > this_year + 50 ? candidate - 100 : candidate;
}

struct words {
  std::array<std::string_view, 6> word;
  std::size_t count = 0;
};
words words_of(std::string_view text) {
  words found;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = text.find_first_not_of(" ,-", at);
    if (begin == std::string_view::npos) break;
    at = std::min(text.find_first_of(" ,-", begin), text.size());
    if (found.count == found.word.size()) return {};
    found.word[found.count++] = text.substr(begin, at - begin);
  }
  return found;
}

}  // namespace

std::optional<domain::timestamp> parse_http_date(std::string_view text, domain::timestamp now) {
  const auto [w, count] = words_of(text);
  if (count < 5) return std::nullopt;
  const bool with_zone = count == 6 && w[5] == "GMT";
  if (!with_zone && count != 5) return std::nullopt;
  const auto [day_word, month_word, year_word, time_word] =
      with_zone ? std::array{w[1], w[2], w[3], w[4]} : std::array{w[2], w[1], w[4], w[3]};
  const auto d = number(day_word, 2);
  const auto m = month_named(month_word);
  auto y = number(year_word, 4);
  const auto t = time_of_day(time_word);
  if (!d || !m || !y || !t) return std::nullopt;
  if (year_word.size() == 2) y = full_year(*y, now);
  const std::chrono::year_month_day date{year{*y}, month{*m}, day{static_cast<unsigned>(*d)}};
  if (!date.ok() || *y < 1970) return std::nullopt;
  return domain::timestamp{std::chrono::sys_days{date} + *t};
}

}  // namespace switchboard::net::platforms
