#include "actors/router_owner.hpp"

#include "actors/wall_clock.hpp"
#include "config/digest.hpp"
#include "domain/business_time.hpp"
#include "domain/routing/archive.hpp"
#include "storage/codec.hpp"
#include "storage/hash.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace switchboard::actors {

namespace {

namespace routing = domain::routing;
using domain::event_type;
using routing::event_kind;

/// Calendars, and figures for others: what is due comes more often.
constexpr auto looks_after = std::chrono::seconds{1};

std::optional<event_type> offer_type(event_kind k) {
  switch (k) {
    case event_kind::offer_made:
      return event_type::offer_made;
    case event_kind::offer_accepted:
      return event_type::offer_accepted;
    case event_kind::offer_declined:
      return event_type::offer_declined;
    case event_kind::offer_expired:
      return event_type::offer_expired;
    case event_kind::offer_rescinded:
      return event_type::offer_rescinded;
    default:
      return std::nullopt;
  }
}

/// Whose its conversation is right behind an event of a turn, of which `s` is the end.
routing::agent_index owner_after(const routing::router_state& s,
                                 std::vector<routing::router_event>::const_iterator end,
                                 std::vector<routing::router_event>::const_iterator e) {
  for (auto later = e + 1; later != end; ++later) {
    if (later->conversation != e->conversation) continue;
    if (later->kind == event_kind::unassigned) return later->agent;
    if (later->kind == event_kind::assigned || later->kind == event_kind::left) return routing::no_agent;
  }
  const auto slot = s.items.find(e->conversation);
  return slot == routing::no_slot ? routing::no_agent : s.items[slot].owner;
}

/// What its conversation is to say about it; nullopt: nothing. Whoever comes back to his queue without having had an owner never
/// left it, as others see it.
std::optional<event_type> conversation_type(const routing::router_event& e, bool had_owner) {
  switch (e.kind) {
    case event_kind::queued:
      return event_type::conversation_queued;
    case event_kind::requeued:
      return had_owner ? std::optional(event_type::conversation_queued) : std::nullopt;
    case event_kind::assigned:
      return event_type::conversation_assigned;
    case event_kind::unassigned:
      return event_type::conversation_unassigned;
    case event_kind::transferred:
      return event_type::conversation_transferred;
    case event_kind::overflowed:
      return e.flag ? std::nullopt : std::optional(event_type::conversation_transferred);
    default:
      return std::nullopt;
  }
}

}  // namespace

std::string offer_id(const domain::conversation_id& c, const domain::agent_id& a) {
  return domain::to_text(c) + '~' + a.value;
}

router_owner::router_owner(routing_links& links, std::string brand, run_later later)
    : links_(links), brand_(std::move(brand)), later_(std::move(later)), shadow_(brand_) {
  counted_.brand = brand_;
}

void router_owner::fatal(const std::string& why) const {
  links_.of->on_fatal("routing of brand " + brand_ + ": " + why);
}

// -- a turn --------------------------------------------------------------------------------------------------

routing::turn_result router_owner::run(const routing::router_command& c,
                                       std::optional<routing::subject> about) {
  const auto before = state_.sequence;
  const auto by_config = state_.config->version;
  std::vector<routing::reason> why;
  auto done = routing::turn(state_, c, wall_clock(), &why);
  if (done.events.empty()) return done;
  if (!why.empty()) {
    std::string given;
    routing::append_canonical(given, c, state_.now, before, by_config);
    const auto inputs = config::sha256_hex(given);
    for (auto& r : why) r.inputs = inputs;
  }
  commit(c, before, done.events, why);
  if (std::holds_alternative<routing::tell_config>(c)) {
    shadow_.forget();
  } else if (shadow_.is_on()) {
    shadow_.tell({.command = c,
                  .refused = done.refused.has_value(),
                  .sequence = before,
                  .at = state_.now,
                  .events = done.events,
                  .why = std::move(why),
                  .told = std::move(about)},
                 *links_.of);
  }
  return done;
}

