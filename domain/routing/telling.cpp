#include "domain/routing/telling.hpp"

#include "domain/routing/eligibility.hpp"
#include "domain/routing/heap_orders.hpp"
#include "domain/routing/position.hpp"

#include <algorithm>
#include <chrono>
#include <map>

namespace switchboard::domain::routing {
namespace {

constexpr milliseconds shortest_between_looks{1'000};

/// As it is said: in whole minutes. What is less than that is no news.
milliseconds in_minutes(milliseconds eta) {
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(std::max(eta, milliseconds{1}));
  return std::min<milliseconds>(minutes, after_opening - std::chrono::minutes{1});
}

bool is_news(const told_wait& last, milliseconds eta, timestamp now, const tell_rule& rule) {
  if (last.at == timestamp{}) return true;
  if (now < last.at + rule.notify_gap) return false;
  // That nobody is here does not change until somebody comes.
  if (eta == after_opening && last.eta == after_opening) return false;
  return should_tell(last, eta, now, rule.notify_min);
}

/// False: there is nothing to say.
bool tell(turning& t, slot_index slot, const wait_view& view) {
  const auto& i = t.s.items[slot];
  const auto& rule = t.s.rules(i.queue).tell;
  const auto& last = t.s.more_of(slot).told;
  if (!view.is_served()) {
    if (!rule.when_closed || !is_news(last, after_opening, t.now, rule)) return false;
    t.emit({.kind = event_kind::wait_told,
            .conversation = i.id,
            .queue = i.queue,
            .flag = true,
            .key = after_opening.count()});
    return true;
  }
  const auto e = view.of(slot, rule.ahead_max + std::uint64_t{1});
  const auto eta = in_minutes(*e.p50);
  if (e.position > rule.ahead_max + std::uint64_t{1} || !is_news(last, eta, t.now, rule)) return false;
  t.emit({.kind = event_kind::wait_told,
          .conversation = i.id,
          .queue = i.queue,
          .units = e.position,
          .key = eta.count()});
  return true;
}

/// Is somebody here who could take what stands in it?
bool is_live(const router_state& s, const signature& sig) {
  const auto& here = s.present[sig.key.channel];
  return std::any_of(sig.match.begin(), sig.match.end(),
                     [&](const auto& w) { return (w.bits & here.word(w.at)) != 0; });
}

bool goes_before(const router_state& s, slot_index a, slot_index b) {
  return item_reading{s.items}.less(a, b);
}

/// The first of each signature, of so many of them; in order.
std::vector<slot_index> first_of(const router_state& s, std::vector<std::uint32_t> signatures,
                                 std::size_t most) {
  std::sort(signatures.begin(), signatures.end(), [&](auto a, auto b) {
    return goes_before(s, s.signatures[a].items.front(), s.signatures[b].items.front());
  });
  if (signatures.size() > most) signatures.resize(most);
  std::vector<slot_index> found;
  for (const auto index : signatures) {
    std::size_t left = most;
    s.signatures[index].items.walk(item_reading{s.items}, [&](slot_index slot) {
      found.push_back(slot);
      return --left == 0;
    });
  }
  std::sort(found.begin(), found.end(), [&](auto a, auto b) { return goes_before(s, a, b); });
  return found;
}

}  // namespace

void tell_first(turning& t, slot_index slot) {
  const auto id = t.s.items[slot].id;
  const auto queue = t.s.items[slot].queue;
  if (tell(t, slot, wait_view(t.s, slot))) return;
  t.emit({.kind = event_kind::wait_not_told, .conversation = id, .queue = queue});
}

void look_at_waits(turning& t, queue_index q) {
  const auto& s = t.s;
  const auto& rule = s.rules(q).tell;
  std::vector<std::uint32_t> live, idle;
  for_each_signature(s.queues[q], [&](std::uint32_t index) {
    const auto& sig = s.signatures[index];
    if ((rule.channels >> sig.key.channel & 1) == 0) return;
    (s.queues[q].open && is_live(s, sig) ? live : idle).push_back(index);
  });
  const auto most = rule.ahead_max + std::size_t{1};
  auto waiting = first_of(s, std::move(live), most);
  if (waiting.size() > most) waiting.resize(most);
  // What nobody can take stands before none of these, and is no news but when the last who could has gone.
  if (rule.when_closed) {
    for (const auto slot : first_of(s, std::move(idle), most)) {
      if (s.more_of(slot).told.eta != after_opening) waiting.push_back(slot);
    }
  }
  std::map<std::uint32_t, wait_view> views;
  for (const auto slot : waiting) {
    const auto view = views.try_emplace(s.items[slot].signature, s, slot).first;
    // One that is fresh has its own time; and whoever is handed on by his agent is served by him.
    if (!s.items[slot].fresh && s.items[slot].owner == no_agent) (void)tell(t, slot, view->second);
  }
  const auto next = std::max(rule.notify_gap / 2, shortest_between_looks);
  t.emit({.kind = event_kind::waits_looked,
          .queue = q,
          .until = s.queues[q].waiting > 0 ? t.now + next : timestamp{}});
}

}  // namespace switchboard::domain::routing
