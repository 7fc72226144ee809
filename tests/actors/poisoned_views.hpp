#pragma once
// Views that fail to answer for one message, or for waking, with an exception that is no fault of the disk: what
// a bug in a rule looks like to a conversation's actor.

#include "storage/views.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

namespace switchboard::actors::testing {

inline constexpr std::string_view poison_id = "wamid.poison";

class poisoned_views final : public storage::views {
 public:
  explicit poisoned_views(std::unique_ptr<storage::views> real) : real_(std::move(real)) {}

  std::atomic<bool> starved{false};        ///< … finds no memory
  std::atomic<bool> poison{false};         ///< looking for `poison_id` throws
  std::atomic<bool> poison_waking{false};  ///< so does loading a thread
  std::atomic<bool> fail_letters{false};   ///< looking for a dead letter gives the disk's own fault

  mutable std::atomic<std::size_t> asked{0};  ///< so often, whether an event of a thread is known

  mutable std::function<void()> after_asking_for_outbound;  ///< runs once, the rows being read

  std::optional<storage::thread_row> load_thread(std::string_view brand, domain::thread_id t) const override {
    if (poison_waking) throw std::out_of_range("planted: waking");
    return real_->load_thread(brand, t);
  }
  std::optional<domain::message> find_message(std::string_view brand, domain::thread_id t,
                                              std::string_view platform_message_id) const override {
    ++asked;
    if (starved && platform_message_id == poison_id) throw std::bad_alloc();
    if (poison && platform_message_id == poison_id) throw std::out_of_range("planted: message");
    return real_->find_message(brand, t, platform_message_id);
  }

  std::optional<domain::message> find_message(std::string_view brand, domain::message_id id) const override {
    return real_->find_message(brand, id);
  }
  std::optional<domain::message> find_said(std::string_view brand, domain::thread_id t, std::string_view key,
                                           std::size_t n) const override {
    return real_->find_said(brand, t, key, n);
  }
  std::vector<domain::message> sending(std::string_view brand, domain::thread_id t) const override {
    return real_->sending(brand, t);
  }
  void each_sending(const std::function<void(const storage::sending_row&)>& each) const override {
    real_->each_sending(each);
  }

  expected<void, storage::views_error> apply(std::span<const storage::record_ptr> records) override {
    return real_->apply(records);
  }
  storage::log_sequence applied() const override { return real_->applied(); }
  storage::log_sequence flushed() const override { return real_->flushed(); }
  storage::log_sequence reached() const override { return real_->reached(); }
  expected<void, storage::views_error> flush() override { return real_->flush(); }
  bool seen(domain::thread_id t, std::uint64_t fingerprint) const override {
    ++asked;
    return real_->seen(t, fingerprint);
  }
  std::optional<std::vector<std::uint64_t>> all_seen(domain::thread_id t, std::size_t limit) const override {
    return real_->all_seen(t, limit);
  }
  std::optional<domain::thread_id> find_thread(std::string_view account,
                                               std::string_view platform_message_id) const override {
    return real_->find_thread(account, platform_message_id);
  }
  std::optional<domain::thread_id> find_alias(domain::thread_id key) const override {
    return real_->find_alias(key);
  }
  std::optional<domain::thread_id> other_name_of(domain::thread_id t) const override {
    return real_->other_name_of(t);
  }
  void each_move(const std::function<void(const domain::thread_alias&)>& each) const override {
    real_->each_move(each);
  }
  std::vector<domain::message> outbound_up_to(std::string_view brand, domain::conversation_id c,
                                              domain::timestamp t, domain::delivery_status below,
                                              std::size_t limit) const override {
    auto found = real_->outbound_up_to(brand, c, t, below, limit);
    if (const auto then = std::exchange(after_asking_for_outbound, {})) then();
    return found;
  }
  std::optional<std::string> conversation_json(std::string_view brand,
                                               domain::conversation_id c) const override {
    return real_->conversation_json(brand, c);
  }
  expected<storage::page, storage::views_error> list_conversations(
      const storage::conversation_query& q) const override {
    return real_->list_conversations(q);
  }
  expected<storage::page, storage::views_error> list_messages(std::string_view brand,
                                                              domain::conversation_id c, std::size_t limit,
                                                              std::string_view after,
                                                              storage::message_order order) const override {
    return real_->list_messages(brand, c, limit, after, order);
  }
  std::optional<std::string> customer_json(std::string_view brand, std::string_view customer) const override {
    return real_->customer_json(brand, customer);
  }
  expected<storage::page, storage::views_error> list_customer_conversations(
      std::string_view brand, std::string_view customer, std::size_t limit,
      std::string_view after) const override {
    return real_->list_customer_conversations(brand, customer, limit, after);
  }
  expected<storage::page, storage::views_error> list_dead_letters(std::span<const std::string> brands,
                                                                  std::size_t limit,
                                                                  std::string_view after) const override {
    return real_->list_dead_letters(brands, limit, after);
  }
  std::optional<domain::dead_letter> find_dead_letter(std::string_view id) const override {
    if (fail_letters) throw storage::views_failure({"planted: dead letters"});
    return real_->find_dead_letter(id);
  }
  std::uint32_t erased_up_to(domain::thread_id t) const override { return real_->erased_up_to(t); }
  std::optional<storage::erasure_row> find_erasure(std::string_view brand,
                                                   std::string_view customer) const override {
    return real_->find_erasure(brand, customer);
  }
  std::vector<storage::erased_thread> threads_erased_by(storage::log_sequence by) const override {
    return real_->threads_erased_by(by);
  }
  std::vector<storage::agent_row> agents(std::string_view brand) const override {
    return real_->agents(brand);
  }
  std::optional<storage::router_saved_row> router_saved(std::string_view brand) const override {
    return real_->router_saved(brand);
  }
  std::vector<std::string> routed_brands() const override { return real_->routed_brands(); }
  std::optional<storage::log_sequence> routers_need() const override { return real_->routers_need(); }
  expected<storage::page, storage::views_error> list_decisions(std::string_view brand,
                                                               domain::conversation_id c, std::size_t limit,
                                                               std::string_view after) const override {
    return real_->list_decisions(brand, c, limit, after);
  }
  std::uint64_t conversations() const override { return real_->conversations(); }
  std::uint64_t disk_bytes() const override { return real_->disk_bytes(); }

 private:
  std::unique_ptr<storage::views> real_;
};

}  // namespace switchboard::actors::testing
