#pragma once
// Fetches what a platform still has of an account's past (net/platforms/history.hpp) and takes it in as if it were delivered:
// what is known already has no second effect. Each account by itself, with its own time and its own failure; a few at a time, each
// on a thread that waits for its answers.

#include "config/settings.hpp"
#include "net/client/http_client.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace switchboard::actors {
class engine;
}

namespace switchboard::net {

class webhook;

struct backfill_outcome {
  std::uint32_t pages = 0, elements = 0, skipped = 0;
  std::uint32_t events = 0, quarantined = 0;  ///< as a webhook's answer has them; known ones are events too
  bool complete = false;                      ///< all that the platform has
  bool no_access = false;                     ///< it refuses the account's token
  std::string failure = {};                   ///< why it is not complete, for a person
};

class backfill {
 public:
  explicit backfill(client::options o);
  ~backfill();  ///< stop()
  backfill(const backfill&) = delete;
  backfill& operator=(const backfill&) = delete;

  enum class start : std::uint8_t {
    begun,
    no_history,  ///< the platform has none
    no_token,    ///< the account has no access_token
    running,     ///< of this account already
    full         ///< limits.syncs_max are running
  };
  /// `done` once, on another thread, where it has begun; `to` outlives that, or stop(). Any thread.
  /// Each page takes of the account's limits, by `limits`, and leaves something of them to its messages.
  [[nodiscard]] start sync(config::settings_ptr settings, const std::string& account, actors::engine& limits,
                           webhook& to, std::function<void(backfill_outcome&&)> done);
  /// Ends what runs, as it stands.
  void stop();

 private:
  class running_syncs;
  std::unique_ptr<running_syncs> all_;
};

}  // namespace switchboard::net
