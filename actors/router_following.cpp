// What a router takes from the log and the config, and how its state is kept.
#include "actors/agent_owner.hpp"
#include "actors/router_owner.hpp"
#include "domain/routing/applying.hpp"
#include "domain/routing/archive.hpp"
#include "domain/routing/framing.hpp"
#include "storage/codec.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::actors {

namespace {

namespace routing = domain::routing;
using domain::event_type;

/// A save costs as much as there are conversations: one after as many turns makes it a constant share of each.
constexpr std::uint64_t turns_between_saves = 10'000;
/// The log is kept from the last save on: where little happens it must not be kept for ever, and where nothing happens
/// others write it.
constexpr auto save_after = std::chrono::hours{1};
constexpr storage::log_sequence records_between_saves = 1'000'000;
constexpr std::size_t part_bytes = 512u << 10;

domain::timestamp now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

/// Says a conversation's event itself that it is of the router? (Then it tells the router nothing.)
bool is_routed(event_type t) {
  return t == event_type::conversation_queued || t == event_type::conversation_assigned ||
         t == event_type::conversation_unassigned || t == event_type::conversation_transferred;
}

}  // namespace

// -- the start -----------------------------------------------------------------------------------------------

void router_owner::recover(const storage::record& r) {
  if (is_routed(r.type) || r.type == event_type::message_queued) {  // what a router said is a message
    std::erase_if(unsettled_,
                  [&](const auto& u) { return u.second.what.id == r.conversation && u.first <= r.routed; });
    return;
  }
  if (r.type != event_type::routing_saved && r.type != event_type::routing_turned) return;
  auto e = storage::decode(r.bytes);
  if (!e || (!e->saved && !e->turn)) {
    return fatal("record " + std::to_string(r.sequence) + " of the log can't be read");
  }
  if (e->saved) return load(*e->saved);
  const auto& t = *e->turn;
  if (t.sequence < state_.sequence || parts_ != 0) return;  // of before the save
  if (t.sequence > state_.sequence) {
    return fatal("the log lacks what was decided between " + std::to_string(state_.sequence) + " and " +
                 std::to_string(t.sequence));
  }
  const auto command = routing::decode_command(t.command);
  if (!command) return fatal("the command of record " + std::to_string(r.sequence) + ": " + command.error());
  const auto* const config = std::get_if<routing::tell_config>(&*command);
  const auto events = routing::decode_events(t.events, config == nullptr ? nullptr : config->config);
  if (!events) return fatal("the events of record " + std::to_string(r.sequence) + ": " + events.error());
  // Whoever had one that ended may not have noted it.
  for (const auto& said : *events) {
    if (said.kind != routing::event_kind::left) continue;
    const auto slot = state_.items.find(said.conversation);
    const auto owner = slot == routing::no_slot ? routing::no_agent : state_.items[slot].owner;
    if (owner != routing::no_agent) ended_[owner] = said.at;
  }
  routing::apply_turn(state_, *events);
  note_all(*command, *events, t.sequence);
  consumed_ = std::max<storage::log_sequence>(consumed_, t.consumed);
  ++turns_since_save_;
}

/// With what conversations have not done yet: they may have been told before it.
void router_owner::load(const domain::routing_save& part) {
  if (part.part == 0) {
    loading_.clear();
    parts_ = 0;
  }
  if (part.part != parts_) return;  // the end of one that began before the log does
  loading_ += part.state;
  if (++parts_ < part.parts) return;
  std::string_view from = loading_;
  const auto state = routing::take_text(from);
  auto loaded = state ? routing::load(*state)
                      : expected<routing::router_state, std::string>(unexpected{std::string("it is cut")});
  if (!loaded) return fatal("its saved state: " + loaded.error());
  state_ = *std::move(loaded);
  unsettled_.clear();
  while (!from.empty()) {
    const auto sequence = routing::take_number(from);
    const auto had_owner = routing::take_number(from);
    const auto bytes = routing::take_text(from);
    const auto events =
        bytes
            ? routing::decode_events(*bytes, nullptr)
            : expected<std::vector<routing::router_event>, std::string>(unexpected{std::string("it is cut")});
    if (!sequence || !had_owner || !events) return fatal("its saved state: it is cut");
    for (const auto& e : *events) {
      const bool is_there = e.agent == routing::no_agent || e.agent < state_.config->agents.size();
      const bool needs_one = e.kind == routing::event_kind::assigned;
      if (!is_there || (needs_one && e.agent == routing::no_agent))
        return fatal("its saved state names no agent of its own");
      note(e, *sequence, *had_owner != 0);
      const auto noted = unsettled_.find(*sequence);
      if (noted != unsettled_.end() && e.agent != routing::no_agent)
        noted->second.what.agent = state_.config->agents[e.agent].id;
    }
  }
  consumed_ = part.consumed;
  saved_as_of_ = consumed_;
  is_saved_ = true;
  turns_since_save_ = 0;
  saved_at_ = now();
  loading_.clear();
  parts_ = 0;
}

