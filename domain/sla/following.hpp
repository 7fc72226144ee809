#pragma once
// What a decision about a conversation does to its clocks: the sla.* events behind the decision's own, in the same commit.

#include "domain/conversation.hpp"

#include <vector>

namespace switchboard::domain::sla {

struct policies;

/// Why a decision is looked at: something happened, or its time has come.
enum class occasion : std::uint8_t { decision, wake, late_wake };

/// The events of the decision with what follows for the clocks of its conversation, as it is behind the last of them. Where nothing
/// is promised, and nothing was, as they are. `now` is the decision's; `even_now` the same by a clock that nobody sets: what is
/// measured is measured by that one, or an hour that a clock was set by would be an hour that somebody waited.
[[nodiscard]] std::vector<event> follow(const thread_state& state, std::vector<event>&& decided, occasion why,
                                        const policies& all, timestamp now, timestamp even_now);

}  // namespace switchboard::domain::sla
