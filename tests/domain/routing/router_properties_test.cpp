// Brands with everything going on at once: conversations and agents that come, go and flap, answers that come late, configs
// that change. Whatever happens, the invariants hold, the reference agrees with every choice, and it can all be said again.

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

constexpr timestamp start{std::chrono::hours{24 * 365 * 55}};
constexpr std::size_t steps = 1'000;

class brand {
 public:
  explicit brand(unsigned seed) : random_(seed) { configure(); }

  /// What happens next, and after how long.
  std::pair<router_command, milliseconds> next(const router_state& s) {
    const milliseconds after{chance(30) ? 0 : below(chance(5) ? 200'000 : 4'000)};
    const auto what = below(100);
    if (what < 30) return {arrival(), after};
    if (what < 36) return {changed(s), after};
    if (what < 45) return {left(s), after};
    if (what < 60) return {presence(), after};
    if (what < 80) return {answer(s), after};
    if (what < 84) return {pull{agent(), chance(50) ? std::optional(any(s)) : std::nullopt}, after};
    if (what < 87) return {assign{any(s), agent(), chance(20)}, after};
    if (what < 88) return {unassign{any(s)}, after};
    if (what < 92) return {moved(s), after};
    if (what < 93) return {reassign_all{agent(), chance(50) ? no_queue : queue()}, after};
    if (what < 95) return {tell_calendar{queue(), chance(70)}, after};
    if (what < 96) return {configure(), after};
    return {tick{}, after};
  }
  router_command configure() {
    auto c = draw_config();
    c = align(c, current_);
    c.version = current_.version + 1;
    current_ = c;
    return tell_config{std::make_shared<const router_config>(c)};
  }
  [[nodiscard]] const router_config& config() const { return current_; }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool chance(unsigned percent) { return below(100) < percent; }
  agent_index agent() { return static_cast<agent_index>(below(current_.agents.size())); }
  queue_index queue() { return static_cast<queue_index>(below(current_.queues.size())); }
  conversation_id any(const router_state& s) {
    std::vector<conversation_id> here;
    for (slot_index i = 0; i < s.items.slots(); ++i) {
      if (s.items[i].id != conversation_id{}) here.push_back(s.items[i].id);
    }
    return here.empty() || chance(5) ? conversation_id{{1, below(conversations_ + 1)}, 1}
                                     : here[below(here.size())];
  }

