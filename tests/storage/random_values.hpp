#pragma once
// What random events are made of: numbers, times, and texts that are as hostile as a platform lets them be.

#include "domain/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace switchboard::storage::testing {

class random_values {
 public:
  explicit random_values(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t below(std::uint64_t n) {
    return std::uniform_int_distribution<std::uint64_t>(0, n - 1)(engine_);
  }
  bool maybe() { return below(2) == 0; }

  /// Quotes, escapes, NUL, controls, line breaks, every width of UTF-8; sometimes empty, sometimes long.
  std::string hostile() {
    static const std::vector<std::string> pieces = {"\"",
                                                    "\\",
                                                    std::string("\0", 1),
                                                    "\n",
                                                    "\r\n",
                                                    "\t",
                                                    "\x01",
                                                    "\x1f",
                                                    "\x7f",
                                                    "/",
                                                    "a",
                                                    "\\u0000",
                                                    "é",
                                                    "\u2028",
                                                    "漢",
                                                    "😀",
                                                    "\xF4\x8F\xBF\xBF",
                                                    "</script>",
                                                    "{}",
                                                    ",",
                                                    " "};
    std::string s;
    const auto n = below(10) == 0 ? below(300) : below(6);
    for (std::uint64_t i = 0; i < n; ++i) s += pieces[below(pieces.size())];
    return s;
  }
  domain::timestamp time() {
    return domain::timestamp{
        std::chrono::microseconds{static_cast<std::int64_t>(below(4'000'000'000'000'000))}};
  }
  std::optional<domain::timestamp> maybe_time() { return maybe() ? std::optional(time()) : std::nullopt; }
  std::uint64_t big() { return below(4) == 0 ? ~0ull - below(3) : 1 + below(1000); }
  template <class Enum>
  Enum one_of(Enum last) {
    return static_cast<Enum>(below(static_cast<std::uint64_t>(last) + 1));
  }

 protected:
  std::mt19937_64 engine_;
};

}  // namespace switchboard::storage::testing
