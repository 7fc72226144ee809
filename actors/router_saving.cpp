// How a router's state is kept in the log, and comes back from it at a start.
#include "actors/agent_owner.hpp"
#include "actors/router_owner.hpp"
#include "actors/wall_clock.hpp"
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

}  // namespace

// -- the start -----------------------------------------------------------------------------------------------

void router_owner::recover(const storage::record& r) {
  if (routing::is_by_router(r.type) ||
      r.type == event_type::message_queued) {  // what a router said is a message
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
  saved_at_ = wall_clock();
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

// -- saving --------------------------------------------------------------------------------------------------

void router_owner::save_where_due() {
  const auto read = consumed_ - saved_as_of_;
  if (saving_ || importing_ || (turns_since_save_ == 0 && read < records_between_saves)) return;
  if (saved_at_ == domain::timestamp{}) saved_at_ = wall_clock();
  const auto enough = std::max<std::uint64_t>(turns_between_saves, state_.items.size());
  const bool is_old = wall_clock() - saved_at_ >= save_after;
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
  saved_at_ = wall_clock();
  links_.of->writer->submit(records, {.ticket = nullptr, .then = [later = later_](commit_state s) {
                                        if (s != commit_state::durable) return;
                                        later([](router_owner& o) { o.saving_ = false; });
                                      }});
}

}  // namespace switchboard::actors
