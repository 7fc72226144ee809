#pragma once
// What tells a thread what came of fetching an attachment of one of its messages. Rules: media_rules.hpp.

#include "domain/model.hpp"

#include <cstddef>
#include <optional>

namespace switchboard::domain {

/// What became of an attachment when somebody wanted to see it.
struct settle_media {
  message_id id;
  std::size_t index = 0;
  attachment fetched;  ///< as it was when it was asked for: an edit since may have brought another
  media_state to = media_state::failed;
  std::optional<message> target = std::nullopt;  ///< the message as it is kept
};

}  // namespace switchboard::domain
