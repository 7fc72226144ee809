#pragma once
// How an account's messages leave the machine, as the account's actor sees it. It knows no platform: what is said to which
// API, and what its answers mean, is the implementation's (net/outbound.hpp).

#include "actors/engine.hpp"
#include "config/settings.hpp"
#include "domain/conversation.hpp"
#include "domain/send_queue.hpp"
#include "domain/sending.hpp"
#include "storage/record.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace switchboard::actors {

/// A reply on its way, with the conversation as it was when it was queued. Immutable.
struct reply {
  domain::conversation conversation;
  domain::message message;
  storage::log_sequence queued_by = 0;  ///< the log's place of its message.queued; 0: before this start
};
using reply_ptr = std::shared_ptr<const reply>;

struct send_order {
  std::shared_ptr<const config::settings> settings;
  domain::account_id account;
  reply_ptr what;
  domain::timestamp now;  ///< by the wall clock
  /// The customer's last word by now, which may be later than the conversation of `what` knows.
  std::optional<domain::timestamp> last_inbound_at = {};
  std::optional<domain::timestamp> last_from_ad_at = {};  ///< … and by which the window is longer
  /// Outside direct messages: what the reply answers, or the customer's last message; below which comment or post it goes.
  std::optional<domain::message> answered = {};
  std::string recipient_now = {};  ///< what an earlier attempt was told (domain::attempt_outcome)
};

/// What the customer may see of us beside messages.
enum class thread_signal : std::uint8_t {
  read,   ///< everything that he wrote was seen
  typing  ///< somebody is writing to him
};
struct signal_order {
  std::shared_ptr<const config::settings> settings;
  thread_signal what = thread_signal::read;
  domain::conversation conversation;
  std::optional<domain::message> last_inbound = {};  ///< the customer's last message
};

/// About a reply whose end is unknown.
struct lookup_order {
  send_order sent;  ///< as at the attempt; `now`: when it began
  /// The platform's ids of the conversation's latest messages: none of them is it.
  std::vector<std::string> known_ids = {};
};

/// Did what may have arrived arrive?
struct lookup_outcome {
  enum class kind : std::uint8_t {
    found,   ///< `platform_message_id` is it
    absent,  ///< the platform has no such message
    unclear  ///< it can't be asked, or its answer does not say
  } what = kind::unclear;
  std::string platform_message_id = {};
};

/// Thread-safe. Answers come once each, from any thread; they must only hand over.
class platform_client {
 public:
  virtual ~platform_client() = default;

  /// The limits of an account of the platform; literals.
  [[nodiscard]] virtual std::span<const domain::quota> quotas(domain::platform p) const = 0;
  /// What one attempt takes of them: indexes into quotas().
  [[nodiscard]] virtual std::vector<domain::draw> draws(const reply& r) const = 0;
  /// Exactly one call of the platform's API.
  virtual void send(send_order what, std::function<void(domain::attempt_outcome)> done) = 0;
  /// What asking takes of them. Empty too where nothing can be asked.
  [[nodiscard]] virtual std::vector<domain::draw> lookup_draws(const lookup_order& what) const = 0;
  /// Asks the platform for a message whose end is unknown.
  virtual void look_up(lookup_order what, std::function<void(lookup_outcome)> done) = 0;
  /// What a signal takes of them; nullopt: the platform has no such thing.
  [[nodiscard]] virtual std::optional<std::vector<domain::draw>> signal_draws(
      const signal_order& what) const = 0;
  /// Once, and not again where it fails: it is late by then. `done(true)`: the platform took it.
  virtual void signal(signal_order what, std::function<void(bool)> done) = 0;
  /// What else it asks of platforms, to send at all, takes of the limits by this. Before the first call.
  virtual void draw_from(drawing limits) { (void)limits; }
  /// Ends what is under way: as `unknown`, where a call had begun.
  virtual void stop() = 0;
};

}  // namespace switchboard::actors
