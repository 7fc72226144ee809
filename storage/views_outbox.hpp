#pragma once
// The replies that are on their way, as rows: what the outbox begins with after a start, and what a thread must know of
// its own. Few at a time, so which there are is kept in memory too, and no reply that was never ours costs a row. With them,
// what they took of the limits.

#include "domain/ids.hpp"
#include "storage/views_limits.hpp"
#include "storage/views_store.hpp"

#include <rocksdb/write_batch.h>

#include <map>
#include <string>

namespace switchboard::storage {

/// Of the one thread that applies.
class outbox_rows {
 public:
  /// Reads which there are. Throws views_failure.
  explicit outbox_rows(const views_store& store);

  /// Puts or removes the rows that the record changes.
  void take(const record& r, rocksdb::WriteBatch& batch);
  /// The thread's conversations up to this ordinal are erased.
  void erase(domain::thread_id t, std::uint32_t up_to, rocksdb::WriteBatch& batch);

 private:
  void put(const std::string& key, std::string_view account, bool begun, rocksdb::WriteBatch& batch) const;
  void remove(std::map<domain::message_id, std::string>::iterator row, rocksdb::WriteBatch& batch);

  const views_store& store_;
  std::map<domain::message_id, std::string> keys_;
  limit_rows limits_;
};

}  // namespace switchboard::storage
