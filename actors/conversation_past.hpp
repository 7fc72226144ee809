#pragma once
// Where the owner of a thread finds the past that domain/recalling asks about: the newest events in what it remembers
// itself and in the tail, the others in the views.

#include "actors/conversation.hpp"
#include "actors/handed_over.hpp"
#include "domain/recalling.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::actors {

// The keys of `recent`. A message's key is that of the message, whichever event carries it.
[[nodiscard]] std::uint64_t message_key(const node& n, std::string_view platform_id);
[[nodiscard]] std::uint64_t event_key(const node& n, std::string_view kind, std::string_view platform_id,
                                      std::string_view version);

/// For one command: keeps references to all four. All can throw views_failure.
class conversation_past final : public domain::thread_past {
 public:
  conversation_past(const node& n, domain::thread_id thread, const domain::brand_id& brand,
                    const recent& lately)
      : node_(n), thread_(thread), brand_(brand.value), recent_(lately) {}

  [[nodiscard]] std::optional<domain::message> find_message(
      const std::string& platform_message_id) const override;
  [[nodiscard]] std::optional<domain::message> find_own(const domain::message_id& id) const override {
    return node_.views->find_message(brand_, id);
  }
  [[nodiscard]] std::vector<domain::message> made_by(const std::string& idempotency_key) const override;
  [[nodiscard]] bool had_message(const std::string& platform_message_id) const override;
  [[nodiscard]] bool had_effect(const domain::inbound_event& e) const override;
  [[nodiscard]] std::optional<domain::customer> find_customer(const domain::customer_id& id) const override;
  [[nodiscard]] std::optional<domain::timestamp> erased_at(const domain::customer_id& id) const override;
  [[nodiscard]] bool may_have_arrived(const domain::message_id& reply) const override {
    return node_.calls == nullptr || node_.calls->has(reply);
  }
  [[nodiscard]] std::optional<std::string> last_inbound(const domain::conversation_id& c) const override;
  [[nodiscard]] std::vector<domain::message> answers_to(const domain::message& said,
                                                        const domain::conversation_id& newest) const override;
  [[nodiscard]] std::vector<domain::message> outbound_up_to(const domain::conversation_id& c,
                                                            domain::timestamp up_to,
                                                            domain::delivery_status below) const override;

 private:
  /// What the key has made as its n-th message.
  [[nodiscard]] std::optional<domain::message> said(const std::string& idempotency_key, std::size_t n) const;
  [[nodiscard]] std::vector<domain::message> shown_answers_to(const domain::message& said,
                                                              const domain::conversation_id& newest) const;
  [[nodiscard]] bool each_newer(storage::log_sequence applied,
                                const std::function<void(domain::message&&)>& each) const;

  const node& node_;
  const domain::thread_id thread_;
  const std::string& brand_;
  const recent& recent_;
};

}  // namespace switchboard::actors
