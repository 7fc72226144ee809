#include "config/units.hpp"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <limits>
#include <span>

namespace switchboard::config {
namespace {

struct unit {
  std::string_view word;
  std::uint64_t factor;
};
// From the largest down: writing takes the first that divides.
constexpr std::array durations{unit{"d", 86'400'000}, unit{"h", 3'600'000}, unit{"m", 60'000},
                               unit{"s", 1000}, unit{"ms", 1}};
constexpr std::array sizes{unit{"TiB", 1ull << 40}, unit{"GiB", 1ull << 30}, unit{"MiB", 1ull << 20},
                           unit{"KiB", 1ull << 10}, unit{"B", 1}};

std::optional<std::uint64_t> parse_quantity(std::string_view text, std::span<const unit> units) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view word(rest, static_cast<std::size_t>(end - rest));
  for (const unit& u : units) {
    if (u.word != word) continue;
    if (number > std::numeric_limits<std::uint64_t>::max() / u.factor) return std::nullopt;
    return number * u.factor;
  }
  return std::nullopt;
}

std::string quantity_text(std::uint64_t number, std::span<const unit> units) {
  for (const unit& u : units) {
    if (number % u.factor == 0) return std::to_string(number / u.factor) + std::string(u.word);
  }
  return std::to_string(number);
}

bool is_address_of(int family, const std::string& text) {
  std::array<unsigned char, 16> bytes;
  return inet_pton(family, text.c_str(), bytes.data()) == 1;
}

}  // namespace

std::optional<std::uint64_t> parse_duration(std::string_view text) {
  return parse_quantity(text, durations);
}

expected<business_target, std::string> parse_business_target(std::string_view text) {
  constexpr std::string_view day_end = "eobd";
  constexpr std::uint32_t days_max = 366;
  constexpr milliseconds shortest = seconds{1}, longest = std::chrono::hours{10'000};
  if (text.starts_with(day_end)) {
    auto rest = text.substr(day_end.size());
    end_of_business_day target;
    if (rest.empty()) return business_target{target};
    rest.remove_prefix(1);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), target.days);
    const bool whole = error == std::errc{} && end == rest.data() + rest.size() && target.days <= days_max;
    if (text[day_end.size()] == '+' && whole) return business_target{target};
    return unexpected{
        std::string("the end of a business day is \"eobd\", or up to 366 business days later, \"eobd+1\"")};
  }
  const auto ms = parse_duration(text);
  if (ms && text.ends_with('d')) {
    return unexpected{std::string(
        "a day of business time has no length of its own: it is 8 hours to one team and 24 to another; "
        "write the hours, like \"8h\", or \"eobd+1\" for the end of the next business day")};
  }
  const bool in_bounds = ms && *ms >= static_cast<std::uint64_t>(shortest.count()) &&
                         *ms <= static_cast<std::uint64_t>(longest.count());
  if (in_bounds && !text.ends_with("ms"))
    return business_target{milliseconds{static_cast<std::int64_t>(*ms)}};
  return unexpected{
      std::string("business time is one number and h, m or s, from \"1s\" to \"10000h\", like \"30m\"")};
}

std::string duration_text(std::uint64_t ms) {
  return ms == 0 ? "0s" : quantity_text(ms, durations);
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos) {
    return parse_quantity(std::string(text) + "B", sizes);
  }
  return parse_quantity(text, sizes);
}

std::string size_text(std::uint64_t bytes) {
  return bytes == 0 ? "0B" : quantity_text(bytes, sizes);
}

bool is_address(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return false;
  const std::string copy(text);
  return is_address_of(AF_INET, copy) || is_address_of(AF_INET6, copy);
}

std::optional<endpoint> parse_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);

  endpoint e;
  const auto [rest, error] = std::from_chars(port.data(), port.data() + port.size(), e.port);
  if (error != std::errc{} || rest != port.data() + port.size()) return std::nullopt;

  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!bracketed && host == "localhost") host = "127.0.0.1";
  const bool v6 = host.find(':') != std::string_view::npos;
  if (v6 != bracketed || !is_address(host)) return std::nullopt;
  e.host = host;
  return e;
}

}  // namespace switchboard::config
