#pragma once
// Which customers are told how long they wait, and when: a part of a turn. What is said is a router's event, so that no restart
// says it twice; its words are the config's (wait_text.hpp), and the conversation's owner says them.
//
// Each conversation is looked at once by itself when it has waited for a while. After that its queue is looked at as a whole: of
// what requires the same the first tell_rule::ahead_max, of so many different requirements at most, and of all of these so many. A
// look therefore costs the same however many wait behind them.

#include "domain/routing/turning.hpp"

namespace switchboard::domain::routing {

/// It has waited for tell_rule::after. Precondition: tells().
void tell_first(turning& t, slot_index slot);
/// Whose wait got shorter, or much longer, or who has heard nothing for long.
void look_at_waits(turning& t, queue_index q);

}  // namespace switchboard::domain::routing
