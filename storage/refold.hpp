#pragma once
// The last step of a start: what the journal has and the views do not is folded into them.

#include "domain/expected.hpp"
#include "storage/journal.hpp"
#include "storage/views.hpp"

#include <string>

namespace switchboard::storage {

/// On start only: nobody reads yet. `data_dir` is for the message. 74: the two do not fit together, or one of
/// them is damaged.
[[nodiscard]] expected<void, open_error> refold_views(const event_log& log, views& rows,
                                                      const std::string& data_dir);

}  // namespace switchboard::storage
