#pragma once
// Records to rows: one write batch for a stretch of the log, for the columns that seldom change. The bulk goes
// another way: conversations by views_unwritten_conversations.hpp, messages and dedup keys by views_unwritten_messages.hpp.

#include "storage/views_breaches.hpp"
#include "storage/views_deadlines.hpp"
#include "storage/views_outbox.hpp"
#include "storage/views_reports.hpp"
#include "storage/views_routing.hpp"
#include "storage/views_store.hpp"
#include "storage/views_wakes.hpp"
#include "storage/views_webhooks.hpp"

#include <rocksdb/write_batch.h>

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace switchboard::storage {

/// Used again for every stretch, so that its memory is. One thread.
class views_fold {
 public:
  /// `condemned`: the threads whose customer is being erased. What they still say of him is not taken in.
  views_fold(const views_store& store, const std::set<domain::thread_id>& condemned, outbox_rows& outbox,
             routing_rows& routing, wake_rows& wakes, webhook_rows& webhooks, breach_rows& breaches,
             report_rows& reports, deadline_rows& deadlines)
      : store_(store),
        condemned_(condemned),
        outbox_(outbox),
        routing_(routing),
        wakes_(wakes),
        webhooks_(webhooks),
        breaches_(breaches),
        reports_(reports),
        deadlines_(deadlines) {}

  /// The batch for `records`, which follow `state`; `state` is then as of their end. Valid until the next
  /// call. Throws views_failure where an old row is needed and cannot be read.
  [[nodiscard]] rocksdb::WriteBatch& fold(std::span<const record_ptr> records, fold_state& state);

 private:
  void add(const record& r, fold_state& state);
  void add_erased(const record& r, fold_state& state);
  void add_comment_thread(const record& r);
  void put_comment_thread(std::string_view account, std::uint64_t reference, domain::thread_id t);
  void add_aliases(std::span<const domain::thread_alias> aliases);
  void add_customer(const record& r);
  void add_customer_conversation(const record& r);
  void add_dead_letter(const record& r);
  void add_feed(const record& r);
  void add_account(const record& r);
  void put(column c, std::string_view value);      ///< under key_
  void put_row(column c, std::string_view value);  ///< with the version in front
  void remove(column c);

  const views_store& store_;
  const std::set<domain::thread_id>& condemned_;
  outbox_rows& outbox_;
  routing_rows& routing_;
  wake_rows& wakes_;
  webhook_rows& webhooks_;
  breach_rows& breaches_;
  report_rows& reports_;
  deadline_rows& deadlines_;
  rocksdb::WriteBatch batch_;
  std::string key_, value_, scratch_;
  std::unordered_map<std::string, std::pair<std::string, domain::timestamp>> letters_;  ///< id → brand, time
  std::unordered_map<std::string, domain::customer> customers_;                         ///< by key
};

/// Dead letters lie under their id; two indexes order them. See views.cpp.
inline constexpr char letter_row = 'i';
inline constexpr char letter_by_brand = 'b';
inline constexpr char letter_by_time = 't';

}  // namespace switchboard::storage
