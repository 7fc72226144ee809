// What a router shows: rows of JSON for REST (Queue, Agent, Offer, QueuePosition of openapi), figures for metrics.
#include "actors/agent_owner.hpp"
#include "actors/router_owner.hpp"
#include "actors/wall_clock.hpp"
#include "domain/json.hpp"
#include "domain/routing/eligibility.hpp"
#include "domain/routing/position.hpp"
#include "domain/routing/reason.hpp"

#include <algorithm>

namespace switchboard::actors {

namespace {

namespace routing = domain::routing;
using domain::json_object;

std::uint64_t ms_since(domain::timestamp then, domain::timestamp now) {
  const auto d = std::chrono::duration_cast<std::chrono::milliseconds>(now - then);
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, d.count()));
}

/// Of those that wait in one queue; no_slot: none does.
struct queue_ends {
  routing::slot_index oldest = routing::no_slot;
  routing::slot_index newest = routing::no_slot;  ///< that came last
};

/// Of every queue. One look at everything that is here.
std::vector<queue_ends> ends_of(const routing::router_state& s) {
  std::vector<queue_ends> all(s.queues.size());
  for (routing::slot_index slot = 0; slot < s.items.slots(); ++slot) {
    const auto& i = s.items[slot];
    if (i.id == domain::conversation_id{} || i.state == routing::item_state::resting) continue;
    auto& of = all[i.queue];
    if (of.oldest == routing::no_slot || i.enqueued_at < s.items[of.oldest].enqueued_at) of.oldest = slot;
    if (of.newest == routing::no_slot || i.sequence > s.items[of.newest].sequence) of.newest = slot;
  }
  return all;
}

/// By which channel the next is thought to come: that of the last, where one waits.
routing::channel_index likely_channel(const routing::router_state& s, routing::queue_index q,
                                      routing::slot_index newest) {
  if (newest != routing::no_slot) return s.items[newest].channel;
  const auto& handled = s.queues[q].handling;
  const auto first = std::find_if(handled.begin(), handled.end(), [](auto h) { return h.count() > 0; });
  return first == handled.end() ? routing::channel_index{0}
                                : static_cast<routing::channel_index>(first - handled.begin());
}

std::uint64_t online_in(const routing::queue_state& q) {
  std::uint64_t n = 0;
  for (const auto pool : q.online) n += pool;
  return n;
}

void add_estimate(json_object& o, const routing::wait_estimate& e) {
  if (e.p50) o.number("p50Ms", static_cast<std::uint64_t>(e.p50->count()));
  if (e.p90) o.number("p90Ms", static_cast<std::uint64_t>(e.p90->count()));
}

/// Positions are counted no further than so: who stands there waits for hours, and counting costs as much as it counts.
constexpr routing::milliseconds eta_enough = std::chrono::hours{24};

}  // namespace

std::string router_owner::agent_row(routing::agent_index a) const {
  const auto& c = *state_.config;
  const auto& rules = c.agents[a];
  const auto settings = links_.of->settings.load();
  const auto* const named = settings->find_agent(rules.id.value);
  const auto known = presences_.find(rules.id.value);
  const auto presence = known == presences_.end() ? routing::agent_presence{} : known->second;
  const auto& facts = state_.agents[a].presence;
  std::string row;
  json_object o{row};
  o.text("id", rules.id.value);
  o.text("brand", brand_);
  o.text_if("name", named == nullptr ? std::string_view{} : std::string_view(named->name));
  add_presence(o, presence, *statuses_, wall_clock());
  o.boolean("available", facts.online && !facts.grace && facts.channels != 0 && !state_.agents[a].paused);
  o.number("units", std::uint64_t{rules.units});
  o.number("unitsHard", std::uint64_t{rules.units_hard});
  o.number("used", std::uint64_t{state_.loads[a].used});
  o.number("active", std::uint64_t{state_.loads[a].active});
  std::string list = "[";
  for (const auto& m : rules.queues) {
    if (list.size() > 1) list += ',';
    json_object q{list};
    q.text("id", c.queues[m.queue].id.value);
    q.number("pool", std::uint64_t{m.pool});
    q.end();
  }
  o.raw("queues", list + ']');
  std::string skills;
  json_object levels{skills};
  for (const auto& k : rules.skills) {
    std::string name;
    domain::append_json_string(name, c.skills[k.skill]);
    levels.number(std::string_view(name).substr(1, name.size() - 2), std::uint64_t{k.level});
  }
  levels.end();
  o.raw("skills", skills);
  o.end();
  return row;
}

std::string router_owner::queue_row(routing::queue_index q, routing::slot_index oldest,
                                    routing::slot_index newest) const {
  const auto& rules = state_.rules(q);
  const auto settings = links_.of->settings.load();
  const auto* const named = settings->find_queue(rules.id.value);
  std::string row;
  json_object o{row};
  o.text("id", rules.id.value);
  o.text("brand", brand_);
  o.text_if("name", named == nullptr ? std::string_view{} : std::string_view(named->name));
  o.boolean("open", state_.queues[q].open);
  o.number("waiting", std::uint64_t{state_.queues[q].waiting});
  o.number("oldestWaitMs",
           oldest == routing::no_slot ? 0 : ms_since(state_.items[oldest].enqueued_at, wall_clock()));
  o.number("agentsOnline", online_in(state_.queues[q]));
  o.text("order", routing::to_word(rules.order));
  o.text("mode", routing::to_word(rules.mode));
  const auto e = routing::estimate_newcomer(state_, q, likely_channel(state_, q, newest));
  if (e.p50) {
    std::string eta;
    json_object of{eta};
    add_estimate(of, e);
    of.end();
    o.raw("eta", eta);
  }
  o.end();
  return row;
}