void router_owner::commit(const routing::router_command& c, std::uint64_t before,
                          const std::vector<routing::router_event>& events,
                          const std::vector<routing::reason>& why) {
  ++counted_.turns;
  ++turns_since_save_;
  std::vector<std::shared_ptr<storage::record>> records;
  domain::event turned;
  turned.type = event_type::routing_turned;
  turned.at = state_.now;
  turned.turn = domain::routing_turn{.brand = {brand_},
                                     .sequence = before,
                                     .consumed = consumed_,
                                     .command = routing::encode(c),
                                     .events = routing::encode(events)};
  add_record(std::move(turned), records);
  for (const auto& e : events) {
    count(e);
    shown(e, records);
  }
  note_all(c, events, before);
  for (const auto& r : why) {
    domain::event decided;
    decided.type = event_type::routing_decided;
    decided.at = state_.now;
    decided.decided = domain::routing_decision{
        .brand = {brand_}, .conversation = r.conversation, .json = routing::to_json(r, state_)};
    add_record(std::move(decided), records);
  }
  links_.of->writer->submit(
      records, {.ticket = nullptr, .then = [later = later_, sequence = state_.sequence](commit_state s) {
                  if (s != commit_state::durable) return;  // the node ends
                  later([sequence](router_owner& o) { o.committed(sequence); });
                }});
  tell_agents(events);
}

/// All of one brand in one partition: it is one owner's.
void router_owner::add_record(domain::event&& e, std::vector<std::shared_ptr<storage::record>>& out) const {
  out.push_back(std::make_shared<storage::record>(storage::encode(e, links_.of->name)));
  const auto key = storage::fingerprint(links_.of->hash_seed, "router", brand_, "");
  out.back()->partition = storage::partition_of({0, key}, links_.of->partitions);
}

void router_owner::shown(const routing::router_event& e,
                         std::vector<std::shared_ptr<storage::record>>& out) const {
  const auto type = offer_type(e.kind);
  if (!type) return;
  const auto& agent = state_.config->agents[e.agent].id;
  domain::event o;
  o.type = *type;
  o.at = e.at;
  o.offer =
      domain::offer{.id = offer_id(e.conversation, agent),
                    .brand = {brand_},
                    .conversation = e.conversation,
                    .agent = agent,
                    .queue = e.queue == routing::no_queue ? domain::queue_id{} : state_.rules(e.queue).id,
                    .epoch = e.epoch,
                    .expires_at = e.kind == event_kind::offer_made ? std::optional(e.until) : std::nullopt};
  add_record(std::move(o), out);
}

/// `sequence`: the router's before them.
void router_owner::note_all(const routing::router_command& of,
                            const std::vector<routing::router_event>& events, std::uint64_t sequence) {
  const auto* const by_hand = std::get_if<routing::assign>(&of);
  const auto comes = by_hand != nullptr && by_hand->facts ? by_hand->id : domain::conversation_id{};
  std::optional<domain::conversation_id> freed;
  for (auto e = events.begin(); e != events.end(); ++e) {
    ++sequence;
    if (e->kind == event_kind::queued && e->conversation == comes) continue;  // for nobody to take
    note(*e, sequence, freed == e->conversation);
    if (e->kind == event_kind::unassigned) freed = e->conversation;
    const auto noted = unsettled_.find(sequence);
    if (e->kind == event_kind::assigned && e->conversation == comes) noted->second.brought = true;
    // A warm transfer leaves it whose it is.
    const bool moved = e->kind == event_kind::transferred || e->kind == event_kind::overflowed;
    if (noted == unsettled_.end() || !moved || freed == e->conversation) continue;
    const auto owner = owner_after(state_, events.end(), e);
    if (owner != routing::no_agent) noted->second.what.agent = state_.config->agents[owner].id;
  }
}

