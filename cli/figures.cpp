#include "cli/figures.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdarg>
#include <cstdio>

namespace switchboard::cli {

namespace {

/// A non-negative decimal and what stands behind it. std::from_chars would take "1e5", "inf" and "0x".
struct number_and_unit {
  double number = 0;
  std::string_view unit;
};

std::optional<number_and_unit> split(std::string_view text) {
  std::size_t end = text.find_first_not_of("0123456789.");
  if (end == std::string_view::npos) end = text.size();
  if (end == 0 || text[0] == '.' || text[end - 1] == '.') return std::nullopt;
  number_and_unit r;
  const auto [rest, ec] = std::from_chars(text.data(), text.data() + end, r.number, std::chars_format::fixed);
  if (ec != std::errc{} || rest != text.data() + end) return std::nullopt;
  r.unit = text.substr(end);
  return r;
}

}  // namespace

std::optional<std::chrono::nanoseconds> typed_duration(std::string_view text) {
  const auto parts = split(text);
  if (!parts) return std::nullopt;
  constexpr std::array<std::pair<std::string_view, double>, 7> units{
      {{"", 1e9}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"min", 60e9}, {"h", 3600e9}}};
  constexpr double seven_days = 7 * 86'400e9;
  for (const auto& [name, scale] : units) {
    if (parts->unit != name) continue;
    const double value = parts->number * scale;
    if (value > seven_days) return std::nullopt;
    return std::chrono::nanoseconds(std::llround(value));
  }
  return std::nullopt;
}

std::optional<std::uint64_t> typed_count(std::string_view text) {
  const auto parts = split(text);
  if (!parts) return std::nullopt;
  double scale = 0;
  if (parts->unit.empty()) scale = 1;
  if (parts->unit == "k") scale = 1e3;
  if (parts->unit == "M") scale = 1e6;
  const double value = parts->number * scale;
  if (scale == 0 || value > 9007199254740992.0 || value != std::floor(value)) return std::nullopt;
  return static_cast<std::uint64_t>(value);
}

std::string format(const char* pattern, ...) {
  va_list arguments;
  va_start(arguments, pattern);
  std::array<char, 512> buffer{};
  const int length = std::vsnprintf(buffer.data(), buffer.size(), pattern, arguments);
  va_end(arguments);
  if (length <= 0) return {};
  return {buffer.data(), std::min(static_cast<std::size_t>(length), buffer.size() - 1)};
}

std::string format_duration(std::chrono::nanoseconds d) {
  const double ns = static_cast<double>(d.count());
  const auto three_digits = [](double v, const char* unit) {
    return format(v < 10 ? "%.2f %s" : v < 100 ? "%.1f %s" : "%.0f %s", v, unit);
  };
  if (ns < 1e5) return three_digits(ns / 1e3, "us");
  if (ns < 1e9) return three_digits(ns / 1e6, "ms");
  return three_digits(ns / 1e9, "s");
}

std::string format_count(std::uint64_t n) {
  std::string digits = std::to_string(n);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string format_bytes(std::uint64_t n) {
  const double v = static_cast<double>(n);
  if (n < 1'000) return format("%llu B", static_cast<unsigned long long>(n));
  if (n < 1'000'000) return format("%.1f kB", v / 1e3);
  if (n < 1'000'000'000) return format("%.1f MB", v / 1e6);
  return format("%.2f GB", v / 1e9);
}

}  // namespace switchboard::cli
