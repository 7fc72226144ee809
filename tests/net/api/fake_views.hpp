#pragma once
// Rows in memory that the test puts in, and what was asked of them.

#include "storage/views.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchboard::net::testing {

/// Rows by brand and id. What the routes don't ask is never reached.
class fake_views final : public storage::views {
 public:
  using key = std::pair<std::string, std::string>;
  std::map<key, std::string> conversations_by_id, customers_by_id;
  std::map<std::string, domain::conversation> threads;  ///< by brand
  std::map<key, domain::message> messages;
  std::map<std::string, domain::dead_letter> letters;
  std::map<key, storage::erasure_row> erasures;
  mutable std::optional<storage::conversation_query> asked;
  mutable std::optional<storage::breach_query> breaches_asked;
  mutable std::optional<storage::report_query> report_asked;
  storage::report_page reported;
  std::map<key, std::vector<storage::delivery_row>>
      deliveries;  ///< by brand and webhook, the latest events first
  mutable std::optional<std::vector<std::string>> letters_asked;
  mutable std::optional<storage::message_order> messages_asked;
  storage::page next_page;
  std::string list_error;
  mutable std::vector<std::string> looked;  ///< what was looked up, and in which brands

  [[nodiscard]] std::optional<std::string> conversation_json(std::string_view brand,
                                                             domain::conversation_id c) const override {
    looked.push_back("conversation of " + std::string(brand));
    return row(conversations_by_id, brand, domain::to_text(c));
  }
  [[nodiscard]] expected<storage::page, storage::views_error> list_conversations(
      const storage::conversation_query& q) const override {
    asked = q;
    return listed();
  }
  [[nodiscard]] expected<storage::page, storage::views_error> list_messages(
      std::string_view, domain::conversation_id, std::size_t, std::string_view,
      storage::message_order order) const override {
    looked.emplace_back("messages");
    messages_asked = order;
    return listed();
  }
  [[nodiscard]] std::optional<std::string> customer_json(std::string_view brand,
                                                         std::string_view id) const override {
    looked.push_back("customer of " + std::string(brand));
    return row(customers_by_id, brand, id);
  }
  [[nodiscard]] expected<storage::page, storage::views_error> list_customer_conversations(
      std::string_view, std::string_view, std::size_t, std::string_view) const override {
    looked.emplace_back("conversations of a customer");
    return listed();
  }
  [[nodiscard]] expected<storage::page, storage::views_error> list_decisions(
      std::string_view brand, domain::conversation_id, std::size_t, std::string_view) const override {
    looked.push_back("decisions of " + std::string(brand));
    return listed();
  }
  [[nodiscard]] expected<storage::page, storage::views_error> list_breaches(
      const storage::breach_query& q) const override {
    breaches_asked = q;
    return listed();
  }
  [[nodiscard]] expected<storage::report_page, storage::views_error> report(
      const storage::report_query& q) const override {
    report_asked = q;
    if (!list_error.empty()) return unexpected{storage::views_error{list_error}};
    return reported;
  }
  void each_delivery(std::string_view brand, std::string_view id, storage::log_sequence before,
                     const std::function<bool(storage::delivery_row&&)>& each) const override {
    const auto rows = deliveries.find({std::string(brand), std::string(id)});
    if (rows == deliveries.end()) return;
    for (auto row : rows->second) {
      if (row.last.event < before && !each(std::move(row))) return;
    }
  }
  [[nodiscard]] expected<storage::page, storage::views_error> list_dead_letters(
      std::span<const std::string> brands, std::size_t, std::string_view) const override {
    letters_asked.emplace(brands.begin(), brands.end());
    return listed();
  }
  [[nodiscard]] std::optional<domain::dead_letter> find_dead_letter(std::string_view id) const override {
    looked.emplace_back("letter");
    const auto found = letters.find(std::string(id));
    return found == letters.end() ? std::nullopt : std::optional(found->second);
  }
  [[nodiscard]] std::optional<storage::erasure_row> find_erasure(std::string_view brand,
                                                                 std::string_view id) const override {
    const auto found = erasures.find({std::string(brand), std::string(id)});
    return found == erasures.end() ? std::nullopt : std::optional(found->second);
  }
  [[nodiscard]] std::uint64_t conversations() const override { return conversations_by_id.size(); }
  [[nodiscard]] std::uint64_t disk_bytes() const override { return 0; }

  [[nodiscard]] expected<void, storage::views_error> apply(std::span<const storage::record_ptr>) override {
    return {};
  }
  [[nodiscard]] storage::log_sequence applied() const override { return 0; }
  [[nodiscard]] storage::log_sequence flushed() const override { return 0; }
  [[nodiscard]] storage::log_sequence reached() const override { return 0; }
  [[nodiscard]] expected<void, storage::views_error> flush() override { return {}; }
  [[nodiscard]] std::optional<storage::thread_row> load_thread(std::string_view brand,
                                                               domain::thread_id) const override {
    const auto found = threads.find(std::string(brand));
    if (found == threads.end()) return std::nullopt;
    return storage::thread_row{found->second};
  }
  [[nodiscard]] bool seen(domain::thread_id, std::uint64_t) const override { return false; }
  [[nodiscard]] std::optional<std::vector<std::uint64_t>> all_seen(domain::thread_id,
                                                                   std::size_t) const override {
    return std::vector<std::uint64_t>{};
  }
  [[nodiscard]] std::optional<domain::message> find_message(std::string_view, domain::thread_id,
                                                            std::string_view) const override {
    return std::nullopt;
  }
  [[nodiscard]] std::optional<domain::message> find_message(std::string_view brand,
                                                            domain::message_id id) const override {
    looked.push_back("message of " + std::string(brand));
    const auto found = messages.find({std::string(brand), domain::to_text(id)});
    return found == messages.end() ? std::nullopt : std::optional(found->second);
  }
  [[nodiscard]] std::optional<domain::message> find_said(std::string_view, domain::thread_id,
                                                         std::string_view, std::size_t) const override {
    return std::nullopt;
  }
  [[nodiscard]] std::vector<domain::message> sending(std::string_view, domain::thread_id) const override {
    return {};
  }
  void each_sending(const std::function<void(const storage::sending_row&)>&) const override {}
  [[nodiscard]] std::optional<domain::thread_id> find_thread(std::string_view,
                                                             std::string_view) const override {
    return std::nullopt;
  }
  [[nodiscard]] std::optional<domain::thread_id> find_alias(domain::thread_id) const override {
    return std::nullopt;
  }
  [[nodiscard]] std::optional<domain::thread_id> other_name_of(domain::thread_id) const override {
    return std::nullopt;
  }
  void each_move(const std::function<void(const domain::thread_alias&)>&) const override {}
  [[nodiscard]] std::vector<domain::message> outbound_up_to(std::string_view, domain::conversation_id,
                                                            domain::timestamp, domain::delivery_status,
                                                            std::size_t) const override {
    return {};
  }

 private:
  [[nodiscard]] expected<storage::page, storage::views_error> listed() const {
    if (!list_error.empty()) return unexpected{storage::views_error{list_error}};
    return next_page;
  }
  static std::optional<std::string> row(const std::map<key, std::string>& rows, std::string_view brand,
                                        std::string_view id) {
    const auto found = rows.find({std::string(brand), std::string(id)});
    return found == rows.end() ? std::nullopt : std::optional(found->second);
  }
};

}  // namespace switchboard::net::testing