  conversation_facts facts(const conversation_id& id, std::uint64_t version, const router_state* s) {
    conversation_facts f{.id = id, .version = version, .queue = queue()};
    f.channel = static_cast<channel_index>(below(current_.channels.size()));
    f.priority = static_cast<priority>(below(4));
    for (skill_index k = 0; k < current_.skills.size(); ++k) {
      if (chance(15)) f.required.push_back({k, static_cast<std::uint8_t>(1 + below(3))});
      if (chance(15)) f.preferred.push_back({k, static_cast<std::uint16_t>(1 + below(3))});
    }
    if (chance(30)) f.due = now_ + milliseconds{below(300'000)};
    if (s != nullptr && chance(50)) f.waiting_since = now_ - milliseconds{below(60'000)};
    f.answered = chance(50);
    if (chance(30)) {
      f.last_agent = agent();
      f.last_agent_at = now_ - milliseconds{below(100'000)};
    }
    return f;
  }
  static router_command told(conversation_facts f) {
    return tell_conversation{std::make_shared<const conversation_facts>(std::move(f))};
  }
  router_command arrival() { return told(facts({{1, ++conversations_}, 1}, 1 + below(3), nullptr)); }
  /// Sometimes what was said long before, also of what left.
  router_command changed(const router_state& s) {
    const auto id = any(s);
    return told(facts(id, chance(20) ? below(3) : ++versions_, &s));
  }
  router_command left(const router_state& s) { return tell_left{any(s), chance(10) ? 0 : ++versions_}; }
  router_command presence() {
    presence_facts p{.agent = agent(), .epoch = chance(10) ? below(epoch_ + 1) : ++epoch_};
    p.online = chance(80);
    p.grace = p.online && chance(15);
    p.scheduled = chance(80);
    p.channels = chance(75) ? all_channels : static_cast<std::uint32_t>(below(4));
    return tell_presence{p};
  }
  /// To an offer that is open, or was once.
  router_command answer(const router_state& s) {
    for (const auto& [slot, more] : s.more) {
      for (const auto& o : more.offers) answers_.push_back({s.items[slot].id, o.agent, o.epoch});
    }
    if (answers_.empty()) return tick{};
    if (answers_.size() > 50) answers_.erase(answers_.begin(), answers_.end() - 50);
    const auto newest = std::min<std::size_t>(answers_.size(), 8);
    const auto& a = answers_[chance(85) ? answers_.size() - 1 - below(newest) : below(answers_.size())];
    if (chance(70)) return a;
    return decline_offer{a.id, a.agent, a.epoch};
  }
  router_command moved(const router_state& s) {
    transfer t{.id = any(s), .warm = chance(50), .force = chance(10)};
    (chance(50) ? t.agent : no_one_) = agent();
    if (t.agent == no_agent) t.queue = queue();
    return t;
  }

  router_config draw_config() {
    router_config c;
    c.skills = {"billing", "french", "vip", "english"};
    c.channels = {{.units = 20}, {.units = 10, .interruptible = chance(50)}, {.units = 60, .at_once_max = 1}};
    const auto queues = 2 + below(2);
    for (std::uint64_t q = 0; q < queues; ++q) c.queues.push_back(draw_queue(std::to_string(q), queues));
    const auto agents = 3 + below(6);
    for (std::uint64_t a = 0; a < agents; ++a) {
      agent_rules r{.id = {std::to_string((a * 7) % 13)},
                    .units = static_cast<std::uint32_t>(40 + below(4) * 20)};
      r.units_hard = r.units + static_cast<std::uint32_t>(below(2) * 40);
      for (queue_index q = 0; q < queues; ++q) {
        if (chance(70)) r.queues.push_back({q, static_cast<std::uint8_t>(below(3))});
      }
      for (skill_index k = 0; k < 4; ++k) {
        if (chance(60)) r.skills.push_back({k, static_cast<std::uint8_t>(1 + below(4))});
      }
      c.agents.push_back(r);
    }
    c.idle_after = chance(50) ? milliseconds{20'000} : 0ms;
    c.cooldown = milliseconds{1 + below(40'000)};
    c.sticky_window = chance(50) ? 60s : 0s;
    c.sticky_hold = milliseconds{1 + below(20'000)};
    c.sticky_ignore_queue = chance(30);
    c.ramp_window = chance(50) ? milliseconds{10'000} : 0ms;
    c.ramp_per_minute = static_cast<std::uint32_t>(below(3) * 10);
    c.when_gone = static_cast<requeue_policy>(below(3));
    c.conversations_max = 60;
    c.signatures_max = 20;
    c.left_max = 30;
    c.scanned_max = chance(50) ? 1 : 64;
    return c;
  }
  queue_rules draw_queue(std::string id, std::uint64_t queues) {
    queue_rules q{.id = {std::move(id)}, .priority = static_cast<std::uint32_t>(below(2))};
    q.order = static_cast<queue_order>(below(3));
    q.strategies = {static_cast<strategy>(below(4))};
    if (chance(30)) q.strategies.push_back(static_cast<strategy>(below(4)));
    q.rings = {
        {.preferred_required = chance(30), .skip_if_none_online = chance(30)},
        {.opens_after = milliseconds{5'000 + below(10'000)}, .pool = 1, .skip_if_none_online = chance(30)},
        {.opens_after = 30s, .pool = 2, .levels_lower = 1}};
    q.mode = chance(20) ? offer_mode::auto_accept : (chance(10) ? offer_mode::pull : offer_mode::offer);
    q.offer_timeout = milliseconds{1 + below(10'000)};
    q.offers_at_once = static_cast<std::uint8_t>(chance(30) ? 1 + below(3) : 1);
    q.delay = chance(20) ? milliseconds{3'000} : 0ms;
    if (chance(40)) {
      q.overflow.length_max = static_cast<std::uint32_t>(1 + below(10));
      q.overflow.wait_max = milliseconds{10'000 + below(60'000)};
      q.overflow.when_closed = chance(50);
      if (chance(30)) q.overflow.eta_max = 200s;
      q.overflow.targets.push_back({overflow_target::to::queue, static_cast<std::uint32_t>(below(queues))});
      if (chance(30)) q.overflow.targets.push_back({overflow_target::to::agent, 0});
      if (chance(30)) q.overflow.targets.push_back({overflow_target::to::bot});
    }
    return q;
  }

 public:
  timestamp now_ = start;

 private:
  std::mt19937_64 random_;
  router_config current_;
  std::uint64_t conversations_ = 0, versions_ = 10, epoch_ = 0;
  std::vector<accept_offer> answers_;
  agent_index no_one_ = 0;
};

/// What is wrong with what the watcher hears, for it to be seen to notice.
enum class fault : std::uint8_t { none, keeps_owner, asks_another, forgets_one, wider_caps, later_one_first };

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
  }
}

struct run_result {
  std::string complaint = {};
  std::string bytes = {};
  std::vector<std::pair<router_command, timestamp>> commands = {};
  std::size_t offers = 0;
  std::set<event_kind> kinds = {};
  std::set<refusal> refusals = {};
};

run_result run(unsigned seed, fault f) {
  brand b(seed);
  router_state state;
  watcher w;
  run_result r;
  for (std::size_t step = 0; step < steps && r.complaint.empty(); ++step) {
    auto [command, after] = step == 0 ? std::pair{b.configure(), 0ms} : b.next(state);
    b.now_ += after;
    append_canonical(r.bytes, command, b.now_, state.sequence, state.config->version);
    auto said = turn(state, command, b.now_);
    for (const auto& e : said.events) {
      append_canonical(r.bytes, e);
      r.kinds.insert(e.kind);
    }
    if (said.refused) r.refusals.insert(*said.refused);
    r.commands.emplace_back(std::move(command), b.now_);
    plant(f, said.events, state);
    w.see(said.events);
    r.complaint = w.complaint();
    if (!r.complaint.empty()) r.complaint += ", step " + std::to_string(step);
  }
  if (r.complaint.empty() && contents(w.state()) != contents(state))
    r.complaint = "the events do not fold to the state";
  r.offers = w.offers();
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
  std::size_t offers = 0;
  for (unsigned seed = first; seed <= last; ++seed) {
    const auto r = run(seed, fault::none);
    ASSERT_EQ(r.complaint, "") << "SWITCHBOARD_SEED=" << seed;
    ASSERT_EQ(again(r), r.bytes) << "SWITCHBOARD_SEED=" << seed;  // I5
    kinds.insert(r.kinds.begin(), r.kinds.end());
    refusals.insert(r.refusals.begin(), r.refusals.end());
    offers += r.offers;
  }
  if (first == last) return;
  EXPECT_GT(offers / last, 100u) << "too little happens to say anything";
  for (auto k = 0; k <= static_cast<int>(event_kind::ramp_eased); ++k) {
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
                       fault::later_one_first}) {
    unsigned noticed = 0;
    for (unsigned seed = 1; seed <= 20; ++seed) noticed += !run(seed, f).complaint.empty();
    EXPECT_GE(noticed, 15u) << "fault " << static_cast<int>(f);
  }
}

}  // namespace
}  // namespace switchboard::domain::routing
