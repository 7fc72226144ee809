#pragma once
// Forgetting a customer. Three kinds of customer.erased say it, one after the other:
//
//   about the customer       the promise. Made once; whatever the views know of the person beside conversations
//                            goes by it, and each of his threads is then asked to erase itself
//   about a conversation     a thread's answer: all its conversations so far are gone. Their numbers are not given
//                            again, so that no id ever names two things
//   about a dead letter      the received bytes named the customer, and are withdrawn
//
// None of them holds anything that the person or the platform said.

#include "domain/conversation.hpp"
#include "domain/event.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace switchboard::domain {

/// Nothing where the thread has no conversation, or another customer's.
[[nodiscard]] expected<std::vector<event>, refused> decide_erase(const thread_state& state, const erase& what,
                                                                 timestamp now);

/// Is it an event that erased says anything about, the state of a thread aside? Then it was dealt with.
[[nodiscard]] bool apply_erased(thread_state& state, const event& e);

/// The promise: `who` without all that is known of him.
[[nodiscard]] event erase_customer(const customer& who, timestamp now);

/// `what` without its bytes, and without the sentence about them.
[[nodiscard]] event erase_letter(dead_letter what, timestamp now);

/// Does `is_his` hold for anything in `raw` that may be a platform's id: a text between quotes, a number, a word of
/// a query? Whole ones only: 123 does not name 1234.
[[nodiscard]] bool names(std::string_view raw, const std::function<bool(std::string_view)>& is_his);

}  // namespace switchboard::domain
