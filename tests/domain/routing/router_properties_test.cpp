// Brands with everything going on at once (random_brand.hpp). Whatever happens, the invariants hold, the reference agrees with
// every choice, and it can all be said again.

#include "domain/routing/applying.hpp"
#include "domain/routing/archive.hpp"
#include "domain/routing/descriptions.hpp"
#include "tests/domain/routing/random_brand.hpp"
#include "tests/domain/routing/watcher.hpp"
#include "tests/full.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::domain::routing {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t steps = 1'000;

/// What is wrong with what the watcher hears, for it to be seen to notice.
enum class fault : std::uint8_t {
  none,
  keeps_owner,
  asks_another,
  forgets_one,
  wider_caps,
  later_one_first,
  tells_more,
  tells_again
};

bool is_choice(const router_event& e) {
  return e.kind == event_kind::offer_made || e.epoch != 0;
}

void plant(fault f, std::vector<router_event>& events, const router_state& s) {
  switch (f) {
    case fault::none:
      return;
    case fault::keeps_owner:
      std::erase_if(events, [](const auto& e) { return e.kind == event_kind::unassigned; });
      return;
    case fault::asks_another:
      for (auto& e : events) {
        if (e.kind == event_kind::offer_made)
          e.agent = static_cast<agent_index>((e.agent + 1) % s.agents.size());
      }
      return;
    case fault::forgets_one:
      if (!events.empty() && events.back().kind == event_kind::offer_made) events.pop_back();
      return;
    case fault::wider_caps:
      for (auto& e : events) {
        if (e.kind != event_kind::configured) continue;
        auto c = *e.config;
        for (auto& a : c.agents) a.units_hard = a.units = a.units / 2;
        e.config = std::make_shared<const router_config>(c);
      }
      return;
    case fault::later_one_first:
      for (std::size_t i = 0; i + 1 < events.size(); ++i) {
        auto& a = events[i];
        auto& b = events[i + 1];
        const bool both = a.kind == event_kind::offer_made && b.kind == event_kind::offer_made;
        if (both && is_choice(a) && a.conversation != b.conversation) std::swap(a, b);
      }
      return;
    case fault::tells_more:
      for (auto& e : events) {
        if (e.kind == event_kind::wait_told) ++e.units;
      }
      return;
    case fault::tells_again: {
      std::vector<router_event> twice;
      for (const auto& e : events) {
        twice.push_back(e);
        if (e.kind == event_kind::wait_told) twice.push_back(e);
      }
      events = std::move(twice);
    }
  }
}

/// The router of a node that dies and comes back: it loads the last save and takes the turns behind it from the log's bytes.
class restarting {
 public:
  void note(const router_command& c, const std::vector<router_event>& events) {
    log_.push_back({encode(c), encode(events)});
  }
  void save(const router_state& s) {
    saved_ = routing::save(s);
    log_.clear();
  }
  /// Nullopt: it can't be read.
  [[nodiscard]] std::optional<router_state> begin() const {
    router_state s;
    if (!saved_.empty()) {
      auto loaded = load(saved_);
      if (!loaded) return std::nullopt;
      s = *std::move(loaded);
    }
    for (const auto& [command, events] : log_) {
      const auto c = decode_command(command);
      if (!c) return std::nullopt;
      const auto* const config = std::get_if<tell_config>(&*c);
      const auto e = decode_events(events, config == nullptr ? nullptr : config->config);
      if (!e) return std::nullopt;
      apply_turn(s, *e);
    }
    return s;
  }

 private:
  std::string saved_;
  std::vector<std::pair<std::string, std::string>> log_;
};

struct run_result {
  std::string complaint = {};
  std::string bytes = {};
  std::vector<std::pair<router_command, timestamp>> commands = {};
  std::size_t offers = 0, tellings = 0;
  std::size_t restarts = 0;
  std::set<event_kind> kinds = {};
  std::set<refusal> refusals = {};
};

/// What a step leaves is what a node begins with that dies right behind it.
void die_and_come_back(router_state& state, restarting& disk, std::uint64_t how, run_result& r) {
  if (how % 3 == 0) disk.save(state);
  auto begun = disk.begin();
  if (!begun) {
    r.complaint = "what a router left can't be read";
    return;
  }
  if (contents(*begun) != contents(state)) r.complaint = "a router that comes back has another state";
  state = *std::move(begun);
  ++r.restarts;
}

