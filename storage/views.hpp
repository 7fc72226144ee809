#pragma once
// The read models, folded from the log: what REST reads and what a waking actor loads. RocksDB under
// <data_dir>/views, and in memory what is not written yet; after a crash the log's tail is folded in again.
// Layout of keys, and what is written when: at the top of views.cpp.

#include "domain/expected.hpp"
#include "storage/breach_views.hpp"
#include "storage/journal.hpp"
#include "storage/record.hpp"
#include "storage/report_views.hpp"
#include "storage/routing_views.hpp"
#include "storage/views_found.hpp"
#include "storage/webhook_views.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::storage {

class write_guard;

struct views_options {
  std::string data_dir;
  std::uint64_t hash_seed = 0;  ///< of the data directory's identity; keys the dedup fingerprints
  /// Messages (two fifths) and conversations (three) gathered in memory before they are written.
  std::uint64_t unwritten_bytes = 80ull << 20;
  std::uint64_t memtable_bytes = 8ull << 20;  ///< for all other rows
  std::uint64_t block_cache_bytes = 32ull << 20;
  std::chrono::hours seen_window{24 * 8};  ///< dedup keys live at least this long
  /// Of a process that ends with the first failed write (write_guard.hpp); null: errors are returned.
  std::shared_ptr<write_guard> guard = nullptr;
};

struct conversation_query {
  std::vector<std::string> brands;  ///< allowed brands; empty: all
  std::vector<domain::conversation_status> statuses;
  std::vector<domain::platform> platforms;
  std::vector<std::string> accounts, assignees, queues, tags, customers;
  /// updated: latest first; priority: urgent first, then updated; deadline: what waits for something promised, the
  /// earliest first (overdue: on top), then the others as updated.
  enum class order : std::uint8_t { updated, priority, deadline } sort = order::updated;
  std::size_t limit = 50;
  std::string after;  ///< page::next of the page before
};

enum class message_order : std::uint8_t { oldest, newest };  ///< which comes first

/// What a waking thread actor needs.
struct thread_row {
  domain::conversation current;
};

/// The same for whoever starts, or folds, and what he can do about it. `data_dir`: for the sentence.
[[nodiscard]] open_error not_opened(const views_error& why, const std::string& data_dir);

/// Thrown by readers when the disk gives an error or damaged bytes: an answer from such rows would be a lie
/// ("no such thread" makes a second conversation). Whoever sees it stops the node; apply() fails from then on.
struct views_failure : std::runtime_error {
  explicit views_failure(const views_error& why) : runtime_error(why.what), damaged(why.damaged) {}
  bool damaged;  ///< as in views_error
};

/// apply() and flush() from one thread; the readers from any. Readers see what was applied before they were called.
/// Pages hold at most page_rows_max rows. An `after` that is no page::next of the same query is an error.
class views : public routing_views, public webhook_views, public breach_views, public report_views {
 public:
  [[nodiscard]] static expected<std::unique_ptr<views>, open_error> open(const views_options& options);

  /// Folds records, in order, none left out, into the rows; idempotent for those at or below applied().
  [[nodiscard]] virtual expected<void, views_error> apply(std::span<const record_ptr> records) = 0;
  [[nodiscard]] virtual log_sequence applied() const = 0;
  /// When opened after a crash, conversations may show some of the events up to here: applied() follows from below as
  /// the log is folded in, and only then may anybody read. A log that ends before it has lost events.
  [[nodiscard]] virtual log_sequence reached() const = 0;
  /// The sequence that a synced flush covers: the journal may be trimmed up to here.
  [[nodiscard]] virtual log_sequence flushed() const = 0;
  [[nodiscard]] virtual expected<void, views_error> flush() = 0;
  /// The first that one of them or a reader came upon in the stored rows. Any thread.
  [[nodiscard]] virtual std::optional<views_error> failure() const { return std::nullopt; }

