#pragma once
// How an event leaves for a webhook, as the actor that delivers sees it. Addresses, TLS and signatures are the
// implementation's (net/deliveries.hpp).

#include "config/record_settings.hpp"
#include "domain/webhooks/schedule.hpp"
#include "storage/record.hpp"

#include <functional>
#include <memory>
#include <string>

namespace switchboard::actors {

struct delivery_order {
  std::shared_ptr<const config::webhook_settings> to;
  storage::record_ptr what;
  domain::timestamp now;  ///< by the wall clock: what is signed
};

struct delivery_outcome {
  domain::webhooks::answer answer = {};
  bool cut_off = false;  ///< by stop(): what came of it nobody knows, and it is no fault of the receiver's
  std::string error =
      {};  ///< for a person, why it was not taken: no secret, nothing of the event; empty where it was
};

/// Thread-safe. Answers come once each, from any thread; they must only hand over.
class delivery_client {
 public:
  virtual ~delivery_client() = default;

  /// Exactly one request.
  virtual void deliver(delivery_order what, std::function<void(delivery_outcome)> done) = 0;
  /// Ends what is under way: what got no answer is told as cut_off.
  virtual void stop() = 0;
};

}  // namespace switchboard::actors
