#pragma once
// What an edit, a deletion, a reaction or a receipt does to one message. They may come in any order, also
// before the message itself: each rule is written so that the order makes no difference to where it ends.

#include "domain/inbound.hpp"
#include "domain/model.hpp"

#include <string_view>

namespace switchboard::domain {

/// Is `candidate` a later edit than `present`? As numbers where both are decimal, else as text.
[[nodiscard]] bool newer_version(std::string_view candidate, std::string_view present);

// Each of these says whether it changed the message. `redact`: deleted content is withdrawn here too.

/// Puts the content of `edit` in; nothing if an equal or later edit was applied. A plain text edits the words
/// only: attachments and payload stay unless the edit brings its own. Withdrawn content stays withdrawn.
bool apply_edit(message& m, inbound_event&& edit, bool redact);
/// Marks it deleted.
bool withdraw(message& m, bool redact);
/// A sender has one reaction to a message: a new one replaces it.
bool add_reaction(message& m, const reaction& r);
/// An empty emoji removes whatever the sender reacted with; `r` is then completed with what that was.
bool remove_reaction(message& m, reaction& r);
/// Moves the delivery forward (moves_forward); `error` is kept with failed only.
bool deliver(message& m, delivery_status to, std::optional<delivery_error>&& error);

/// What becomes of a placeholder when its message arrives: the message, with what the placeholder had
/// gathered.
[[nodiscard]] message fill_in(message&& placeholder, message&& original, bool redact);

}  // namespace switchboard::domain
