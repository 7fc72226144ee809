#pragma once
// What handlers about agents, queues, offers and assignments share: whose a thing is, who may act for whom, how a brand's router is
// asked, and what it means when it says no.

#include "actors/engine.hpp"
#include "net/api/route.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::net::api {

/// The brand of the [[agent]] or [[queue]] of this id; nullopt: there is none that the caller may see.
[[nodiscard]] std::optional<std::string> brand_of_agent(const call& c, std::string_view id);
[[nodiscard]] std::optional<std::string> brand_of_queue(const call& c, std::string_view id);

/// Supervisors act for anybody, an agent's token for its own agent.
[[nodiscard]] bool acts_for(const caller& who, std::string_view agent);
/// 403, with what such a token may do.
void respond_forbidden(const http::exchange_ptr& x, std::string_view what_it_may);

/// An act on the agent that the path names first: his brand, if he is there for the caller and the caller may act for him; nullopt:
/// answered.
[[nodiscard]] std::optional<std::string> brand_to_act_in(const call& c);

// -- questions -----------------------------------------------------------------------------------------------

/// Asks a brand's router. `then` runs with the rows, none where it knows no such thing, on a thread of the engine; answered
/// where the router can't say.
void ask(const call& c, const std::string& brand, actors::routing_question what,
         std::function<void(const call&, std::vector<std::string>&&)> then);
/// The rows of all brands that the caller may see, and `brand` of the query names: {"<name>":[…]}.
void respond_rows(call&& c, std::string_view name, actors::routing_question::of about);

// -- acts ----------------------------------------------------------------------------------------------------

/// The act came to nothing: answered. False: something came of it.
[[nodiscard]] bool respond_unrouted(const context& ctx, const http::exchange_ptr& x,
                                    actors::routing_result& r);
/// The answer to an act on one conversation: as it is now, also where the act said nothing about it.
void respond_routed(const call& c, const std::string& brand, const domain::conversation_id& id,
                    actors::routing_result&& r);

}  // namespace switchboard::net::api
