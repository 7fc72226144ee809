#pragma once
// How an event leaves for a webhook: signed, as Standard Webhooks 1.0.0 has it, over an HTTP client of its own, to public addresses
// only (actors/delivery_client.hpp).

#include "actors/delivery_client.hpp"
#include "net/client/http_client.hpp"

#include <functional>
#include <string>

namespace switchboard::net {

/// What is posted: the event as subscribers get it, with `timestamp` beside `type` and `data`.
[[nodiscard]] std::string delivery_body(const storage::record& r);

class deliveries final : public actors::delivery_client {
 public:
  /// Whom `o.may_reach` lets through; null: public addresses. A webhook whose url names this machine is not asked about.
  explicit deliveries(client::options o);

  void deliver(actors::delivery_order what, std::function<void(actors::delivery_outcome)> done) override;
  void stop() override { http_.stop(); }

 private:
  client::http_client http_;
};

}  // namespace switchboard::net
