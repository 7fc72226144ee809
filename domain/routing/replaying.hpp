#pragma once
// Are the rules still those that the log was written by? Each turn of it is taken again, and has to say the same to the byte (to that
// of this version, where an earlier one wrote it).

#include "domain/routing/router_state.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace switchboard::domain::routing {

/// Takes a turn of the log again. `s`: the state before it; behind it, as this program's rules leave it. `command` and `events`:
/// as they were logged (archive.hpp), `at`: when. Nullopt: the same came of it. Else which event is another, and in what, or why
/// the bytes cannot be read (then `s` is as it was).
[[nodiscard]] std::optional<std::string> differs(router_state& s, std::string_view command,
                                                 std::string_view events, timestamp at);

}  // namespace switchboard::domain::routing
