// The part of the property table that is about [routing]: the numbers that all brands' routers and agents go by.

#include "config/member.hpp"
#include "config/properties.hpp"

#include <array>

namespace switchboard::config {
namespace {

namespace routing = domain::routing;

constexpr std::uint64_t second = 1000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;
constexpr std::uint64_t week_minutes = 7 * 24 * 60;

const std::array<std::string_view, 3> policies{to_word(routing::requeue_policy::keep),
                                               to_word(routing::requeue_policy::requeue_unanswered),
                                               to_word(routing::requeue_policy::requeue_all)};

constexpr range count(std::uint64_t min, std::uint64_t max) {
  return {form::count, min, max};
}
constexpr range duration(std::uint64_t min, std::uint64_t max) {
  return {form::duration, min, max};
}

template <auto Member>
property router(std::string_view name, range r, std::string_view sentence) {
  return make_property<&settings::routing, &routing_section::router, Member>("routing", name, sentence, r,
                                                                             true);
}
template <auto Member>
property presence(std::string_view name, range r, std::string_view sentence) {
  return make_property<&settings::routing, &routing_section::presence, Member>("routing", name, sentence, r,
                                                                               true);
}
/// An element of an array has no member pointer.
template <domain::priority Priority>
property minutes(std::string_view name, std::string_view sentence) {
  constexpr auto place = static_cast<std::size_t>(Priority);
  return {"routing.priority_minutes",
          name,
          sentence,
          count(0, week_minutes),
          1,
          true,
          [](const settings& s) { return to_value(s.routing.router.priority_minutes[place]); },
          [](settings& s, value&& v) { assign(s.routing.router.priority_minutes[place], std::move(v)); }};
}

// clang-format off
void add_capacity(std::vector<property>& out) {
  const auto add = [&](property p) { out.push_back(p); };
  using c = routing::router_config;
  add(router<&c::reserve_percent>("reserve_percent", count(0, 100),
      "Of an agent's units, which channels that are interruptible leave free for the others."));
  add(router<&c::idle_after>("idle_after", duration(0, 30 * day),
      "A conversation whose customer has been silent for so long takes fewer units of its agent. 0s: never."));
  add(router<&c::idle_percent>("idle_percent", count(0, 100),
      "So much of its units it takes then."));
  add(router<&c::handling_prior>("handling_prior", duration(second, day),
      "How long a conversation keeps its agent, for estimates of the wait, before any was measured."));
}

void add_order(std::vector<property>& out) {
  const auto add = [&](property p) { out.push_back(p); };
  using c = routing::router_config;
  add(router<&c::transfer_minutes>("transfer_minutes", count(0, week_minutes),
      "What an agent hands on stands in the next queue as if it had waited so much longer."));
  using enum domain::priority;
  add(minutes<low>("low", "Minutes that a conversation of low priority is ahead of its time, in queues whose order is aged."));
  add(minutes<medium>("medium", "The same of medium priority, which is what nobody has set otherwise."));
  add(minutes<high>("high", "The same of high priority: it goes before what has waited up to so much longer."));
  add(minutes<urgent>("urgent", "The same of urgent priority."));
}

void add_offers(std::vector<property>& out) {
  const auto add = [&](property p) { out.push_back(p); };
  using c = routing::router_config;
  add(router<&c::cooldown>("cooldown", duration(0, day),
      "Who declined or missed a conversation is not asked for it again before."));
  add(router<&c::missed_max>("missed_max", count(1, 1'000),
      "After so many offers missed in a row an agent is away, until he says that he is not."));
  add(router<&c::sticky_window>("sticky_window", duration(0, 365 * day),
      "Who writes again within this time is offered to his last agent first. 0s: to anybody."));
  add(router<&c::sticky_hold>("sticky_hold", duration(0, day),
      "So long it waits for him where he is here and has no room; where he is away it does not wait."));
  add(router<&c::sticky_ignore_queue>("sticky_ignore_queue", {form::flag},
      "Also to a last agent who is not in the conversation's queue any more."));
  add(router<&c::ramp_window>("ramp_window", duration(0, day),
      "Who comes to a full queue gets no more than his share of it in this time. 0s: as much as he has room for."));
  add(router<&c::ramp_per_minute>("ramp_per_minute", count(0, 10'000),
      "After that share, and once the window has ended, so many conversations a minute. 0: as many as he has room for."));
  add(router<&c::when_gone>("when_gone", {form::word, 0, 0, policies},
      "What becomes of an agent's conversations when he is gone for longer than grace: they stay his, those that he has "
      "not answered wait again, or all do; with the age that they have."));
}

void add_limits(std::vector<property>& out) {
  const auto add = [&](property p) { out.push_back(p); };
  using c = routing::router_config;
  add(router<&c::conversations_max>("conversations_max", count(1, 100'000'000),
      "Conversations of one brand that wait or are in work, about 200 bytes each; more are refused a place in a queue."));
  add(router<&c::signatures_max>("signatures_max", count(16, 10'000'000),
      "Different requirements (queue, ring, channel, skills) that are remembered without a conversation that has them."));
  add(router<&c::left_max>("left_max", count(16, 100'000'000),
      "Conversations of one brand that have left, and of which late news is known for late."));
  add(router<&c::bulk_max>("bulk_max", count(1, 100'000),
      "Conversations that one command may hand to others."));
  add(router<&c::explained_max>("explained_max", count(0, 10'000),
      "Agents whom the reason of a decision names one by one; the others are counted."));
  add(router<&c::scanned_max>("scanned_max", count(1, 100'000),
      "Agents that are compared one by one; where more could have a conversation their order is kept instead."));
}

void add_shadow(std::vector<property>& out) {
  const auto add = [&](property p) { out.push_back(p); };
  using s = routing_section;
  add(make_property<&settings::routing, &s::shadow>("routing", "shadow",
      "A file with another [routing] (with its channels and rules), [[queue]] and [[agent]]: a shadow that acts on nothing, and "
      "reports where it would have routed a conversation otherwise. Relative to this file. Empty: none.",
      {form::path}, true));
  add(make_property<&settings::routing, &s::shadow_kept>("routing", "shadow_kept",
      "Differences of a brand's shadow that are kept for whoever asks; the latest, about 1 kB each.", count(1, 10'000), true));
  add(make_property<&settings::routing, &s::shadow_behind_max>("routing", "shadow_behind_max",
      "Events of a brand's router that its shadow may be behind, about 500 bytes each; beyond, it is left out until it begins anew.",
      count(100, 10'000'000), true));
}

void add_presence(std::vector<property>& out) {
  const auto add = [&](property p) { out.push_back(p); };
  using p = routing::presence_rules;
  add(presence<&p::lease>("lease", duration(5 * second, hour),
      "A device of an agent that has not been heard of for so long is gone."));
  add(presence<&p::grace>("grace", duration(0, day),
      "After his last device is gone an agent keeps his work for so long, and gets nothing new."));
  add(presence<&p::away_after>("away_after", duration(0, day),
      "An agent who has done nothing for so long is away, until he says that he is not. 0s: never."));
  add(presence<&p::wrap_up>("wrap_up", duration(0, hour),
      "After a conversation of his has ended an agent gets nothing new for so long. 0s: at once."));
  add(presence<&p::shift_ends_before>("shift_ends_before", duration(0, day),
      "So long before the end of a shift ([[agent]] calendar) an agent gets nothing new any more."));
  add(presence<&p::sessions_max>("sessions_max", count(1, 1'000),
      "Devices and tabs of one agent at a time."));
}
// clang-format on

}  // namespace

void add_routing(std::vector<property>& out) {
  add_capacity(out);
  add_order(out);
  add_offers(out);
  add_presence(out);
  add_limits(out);
  add_shadow(out);
}

}  // namespace switchboard::config
