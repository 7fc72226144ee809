#pragma once
// Messages and dedup keys that are no rows yet: most of what the views hold, and written once. They gather
// here, found by hash, until there are enough to be written in the order of their keys. What a crash takes is
// folded in again.

#include "storage/row_index.hpp"
#include "storage/views_tables.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::storage {

/// Does the platform's id of the record's message become known, or known again, by this event?
[[nodiscard]] bool names_message(const record& r);

/// By which keyed hashes the record's event is known when it comes again.
struct dedup_keys {
  std::optional<std::uint64_t> reference;  ///< of the message's id
  std::optional<std::uint64_t> origin;     ///< of what caused it
};
[[nodiscard]] dedup_keys dedup_keys_of(const record& r, std::uint64_t seed);

struct numbered_message {
  std::uint64_t sequence = 0;
  std::string json;
};

/// What changes it: from the one thread that applies. The readers (last block): from any.
class unwritten_messages {
 public:
  explicit unwritten_messages(const views_store& store) : store_(store) {}

  /// `before`: the state that these follow upon.
  void take(std::span<const record_ptr> records, fold_state before);
  /// All of it, as tables. The rows stay until clear(), which is for after the ingestion.
  void add_tables(sorted_tables& tables);
  void clear();

  [[nodiscard]] bool empty() const { return messages_.empty() && seen_.empty(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  [[nodiscard]] std::optional<std::string> json(std::string_view brand, domain::message_id m) const;
  /// The value of a row of the seen column.
  [[nodiscard]] std::optional<std::string> seen(domain::thread_id t, std::uint64_t fingerprint) const;
  /// The fingerprints of all of the thread's.
  [[nodiscard]] std::vector<std::uint64_t> all_seen(domain::thread_id t) const;
  /// The first `limit` of a conversation's in the given order, behind `place` (a sequence; nullopt: from the
  /// beginning).
  [[nodiscard]] std::vector<numbered_message> list(std::string_view brand, domain::conversation_id c,
                                                   message_order order, std::optional<std::uint64_t> place,
                                                   std::size_t limit) const;

 private:
  struct message {
    domain::message_id id;
    std::string_view row;  ///< the version in front
    std::uint32_t brand = 0;
    std::uint32_t before = 0;  ///< the one of its conversation that was taken before it, else none
  };
  struct seen_row {
    domain::thread_id thread;
    std::uint64_t fingerprint = 0;
    std::uint64_t time_ms = 0;
    domain::message_id message;  ///< of a reference
    char kind = 0;
    std::uint32_t before = 0;  ///< the one of its thread that was taken before it, else none
  };
  static constexpr auto none = ~std::uint32_t{0};

  void take(const record& r, std::uint64_t at);  // `at`: by the log's own time
  void take_erased(const record& r, std::uint64_t at);
  void take_message(const record& r);
  void take_seen(const seen_row& row);
  [[nodiscard]] std::uint32_t brand_number(std::string_view brand);
  [[nodiscard]] std::string_view keep(std::string_view json);
  [[nodiscard]] const message* find(std::string_view brand, domain::message_id m) const;
  void add_messages(sorted_tables& tables);
  void add_seen(sorted_tables& tables);
  static void append_seen_value(std::string& value, const seen_row& s);

  const views_store& store_;
  mutable std::shared_mutex mutex_;  ///< readers against take() and clear()
  std::vector<std::string> brands_;
  std::vector<message> messages_;
  std::vector<seen_row> seen_;
  row_index by_id_, newest_of_, seen_by_key_, newest_seen_of_;
  std::vector<std::unique_ptr<char[]>> blocks_;  ///< of texts; used again after clear()
  std::vector<std::unique_ptr<char[]>> long_texts_;
  std::size_t block_ = 0, block_used_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace switchboard::storage
