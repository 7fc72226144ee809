#pragma once
// Looks after the accounts: whether their platforms still deliver to us (and subscribes again where they do not, net/platforms/
// subscriptions), and whether those that ask again and again who we are (X, LinkedIn) still do. What it finds goes to the engine (engine::observe), which tells what is
// news as account.updated. On a thread of its own; one account's trouble is no other's.

#include "config/settings.hpp"
#include "net/client/http_client.hpp"

#include <memory>
#include <string>

namespace switchboard::actors {
class engine;
}

namespace switchboard::net {

class caretaker {
 public:
  /// `e` outlives it, or its stop().
  caretaker(actors::engine& e, client::options o);
  ~caretaker();  ///< stop()
  caretaker(const caretaker&) = delete;
  caretaker& operator=(const caretaker&) = delete;

  /// From the next moment on by these. Any thread.
  void apply_settings(config::settings_ptr s);
  /// A source's handshake was asked for, and answered. Any thread; never blocks for long.
  void heard_handshake(const std::string& source);
  void stop();

 private:
  class running;
  std::unique_ptr<running> running_;
};

}  // namespace switchboard::net
