#pragma once
// How an event leaves for a webhook: signed, as Standard Webhooks 1.0.0 has it, over an HTTP client of its own, to public addresses
// only (actors/delivery_client.hpp).

#include "actors/delivery_client.hpp"
#include "net/client/http_client.hpp"

#include <atomic>
#include <functional>
#include <string>
#include <string_view>

namespace switchboard::net {

/// What is posted: the event's JSON as subscribers get it, with `timestamp` beside its `type` and `data`.
[[nodiscard]] std::string delivery_body(std::string_view event, domain::timestamp at);

class deliveries final : public actors::delivery_client {
 public:
  /// Whom `o.may_reach` lets through; null: public addresses. A webhook whose url names this machine is not asked about.
  explicit deliveries(client::options o);

  void deliver(actors::delivery_order what, std::function<void(actors::delivery_outcome)> done) override;
  void stop() override;

 private:
  std::atomic<bool> stopping_{false};
  client::http_client http_;
};

}  // namespace switchboard::net
