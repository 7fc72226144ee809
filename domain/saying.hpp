#pragma once
// What our side says through us: decide() for `say` and `settle_send`, and how an echo is known for what we sent.
//
// A reply is durable (message.queued) before anybody hears that it was taken. It is on its way (thread_state::sending)
// until it is known what became of it. The platform tells that in three ways, and in any order: by the answer to the
// call, by an echo of the message, by a receipt. The first that comes settles it; the others change nothing.
//
// An echo is ours by our own reference where the platform gives it back; elsewhere by what it says: the oldest reply on its
// way with the same words (there must be some) and as many attachments, queued before the echo was said, and handed to the
// platform: what still waits for its turn can't come back, and words that an agent typed in the platform's own app
// must not keep it from going.

#include "domain/commanding.hpp"
#include "domain/draft.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace switchboard::domain {

[[nodiscard]] decision decide_say(const thread_state& state, say&& what, timestamp now);
[[nodiscard]] decision decide_settle(const thread_state& state, settle_send&& what, timestamp now);

/// The platform has the reply: message.sent, and behind it message.deleted of what was kept under its id before it was
/// known for this one.
void reply_arrived(draft& d, const thread_state& state, message&& m, std::string_view platform_message_id,
                   std::optional<message>&& same_id);

/// As echoes are compared: platforms trim what they are sent, and some change the white space inside.
[[nodiscard]] std::string words_in(std::string_view text);

/// Does what was said privately to who wrote a comment come back among his direct messages, named by nothing but its words?
[[nodiscard]] bool is_named_elsewhere_by_words(const conversation& c, const message& m);

/// Is it not known yet what became of it?
[[nodiscard]] bool is_on_its_way(const message& m);
[[nodiscard]] bool is_on_its_way(const thread_state& state, const message_id& id);

/// The reply on its way that a platform's event is about, where it can't tell by the platform's id; null: none.
/// `not_begun`: those that wait.
[[nodiscard]] const message* reply_of(const thread_state& state, const inbound_event& in,
                                      std::span<const message_id> not_begun);

/// Keeps thread_state::sending: after an event of the thread.
void follow_sending(thread_state& state, const event& e);

}  // namespace switchboard::domain
