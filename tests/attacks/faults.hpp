#pragma once
// Tables of routes with one fault planted, which the checkers must be seen to find.

#include "net/api/route.hpp"

#include <vector>

namespace switchboard::attacks {

/// Our table, but the handler of `operation` forgets whose token it was and shows everybody's things.
[[nodiscard]] std::vector<net::api::route> forgets_the_brand(std::string_view operation);

/// Our table, but every reader may do what supervisors may.
[[nodiscard]] std::vector<net::api::route> forgets_the_role();

}  // namespace switchboard::attacks
