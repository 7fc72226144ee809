#pragma once
// By when somebody waits for what was promised, as rows: what a list by deadlines goes along. One place for each conversation that
// has such a deadline, and beside it which place that is, so that it is found when it moves.

#include "storage/views_store.hpp"

#include <rocksdb/write_batch.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace switchboard::storage {

/// Of the one thread that applies, but for has().
class deadline_rows {
 public:
  explicit deadline_rows(const views_store& store) : store_(store) {}

  /// Another batch begins: what the last one held can be read now.
  void begin() { moved_.clear(); }
  void take(const record& r, rocksdb::WriteBatch& batch);
  /// The thread's conversations up to this ordinal are erased.
  void erase(std::string_view brand, domain::thread_id t, std::uint32_t up_to,
             rocksdb::WriteBatch& batch) const;

  /// Has it a place among them? Any thread.
  [[nodiscard]] bool has(std::string_view brand, domain::conversation_id c) const;

 private:
  using place = std::optional<std::uint64_t>;  ///< milliseconds; nullopt: none
  [[nodiscard]] place stored(std::string_view key) const;
  void put(std::string_view key, std::string_view value, rocksdb::WriteBatch& batch) const;
  void remove(std::string_view key, rocksdb::WriteBatch& batch) const;

  const views_store& store_;
  std::unordered_map<std::string, place> moved_;  ///< by the keys of the batch's conversations
};

/// What all places of the brand begin with.
[[nodiscard]] std::string deadlines_of(std::string_view brand);

}  // namespace switchboard::storage