run_result run(unsigned seed, fault f) {
  random_brand b(seed);
  router_state state;
  watcher w;
  restarting disk;
  std::mt19937_64 deaths(seed);
  run_result r;
  for (std::size_t step = 0; step < steps && r.complaint.empty(); ++step) {
    auto [command, after] = step == 0 ? std::pair{b.configure(), 0ms} : b.next(state);
    if (const auto death = deaths() % 120; death < 6 && step > 0) {
      die_and_come_back(state, disk, death, r);
      if (!r.complaint.empty()) break;
      command = tick{.after_pause = true};
    }
    b.now += after;
    append_canonical(r.bytes, command, b.now, state.sequence, state.config->version);
    auto said = turn(state, command, b.now);
    for (const auto& e : said.events) {
      append_canonical(r.bytes, e);
      r.kinds.insert(e.kind);
    }
    disk.note(command, said.events);
    if (said.refused) r.refusals.insert(*said.refused);
    r.commands.emplace_back(std::move(command), b.now);
    plant(f, said.events, state);
    w.see(said.events);
    r.complaint = w.complaint();
    if (!r.complaint.empty()) r.complaint += ", step " + std::to_string(step);
  }
  if (r.complaint.empty() && contents(w.state()) != contents(state))
    r.complaint = "the events do not fold to the state";
  r.offers = w.offers();
  r.tellings = w.tellings();
  return r;
}

std::string again(const run_result& first) {
  router_state state;
  std::string bytes;
  for (const auto& [command, now] : first.commands) {
    append_canonical(bytes, command, now, state.sequence, state.config->version);
    for (const auto& e : turn(state, command, now).events) append_canonical(bytes, e);
  }
  return bytes;
}

TEST(RouterProperties, hold_whatever_happens_and_the_reference_agrees) {
  unsigned first = 1, last = full() ? 10'000 : 500;
  if (const char* const only = std::getenv("SWITCHBOARD_SEED"))
    first = last = static_cast<unsigned>(std::atoi(only));
  std::set<event_kind> kinds;
  std::set<refusal> refusals;
  std::size_t offers = 0, tellings = 0, restarts = 0;
  for (unsigned seed = first; seed <= last; ++seed) {
    const auto r = run(seed, fault::none);
    ASSERT_EQ(r.complaint, "") << "SWITCHBOARD_SEED=" << seed;
    ASSERT_EQ(again(r), r.bytes) << "SWITCHBOARD_SEED=" << seed;  // I5
    kinds.insert(r.kinds.begin(), r.kinds.end());
    refusals.insert(r.refusals.begin(), r.refusals.end());
    offers += r.offers;
    tellings += r.tellings;
    restarts += r.restarts;
  }
  if (first == last) return;
  EXPECT_GT(offers / last, 100u) << "too little happens to say anything";
  EXPECT_GT(restarts / last, 20u);
  EXPECT_GT(tellings / last, 10u) << "too few are told how long they wait";
  for (auto k = 0; k <= static_cast<int>(last_of<event_kind>); ++k) {
    EXPECT_TRUE(kinds.contains(static_cast<event_kind>(k)))
        << to_word(static_cast<event_kind>(k)) << " never happened";
  }
  for (const auto never :
       {refusal::offer_gone, refusal::over_hard_cap, refusal::not_eligible, refusal::router_full}) {
    EXPECT_TRUE(refusals.contains(never)) << to_word(never) << " never happened";
  }
}

TEST(RouterProperties, notice_every_fault_that_is_planted) {
  for (const auto f : {fault::keeps_owner, fault::asks_another, fault::forgets_one, fault::wider_caps,
                       fault::later_one_first, fault::tells_more, fault::tells_again}) {
    unsigned noticed = 0;
    for (unsigned seed = 1; seed <= 20; ++seed) noticed += !run(seed, f).complaint.empty();
    EXPECT_GE(noticed, 15u) << "fault " << static_cast<int>(f);
  }
}

}  // namespace
}  // namespace switchboard::domain::routing