void router_owner::note(const routing::router_event& e, std::uint64_t sequence, bool had_owner) {
  if (is_said(e)) return note_said(e, sequence);
  const auto type = conversation_type(e, had_owner);
  if (!type) return;
  domain::route r{.id = e.conversation, .sequence = sequence, .type = *type, .queue = {}};
  if (e.queue != routing::no_queue) r.queue = state_.rules(e.queue).id;
  if (e.kind == event_kind::assigned) r.agent = state_.config->agents[e.agent].id;
  if (e.kind == event_kind::queued && e.facts->had) {
    r.priority = e.facts->priority;
    r.instead_of = e.facts->had;
  }
  unsettled_.emplace(sequence, unsettled{.what = std::move(r)});
}

void router_owner::tell_agents(const std::vector<routing::router_event>& events) {
  for (const auto& e : events) {
    if (e.kind != event_kind::auto_away) continue;
    const auto epoch = state_.agents[e.agent].presence.epoch;
    links_.tell_agent(brand_, state_.config->agents[e.agent].id, routing::missed_too_many{epoch});
  }
}

void router_owner::committed(std::uint64_t up_to) {
  for (auto u = unsettled_.begin(); u != unsettled_.end() && u->first <= up_to; ++u) {
    if (!u->second.sent) send(u->first, u->second);
  }
}

void router_owner::send(std::uint64_t sequence, unsettled& u) {
  u.sent = true;
  if (u.says) return say(sequence, u);
  links_.execute(brand_, u.what, [later = later_, sequence](command_result&& r) {
    later([sequence, result = std::make_shared<command_result>(std::move(r))](router_owner& o) {
      o.settled(sequence, std::move(*result));
    });
  });
}

/// A conversation that is gone, or has gone on without us, says so in the log, and leaves by that.
void router_owner::settled(std::uint64_t sequence, command_result&& result) {
  const auto u = unsettled_.find(sequence);
  if (u == unsettled_.end()) return;
  if (result.undecided) {
    links_.of->on_problem("routing of brand " + brand_ + ": conversation " +
                          domain::to_text(u->second.what.id) +
                          " can't take what was decided; it is told again at the next start");
  }
  if (result.version != 0) {
    versions_.note(u->second.what.id, result.version, std::chrono::steady_clock::now());
  }
  // It ended while it was being given to somebody, and said so before the router knew it.
  const bool is_over = u->second.brought && !result.failed && !result.undecided &&
                       (result.conversation.empty() || result.ended);
  if (u->second.says) count_said(result);
  if (u->second.reply) {
    u->second.reply({.conversation_refused = std::move(result.refused),
                     .failed = result.failed || result.undecided,
                     .conversation = std::move(result.conversation),
                     .version = result.version});
  }
  if (result.failed || result.undecided) return;
  const auto id = u->second.what.id;
  unsettled_.erase(u);
  const auto slot = state_.items.find(id);
  if (is_over && slot != routing::no_slot)
    (void)run(routing::tell_left{id, std::max(result.version, state_.items[slot].version + 1)});
}

void router_owner::when_durable(std::function<void(bool)> then) {
  links_.of->writer->submit({}, {.ticket = nullptr, .then = [then = std::move(then)](commit_state s) {
                                   then(s == commit_state::durable);
                                 }});
}

// -- time ----------------------------------------------------------------------------------------------------

void router_owner::tick() {
  const auto at = wall_clock();
  const auto due = state_.wake_at();
  if (due && *due <= at) (void)run(routing::tick{});
  shadow_.tick(state_, at);
  save_where_due();
  if (at >= looked_at_ && at < looked_at_ + looks_after) return;
  looked_at_ = at;
  open_and_close();
  publish_figures();
}

/// Queues whose team works by a calendar.
void router_owner::open_and_close() {
  const auto settings = links_.of->settings.load();
  for (const auto& [id, q] : queues_) {
    const auto* const of = settings->find_queue(id);
    if (of == nullptr) continue;  // the next config has it no more
    const auto* const hours = of->calendar.empty() ? nullptr : settings->find_calendar(of->calendar.value);
    const bool open = hours == nullptr || domain::is_open(*hours->calendar, wall_clock());
    if (state_.queues[q].open != open) (void)run(routing::tell_calendar{q, open});
  }
}

}  // namespace switchboard::actors
