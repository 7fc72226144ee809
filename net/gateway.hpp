#pragma once
// Everything between the sockets and the engine, put together: admission, webhooks, routes, stream, server.

#include "actors/engine.hpp"
#include "config/settings.hpp"
#include "domain/expected.hpp"
#include "net/client/http_client.hpp"
#include "net/http/server.hpp"
#include "net/reload_outcome.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace switchboard::net {

class feeds;
class webhook;

class gateway {
 public:
  /// `reload` reads the config again and applies it (serve.cpp); it may block. `outbound`: how other servers are asked
  /// for attachments.
  gateway(config::settings_ptr settings, std::function<reload_outcome()> reload,
          client::options outbound = {});
  ~gateway();  ///< after close(), where open() succeeded
  gateway(const gateway&) = delete;
  gateway& operator=(const gateway&) = delete;

  /// By which what we read ourselves comes in (net/feeds.hpp). Valid as long as the gateway.
  [[nodiscard]] webhook& intake();
  /// Whose figures /metrics shows too; null: nobody's. It outlives the gateway's serving.
  void show(feeds* f);
  /// What the engine calls when a group commit is durable. Valid as long as the gateway.
  [[nodiscard]] actors::engine::committed_handler committed_handler();
  /// Binds the listeners and serves. Once.
  [[nodiscard]] expected<void, http::start_error> open(actors::engine& e);
  [[nodiscard]] std::uint16_t port(http::listener l) const;

  [[nodiscard]] std::uint32_t loops() const;
  /// Runs `what` on that event loop (from 0), from any thread.
  void post(std::uint32_t loop, std::function<void()> what);

  void apply_settings(const config::settings_ptr& next);
  /// From now on each answer is its connection's last: clients go elsewhere while they still can.
  void announce_end();
  /// Stops accepting, lets what is under way be answered, closes streams with their cursor. False: a request
  /// was still under way after `at_most`. Before the engine stops, which is what answers; never after it is
  /// gone.
  [[nodiscard]] bool close(std::chrono::milliseconds at_most);

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace switchboard::net
