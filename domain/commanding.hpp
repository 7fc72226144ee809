#pragma once
// What agents and timers ask of a conversation: decide() for `patch`, `add_note`, `mark_read`, `wake`.

#include "domain/conversation.hpp"

#include <optional>
#include <vector>

namespace switchboard::domain {

using decision = expected<std::vector<event>, refused>;

/// Why `id` is not the conversation that can be changed, if it isn't: only the thread's newest can.
[[nodiscard]] std::optional<refused> not_present(const thread_state& state, const conversation_id& id);

[[nodiscard]] decision decide_patch(const thread_state& state, patch&& what, timestamp now);
[[nodiscard]] decision decide_note(const thread_state& state, add_note&& what, timestamp now);
[[nodiscard]] decision decide_read(const thread_state& state, const mark_read& what, timestamp now);
[[nodiscard]] decision decide_wake(const thread_state& state, const wake& what, timestamp now);

}  // namespace switchboard::domain
