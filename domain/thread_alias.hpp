#pragma once
// When a platform calls a known thread by another key. WhatsApp names a person by number and by BSUID, or by one of
// them alone; a person changes the number, and the old one is given to somebody else; a Telegram group becomes a
// supergroup with a chat id of its own. The thread stays the one that it was (traps 15 and 17 of the platforms).
//
// A key stands here for the thread that it would name by itself: hashes are the storage's.

#include "domain/ids.hpp"
#include "domain/inbound.hpp"
#include "domain/time.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::domain {

/// The key that would name `key` by itself means `thread`.
struct thread_alias {
  thread_id key;
  thread_id thread;
  /// From then on, by the platform's clock: the key has moved, or was given to somebody else. Absent: `key` is but
  /// another name of the same person, beside the one that the thread has.
  std::optional<timestamp> since;
  customer_id customer;  ///< of a key that moved: whose it is from then on, where nobody has written yet
  bool operator==(const thread_alias&) const = default;
};

/// Whom a key names by itself.
struct key_owner {
  std::function<thread_id(std::string_view key)> thread;
  std::function<customer_id(std::string_view key)> customer;
};

/// Of one key's moves: the one that says whose it was `at`; null: its own thread's.
[[nodiscard]] const thread_alias* move_at(std::span<const thread_alias> moves, timestamp at);

/// What an event that tells of new keys (thread_key_next, thread_key_also_next) says about them, where `thread` is the
/// one that it belongs to, and `customer` whose it is. Empty for all others.
[[nodiscard]] std::vector<thread_alias> aliases_told_by(const inbound_event& e, thread_id thread,
                                                        const customer_id& customer, const key_owner& owner);
/// The key passes to somebody else, from `e` on (`excluded`: from behind it on).
[[nodiscard]] thread_alias passed_on(const inbound_event& e, bool excluded, const key_owner& owner);

/// Names the thread, and the customer, of whoever is given `key` when its owner has left it: nobody else's.
[[nodiscard]] std::string next_owner_key(std::string_view key, timestamp since);

}  // namespace switchboard::domain
