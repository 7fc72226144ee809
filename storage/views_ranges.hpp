#pragma once
// Lists are merged from many stretches of one column: each status, each priority, each brand has its own. An
// iterator for each would be dear; here one iterator refills small buffers in turn, all of one snapshot.

#include "storage/views_store.hpp"

#include <rocksdb/db.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchboard::storage {

/// The rows whose key begins with `prefix`; they sort by `rank` and what follows the prefix.
struct key_range {
  std::string prefix;
  std::string rank;
};

struct merged_row {
  std::string place;  ///< rank and rest of the key: where a next page goes on
  std::string value;
  std::size_t range = 0;  ///< which of the ranges it is from
};

class merged_ranges {
 public:
  /// Rows behind `after` (a place; empty: from the start).
  merged_ranges(const views_store& store, column c, std::vector<key_range> ranges, std::string_view after);
  /// The next row in order. Throws views_failure.
  [[nodiscard]] std::optional<merged_row> next();

 private:
  struct source {
    key_range range;
    std::size_t index = 0;
    std::string from;  ///< where the next refill seeks
    std::deque<std::pair<std::string, std::string>> rows;
    std::size_t chunk = 8;
    bool exhausted = false;
  };
  void refill(source& s);
  [[nodiscard]] bool later(std::size_t a, std::size_t b) const;

  const views_store& store_;
  column column_;
  std::unique_ptr<rocksdb::Iterator> rows_;
  std::vector<source> sources_;
  std::vector<std::size_t> heap_;  ///< sources that have rows, the least first
};

}  // namespace switchboard::storage
