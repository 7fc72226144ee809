#include "actors/agent_owner.hpp"

#include "actors/wall_clock.hpp"
#include "domain/routing/archive.hpp"
#include "domain/routing/shift.hpp"
#include "storage/codec.hpp"
#include "storage/hash.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

namespace switchboard::actors {

namespace {

namespace routing = domain::routing;

domain::agent_shown show(const routing::agent_presence& p, const routing::presence_rules& rules,
                         domain::timestamp at) {
  const auto facts = routing::facts_of(p, rules, 0, at);
  domain::agent_shown s;
  s.status = p.status < rules.statuses.size() ? rules.statuses[p.status].name : rules.statuses.back().name;
  s.online = facts.online && !facts.grace;
  s.grace = facts.grace;
  s.away_by_itself = p.away_by_itself;
  s.stays_online = p.stays_online;
  s.on_shift = p.scheduled;
  s.sessions = static_cast<std::uint32_t>(p.sessions.size());
  s.epoch = p.epoch;
  if (facts.grace) s.grace_until = p.grace_until;
  if (p.wrap_up_until > at) s.wrap_up_until = p.wrap_up_until;
  return s;
}

std::uint32_t status_named(std::string_view name, const routing::presence_rules& rules) {
  std::uint32_t i = 0;
  while (i + 1 < rules.statuses.size() && rules.statuses[i].name != name) ++i;
  return i;
}

}  // namespace

void move_status(routing::agent_presence& p, const routing::presence_rules& from,
                 const routing::presence_rules& to) {
  const auto last = from.statuses.size() - 1;
  p.status = status_named(from.statuses[std::min<std::size_t>(p.status, last)].name, to);
}

std::string encode_note(const routing::agent_presence& p, const routing::presence_rules& rules) {
  const auto& name = rules.statuses[std::min<std::size_t>(p.status, rules.statuses.size() - 1)].name;
  std::string note(1, static_cast<char>(name.size()));  // at most 64 bytes, as the config has it
  note += name;
  return note + routing::encode(p);
}

expected<routing::agent_presence, std::string> decode_note(std::string_view note,
                                                           const routing::presence_rules& rules) {
  const std::size_t length = note.empty() ? 0 : static_cast<unsigned char>(note.front());
  if (note.size() < 1 + length) return unexpected{std::string("the status is cut")};
  auto p = routing::decode_presence(note.substr(1 + length));
  if (p) p->status = status_named(note.substr(1, length), rules);
  return p;
}

void add_presence(domain::json_object& o, const routing::agent_presence& p,
                  const routing::presence_rules& rules, domain::timestamp at) {
  const auto s = show(p, rules, at);
  o.text("status", s.status);
  o.boolean("online", s.online);
  o.boolean("grace", s.grace);
  o.boolean("awayByItself", s.away_by_itself);
  o.boolean("staysOnline", s.stays_online);
  o.boolean("onShift", s.on_shift);
  o.number("sessions", std::uint64_t{s.sessions});
  o.number("epoch", s.epoch);
  if (s.grace_until) o.text("graceUntil", domain::to_rfc3339(*s.grace_until));
  if (s.wrap_up_until) o.text("wrapUpUntil", domain::to_rfc3339(*s.wrap_up_until));
}

agent_owner::agent_owner(routing_links& links, std::string brand, domain::agent_id id, std::string_view state)
    : links_(links), brand_(std::move(brand)), id_(std::move(id)), rules_(links.presence.load()) {
  if (state.empty()) return;
  auto p = decode_note(state, *rules_);
  if (!p) {
    links_.of->on_fatal("the presence of agent " + id_.value + " of brand " + brand_ + ": " + p.error());
    return;
  }
  presence_ = *std::move(p);
  const auto lease = rules_->lease;
  for (auto& s : presence_.sessions) s.until = std::max(s.until, wall_clock() + lease);
  // So had his doings: what is noted is when he last said something else.
  if (!presence_.sessions.empty()) presence_.seen_at = std::max(presence_.seen_at, wall_clock());
}

expected<routing::presence_command, routing::presence_refusal> agent_owner::command_of(
    const agent_act& what) const {
  using command = routing::presence_command;
  using outcome = expected<command, routing::presence_refusal>;
  const auto of = [&](const auto& c) -> outcome {
    using act = std::decay_t<decltype(c)>;
    if constexpr (std::is_same_v<act, session_opened>) {
      return command{routing::open_session{c.id}};
    } else if constexpr (std::is_same_v<act, session_beat>) {
      return command{routing::heartbeat{c.id, c.active}};
    } else if constexpr (std::is_same_v<act, session_closed>) {
      return command{routing::close_session{c.id}};
    } else {
      if (!c.status) return command{routing::stay_online{c.stays_online.value_or(presence_.stays_online)}};
      for (std::uint32_t i = 0; i < rules_->statuses.size(); ++i) {
        if (rules_->statuses[i].name == *c.status) return command{routing::set_status{i}};
      }
      return unexpected{routing::presence_refusal::no_status};
    }
  };
  return std::visit(of, what);
}

std::optional<routing::presence_refusal> agent_owner::decide(const routing::presence_command& c) {
  auto next = routing::decide(presence_, c, *rules_, wall_clock());
  if (!next) return next.error();
  presence_ = *std::move(next);
  return std::nullopt;
}

bool agent_owner::differs(const routing::agent_presence& before) const {
  auto was = before;
  auto is = presence_;
  for (auto* p : {&was, &is}) {
    p->seen_at = {};
    for (auto& s : p->sessions) s.until = {};
  }
  return was != is;
}

bool agent_owner::looks_other(const domain::agent_shown& than) const {
  return show(presence_, *rules_, wall_clock()) != than;
}

void agent_owner::follow_config() {
  auto next = links_.presence.load();
  if (next != rules_) {
    const auto at = wall_clock();
    const auto was = routing::facts_of(presence_, *rules_, 0, at);
    move_status(presence_, *rules_, *next);
    rules_ = std::move(next);
    // The same status may take other channels now: nobody else says so to the router.
    if (routing::facts_of(presence_, *rules_, 0, at) != was) ++presence_.epoch;
  }
  follow_shift();
}

void agent_owner::follow_shift() {
  const auto settings = links_.of->settings.load();
  const auto at = wall_clock();
  const bool is_same = settings == settings_ && at >= shift_asked_;  // clocks may have been set back
  if (is_same && (!shift_until_ || at < *shift_until_)) return;
  settings_ = settings;
  shift_asked_ = at;
  const auto* const him = settings->find_agent(id_.value);
  const auto* const hours =
      him == nullptr || him->calendar.empty() ? nullptr : settings->find_calendar(him->calendar.value);
  const auto now_is = hours == nullptr ? routing::shift{}
                                       : routing::shift_of(*hours->calendar, at, rules_->shift_ends_before);
  shift_until_ = now_is.until;
  if (now_is.on != presence_.scheduled) (void)decide(routing::set_shift{now_is.on});
}

void agent_owner::act(const agent_act& what, std::function<void(agent_result&&)> reply) {
  const auto before = presence_;
  const auto was = show(before, *rules_, wall_clock());
  follow_config();
  const auto command = command_of(what);
  if (!command) {
    if (differs(before)) commit(looks_other(was), {});
    return reply({.refused = command.error()});
  }
  auto refused = decide(*command);
  const auto* const set = std::get_if<presence_set>(&what);
  if (!refused && set != nullptr && set->status && set->stays_online) {
    refused = decide(routing::stay_online{*set->stays_online});
  }
  agent_result result{.refused = refused, .agent = shown()};
  const auto* const opened = std::get_if<session_opened>(&what);
  const auto* const beat = std::get_if<session_beat>(&what);
  const auto id = opened != nullptr ? opened->id : beat != nullptr ? beat->id : std::string();
  for (const auto& s : presence_.sessions) {
    if (s.id == id) result.until = s.until;
  }
  if (!differs(before)) return reply(std::move(result));
  commit(looks_other(was), [reply = std::move(reply), result = std::move(result)](bool durable) mutable {
    result.failed = !durable;
    reply(std::move(result));
  });
}

void agent_owner::take(const routing::presence_command& c) {
  const auto before = presence_;
  const auto was = show(before, *rules_, wall_clock());
  follow_config();
  (void)decide(c);  // none of these is refused
  if (differs(before)) commit(looks_other(was), {});
}

std::optional<domain::timestamp> agent_owner::wake_at() const {
  const auto due = routing::wake_at(presence_, *rules_);
  return due && shift_until_ ? std::min(due, shift_until_) : due ? due : shift_until_;
}

void agent_owner::commit(bool others_see, std::function<void(bool)> then) {
  const auto at = wall_clock();
  std::vector<std::shared_ptr<storage::record>> records;
  const auto add = [&](domain::event&& e) {
    e.at = at;
    records.push_back(std::make_shared<storage::record>(storage::encode(e, links_.of->name)));
    const auto key = storage::fingerprint(links_.of->hash_seed, "agent", brand_, id_.value);
    records.back()->partition = storage::partition_of({0, key}, links_.of->partitions);
  };
  domain::event noted;
  noted.type = domain::event_type::agent_noted;
  noted.noted = domain::agent_note{.brand = {brand_}, .agent = id_, .state = encode_note(presence_, *rules_)};
  add(std::move(noted));
  if (others_see) {
    domain::event seen;
    seen.type = domain::event_type::agent_presence;
    seen.agent = show(presence_, *rules_, at);
    seen.agent->id = id_;
    seen.agent->brand = {brand_};
    add(std::move(seen));
  }
  links_.of->writer->submit(records, {.ticket = nullptr, .then = [then = std::move(then)](commit_state s) {
                                        if (then) then(s == commit_state::durable);
                                      }});
}

std::string agent_owner::shown() const {
  std::string row;
  domain::json_object o{row};
  o.text("id", id_.value);
  o.text("brand", brand_);
  add_presence(o, presence_, *rules_, wall_clock());
  o.end();
  return row;
}

}  // namespace switchboard::actors
