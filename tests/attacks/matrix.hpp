#pragma once
// Who may call what: every way in × every verb × every kind of token, each with the one answer that its rule says.
// Generated from the tables: a new route is in it without being asked. What is expected is worked out here from the
// rule alone, not by the code that is tested.

#include "world.hpp"

#include <span>
#include <string>
#include <vector>

namespace switchboard::attacks {

struct findings {
  std::size_t asked = 0;
  std::vector<std::string> wrong;  ///< the first of them; empty: all was as it must be
  void add(std::string what);
};

/// Asks `by` (null: the engine's own router) everything that there is to ask, and holds the answers against the rules
/// of `table`. Answers are searched for other brands' canaries too.
[[nodiscard]] findings check_matrix(world& w, net::http::handler* by = nullptr,
                                    std::span<const net::api::route> table = net::api::routes());

/// Puts the id in place of the {…}. Where a message is meant beside its conversation: of either, that of the other too; a session's
/// id is "<agent>/sessions/<session>".
[[nodiscard]] std::string path_of(std::string_view pattern, std::string_view id);
/// A body that this operation takes.
[[nodiscard]] std::string body_for(std::string_view operation);

}  // namespace switchboard::attacks