void router_owner::recovered(const config::settings& s) {
  recover_presences();
  if (!is_new()) (void)run(routing::tick{.after_pause = true});
  configure(s);
  forget_stale_words();
  for (auto& [sequence, u] : unsettled_) {
    if (!u.sent && sequence <= state_.sequence) send(sequence, u);
  }
  for (const auto& [a, at] : ended_) {
    links_.tell_agent(brand_, state_.config->agents[a].id, routing::conversation_ended{at});
  }
  ended_.clear();
  for (routing::agent_index a = 0; a < state_.agents.size(); ++a) {
    if (!state_.agents[a].paused) continue;
    links_.tell_agent(brand_, state_.config->agents[a].id,
                      routing::missed_too_many{state_.agents[a].presence.epoch});
  }
}

void router_owner::recover_presences() {
  statuses_ = links_.presence.load();
  for (const auto& row : links_.of->views->agents(brand_)) {
    auto p = decode_note(row.state, *statuses_);
    if (!p) return fatal("the presence of agent " + row.id.value + ": " + p.error());
    presences_.insert_or_assign(row.id.value, *std::move(p));
  }
}

/// Of whoever came, or came back, into the config the router has nothing, or what he was when he left it.
void router_owner::tell_presences() {
  for (const auto& [id, a] : agents_) {
    const auto noted = presences_.find(id);
    if (noted == presences_.end() || noted->second.epoch <= state_.agents[a].presence.epoch) continue;
    (void)run(routing::tell_presence{routing::facts_of(noted->second, *statuses_, a, now())});
  }
}

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
  shadow_.configure(links_.of->settings.load(), to && !off_ ? *to : shadow_feed::send{}, state_, now());
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
        .text_follows = text_follows});
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

// -- saving --------------------------------------------------------------------------------------------------

void router_owner::save_where_due() {
  const auto read = consumed_ - saved_as_of_;
  if (saving_ || importing_ || (turns_since_save_ == 0 && read < records_between_saves)) return;
  if (saved_at_ == domain::timestamp{}) saved_at_ = now();
  const auto enough = std::max<std::uint64_t>(turns_between_saves, state_.items.size());
  const bool is_old = now() - saved_at_ >= save_after;
  if (turns_since_save_ >= enough || read >= std::max(records_between_saves, storage::log_sequence{enough}) ||
      is_old) {
    save();
  }
}

/// Also of those who are removed: a place is for ever.
routing::agent_index router_owner::place_of(const domain::agent_id& id) const {
  const auto& all = state_.config->agents;
  const auto at = std::find_if(all.begin(), all.end(), [&](const auto& a) { return a.id == id; });
  return at == all.end() ? routing::no_agent : static_cast<routing::agent_index>(at - all.begin());
}

void router_owner::save() {
  std::string bytes;
  routing::append_text(bytes, routing::save(state_));
  for (const auto& [sequence, u] : unsettled_) {
    const auto& w = u.what;
    routing::router_event e{.conversation = w.id, .queue = queue(w.queue)};
    e.kind = w.type == event_type::conversation_assigned      ? routing::event_kind::assigned
             : w.type == event_type::conversation_unassigned  ? routing::event_kind::unassigned
             : w.type == event_type::conversation_transferred ? routing::event_kind::transferred
                                                              : routing::event_kind::requeued;
    if (u.says) e = *u.says;
    if (!w.agent.empty()) e.agent = place_of(w.agent);
    if (w.priority) {
      e.kind = routing::event_kind::queued;
      e.facts = std::make_shared<const routing::conversation_facts>(
          routing::conversation_facts{.id = w.id, .priority = *w.priority, .had = w.instead_of});
    }
    routing::append_number(bytes, sequence);
    routing::append_number(bytes, 1);
    routing::append_text(bytes, routing::encode(std::vector{e}));
  }
  const auto parts = static_cast<std::uint32_t>((bytes.size() + part_bytes - 1) / part_bytes);
  std::vector<std::shared_ptr<storage::record>> records;
  for (std::uint32_t part = 0; part < parts; ++part) {
    domain::event e;
    e.type = event_type::routing_saved;
    e.at = state_.now;
    e.saved = domain::routing_save{.brand = {brand_},
                                   .sequence = state_.sequence,
                                   .consumed = consumed_,
                                   .part = part,
                                   .parts = parts,
                                   .state = bytes.substr(part * part_bytes, part_bytes)};
    add_record(std::move(e), records);
  }
  saving_ = true;
  turns_since_save_ = 0;
  saved_as_of_ = consumed_;
  saved_at_ = now();
  links_.of->writer->submit(records, {.ticket = nullptr, .then = [later = later_](commit_state s) {
                                        if (s != commit_state::durable) return;
                                        later([](router_owner& o) { o.saving_ = false; });
                                      }});
}

}  // namespace switchboard::actors
