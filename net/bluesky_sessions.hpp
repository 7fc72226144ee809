#pragma once
// Bluesky takes no password with a message: it sells sessions for it. One at a time for each account; who needs one
// meanwhile waits for it.

#include "net/outbound_parts.hpp"
#include "net/platforms/bluesky_session.hpp"

#include <chrono>
#include <functional>
#include <map>
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

  /// `account`: with its password. `then` once: at once, or on the client's thread; never with an end that says that something
  /// may have been sent.
  void with(const platforms::sending_account& account, std::chrono::milliseconds timeout, ready then);
  /// This access token of the account's is too old.
  void spent(const std::string& account, const std::string& access_token);

 private:
  struct state {
    std::optional<platforms::bluesky_session> now;
    std::string password, refresh;
    std::vector<ready> waiting;
  };

  void bought(const platforms::sending_account& account, std::chrono::milliseconds timeout, bool anew,
              const client::result& r);

  client::http_client& http_;
  std::mutex mutex_;
  std::map<std::string, state> of_;
};

}  // namespace switchboard::net
