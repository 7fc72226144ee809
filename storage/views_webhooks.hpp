#pragma once
// What came of deliveries to webhooks, as rows: one for each event that waits for a webhook, and of those that are over the
// latest.

#include "storage/views_store.hpp"

#include <rocksdb/write_batch.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace switchboard::storage {

/// Of the one thread that applies.
class webhook_rows {
 public:
  /// Reads which deliveries are over. Throws views_failure.
  explicit webhook_rows(const views_store& store);

  /// Puts and removes the rows that the record changes.
  void take(const record& r, rocksdb::WriteBatch& batch);

 private:
  void put(std::string_view key, std::string_view value, rocksdb::WriteBatch& batch) const;

  const views_store& store_;
  /// By what the webhook's keys begin with. No more than deliveries_max of each, so that the oldest is found without reading.
  std::map<std::string, std::set<std::uint64_t>, std::less<>> over_;
};

}  // namespace switchboard::storage
