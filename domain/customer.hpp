#pragma once
// A customer belongs to no single thread: each thread that meets one says what it saw itself.

#include "domain/model.hpp"

namespace switchboard::domain {

/// What is known of a customer when a thread says `now` of one that was known as `before`: the first day stays
/// the first day, and what the thread was not told (empty) does not erase what another one was.
[[nodiscard]] customer seen_again(const customer& before, customer now);

}  // namespace switchboard::domain
