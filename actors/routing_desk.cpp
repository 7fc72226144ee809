#include "actors/routing_desk.hpp"

#include "actors/shadows.hpp"
#include "config/routing.hpp"
#include "storage/codec.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace switchboard::actors {

namespace {

using self_ptr = caf::stateful_actor<desk_state>*;
using domain::event_type;

constexpr std::size_t records_at_once = 1'000;
constexpr std::size_t bytes_at_once = 4u << 20;
constexpr std::size_t scanned_at_once = 50'000;
constexpr std::size_t batches_ahead = 4;
/// Routers of brands in which nothing happens hear where the log is, once in so many records.
constexpr storage::log_sequence told_after = 100'000;
constexpr std::size_t imported_at_once = 200;

stream_filter everything(std::vector<event_type> types) {
  stream_filter f;
  f.all_brands = true;
  f.hidden = true;
  f.types = std::move(types);
  return f;
}

const stream_filter& followed() {
  static const auto f = everything(
      {event_type::conversation_updated, event_type::conversation_resolved, event_type::conversation_reopened,
       event_type::conversation_closed, event_type::message_received, event_type::message_queued,
       event_type::conversation_assigned, event_type::customer_erased, event_type::agent_noted,
       event_type::sla_armed, event_type::sla_paused, event_type::sla_resumed, event_type::sla_warning,
       event_type::sla_met, event_type::sla_breached, event_type::sla_cancelled});
  return f;
}

const stream_filter& recovered_from() {
  static const auto f =
      everything({event_type::routing_saved, event_type::routing_turned, event_type::conversation_queued,
                  event_type::conversation_assigned, event_type::conversation_unassigned,
                  event_type::conversation_transferred, event_type::message_queued});
  return f;
}

std::set<std::string> brands_with_queues(const config::settings& s) {
  std::set<std::string> all;
  for (const auto& q : s.queues) all.insert(q.brand.value);
  return all;
}

void send(const caf::actor& to, router_owner::task t) {
  caf::anon_send(to, std::make_shared<router_owner::task>(std::move(t)));
}

void send(const caf::actor& to, domain::routing::presence_command c) {
  caf::anon_send(to, std::make_shared<std::function<void(agent_owner&)>>(
                         [c = std::move(c)](agent_owner& o) { o.take(c); }));
}

template <class Actor>
void watch(desk_links* links, const Actor& a, const std::string& what) {
  a->attach_functor([n = links->of, what](const caf::error& why) {
    if (why) n->on_fatal("the actor of " + what + " ended: " + to_string(why));
  });
}

// -- beginning -----------------------------------------------------------------------------------------------

void import(desk_links* links, const caf::actor& to, const std::string& brand, std::string after);

/// One that is made, and may recover; begin() makes an actor of it.
struct prepared {
  std::shared_ptr<way_to_router> way = std::make_shared<way_to_router>();
  std::unique_ptr<router_owner> owner;
};

prepared prepare(desk_links* links, const std::string& brand) {
  prepared p;
  p.owner = std::make_unique<router_owner>(*links, brand, by(p.way));
  return p;
}

void begin(self_ptr self, desk_links* links, const std::string& brand, prepared&& p) {
  const auto settings = links->of->settings.load();
  const bool lacks_import = p.owner->lacks_import() && brands_with_queues(*settings).contains(brand);
  auto whose = std::make_shared<std::unique_ptr<router_owner>>(std::move(p.owner));
  const auto a = self->spawn(router, std::move(whose));
  p.way->to = a;
  watch(links, a, "brand " + brand + "'s routing");
  send(a, [settings](router_owner& o) { o.recovered(*settings); });
  if (lacks_import) import(links, a, brand, {});
  self->state.routers.emplace(brand, a);
}

void begin_agents(self_ptr self, desk_links* links, const config::settings& s) {
  std::map<std::string, std::map<std::string, std::string>> noted;
  for (const auto& brand : brands_with_queues(s)) {
    for (auto& row : links->of->views->agents(brand)) {
      noted[brand].emplace(row.id.value, std::move(row.state));
    }
  }
  for (const auto& a : s.agents) {
    auto& actor = self->state.agents[a.brand.value][a.id.value];
    if (actor) continue;
    const auto state = noted[a.brand.value][a.id.value];
    actor = self->spawn(agent, [links, brand = a.brand.value, id = a.id, state] {
      return std::make_unique<agent_owner>(*links, brand, id, state);
    });
    watch(links, actor, "agent " + a.id.value);
  }
}

/// Page by page, each behind the one before: what is open in a brand that had no router yet.
void import(desk_links* links, const caf::actor& to, const std::string& brand, std::string after) {
  const auto more = [=](const storage::views& v) {
    storage::conversation_query q;
    q.brands = {brand};
    q.statuses = {domain::conversation_status::open, domain::conversation_status::pending,
                  domain::conversation_status::snoozed};
    q.limit = imported_at_once;
    q.after = after;
    const auto page = v.list_conversations(q);
    if (!page) return links->of->on_fatal("routing of brand " + brand + ": " + page.error().what);
    std::vector<domain::conversation> open;
    for (const auto& row : page->rows) {
      auto c = storage::decode_conversation(row);
      if (!c) return links->of->on_fatal("routing of brand " + brand + ": " + c.error().what);
      open.push_back(*std::move(c));
    }
    send(to, [=, open = std::move(open), next = page->next](router_owner& o) {
      o.import(open);
      if (next.empty()) return o.imported();
      o.when_durable([=](bool durable) {
        if (durable) import(links, to, brand, next);
      });
    });
  };
  if (links->read(more)) return;
  // As many reads as may wait do: behind the next commit there may be room.
  send(to, [=](router_owner& o) {
    o.when_durable([=](bool durable) {
      if (durable) import(links, to, brand, after);
    });
  });
}

void take_presence_rules(desk_links* links, const config::settings& s) {
  if (s.queues.empty()) return;
  links->presence.store(std::make_shared<const domain::routing::presence_rules>(
      config::routing_of(s, s.queues.front().brand).presence));
}

void begin_shadows(self_ptr self, desk_links* links, const config::settings& s) {
  if (self->state.shadows || s.shadow == nullptr) return;
  const auto a = self->spawn<caf::detached>(shadows, links->of);
  self->state.shadows = a;
  a->attach_functor([n = links->of](const caf::error& why) {
    // Routing goes on without: what shadows are told is for nobody then.
    if (why) n->on_problem("the actor of routing's shadows ended: " + to_string(why));
  });
  links->to_shadows.store(
      std::make_shared<const shadow_feed::send>([a](shadow_task_ptr t) { caf::anon_send(a, std::move(t)); }));
}

/// All that routers are, from the log: their last saves, and every turn since.
bool read_back(desk_links* links, std::map<std::string, prepared>& routers, storage::log_sequence end) {
#ifdef SWITCHBOARD_FAULT_FORGET_ROUTING  // planted, for tests/faults/assignments_test.cpp
  routers.size();
  return true;
#endif
  storage::log_sequence at = end;
  for (const auto& [brand, p] : routers) {
    const auto saved = links->of->views->router_saved(brand);
    if (saved) at = std::min(at, saved->first - 1);
  }
  while (at < end) {
    const auto got = links->log->pull(at, recovered_from(), records_at_once, bytes_at_once, scanned_at_once);
    if (got.failed) return false;  // the feed has told
    if (got.expired) {
      links->of->on_fatal("routing: the log lacks what routers recover from");
      return false;
    }
    for (const auto& r : got.records) {
      const auto p = routers.find(r->brand);
      if (p != routers.end() && r->sequence <= end) p->second.owner->recover(*r);
    }
    if (got.position == at) break;
    at = got.position;
  }
  return true;
}

/// Routers of brands that have none yet, from what the log has up to `end`; what is behind that they are brought. One that was
/// there before, while the config had queues of its brand, goes on where it ended; where it has none now, it is there to be saved
/// again, so that the log need not be kept for it.
void begin_routers(self_ptr self, desk_links* links, const config::settings& s, storage::log_sequence end) {
  std::map<std::string, prepared> routers;
  auto brands = brands_with_queues(s);
  for (auto& brand : links->of->views->routed_brands()) brands.insert(std::move(brand));
  for (const auto& brand : brands) {
    if (!self->state.routers.contains(brand)) routers.emplace(brand, prepare(links, brand));
  }
  if (!read_back(links, routers, end)) return;
  if (self->state.routers.empty()) self->state.position = end;
  for (const auto& [brand, p] : routers) {
    if (!p.owner->is_new()) self->state.position = std::min(self->state.position, p.owner->consumed());
  }
  for (auto& [brand, p] : routers) {
    if (p.owner->is_new()) p.owner->has_read(self->state.position);  // what was before, it imports
    begin(self, links, brand, std::move(p));
  }
}

void recover(self_ptr self, desk_links* links) {
  const auto settings = links->of->settings.load();
  take_presence_rules(links, *settings);
  begin_shadows(self, links, *settings);
  begin_agents(self, links, *settings);
  begin_routers(self, links, *settings, links->end);
}

void reconfigure(self_ptr self, desk_links* links) {
  const auto settings = links->of->settings.load();
  take_presence_rules(links, *settings);
  begin_shadows(self, links, *settings);
  for (const auto& [brand, a] : self->state.routers) {
    send(a, [links, to = a, brand](router_owner& o) {
      const bool was_off = o.is_off();
      o.configure(*links->of->settings.load());
      if (was_off && !o.is_off()) import(links, to, brand, {});
    });
  }
  for (const auto& [brand, all] : self->state.agents) {
    for (const auto& [id, a] : all) send(a, domain::routing::tick{});  // their shifts may be others
  }
  begin_agents(self, links, *settings);
  begin_routers(self, links, *settings, links->of->tail->committed());
}

// -- following -----------------------------------------------------------------------------------------------

void let_through(self_ptr self) {
  auto& s = self->state;
  while (!s.waiting.empty() && s.waiting.front()->behind <= s.position) {
    const auto call = std::move(s.waiting.front());
    s.waiting.pop_front();
    const auto router = s.routers.find(call->brand);
    if (call->agent.empty()) {
      if (router == s.routers.end()) {
        call->to_nobody();
      } else {
        send(router->second, std::move(call->to_router));
      }
      continue;
    }
    const auto of = s.agents.find(call->brand);
    const auto agent = of == s.agents.end() ? decltype(of->second.begin()){} : of->second.find(call->agent);
    if (of == s.agents.end() || agent == of->second.end()) {
      call->to_nobody();
    } else {
      caf::anon_send(agent->second,
                     std::make_shared<std::function<void(agent_owner&)>>(std::move(call->to_agent)));
    }
  }
}

void bring(self_ptr self, std::vector<storage::record_ptr>&& records) {
  std::map<std::string, std::vector<storage::record_ptr>> by_brand;
  for (auto& r : records) {
    if (self->state.routers.contains(r->brand)) by_brand[r->brand].push_back(std::move(r));
  }
  const auto me = caf::actor_cast<caf::actor>(self);
  for (auto& [brand, of_brand] : by_brand) {
    ++self->state.ahead;
    send(self->state.routers.at(brand), [me, of_brand = std::move(of_brand)](router_owner& o) {
      o.follow(of_brand);
      o.when_durable([me](bool) { caf::anon_send(me, batch_done_atom::value); });
    });
  }
}

void follow(self_ptr self, desk_links* links) {
  auto& s = self->state;
  if (s.routers.empty()) s.position = links->of->tail->committed();
  for (bool more = true; more && s.ahead < batches_ahead;) {
    auto got = links->log->pull(s.position, followed(), records_at_once, bytes_at_once, scanned_at_once);
    if (got.failed) return;  // the feed has told
    if (got.expired) return links->of->on_fatal("routing is behind what the journal keeps");
    bring(self, std::move(got.records));
    s.position = got.position;
    more = got.more;
  }
  if (s.position - s.told < told_after && s.position >= s.told) return let_through(self);
  s.told = s.position;
  for (const auto& [brand, a] : s.routers) {
    send(a, [up_to = s.position](router_owner& o) { o.has_read(up_to); });
  }
  let_through(self);
}

}  // namespace

caf::behavior routing_desk(caf::stateful_actor<desk_state>* self, desk_links* links) {
  return {
      [=](begin_atom) { recover(self, links); },
      [=](committed_atom) {
        links->awake.store(false, std::memory_order_release);
        follow(self, links);
      },
      [=](batch_done_atom) {
        --self->state.ahead;
        follow(self, links);
      },
      [=](const routing_call_ptr& c) {
        self->state.waiting.push_back(c);
        follow(self, links);
      },
      [=](reconfigure_atom) { reconfigure(self, links); },
      [=](close_atom_t) {
        for (const auto& [brand, a] : self->state.routers) self->send(a, close_atom_t::value);
        for (const auto& [brand, all] : self->state.agents) {
          for (const auto& [id, a] : all) self->send(a, close_atom_t::value);
        }
        if (self->state.shadows) self->send(self->state.shadows, close_atom_t::value);
        for (const auto& c : self->state.waiting) c->to_nobody();
        self->quit();
      },
  };
}

}  // namespace switchboard::actors
