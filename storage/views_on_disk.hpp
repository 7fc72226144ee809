#pragma once
// The views over their store. Split by what is asked: views.cpp folds, views_rows.cpp finds single rows,
// views_messages.cpp, views_lists.cpp and views_inbox.cpp page through many, views_outbox.cpp
// has what is on its way, views_routing.cpp what routing left.

#include "storage/views_breaches.hpp"
#include "storage/views_deadlines.hpp"
#include "storage/views_fold.hpp"
#include "storage/views_outbox.hpp"
#include "storage/views_reports.hpp"
#include "storage/views_routing.hpp"
#include "storage/views_store.hpp"
#include "storage/views_unwritten_conversations.hpp"
#include "storage/views_unwritten_messages.hpp"
#include "storage/views_wakes.hpp"
#include "storage/views_webhooks.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace switchboard::storage {

class views_on_disk final : public views {
 public:
  /// `behind`: where folding starts in a directory without rows; other than 0 only to compare what is left of
  /// a trimmed log (verify_views).
  [[nodiscard]] static expected<std::unique_ptr<views_on_disk>, open_error> open(const views_options& options,
                                                                                 log_sequence behind = 0);

  [[nodiscard]] expected<void, views_error> apply(std::span<const record_ptr> records) override;
  [[nodiscard]] log_sequence applied() const override { return applied_.load(std::memory_order_acquire); }
  [[nodiscard]] log_sequence flushed() const override { return flushed_.load(std::memory_order_acquire); }
  [[nodiscard]] log_sequence reached() const override { return store_->opened_with().reached; }
  [[nodiscard]] expected<void, views_error> flush() override;
  [[nodiscard]] std::optional<views_error> failure() const override { return store_->failure(); }

  [[nodiscard]] std::optional<thread_row> load_thread(std::string_view brand,
                                                      domain::thread_id t) const override;
  [[nodiscard]] bool seen(domain::thread_id t, std::uint64_t fingerprint) const override;
  [[nodiscard]] std::optional<std::vector<std::uint64_t>> all_seen(domain::thread_id t,
                                                                   std::size_t limit) const override;
  [[nodiscard]] std::optional<domain::message> find_message(
      std::string_view brand, domain::thread_id t, std::string_view platform_message_id) const override;
  [[nodiscard]] std::optional<domain::message> find_message(std::string_view brand,
                                                            domain::message_id id) const override;
  [[nodiscard]] std::optional<domain::message> find_said(std::string_view brand, domain::thread_id t,
                                                         std::string_view key, std::size_t n) const override;
  [[nodiscard]] std::vector<domain::message> sending(std::string_view brand,
                                                     domain::thread_id t) const override;
  void each_sending(const std::function<void(const sending_row&)>& each) const override;
  void each_wake(const std::function<void(const wake_row&)>& each) const override;
  void each_limit(const std::function<void(domain::kept_limit&&)>& each) const override;
  [[nodiscard]] std::optional<domain::thread_id> find_thread(
      std::string_view account, std::string_view platform_message_id) const override;
  [[nodiscard]] std::optional<domain::thread_id> find_alias(domain::thread_id key) const override;
  [[nodiscard]] std::optional<domain::thread_id> other_name_of(domain::thread_id t) const override;
  [[nodiscard]] std::optional<domain::thread_id> thread_row_of(const std::string& key) const;
  void each_move(const std::function<void(const domain::thread_alias&)>& each) const override;
  [[nodiscard]] std::vector<domain::message> outbound_up_to(std::string_view brand, domain::conversation_id c,
                                                            domain::timestamp t,
                                                            domain::delivery_status below,
                                                            std::size_t limit) const override;

  [[nodiscard]] std::uint32_t erased_up_to(domain::thread_id t) const override;
  [[nodiscard]] std::optional<erasure_row> find_erasure(std::string_view brand,
                                                        std::string_view customer) const override;
  [[nodiscard]] std::vector<erasure_row> erasures_behind(log_sequence done, std::size_t limit) const override;
  [[nodiscard]] std::vector<erased_thread> threads_erased_by(log_sequence by) const override;
  void each_dead_letter(const std::function<void(const domain::dead_letter&)>& each) const override;
  [[nodiscard]] expected<void, views_error> reclaim(std::span<const erasure_row> what,
                                                    std::span<const domain::dead_letter_id> letters,
                                                    std::atomic<bool>& cancelled) override;

