#pragma once
// Bluesky takes no password with a message: it sells sessions for it. One at a time for each account; who needs one
// meanwhile waits for it.

#include "actors/engine.hpp"
#include "net/outbound_parts.hpp"
#include "net/platforms/bluesky_session.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace switchboard::net {

/// Thread-safe.
class bluesky_sessions {
 public:
  using ready = std::function<void(expected<platforms::bluesky_session, domain::attempt_outcome>)>;

  /// `http` must be stopped before this goes.
  explicit bluesky_sessions(client::http_client& http) : http_(http) {}

  /// From now on sessions take of their accounts' limits. Before with().
  void draw_from(actors::drawing limits) { limits_ = std::move(limits); }
  /// `of`: whose session it is. `account`: with its password. `then` once: at once, or on the client's thread; never with an end that says that something
  /// may have been sent.
  void with(const actors::account_draw& of, const platforms::sending_account& account,
            std::chrono::milliseconds timeout, ready then);
  /// This access token of the account's is too old.
  void spent(const std::string& account, const std::string& access_token);

 private:
  struct state {
    std::optional<platforms::bluesky_session> now;
    std::string password, refresh;
    std::vector<ready> waiting;
  };

  /// What it takes to get one session: kept until it is there.
  struct purchase;
  using purchase_ptr = std::shared_ptr<purchase>;
  void buy(const purchase_ptr& p, bool anew);
  void bought(const purchase_ptr& p, bool anew, const client::result& r);
  void settle(const purchase_ptr& p, expected<platforms::bluesky_session, domain::attempt_outcome> session);

  client::http_client& http_;
  actors::drawing limits_;
  std::mutex mutex_;
  std::map<std::string, state> of_;
};

}  // namespace switchboard::net
