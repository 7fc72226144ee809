#pragma once
// The conversations whose rows lag behind what is applied. A conversation's row and its place in the inbox
// change with each of its events; written each time they were most of what the views write. So the latest
// state waits here, where every reader looks first, and becomes rows at a flush, or when it is the oldest
// that waits and there is no more room.
//
// What a crash takes is folded in again: the rows are complete up to the event before the first one that
// waits (complete()), and the meta row says so. They may hold later events too: of those that did not wait.

#include "storage/views_inbox.hpp"
#include "storage/views_store.hpp"

#include <rocksdb/write_batch.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace switchboard::storage {

/// A conversation in a list, not from its row.
struct unwritten_row {
  std::string place;  ///< as merged_row::place
  std::string json;
  domain::conversation_id id;
};

/// What changes it: from the one thread that applies. The readers (last block): from any.
class unwritten_conversations {
 public:
  explicit unwritten_conversations(const views_store& store) : store_(store) {}

  /// Takes over the state after `records`. Of those up to `reached` the rows may already hold the outcome, so
  /// that where a conversation lies in the inbox is looked up and not believed. Throws views_failure.
  void take(std::span<const record_ptr> records, log_sequence reached);

  /// Adds the rows of the `count` that have waited longest; they stay here until written(count).
  void add_rows(std::size_t count, rocksdb::WriteBatch& batch);
  void written(std::size_t count);

  [[nodiscard]] std::size_t size() const { return waiting_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// The rows hold all events up to here once the first `count` are written, where `applied` is the last one.
  [[nodiscard]] log_sequence complete(log_sequence applied, std::size_t count = 0) const;
  /// How many of the others began after complete(…, count).
  [[nodiscard]] std::uint64_t begun_after(std::size_t count = 0) const;

  [[nodiscard]] std::optional<std::string> json(std::string_view brand, domain::conversation_id c) const;
  /// Does an event that waits, up to `applied`, make its row in the inbox a thing of the past?
  [[nodiscard]] bool overtakes(std::string_view brand, domain::conversation_id c, log_sequence applied) const;
  /// The first `limit` with a place behind `after` that the filter takes, in the order of places.
  [[nodiscard]] std::vector<unwritten_row> list(const inbox_filter& filter, std::string_view after,
                                                std::size_t limit) const;
  /// Of those that wait, each once.
  [[nodiscard]] std::vector<std::string> brands() const;

 private:
  struct conversation {
    std::string brand;
    domain::conversation_id id;
    log_sequence first = 0;  ///< the first event that the row lacks
    bool begun = false;      ///< … is the conversation's first of all
    bool in_inbox = false;   ///< there is a row at `lies`
    inbox_place lies, belongs;
    std::string value;        ///< the inbox row, then the conversation's JSON
    std::size_t json_at = 0;  ///< … from here
  };
  struct name {
    std::string_view brand;  ///< of the conversation
    domain::conversation_id id;
    bool operator==(const name&) const = default;
  };
  struct hash_of_name {
    std::size_t operator()(const name& n) const noexcept { return n.id.thread.low + n.id.ordinal; }
  };

  void take(const record& r, log_sequence reached);
  [[nodiscard]] conversation& begin_to_wait(const record& r, log_sequence reached);
  [[nodiscard]] const conversation* find(std::string_view brand, domain::conversation_id c) const;

  const views_store& store_;
  mutable std::shared_mutex mutex_;   ///< readers against take() and written()
  std::deque<conversation> waiting_;  ///< longest first; elements keep their address
  std::unordered_map<name, conversation*, hash_of_name> index_;
  std::size_t bytes_ = 0;
  std::uint64_t begun_ = 0;
  std::vector<std::uint32_t> order_;
  std::string key_;
};

}  // namespace switchboard::storage
