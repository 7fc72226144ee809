#pragma once
// Can an account do its work? What its platform has let us know of its token, of the subscription by which it delivers to us,
// and of the handshakes by which it makes sure of us. Pure: time comes in.

#include "domain/ids.hpp"
#include "domain/model.hpp"
#include "domain/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::domain {

enum class access_state : std::uint8_t {
  unknown,
  good,
  refused  ///< the token is dead, or may not do what it should: nothing goes out, and nothing can be asked
};
enum class subscription_state : std::uint8_t {
  unknown,  ///< it can't be asked for, or was not yet
  live,
  lapsed,  ///< the platform delivers nothing of this account
  failing  ///< it tries to, and does not get through to us
};
enum class handshake_state : std::uint8_t {
  unknown,  ///< the platform has none, or it is too early to say
  kept,
  missed  ///< the platform has not asked for longer than it should: it may not reach us, or may have given us up
};
/// A token may be good for the one and not for the other: only who found it refused can find it good again. `everything`: the
/// account's owner took all rights back, and whoever may do something again has seen that they were given anew.
enum class access_use : std::uint8_t { sending, subscription, everything };
[[nodiscard]] std::string_view to_word(access_use);
[[nodiscard]] std::optional<access_use> access_use_from_word(std::string_view);
[[nodiscard]] std::string_view to_word(access_state);
[[nodiscard]] std::string_view to_word(subscription_state);
[[nodiscard]] std::string_view to_word(handshake_state);
[[nodiscard]] std::optional<access_state> access_from_word(std::string_view);
[[nodiscard]] std::optional<subscription_state> subscription_from_word(std::string_view);
[[nodiscard]] std::optional<handshake_state> handshake_from_word(std::string_view);

/// What was said in between a feed no longer has: it keeps less than we were away for.
struct feed_gap {
  std::string feed;  ///< jetstream, notifications or messages
  timestamp from = {}, to = {};
  bool operator==(const feed_gap&) const = default;
};

struct account_health {
  brand_id brand;
  account_id account;
  domain::platform platform = domain::platform::facebook;
  access_state access = access_state::unknown;
  access_use refused_for = access_use::sending;  ///< where access is refused
  subscription_state subscription = subscription_state::unknown;
  handshake_state handshake = handshake_state::unknown;
  std::string subscription_note = {};        ///< what of the subscription is not as wanted, or can't be told
  std::optional<timestamp> revoked_at = {};  ///< when the account's owner took our rights last
  std::optional<feed_gap> gap = {};          ///< the last one
  std::string detail = {};                   ///< of what changed last, for a person; names no secret
  timestamp since = {};                      ///< when it changed last
  bool operator==(const account_health&) const = default;
  [[nodiscard]] bool is_well() const {
    return access != access_state::refused && subscription != subscription_state::lapsed &&
           subscription != subscription_state::failing && handshake != handshake_state::missed;
  }
};

/// What somebody found. What is left out is as it was.
struct health_observation {
  brand_id brand;
  account_id account;
  domain::platform platform = domain::platform::facebook;
  std::optional<access_state> access = {};
  access_use used_for = access_use::sending;  ///< what access was tried with
  std::optional<subscription_state> subscription = {};
  std::optional<handshake_state> handshake = {};
  std::optional<std::string> subscription_note = {};
  /// The owner took our rights then. It says nothing of what has been since a later one, so that it may come again.
  std::optional<timestamp> revoked_at = {};
  std::optional<feed_gap> gap = {};
  std::string detail = {};
};

/// As it is now; nullopt: nothing has changed, and nothing is to be told.
[[nodiscard]] std::optional<account_health> observe(const std::optional<account_health>& was,
                                                    const health_observation& found, timestamp now);

/// Of a source whose platform asks again and again: `last` handshake that was answered, or nullopt since `since` (the start, or
/// when the source was configured).
[[nodiscard]] handshake_state handshake_of(std::optional<timestamp> last, timestamp since, timestamp now,
                                           std::chrono::seconds apart_max);

}  // namespace switchboard::domain
