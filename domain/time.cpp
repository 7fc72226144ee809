#include "domain/time.hpp"

#include <array>
#include <cstdint>

namespace switchboard::domain {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;

// RFC 3339 has no other years, and a platform's broken clock must not make JSON that nobody can read.
constexpr timestamp earliest = sys_days{std::chrono::year{0} / 1 / 1};
constexpr timestamp latest = sys_days{std::chrono::year{10000} / 1 / 1} - microseconds{1};

constexpr std::size_t fraction_digits_max = 9;

void put2(char* at, unsigned value) {
  at[0] = static_cast<char>('0' + value / 10);
  at[1] = static_cast<char>('0' + value % 10);
}

/// Takes fixed parts off the front of a text; the first mismatch makes all later answers false.
class scanner {
 public:
  explicit scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool number(std::size_t digits, int& value) {
    if (rest_.size() < digits) return false;
    value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (!is_digit(rest_[i])) return false;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return true;
  }
  [[nodiscard]] bool one_of(std::string_view allowed) {
    if (rest_.empty() || allowed.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// ".1" to ".123456789"; digits below the microsecond are cut off. Nothing where there is no dot.
  [[nodiscard]] bool fraction(microseconds& value) {
    value = microseconds{0};
    if (!one_of(".")) return true;
    std::int64_t total = 0;
    std::size_t count = 0;
    for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1), ++count) {
      if (count < 6) total = total * 10 + (rest_.front() - '0');
    }
    for (std::size_t i = count; i < 6; ++i) total *= 10;
    value = microseconds{total};
    return count >= 1 && count <= fraction_digits_max;
  }
  /// Z, z, ±hh:mm or ±hhmm, to the end.
  [[nodiscard]] bool zone(minutes& east) {
    east = minutes{0};
    if (one_of("Zz")) return rest_.empty();
    const bool west = !rest_.empty() && rest_.front() == '-';
    int hour = 0;
    int minute = 0;
    if (!one_of("+-") || !number(2, hour)) return false;
    static_cast<void>(one_of(":"));
    if (!number(2, minute) || !rest_.empty() || hour > 23 || minute > 59) return false;
    east = hours{hour} + minutes{minute};
    if (west) east = -east;
    return true;
  }

 private:
  [[nodiscard]] static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  std::string_view rest_;
};

}  // namespace

void append_rfc3339(std::string& out, timestamp t) {
  t = t < earliest ? earliest : t > latest ? latest : t;
  const auto day = floor<days>(t);
  const std::chrono::year_month_day date{day};
  const auto of_day = static_cast<std::uint32_t>(floor<milliseconds>(t - day).count());  // < 86,400,000
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  const unsigned second = of_day / 1000;

  std::array<char, 24> text{'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0',
                            '0', ':', '0', '0', ':', '0', '0', '.', '0', '0', '0', 'Z'};
  put2(&text[0], year / 100);
  put2(&text[2], year % 100);
  put2(&text[5], static_cast<unsigned>(date.month()));
  put2(&text[8], static_cast<unsigned>(date.day()));
  put2(&text[11], second / 3600);
  put2(&text[14], second / 60 % 60);
  put2(&text[17], second % 60);
  put2(&text[20], of_day % 1000 / 10);
  text[22] = static_cast<char>('0' + of_day % 10);
  out.append(text.data(), text.size());
}

std::string to_rfc3339(timestamp t) {
  std::string out;
  append_rfc3339(out, t);
  return out;
}

std::optional<timestamp> parse_rfc3339(std::string_view text) {
  scanner in(text);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  microseconds fraction{0};
  minutes east{0};
  const bool shaped = in.number(4, year) && in.one_of("-") && in.number(2, month) && in.one_of("-") &&
                      in.number(2, day) && in.one_of("Tt ") && in.number(2, hour) && in.one_of(":") &&
                      in.number(2, minute) && in.one_of(":") && in.number(2, second) &&
                      in.fraction(fraction) && in.zone(east);
  if (!shaped) return std::nullopt;
  const auto date = std::chrono::year{year} / month / day;
  // Second 60 is a leap second; Unix time has none, so it becomes the first instant of the next minute.
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return timestamp{sys_days{date} + hours{hour} + minutes{minute} + seconds{second} + fraction - east};
}

}  // namespace switchboard::domain
