#pragma once
// How full a limit is, so that it can be kept: in times and units alone. Whoever reads it again may have been given a larger
// or a smaller limit meanwhile. By the wall clock where it is kept, since no other goes on across a restart.

#include "domain/ids.hpp"
#include "domain/sending.hpp"
#include "domain/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::domain {

/// A time that is zero says nothing.
struct limit_level {
  static constexpr std::size_t held_max = 16;
  struct units_held {
    std::uint64_t units = 0;
    timestamp free_at = {};
    bool operator==(const units_held&) const = default;
  };
  std::vector<units_held> held = {};  ///< of a window: the earliest first, at most held_max
  std::uint64_t under_way = 0;        ///< of a window: taken by calls that had not ended
  timestamp under_way_until = {};     ///< … and free then, whenever they end
  timestamp full_at = {};             ///< of a bucket: when all that was taken is back
  timestamp closed_until = {};        ///< the platform said so
  bool operator==(const limit_level&) const = default;
};

/// From when on it says nothing any more.
[[nodiscard]] timestamp over_at(const limit_level& l);
/// By a clock that is ahead by so much.
[[nodiscard]] limit_level shifted(limit_level l, std::chrono::microseconds by);

/// One limit and whose it is.
struct kept_limit {
  quota::scope of = quota::scope::account;
  std::string whose = {};  ///< the account's id; of an application: its name (actors/application.hpp)
  thread_id thread = {};   ///< of one recipient
  std::string limit = {};  ///< quota::name; empty: of whatever is sent
  limit_level level = {};
  bool operator==(const kept_limit&) const = default;
};

[[nodiscard]] std::string_view to_word(quota::scope);
[[nodiscard]] std::optional<quota::scope> scope_from_word(std::string_view word);

}  // namespace switchboard::domain
