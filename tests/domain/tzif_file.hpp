#pragma once
// Files of the tz database: written by the grammar of RFC 9636, so that each part can be wrong by itself, and this machine's own.

#include "domain/tzif.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace switchboard::domain::testing {

inline std::string big_endian(std::uint64_t n, unsigned bytes) {
  std::string out;
  for (unsigned i = bytes; i > 0; --i) out += static_cast<char>(n >> (8 * (i - 1)));
  return out;
}

struct tzif_type {
  std::int32_t ahead = 0;
  std::uint8_t daylight = 0;
  std::uint8_t name = 0;
};

/// What the header says may differ from what follows it.
struct tzif_file {
  char version = '2';
  std::vector<std::int64_t> times = {};
  std::vector<std::uint8_t> kinds = {};
  std::vector<tzif_type> types = {{3600, 0, 0}};
  std::string names = std::string("CET\0CEST\0", 9);
  std::string rule = "CET-1";
  std::optional<std::uint32_t> said_utc = {}, said_standard = {}, said_leaps = {}, said_times = {},
                               said_types = {}, said_names = {};

  [[nodiscard]] std::string block(unsigned time_bytes) const {
    const auto count = [](std::optional<std::uint32_t> said, std::size_t is) {
      return big_endian(said.value_or(static_cast<std::uint32_t>(is)), 4);
    };
    std::string out = "TZif" + std::string(1, version) + std::string(15, '\0') + count(said_utc, 0) +
                      count(said_standard, 0) + count(said_leaps, 0) + count(said_times, times.size()) +
                      count(said_types, types.size()) + count(said_names, names.size());
    for (const auto t : times) out += big_endian(static_cast<std::uint64_t>(t), time_bytes);
    for (const auto k : kinds) out += static_cast<char>(k);
    for (const auto& t : types) {
      out += big_endian(static_cast<std::uint32_t>(t.ahead), 4);
      out += static_cast<char>(t.daylight);
      out += static_cast<char>(t.name);
    }
    return out + names;
  }
  [[nodiscard]] std::string text() const {
    tzif_file old;
    old.version = version;
    return old.block(4) + block(8) + '\n' + rule + '\n';
  }
};

/// Two changes of the year 2000, and the European rule behind them.
inline tzif_file berlin_like() {
  tzif_file f;
  f.types.push_back({7200, 1, 4});
  f.times = {954'032'400, 972'781'200};
  f.kinds = {1, 0};
  f.rule = "CET-1CEST,M3.5.0,M10.5.0/3";
  return f;
}

inline const std::string zones_of_this_machine = "/usr/share/zoneinfo/";

inline std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// "Europe/Berlin", by this machine's tz database; a test without it fails.
inline std::shared_ptr<const zone> real_zone(const std::string& name) {
  auto parsed = parse_tzif(bytes_of(zones_of_this_machine + name));
  if (!parsed) {
    ADD_FAILURE() << name << ": " << parsed.error() << " (is the package tzdata installed?)";
    return std::make_shared<const zone>(std::chrono::seconds{0}, std::vector<clock_change>{});
  }
  return std::make_shared<const zone>(*std::move(parsed));
}

}  // namespace switchboard::domain::testing
