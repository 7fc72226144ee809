#pragma once
// What a conversation's row says of its promises, explained.

#include "domain/ids.hpp"
#include "domain/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace switchboard::storage {
class views;
}
namespace switchboard::domain::sla {
struct policies;
}

namespace switchboard::actors {

/// domain::sla::explain() of a stored conversation; nullopt: there is none. Throws views_failure.
[[nodiscard]] std::optional<std::string> explain_promises(const storage::views& views, std::string_view brand,
                                                          const domain::conversation_id& id,
                                                          const domain::sla::policies& in_force,
                                                          domain::timestamp now);

}  // namespace switchboard::actors