  [[nodiscard]] std::vector<agent_row> agents(std::string_view brand) const override;
  [[nodiscard]] std::optional<router_saved_row> router_saved(std::string_view brand) const override;
  [[nodiscard]] std::vector<std::string> routed_brands() const override;
  [[nodiscard]] std::optional<log_sequence> routers_need() const override;
  [[nodiscard]] expected<page, views_error> list_decisions(std::string_view brand, domain::conversation_id c,
                                                           std::size_t limit,
                                                           std::string_view after) const override;
  [[nodiscard]] std::optional<webhook_row> webhook(std::string_view brand,
                                                   std::string_view id) const override;
  void each_delivery(std::string_view brand, std::string_view id, log_sequence before,
                     const std::function<bool(delivery_row&&)>& each) const override;
  [[nodiscard]] expected<page, views_error> list_breaches(const breach_query& q) const override;
  [[nodiscard]] expected<report_page, views_error> report(const report_query& q) const override;
  [[nodiscard]] std::string account_health(std::string_view account) const override;
  [[nodiscard]] std::string feed_position(std::string_view reader, std::string_view feed) const override;
  [[nodiscard]] std::optional<std::string> conversation_json(std::string_view brand,
                                                             domain::conversation_id c) const override;
  [[nodiscard]] expected<page, views_error> list_conversations(const conversation_query& q) const override;
  [[nodiscard]] expected<page, views_error> list_messages(std::string_view brand, domain::conversation_id c,
                                                          std::size_t limit, std::string_view after,
                                                          message_order order) const override;
  [[nodiscard]] std::optional<std::string> customer_json(std::string_view brand,
                                                         std::string_view customer) const override;
  [[nodiscard]] expected<page, views_error> list_customer_conversations(
      std::string_view brand, std::string_view customer, std::size_t limit,
      std::string_view after) const override;
  [[nodiscard]] expected<page, views_error> list_dead_letters(std::span<const std::string> brands,
                                                              std::size_t limit,
                                                              std::string_view after) const override;
  [[nodiscard]] std::optional<domain::dead_letter> find_dead_letter(std::string_view id) const override;
  [[nodiscard]] std::uint64_t conversations() const override {
    return conversations_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t disk_bytes() const override;
  [[nodiscard]] expected<pinned_files, views_error> pin() const override;

  [[nodiscard]] const views_store& store() const { return *store_; }

 private:
  explicit views_on_disk(std::unique_ptr<views_store> store);
  /// Brands that have conversations; nullopt: more than a list may span.
  [[nodiscard]] std::optional<std::vector<std::string>> brands_with_conversations() const;

  [[nodiscard]] std::optional<domain::conversation> read_conversation(std::string_view brand,
                                                                      domain::conversation_id c) const;
  /// The ordinal of the thread's newest conversation that has a row; 0: none has.
  [[nodiscard]] std::uint32_t newest_row(std::string_view brand, domain::thread_id t) const;
  /// One look at what waits and at the rows, while nothing is written from the one to the other.
  [[nodiscard]] inbox_rows inbox_page(const inbox_filter& filter, std::string_view after,
                                      std::size_t limit) const;
  /// The same of those that have a deadline, the earliest first.
  [[nodiscard]] inbox_rows deadlines_page(const inbox_filter& filter, std::string_view after,
                                          std::size_t limit) const;
  /// The one, and then the other.
  [[nodiscard]] page by_deadline(const inbox_filter& filter, std::uint64_t query,
                                 std::string_view after) const;

  [[nodiscard]] std::optional<domain::message> message_behind(std::string_view brand, domain::thread_id t,
                                                              std::uint64_t reference) const;
  void fold(std::span<const record_ptr> records);
  // views_erasing.cpp
  void erase(const record& r);
  void condemn(const record& r, rocksdb::WriteBatch& batch);
  void erase_thread(const record& r, rocksdb::WriteBatch& batch);
  void erase_conversations(std::string_view brand, domain::thread_id t, std::uint32_t up_to,
                           rocksdb::WriteBatch& batch) const;
  void forget_references(domain::thread_id t, std::uint32_t up_to, rocksdb::WriteBatch& batch) const;
  void recall_erasures();

  void write_messages();
  void write_reports();
  void write_everything(std::size_t level0_max = level0_tables_max);
  /// On disk it says how far the rows are complete: `written_`.
  void add_state(rocksdb::WriteBatch& batch, log_sequence reached) const;
  void write(rocksdb::WriteBatch& batch) const;
  void flush_memtables();

  std::unique_ptr<views_store> store_;
  std::set<domain::thread_id> condemned_;  ///< asked to erase themselves, and not done yet
  std::atomic<bool> any_erased_{false};    ///< a thread ever was: else nobody has to ask
  outbox_rows outbox_;
  routing_rows routing_;
  wake_rows wakes_;
  webhook_rows webhooks_;
  breach_rows breaches_;
  report_rows reports_;
  deadline_rows deadlines_;
  views_fold fold_;
  unwritten_conversations conversations_waiting_;
  unwritten_messages messages_waiting_;
  fold_state written_;  ///< when everything was written last
  fold_state state_;
  std::atomic<log_sequence> applied_{0};
  std::atomic<log_sequence> flushed_{0};
  std::atomic<log_sequence> routers_need_{0};  ///< as of the last flush; 0: none does
  std::atomic<std::uint64_t> conversations_{0};
};

/// So many rows a page has, whatever was asked for.
[[nodiscard]] inline std::size_t page_rows(std::size_t limit) {
  return std::clamp<std::size_t>(limit, 1, page_rows_max);
}
[[nodiscard]] views_error foreign_cursor();

/// A page token: hash of the query, so that no other query takes it, and a place.
[[nodiscard]] std::string page_token(std::uint64_t query, std::string_view place);
/// The place; empty for an empty token, nullopt for one of another query.
[[nodiscard]] std::optional<std::string> token_place(std::uint64_t query, std::string_view token);

}  // namespace switchboard::storage
