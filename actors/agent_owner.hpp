#pragma once
// One agent's presence without CAF: what his devices and his supervisor say, and what follows by time. Each change is noted in the
// log before it is answered; heartbeats are not. His brand's router learns of it from the log.

#include "actors/conversation.hpp"
#include "actors/router_owner.hpp"
#include "actors/routing_calls.hpp"
#include "domain/json.hpp"
#include "domain/routing/agent_presence.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::actors {

class agent_owner {
 public:
  /// `state`: what he noted last, empty: never. Sessions that lived when the node ended live on for one lease: their heartbeats had
  /// nowhere to go.
  agent_owner(routing_links& links, std::string brand, domain::agent_id id, std::string_view state);

  void act(const agent_act& what, std::function<void(agent_result&&)> reply);
  /// From his router, or a timer.
  void take(const domain::routing::presence_command& c);
  [[nodiscard]] std::optional<domain::timestamp> wake_at() const;

 private:
  [[nodiscard]] std::optional<domain::routing::presence_refusal> decide(
      const domain::routing::presence_command& c);
  /// Does the log have to know?
  [[nodiscard]] bool differs(const domain::routing::agent_presence& before) const;
  /// Have others to see it?
  [[nodiscard]] bool looks_other(const domain::agent_shown& than) const;
  void commit(bool others_see, std::function<void(bool durable)> then);
  [[nodiscard]] expected<domain::routing::presence_command, domain::routing::presence_refusal> command_of(
      const agent_act& what) const;
  [[nodiscard]] std::string shown() const;
  /// A config may have other statuses, or in another order, and other shifts.
  void follow_config();
  void follow_shift();

  routing_links& links_;
  const std::string brand_;
  const domain::agent_id id_;
  domain::routing::agent_presence presence_;
  std::shared_ptr<const domain::routing::presence_rules> rules_;  ///< of which presence_.status is an index
  config::settings_ptr settings_;                                 ///< of which his shift was asked …
  domain::timestamp shift_asked_ = {};                            ///< … and when
  std::optional<domain::timestamp> shift_until_ = {};             ///< when it changes
};

/// What an agent's note holds: his presence, and his status by its name, since its index is the config's.
[[nodiscard]] std::string encode_note(const domain::routing::agent_presence& p,
                                      const domain::routing::presence_rules& rules);
/// With the index that the name has in `rules`; a status that they lack is their last, in which nothing is offered.
[[nodiscard]] expected<domain::routing::agent_presence, std::string> decode_note(
    std::string_view note, const domain::routing::presence_rules& rules);

/// Another config: the same status by its name; one that `to` lacks is its last, in which nothing is offered.
void move_status(domain::routing::agent_presence& p, const domain::routing::presence_rules& from,
                 const domain::routing::presence_rules& to);

/// status … wrapUpUntil of Agent.
void add_presence(domain::json_object& o, const domain::routing::agent_presence& p,
                  const domain::routing::presence_rules& rules, domain::timestamp now);

}  // namespace switchboard::actors