std::vector<std::string> router_owner::offer_rows(routing::agent_index a) const {
  std::vector<std::string> all;
  for (const auto slot : state_.agents[a].work) {
    const auto& i = state_.items[slot];
    for (const auto& offer : state_.more_of(slot).offers) {
      if (offer.agent != a) continue;
      const auto& agent = state_.config->agents[a].id;
      std::string row;
      json_object o{row};
      o.text("id", offer_id(i.id, agent));
      o.text("brand", brand_);
      o.text("conversationId", domain::to_text(i.id));
      o.text("agentId", agent.value);
      o.text("queue", state_.rules(i.queue).id.value);
      o.number("epoch", offer.epoch);
      o.text("expiresAt", domain::to_rfc3339(offer.expires_at));
      o.end();
      all.push_back(std::move(row));
    }
  }
  return all;
}

std::string router_owner::position_row(routing::slot_index slot) const {
  const auto e = routing::estimate(state_, slot, eta_enough);
  std::string row;
  json_object o{row};
  o.number("position", std::uint64_t{e.position});
  add_estimate(o, e);
  o.text("enqueuedAt", domain::to_rfc3339(state_.items[slot].enqueued_at));
  routing::add_explanation(o, routing::explain(state_, slot, state_.config->explained_max), state_);
  o.end();
  return row;
}

std::vector<std::string> router_owner::rows(const routing_question& what) const {
  using of = routing_question::of;
  std::vector<std::string> all;
  const auto one_agent = [&](auto&& show) {
    const auto a = agent({what.id});
    if (a != routing::no_agent) show(a);
  };
  switch (what.about) {
    case of::queues: {
      const auto ends = ends_of(state_);
      for (routing::queue_index q = 0; q < state_.queues.size(); ++q) {
        if (!state_.rules(q).removed) all.push_back(queue_row(q, ends[q].oldest, ends[q].newest));
      }
      break;
    }
    case of::queue: {
      const auto q = queue({what.id});
      if (q == routing::no_queue) break;
      const auto its = ends_of(state_)[q];
      all.push_back(queue_row(q, its.oldest, its.newest));
      break;
    }
    case of::agents:
      for (routing::agent_index a = 0; a < state_.agents.size(); ++a) {
        if (!state_.config->agents[a].removed) all.push_back(agent_row(a));
      }
      break;
    case of::agent:
      one_agent([&](auto a) { all.push_back(agent_row(a)); });
      break;
    case of::offers:
      one_agent([&](auto a) { all = offer_rows(a); });
      break;
    case of::position: {
      const auto slot = state_.items.find(what.conversation);
      if (slot != routing::no_slot && state_.items[slot].state != routing::item_state::resting) {
        all.push_back(position_row(slot));
      }
      break;
    }
    case of::shadow:
      if (shadow_.is_on()) all.push_back(shadow_.row());
      break;
  }
  return all;
}

void router_owner::count(const routing::router_event& e) {
  using kind = routing::event_kind;
  auto& c = counted_;
  switch (e.kind) {
    case kind::offer_made:
      ++c.offers_made;
      break;
    case kind::offer_accepted:
      ++c.offers_accepted;
      break;
    case kind::offer_declined:
      ++c.offers_declined;
      break;
    case kind::offer_expired:
      ++c.offers_expired;
      break;
    case kind::offer_rescinded:
      ++c.offers_rescinded;
      break;
    case kind::assigned:
      ++c.assignments;
      break;
    case kind::overflowed:
      if (e.flag) alert(e);
      break;
    default:
      break;
  }
}

/// Somebody should look: once a minute one of them is named.
void router_owner::alert(const routing::router_event& e) {
  ++counted_.nowhere_left;
  ++not_alerted_;
  if (alerted_at_ != domain::timestamp{} && e.at < alerted_at_ + std::chrono::minutes{1}) return;
  const auto others = not_alerted_ - 1;
  links_.of->on_problem(
      "routing of brand " + brand_ + ": conversation " + domain::to_text(e.conversation) +
      " waits in queue " + state_.rules(e.queue).id.value +
      ": nothing that its queues overflow to could take it" +
      (others == 0 ? "" : ", nor " + std::to_string(others) + " more since the last of these lines"));
  alerted_at_ = e.at;
  not_alerted_ = 0;
}

void router_owner::publish_figures() const {
  auto f = counted_;
  f.unsettled = unsettled_.size();
  std::uint64_t waiting = 0;
  const auto ends = ends_of(state_);
  for (routing::queue_index q = 0; q < state_.queues.size(); ++q) {
    waiting += state_.queues[q].waiting;
    if (state_.rules(q).removed) continue;
    const auto first = ends[q].oldest;
    f.queues.push_back({.brand = brand_,
                        .queue = state_.rules(q).id.value,
                        .waiting = state_.queues[q].waiting,
                        .oldest_ms = first == routing::no_slot
                                         ? 0
                                         : ms_since(state_.items[first].enqueued_at, wall_clock())});
  }
  f.assigned = state_.items.size() - std::min<std::uint64_t>(waiting, state_.items.size());
  for (const auto& a : state_.agents) f.agents_online += a.presence.online && !a.presence.grace;
  shadow_.add_to(f);
  links_.publish(std::move(f));
}

}  // namespace switchboard::actors
