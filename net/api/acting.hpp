#pragma once
// What handlers that change a conversation share.

#include "actors/engine.hpp"
#include "net/api/route.hpp"

namespace switchboard::net::api {

/// Overloaded and draining still have room for what people do; a full or failed disk has none. False: answered.
[[nodiscard]] bool takes_acts(const call& c);
/// The answer to an act: the conversation as it is now, or the note that it made (201).
void respond_result(const context& ctx, const http::exchange_ptr& x, actors::command_result&& r, bool note);
/// The answer to an act that came to nothing: refused, failed or undecided.
void respond_act(const context& ctx, const http::exchange_ptr& x, actors::command_result&& r);

}  // namespace switchboard::net::api