  // -- rows ---------------------------------------------------------------------------------------------
  [[nodiscard]] virtual std::optional<thread_row> load_thread(std::string_view brand,
                                                              domain::thread_id t) const = 0;
  /// `fingerprint`: keyed hash of (kind, platform id, version), see hash.hpp.
  /// Messages are not asked for here: find_message() knows each, for as long as it is kept.
  [[nodiscard]] virtual bool seen(domain::thread_id t, std::uint64_t fingerprint) const = 0;
  /// Every fingerprint that these know of the thread, some twice; nullopt: more than `limit`. Costs as a few questions do.
  [[nodiscard]] virtual std::optional<std::vector<std::uint64_t>> all_seen(domain::thread_id,
                                                                           std::size_t) const = 0;
  /// The message that a platform's id names within a thread.
  [[nodiscard]] virtual std::optional<domain::message> find_message(
      std::string_view brand, domain::thread_id t, std::string_view platform_message_id) const = 0;
  [[nodiscard]] virtual std::optional<domain::message> find_message(std::string_view brand,
                                                                    domain::message_id id) const = 0;
  /// What a key of POST …/messages made as its n-th message.
  [[nodiscard]] virtual std::optional<domain::message> find_said(std::string_view brand, domain::thread_id t,
                                                                 std::string_view key,
                                                                 std::size_t n) const = 0;
  /// The thread's replies that are on their way, in order.
  [[nodiscard]] virtual std::vector<domain::message> sending(std::string_view brand,
                                                             domain::thread_id t) const = 0;
  /// Shows each reply that is on its way to `each`, those of a thread in order; and each limit that is not full again.
  virtual void each_sending(const std::function<void(const sending_row&)>& each) const = 0;
  /// Shows each conversation of which something is due ahead, in some order.
  virtual void each_wake(const std::function<void(const wake_row&)>&) const {}
  virtual void each_limit(const std::function<void(domain::kept_limit&&)>&) const {}
  /// The health of an account as JSON (the event's data.account); empty: nothing is known.
  [[nodiscard]] virtual std::string account_health(std::string_view) const { return {}; }
  /// How far that reader's feed was read (domain::feed_position); empty: never.
  [[nodiscard]] virtual std::string feed_position(std::string_view, std::string_view) const { return {}; }
  /// The thread that a message's id belongs to, within an account (comments, reviews and groups only).
  [[nodiscard]] virtual std::optional<domain::thread_id> find_thread(
      std::string_view account, std::string_view platform_message_id) const = 0;
  /// The thread that has this key as another name; the latest key that is another name of this thread.
  [[nodiscard]] virtual std::optional<domain::thread_id> find_alias(domain::thread_id key) const = 0;
  [[nodiscard]] virtual std::optional<domain::thread_id> other_name_of(domain::thread_id t) const = 0;
  /// Shows each key that moved, or was given to somebody else, to `each`, in some order.
  virtual void each_move(const std::function<void(const domain::thread_alias&)>& each) const = 0;
  /// Outbound messages of a conversation sent at or before `t` whose delivery is below `below`; newest first.
  [[nodiscard]] virtual std::vector<domain::message> outbound_up_to(std::string_view brand,
                                                                    domain::conversation_id c,
                                                                    domain::timestamp t,
                                                                    domain::delivery_status below,
                                                                    std::size_t limit) const = 0;

  // -- who was erased -----------------------------------------------------------------------------------
  /// The thread's conversations up to this ordinal were erased; 0: none.
  [[nodiscard]] virtual std::uint32_t erased_up_to(domain::thread_id) const { return 0; }
  /// The latest time that this customer was erased.
  [[nodiscard]] virtual std::optional<erasure_row> find_erasure(std::string_view brand,
                                                                std::string_view customer) const {
    (void)brand, (void)customer;
    return std::nullopt;
  }
  /// Those behind `done`, in order, at most `limit`.
  [[nodiscard]] virtual std::vector<erasure_row> erasures_behind(log_sequence, std::size_t) const {
    return {};
  }
  /// The threads that the customer had then.
  [[nodiscard]] virtual std::vector<erased_thread> threads_erased_by(log_sequence) const { return {}; }
  /// Shows each dead letter that there is to `each`, in some order.
  virtual void each_dead_letter(const std::function<void(const domain::dead_letter&)>&) const {}
  /// From any thread, while others read and apply: rewrites the files that may hold what was erased of `what`, and
  /// of these dead letters, so that their bytes are on the disk no more. Takes as long as reading all messages does;
  /// ends early, without an error, once `cancelled` is set.
  [[nodiscard]] virtual expected<void, views_error> reclaim(std::span<const erasure_row> what,
                                                            std::span<const domain::dead_letter_id> letters,
                                                            std::atomic<bool>& cancelled) {
    (void)what, (void)letters, (void)cancelled;
    return {};
  }

  // -- for REST: rows as JSON ---------------------------------------------------------------------------
  [[nodiscard]] virtual std::optional<std::string> conversation_json(std::string_view brand,
                                                                     domain::conversation_id c) const = 0;
  /// Filters: any of each list, all lists. A page may be short, even empty, and still have a `next`: it looks
  /// at a bounded number of conversations. Without `brands` there may be at most 64 in all (else an error).
  [[nodiscard]] virtual expected<page, views_error> list_conversations(const conversation_query& q) const = 0;
  /// Notes included; `after` a page::next of the same order.
  [[nodiscard]] virtual expected<page, views_error> list_messages(std::string_view brand,
                                                                  domain::conversation_id c,
                                                                  std::size_t limit, std::string_view after,
                                                                  message_order order) const = 0;
  [[nodiscard]] virtual std::optional<std::string> customer_json(std::string_view brand,
                                                                 std::string_view customer) const = 0;
  /// Latest begun first.
  [[nodiscard]] virtual expected<page, views_error> list_customer_conversations(
      std::string_view brand, std::string_view customer, std::size_t limit, std::string_view after) const = 0;
  /// Newest first, without the raw bytes. `brands` empty: all, those without a brand included.
  [[nodiscard]] virtual expected<page, views_error> list_dead_letters(std::span<const std::string> brands,
                                                                      std::size_t limit,
                                                                      std::string_view after) const = 0;
  [[nodiscard]] virtual std::optional<domain::dead_letter> find_dead_letter(std::string_view id) const = 0;
  [[nodiscard]] virtual std::uint64_t conversations() const = 0;  ///< all that ever began
  [[nodiscard]] virtual std::uint64_t disk_bytes() const = 0;

  /// The files as they would be found after a crash now: nothing is flushed. Any thread.
  [[nodiscard]] virtual expected<pinned_files, views_error> pin() const {
    return unexpected{views_error{"these views have no files"}};
  }
};

}  // namespace switchboard::storage
