#pragma once
// The conversations whose rows lag behind what is applied. A conversation's row and its place in the inbox
// change with each of its events; written each time they were most of what the views write. So the latest
// state waits here, where every reader looks first, until there is no more room or a flush.
//
// What a crash takes is folded in again, from the last time that all of them were written.

#include "storage/views_inbox.hpp"
#include "storage/views_tables.hpp"

#include <atomic>
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

  /// All of them, as tables. They stay here until clear(), which is for after the ingestion.
  void add_tables(sorted_tables& tables) const;
  void clear();

  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// From any thread: how often they became rows.
  [[nodiscard]] std::uint64_t times_written() const { return times_written_.load(std::memory_order_acquire); }

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
    bool in_inbox = false;   ///< there is a row at `lies`
    inbox_place lies, belongs;
    bool has_deadline = false;
    std::string rows;        ///< the inbox row, then the conversation's
    std::size_t row_at = 0;  ///< … from here
    [[nodiscard]] std::string_view inbox_row() const { return std::string_view(rows).substr(0, row_at); }
    [[nodiscard]] std::string_view row() const { return std::string_view(rows).substr(row_at); }
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
  mutable std::shared_mutex mutex_;   ///< readers against take() and clear()
  std::deque<conversation> waiting_;  ///< elements keep their address
  std::unordered_map<name, conversation*, hash_of_name> index_;
  std::size_t bytes_ = 0;
  std::atomic<std::uint64_t> times_written_{0};
  std::string scratch_;
};

}  // namespace switchboard::storage
