#pragma once
// When something of a conversation is due, as rows: what the alarm begins with after a start. One for each conversation that
// has a snooze or a clock running, so that a start reads these few bytes of it and not all that it is.

#include "storage/views_store.hpp"

#include <rocksdb/write_batch.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace switchboard::storage {

/// Of the one thread that applies.
class wake_rows {
 public:
  explicit wake_rows(const views_store& store) : store_(store) {}

  /// Puts or removes the row that the record changes.
  void take(const record& r, rocksdb::WriteBatch& batch);
  /// The thread's conversations up to this ordinal are erased.
  void erase(std::string_view brand, domain::thread_id t, std::uint32_t up_to,
             rocksdb::WriteBatch& batch) const;

 private:
  void remove(std::string_view key, rocksdb::WriteBatch& batch) const;

  const views_store& store_;
  std::string key_, value_;
};

}  // namespace switchboard::storage
