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
  bool operator==(const thread_alias&) const = default;
};

/// The thread of a key, by itself.
using thread_of_key = std::function<thread_id(std::string_view key)>;

/// Of one key's moves: the one that says whose it was `at`; null: its own thread's.
[[nodiscard]] const thread_alias* move_at(std::span<const thread_alias> moves, timestamp at);

/// What an event that tells of new keys (thread_key_next, thread_key_also_next) says about them, where `thread` is the
/// one that it belongs to. Empty for all others.
[[nodiscard]] std::vector<thread_alias> aliases_told_by(const inbound_event& e, thread_id thread,
                                                        const thread_of_key& named);

/// Names the thread, and the customer, of whoever is given `key` when its owner has left it: nobody else's.
[[nodiscard]] std::string next_owner_key(std::string_view key, timestamp since);

}  // namespace switchboard::domain
