#pragma once
// Promises that were broken, as rows: one for each clock that missed its deadline, as it stood last.

#include "storage/breach_views.hpp"
#include "storage/views_store.hpp"

#include <rocksdb/write_batch.h>

#include <map>
#include <string>
#include <string_view>

namespace switchboard::storage {

/// Of the one thread that applies.
class breach_rows {
 public:
  explicit breach_rows(const views_store& store) : store_(store) {}

  /// Puts the row of the clock that the record tells of, and removes what is older than breaches_kept by then.
  void take(const record& r, rocksdb::WriteBatch& batch);
  /// The thread's conversations up to this ordinal are erased.
  void erase(std::string_view brand, domain::thread_id t, std::uint32_t up_to,
             rocksdb::WriteBatch& batch) const;

 private:
  void forget_old(const record& r, rocksdb::WriteBatch& batch);
  void remove(std::string_view key, rocksdb::WriteBatch& batch) const;

  const views_store& store_;
  std::map<std::string, std::chrono::sys_days, std::less<>> swept_;  ///< by brand
};

}  // namespace switchboard::storage
