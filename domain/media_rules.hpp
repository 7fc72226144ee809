#pragma once
// The state of an attachment: decide() for `settle_media`.
//
//   pending ─► ready ─► expired        ready: it was fetched once, and nothing that fails for now takes that back
//      └─► failed ─┴──────┘            expired: its platform says that it is gone, which is final
//
// Each step is made once, so however often an attachment is fetched, the log has three events about it at the most.
// They are shown to nobody: the stream's types are fixed, and a picture that was looked at is no news. REST shows the
// state with the message.

#include "domain/commanding.hpp"

namespace switchboard::domain {

/// What an attachment in `from` is after a fetch that ended with `to`.
[[nodiscard]] media_state settled(media_state from, media_state to);

/// media.settled, or nothing: where nothing changes, where the message has another attachment there by now, and
/// where its platform has given it no id yet (a reply on its way).
[[nodiscard]] decision decide_media(const thread_state& state, settle_media&& what, timestamp now);

}  // namespace switchboard::domain
