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
  /// What is over of one webhook, so that the oldest is found without reading.
  struct of_one {
    std::set<std::uint64_t> delivered, given_up;
    void add(std::uint64_t event, char state);
  };
  void put(std::string_view key, std::string_view value, rocksdb::WriteBatch& batch) const;
  void trim(std::string_view prefix, std::set<std::uint64_t>& over, std::size_t most,
            rocksdb::WriteBatch& batch) const;

  const views_store& store_;
  std::map<std::string, of_one, std::less<>> over_;  ///< by what the webhook's keys begin with
};

}  // namespace switchboard::storage
