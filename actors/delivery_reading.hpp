#pragma once
// The log as deliveries to webhooks read it.

#include "actors/feed.hpp"
#include "config/record_settings.hpp"

#include <optional>

namespace switchboard::actors {

/// What a webhook may hear: its types, and what a promise's action may call it for.
[[nodiscard]] stream_filter webhook_filter(const config::webhook_settings& w);
/// Of that: is this one for it?
[[nodiscard]] bool is_for(const config::webhook_settings& w, const storage::record& r);

/// Its customer was erased, and another event says so: it is sent to nobody.
[[nodiscard]] bool is_withdrawn(const storage::record& r);

struct found_event {
  storage::record_ptr what;  ///< as it is now; null: it is sent to nobody
  bool trimmed = false;      ///< the journal does not keep it any more
  bool failed = false;       ///< the log could not be read, and has told so
};
[[nodiscard]] found_event find_event(const feed& log, const stream_filter& f, storage::log_sequence event);

/// The place before the first record that is not older; nullopt: the log could not be read. Its times rise, but for what a clock was
/// set by.
[[nodiscard]] std::optional<storage::log_sequence> place_before(const feed& log, domain::timestamp t);

}  // namespace switchboard::actors
