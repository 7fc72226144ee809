#include "domain/routing/position.hpp"

#include "domain/routing/eligibility.hpp"
#include "domain/routing/heap_orders.hpp"
#include "domain/routing/placing.hpp"

#include <algorithm>
#include <array>

namespace switchboard::domain::routing {
namespace {

/// When the n-th of a Poisson process with rate 1 has come with probability 0.9, in thousandths: for larger n the formula
/// below is exact to one in ten thousand.
constexpr std::array<std::uint64_t, 32> erlang90{2303,  3890,  5322,  6681,  7994,  9275,  10532, 11771,
                                                 12995, 14206, 15407, 16598, 17782, 18958, 20128, 21292,
                                                 22452, 23606, 24756, 25903, 27045, 28184, 29320, 30453,
                                                 31584, 32711, 33836, 34959, 36080, 37199, 38315, 39430};

std::uint64_t root(std::uint64_t n) {
  std::uint64_t r = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 31; bit != 0; bit >>= 1) {
    if ((r | bit) * (r | bit) <= n) r |= bit;
  }
  return r;
}

/// Wilson and Hilferty: n · (1 − 1/9n + 1.28155/(3√n))³, in integers of a millionth.
std::uint64_t quantile90(std::uint64_t n) {
  if (n == 0) return 0;
  if (n <= erlang90.size()) return erlang90[n - 1];
  n = std::min<std::uint64_t>(n, 100'000'000);
  const std::uint64_t one = 1'000'000;
  const std::uint64_t root_milli = root(n * one);  // √n in thousandths
  const std::uint64_t x = one - one / (9 * n) + 427'184 * 1'000 / root_milli;
  return n * (x * x / one * x / one) / 1'000;
}

/// Who could take it, if he had room: present, in its ring, with the skills.
agent_bits eligible_for(const router_state& s, const signature_key& key) {
  signature sig;
  sig.key = key;
  match_signature(s, sig);
  agent_bits found;
  found.resize(s.agents.size());
  for (const auto& [w, bits] : sig.match) {
    for_each_bit(bits, w, [&](agent_index a) { found.set(a, is_present(s.agents[a], key.channel)); });
  }
  return found;
}

wait_service service_of(const router_state& s, const signature_key& key, const agent_bits& eligible) {
  wait_service by{.open = s.queues[key.queue].open && !s.rules(key.queue).removed};
  const std::uint64_t units = std::max<std::uint32_t>(1, cost_of(*s.config, key.channel, false));
  const auto& ch = s.config->channels[key.channel];
  const std::uint64_t share = ch.interruptible ? 100 - s.config->reserve_percent : 100;
  const std::uint64_t most = ch.at_once_max == 0 ? ~std::uint64_t{0} : ch.at_once_max;
  for (std::size_t w = 0; w < eligible.words(); ++w) {
    for_each_bit(eligible.word(w), w, [&](agent_index a) {
      const std::uint64_t serves = std::max<std::size_t>(1, s.config->agents[a].queues.size());
      const auto room = s.loads[a].units * share / 100;
      by.slots_milli += std::min(room / units, most) * 1'000 / serves;
      if (!s.available[key.channel].test(a)) return;
      by.free += std::min((room - s.loads[a].used) / units, most - s.agents[a].at_once[key.channel]);
    });
  }
  const auto measured = s.queues[key.queue].handling[key.channel];
  by.handling = std::max(milliseconds{1}, measured.count() > 0 ? measured : s.config->handling_prior);
  return by;
}

wait_estimate behind(const wait_service& by, std::uint64_t ahead) {
  const auto position = 1 + ahead;
  wait_estimate e{.position = static_cast<std::uint32_t>(position)};
  if (!by.open || by.slots_milli == 0) return e;
  const auto turns = position > by.free ? position - by.free : 0;
  e.p50 = eta50(turns, by.slots_milli, by.handling);
  e.p90 = eta90(turns, by.slots_milli, by.handling);
  return e;
}

bool have_common(const agent_bits& eligible, const signature& sig) {
  if (sig.key.only != no_agent) return sig.only_fits && eligible.test(sig.key.only);
  return std::any_of(sig.match.begin(), sig.match.end(),
                     [&](const auto& w) { return (eligible.word(w.at) & w.bits) != 0; });
}

}  // namespace

milliseconds eta50(std::uint64_t turns, std::uint64_t slots_milli, milliseconds handling) {
  return milliseconds{turns * static_cast<std::uint64_t>(handling.count()) * 1'000 / slots_milli};
}

milliseconds eta90(std::uint64_t turns, std::uint64_t slots_milli, milliseconds handling) {
  return milliseconds{quantile90(turns) * static_cast<std::uint64_t>(handling.count()) / slots_milli};
}

wait_view::wait_view(const router_state& s, slot_index like) : s_(s) {
  const auto& i = s.items[like];
  const signature_key key{.queue = i.queue, .ring = i.ring, .channel = i.channel, .needs = i.needs};
  const auto eligible = eligible_for(s, key);
  by_ = service_of(s, key, eligible);
  const auto priority = s.rules(i.queue).priority;
  const auto look = [&](std::uint32_t index) {
    const auto& sig = s.signatures[index];
    if (s.rules(sig.key.queue).priority <= priority && have_common(eligible, sig)) rivals_.push_back(index);
  };
  for (const auto& q : s.queues) for_each_signature(q, look);
  for (const auto& a : s.agents) {
    for (const auto sig : a.only_signatures) look(sig);
  }
}

std::uint64_t wait_view::count_ahead(slot_index slot, std::uint64_t most) const {
  const auto priority = s_.rules(s_.items[slot].queue).priority;
  std::uint64_t ahead = 0;
  for (const auto index : rivals_) {
    if (ahead >= most) break;
    const auto& sig = s_.signatures[index];
    const bool all = s_.rules(sig.key.queue).priority < priority;
    sig.items.visit([&](slot_index other) { return all || item_reading{s_.items}.less(other, slot); },
                    [&](slot_index other) {
                      ahead += other == slot ? 0 : 1;
                      return ahead < most;
                    });
  }
  return ahead;
}

std::uint64_t wait_view::ahead_in(milliseconds enough) const {
  return by_.free +
         static_cast<std::uint64_t>(enough.count()) * by_.slots_milli / 1'000 /
             static_cast<std::uint64_t>(by_.handling.count()) +
         2;
}

wait_estimate wait_view::of(slot_index slot, std::uint64_t ahead_max) const {
  return behind(by_, count_ahead(slot, ahead_max));
}

wait_estimate estimate_newcomer(const router_state& s, queue_index q, channel_index ch) {
  const signature_key key{.queue = q, .ring = ring_to_ask(s, q, 0), .channel = ch};
  return behind(service_of(s, key, eligible_for(s, key)), s.queues[q].waiting);
}

wait_estimate estimate(const router_state& s, slot_index slot, milliseconds enough) {
  const wait_view view(s, slot);
  return view.of(slot, enough.count() > 0 ? view.ahead_in(enough) : ~std::uint64_t{0});
}

bool should_tell(const std::optional<told_wait>& last, milliseconds eta, timestamp now,
                 milliseconds notify_min) {
  if (!last) return true;
  if (eta < last->eta) return true;
  if (eta > last->eta) return eta * 2 > last->eta * 3;
  return now >= last->at + notify_min;
}

}  // namespace switchboard::domain::routing
