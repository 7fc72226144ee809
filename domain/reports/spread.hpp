#pragma once
// How times are spread: an HDR histogram (Tene; values below 256 have a cell each, above that each power of two is cut in 128), so
// that a percentile is off by less than 1 % whatever its size, and histograms of hours add up to that of a month. Only cells that
// hold something are kept: an agent's half hour is a few numbers.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace switchboard::domain::reports {

/// Of whole numbers from 0 to 2^63 - 1. Plain data: one thread at a time.
class spread {
 public:
  struct cell {
    std::uint32_t index = 0;
    std::uint64_t count = 0;  ///< at least 1
    bool operator==(const cell&) const = default;
  };
  /// What is written down of one. Cells rise by their index.
  struct parts {
    std::uint64_t sum = 0, least = 0, most = 0;
    std::vector<cell> cells = {};
    bool operator==(const parts&) const = default;
  };

  spread() = default;
  /// nullopt: no histogram has such parts.
  [[nodiscard]] static std::optional<spread> of(parts p);
  [[nodiscard]] const parts& all() const { return p_; }

  void add(std::uint64_t value);
  void merge(const spread& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t least() const { return p_.least; }
  [[nodiscard]] std::uint64_t most() const { return p_.most; }
  /// 0 of none.
  [[nodiscard]] std::uint64_t mean() const { return count_ == 0 ? 0 : p_.sum / count_; }
  /// The least value that at least `percent` (0 to 100) of all are at or below, as its cell tells it; 0 of none.
  [[nodiscard]] std::uint64_t percentile(double percent) const;

  bool operator==(const spread&) const = default;

 private:
  parts p_;
  std::uint64_t count_ = 0;
};

}  // namespace switchboard::domain::reports
