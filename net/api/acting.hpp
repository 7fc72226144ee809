#pragma once
// What handlers that change a conversation share.

#include "actors/engine.hpp"
#include "net/api/route.hpp"

#include <cstdint>
#include <functional>
#include <optional>

namespace switchboard::net::api {

/// Overloaded and draining still have room for what people do; a full or failed disk has none. False: answered.
[[nodiscard]] bool takes_acts(const call& c);
/// The answer to an act: the conversation as it is now, or the note that it made (201).
void respond_result(const context& ctx, const http::exchange_ptr& x, actors::command_result&& r, bool note);
/// The answer to an act that came to nothing: refused, failed or undecided.
void respond_act(const context& ctx, const http::exchange_ptr& x, actors::command_result&& r);
/// If-Match: "7" or 7. False (answered) where it is neither.
[[nodiscard]] bool read_if_match(const call& c, std::optional<std::uint64_t>& out);
/// `go`, on a reader thread, with the id that the path names, and what its thread is about now (which may be a later
/// conversation), if the caller may act in it; else answered.
void with_conversation(
    call&& c,
    std::function<void(const call&, const domain::conversation_id&, const domain::conversation&)> go);

}  // namespace switchboard::net::api
