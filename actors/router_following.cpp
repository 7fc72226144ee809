// What a router takes from the log and the config.
#include "actors/agent_owner.hpp"
#include "actors/router_owner.hpp"
#include "actors/wall_clock.hpp"
#include "domain/routing/archive.hpp"
#include "storage/codec.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::actors {

namespace {

namespace routing = domain::routing;
using domain::event_type;

}  // namespace

// -- the config ----------------------------------------------------------------------------------------------

void router_owner::take_names() {
  agents_.clear();
  queues_.clear();
  const auto& c = *state_.config;
  for (routing::agent_index a = 0; a < c.agents.size(); ++a) {
    if (!c.agents[a].removed) agents_.emplace(c.agents[a].id.value, a);
  }
  for (std::size_t q = 0; q < c.queues.size(); ++q) {
    if (!c.queues[q].removed) queues_.emplace(c.queues[q].id.value, static_cast<routing::queue_index>(q));
  }
}

/// Of whoever came, or came back, into the config the router has nothing, or what he was when he left it.
void router_owner::tell_presences() {
  for (const auto& [id, a] : agents_) {
    const auto noted = presences_.find(id);
    if (noted == presences_.end() || noted->second.epoch <= state_.agents[a].presence.epoch) continue;
    (void)run(routing::tell_presence{routing::facts_of(noted->second, *statuses_, a, wall_clock())});
  }
}

void router_owner::configure(const config::settings& s) {
  written_ = config::routing_of(s, {brand_});
  const bool was_off = is_new() || state_.config->default_queue == routing::no_queue;
  off_ = written_.default_queue == routing::no_queue;
  if (was_off) on_since_ = state_.sequence;
  auto aligned = routing::align(written_.router, *state_.config);
  aligned.version = state_.config->version;
  if (is_new() || routing::encode(aligned) != routing::encode(*state_.config)) {
    aligned.version = config::version_number(s);
    (void)run(routing::tell_config{std::make_shared<const routing::router_config>(std::move(aligned))});
  }
  take_names();
  auto statuses = std::make_shared<routing::presence_rules>(*links_.presence.load());
  for (auto& status : statuses->statuses) {
    status.channels = routing::align_channels(status.channels, written_.router, *state_.config);
  }
  if (statuses_) {
    for (auto& [id, presence] : presences_) move_status(presence, *statuses_, *statuses);
  }
  statuses_ = std::move(statuses);
  rules_ = {};
  if (off_) return begin_shadow();
  tell_presences();
  const auto& otherwise = written_.router.queues.at(written_.default_queue).id;
  rules_ = {.rules = routing::align_rules(written_.rules, written_.router, *state_.config),
            .otherwise = queue(otherwise)};
  open_and_close();
  begin_shadow();
}

void router_owner::begin_shadow() {
  const auto to = links_.to_shadows.load();
  shadow_.configure(links_.of->settings.load(), to && !off_ ? *to : shadow_feed::send{}, state_,
                    wall_clock());
}

// -- the log -------------------------------------------------------------------------------------------------

void router_owner::follow(const std::vector<storage::record_ptr>& records) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto& r = *records[i];
    if (r.sequence <= consumed_) continue;
    consumed_ = r.sequence;
    if (r.brand != brand_) continue;
    const auto* const next = i + 1 < records.size() ? records[i + 1].get() : nullptr;
    const bool text_follows = next != nullptr && next->conversation == r.conversation && next->at == r.at &&
                              next->type == event_type::message_received;
    follow_one(r, text_follows);
  }
}

void router_owner::follow_one(const storage::record& r, bool text_follows) {
  switch (r.type) {
    case event_type::agent_noted:
      return follow_agent(r);
    case event_type::customer_erased:
      return follow_erasure(r);
    case event_type::conversation_assigned:
      return follow_hand(r);
    case event_type::message_received:
      // Another message of what is here changes nothing, unless it was answered, or costs less while its customer is silent.
      if (state_.config->idle_after.count() == 0 && r.place.status == domain::conversation_status::open) {
        const auto slot = state_.items.find(r.conversation);
        if (slot != routing::no_slot && !state_.items[slot].answered) return;
      }
      break;
    case event_type::message_queued:
      if (state_.items.find(r.conversation) == routing::no_slot) return;
      break;
    case event_type::conversation_updated:
    case event_type::conversation_resolved:
    case event_type::conversation_reopened:
    case event_type::conversation_closed:
      break;
    case event_type::sla_armed:
    case event_type::sla_paused:
    case event_type::sla_resumed:
    case event_type::sla_warning:
    case event_type::sla_met:
    case event_type::sla_breached:
    case event_type::sla_cancelled:
      if (!cares_for_clock(r)) return;
      break;
    default:
      return;
  }
  if (off_ && state_.items.find(r.conversation) == routing::no_slot) return;
  if (!r.erased_json.empty()) return;  // its customer is forgotten, and another event says so
  const auto e = storage::decode(r.bytes);
  if (!e || !e->conversation) {
    return fatal("record " + std::to_string(r.sequence) + " of the log can't be read");
  }
  tell({.type = r.type,
        .conversation = *e->conversation,
        .message = e->message ? &*e->message : nullptr,
        .at = r.at,
        .source = {},
        .clock = e->sla ? &*e->sla : nullptr,
        .text_follows = text_follows});
}

