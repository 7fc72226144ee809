#pragma once
// How full the platforms' limits are, as rows: what the outbox goes on with after a start. A row for each limit that
// something was taken of lately: what is full again goes, by the log's time, so that there are never more than that.

#include "domain/event.hpp"
#include "storage/views_store.hpp"

#include <rocksdb/write_batch.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace switchboard::storage {

/// Of the one thread that applies.
class limit_rows {
 public:
  /// Reads which there are. Throws views_failure.
  explicit limit_rows(const views_store& store);

  /// Puts the rows of what has changed, and removes those that are over. `at`: the record's time.
  void take(const domain::outbox_attempt& a, domain::timestamp at, rocksdb::WriteBatch& batch);

 private:
  using over_at_ms = std::uint64_t;
  void put(const domain::kept_limit& k, over_at_ms now, rocksdb::WriteBatch& batch);
  void forget(const std::string& key);
  void remove(const std::string& key, rocksdb::WriteBatch& batch) const;

  const views_store& store_;
  std::map<std::string, over_at_ms> over_at_;  ///< by key
  std::set<std::pair<over_at_ms, std::string>> by_end_;
};

}  // namespace switchboard::storage
