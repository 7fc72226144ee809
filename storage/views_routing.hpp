#pragma once
// What routing leaves in the log, as rows: agents as their owners noted them last, why conversations went where they went,
// and from where on a router needs the log.

#include "domain/event.hpp"
#include "storage/views_store.hpp"

#include <rocksdb/write_batch.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace switchboard::storage {

/// A brand's row of the column of routers.
struct router_row {
  router_saved_row saved;
  log_sequence consumed =
      0;  ///< the router had read the log up to here, when it was saved or, before that, first turned
  log_sequence as_of = 0;  ///< the last record that the row was made of: what comes again changes nothing
  // A save that has begun and not ended.
  log_sequence begun = 0;      ///< its part 0; 0: none
  std::uint64_t sequence = 0;  ///< the router's
  std::uint32_t next = 0;      ///< the part that it goes on with
  log_sequence reading = 0;    ///< as `consumed`
};

/// Of the one thread that applies.
class routing_rows {
 public:
  /// Reads where routers were saved. Throws views_failure.
  explicit routing_rows(const views_store& store);

  /// A new batch: the one before is in the rows.
  void begin();
  /// Puts and removes the rows that the record changes.
  void take(const record& r, rocksdb::WriteBatch& batch);
  /// The thread's conversations up to this ordinal are erased.
  void erase(std::string_view brand, domain::thread_id t, std::uint32_t up_to,
             rocksdb::WriteBatch& batch) const;

  /// The first record that any router needs; 0: none does.
  [[nodiscard]] log_sequence need() const;

 private:
  void take_decision(const record& r, rocksdb::WriteBatch& batch);
  void take_turn(const record& r, rocksdb::WriteBatch& batch);
  void take_saved(const record& r, rocksdb::WriteBatch& batch);
  /// Which decisions of the conversation there are; nullptr: it is erased, and gets none any more.
  [[nodiscard]] std::set<log_sequence>* decisions_of(const std::string& prefix,
                                                     const domain::conversation_id& c);
  void put(column c, std::string_view key, std::string_view value, rocksdb::WriteBatch& batch) const;
  void put_router(std::string_view brand, const router_row& row, rocksdb::WriteBatch& batch) const;
  void remove(column c, std::string_view key, rocksdb::WriteBatch& batch) const;

  const views_store& store_;
  std::map<std::string, router_row, std::less<>> routers_;  ///< by brand
  std::unique_ptr<rocksdb::Iterator> decisions_;            ///< of before the batch; null: not asked for yet
  std::map<std::string, std::set<log_sequence>> known_;     ///< by conversation, those that the batch touches
};

}  // namespace switchboard::storage
