#pragma once
// Brings what is to be said into messages of one shape, or says why it can't be.

#include "domain/outgoing.hpp"
#include "net/platforms/message_shape.hpp"
#include "net/platforms/sending.hpp"

#include <vector>

namespace switchboard::net::platforms {

/// fit() for one shape. What the shape has no place for at all is refused by name; nothing is left out silently.
[[nodiscard]] expected<std::vector<domain::outgoing>, unfit> fit_into(const message_shape& shape,
                                                                      domain::outgoing&& what,
                                                                      split_policy policy);
/// Only the checks: the first thing that no message of this shape can hold, however it is split.
[[nodiscard]] expected<void, unfit> check_shape(const message_shape& shape, const domain::outgoing& what);

}  // namespace switchboard::net::platforms
