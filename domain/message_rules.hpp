#pragma once
// What an edit, a deletion, a reaction or a receipt does to one message. They may come in any order, also
// before the message itself: each rule is written so that the order makes no difference to where it ends.

#include "domain/inbound.hpp"
#include "domain/model.hpp"

#include <cstddef>
#include <cstdint>
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

/// How many reactions to one message a sender has at a time.
enum class reactions_each : std::uint8_t {
  one,     ///< a new one takes the place of the one before, and a removal leaves none
  several  ///< each emoji comes and goes by itself
};
/// Only Telegram has several.
[[nodiscard]] reactions_each reactions_each_on(platform);
/// Of one message: each of its events carries them, and a page's post may be liked by a hundred thousand. The oldest
/// goes where there are more; every one was an event.
inline constexpr std::size_t reactions_max = 100;
/// Of the removals whose additions may still come: the oldest goes where there are more of one message.
inline constexpr std::size_t removed_reactions_max = 50;
// The latest act counts, by the platform's time (reaction::at); of two at the same time, which are mostly in
// whole seconds, the one that came later.

/// Nothing where the same, a later addition or a later removal is known.
bool add_reaction(message& m, const reaction& r, reactions_each);
/// An empty emoji removes whatever the sender reacted with; `r` is completed with what that was. A removal of
/// what isn't here (yet) is kept in removed_reactions, and is a change.
bool remove_reaction(message& m, reaction& r, reactions_each);
/// Moves the delivery forward (moves_forward); `error` is kept with failed only.
bool deliver(message& m, delivery_status to, std::optional<delivery_error>&& error);

/// What becomes of a placeholder when its message arrives: the message, with what the placeholder had
/// gathered.
[[nodiscard]] message fill_in(message&& placeholder, message&& original, bool redact);

}  // namespace switchboard::domain