/// Most queues go by no deadline, and most clocks move nothing: then they need not even be read.
bool router_owner::cares_for_clock(const storage::record& r) const {
  const auto slot = state_.items.find(r.conversation);
  if (slot == routing::no_slot) return false;
  const bool by_deadline = state_.rules(state_.items[slot].queue).order == routing::queue_order::edf;
  return by_deadline || r.part(r.sla_json).find("\"move_queue\"") != std::string_view::npos;
}

void router_owner::tell(const routing::followed& f) {
  auto told = f;
  const auto settings = links_.of->settings.load();
  if (const auto* const account = settings->find_account(f.conversation.account.value)) {
    told.source = account->source;
  }
  const auto command = routing::follow(state_, told, rules_);
  if (!command) return;
  const auto slot = state_.items.find(f.conversation.id);
  const auto owner = slot == routing::no_slot ? routing::no_agent : state_.items[slot].owner;
  const bool asks_rules = shadow_.is_on() && slot == routing::no_slot;
  const auto done = run(*command, asks_rules ? std::optional(routing::subject_of(told)) : std::nullopt);
  if (done.refused) {
    links_.of->on_problem("routing of brand " + brand_ + ": conversation " +
                          domain::to_text(f.conversation.id) +
                          " is not routed: " + std::string(routing::to_word(*done.refused)));
  }
  if (owner != routing::no_agent && std::holds_alternative<routing::tell_left>(*command)) {
    links_.tell_agent(brand_, state_.config->agents[owner].id, routing::conversation_ended{f.at});
  }
}

routing::followed router_owner::as_seen(const domain::conversation& c) const {
  const auto settings = links_.of->settings.load();
  const auto* const account = settings->find_account(c.account.value);
  return {.type = event_type::conversation_updated,
          .conversation = c,
          .at = c.updated_at,
          .source = account == nullptr ? domain::source_id{} : account->source};
}

routing::router_command router_owner::brought(const domain::conversation& c, routing::agent_index to,
                                              bool force) const {
  auto facts = routing::facts_by_hand(state_, as_seen(c), rules_);
  return routing::assign{c.id, to, force,
                         std::make_shared<const routing::conversation_facts>(std::move(facts))};
}

void router_owner::follow_agent(const storage::record& r) {
  const auto e = storage::decode(r.bytes);
  if (!e || !e->noted) return fatal("record " + std::to_string(r.sequence) + " of the log can't be read");
  auto p = decode_note(e->noted->state, *statuses_);
  if (!p) return fatal("the presence of agent " + e->noted->agent.value + ": " + p.error());
  const auto a = agent(e->noted->agent);
  const auto facts = routing::facts_of(*p, *statuses_, a, r.at);
  presences_.insert_or_assign(e->noted->agent.value, *std::move(p));
  if (a != routing::no_agent) (void)run(routing::tell_presence{facts});  // else the config has him no more
}

/// Assigned by hand while there was no router: what it says is of before it was queued here. So may be a late one of the router's
/// own, of an earlier stay, which it has decided since.
void router_owner::follow_hand(const storage::record& r) {
  const auto slot = state_.items.find(r.conversation);
  if (slot == routing::no_slot || r.routed >= state_.items[slot].sequence) return;
  if (r.routed > on_since_) return;
  const auto a = agent({r.assignee});
  if (a != routing::no_agent) (void)run(routing::assign{r.conversation, a, true});
}

void router_owner::follow_erasure(const storage::record& r) {
  for (std::uint32_t n = 1; n <= r.conversation.ordinal; ++n) {
    const domain::conversation_id id{r.conversation.thread, n};
    const auto slot = state_.items.find(id);
    if (slot == routing::no_slot) continue;
    (void)run(routing::tell_left{id, state_.items[slot].version + 1});
  }
}

void router_owner::import(const std::vector<domain::conversation>& open) {
  importing_ = true;
  for (const auto& c : open) {
    // Whose it was before there was a router is his.
    const auto owner = c.assigned_to.empty() ? routing::no_agent : agent(c.assigned_to);
    if (owner != routing::no_agent) {
      (void)run(brought(c, owner, true));
      continue;
    }
    // What somebody had is to be somebody's, whomever it waits for.
    auto as_open = c;
    if (!c.assigned_to.empty()) as_open.status = domain::conversation_status::open;
    tell({.type = event_type::conversation_updated,
          .conversation = as_open,
          .message = nullptr,
          .at = c.updated_at,
          .source = {},
          .text_follows = false});
  }
}

void router_owner::imported() {
  importing_ = false;
  if (!saving_) save();
}

}  // namespace switchboard::actors
