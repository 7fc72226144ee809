#include "tests/domain/routing/random_brand.hpp"

#include <algorithm>
#include <memory>

namespace switchboard::domain::routing {
namespace {

using namespace std::chrono_literals;

router_command told(conversation_facts f) {
  return tell_conversation{std::make_shared<const conversation_facts>(std::move(f))};
}

}  // namespace

std::pair<router_command, milliseconds> random_brand::next(const router_state& s) {
  const milliseconds after{chance(30) ? 0 : below(chance(5) ? 200'000 : 4'000)};
  const auto what = below(100);
  if (what < 30) return {arrival(), after};
  if (what < 36) return {changed(s), after};
  if (what < 45) return {left(s), after};
  if (what < 60) return {presence(), after};
  if (what < 80) return {answer(s), after};
  if (what < 84) return {pull{agent(), chance(50) ? std::optional(any(s)) : std::nullopt}, after};
  if (what < 87) return {by_hand(s), after};
  if (what < 88) return {unassign{any(s)}, after};
  if (what < 92) return {moved(s), after};
  if (what < 93) return {reassign_all{agent(), chance(50) ? no_queue : queue()}, after};
  if (what < 95) return {tell_calendar{queue(), chance(70)}, after};
  if (what < 96) return {configure(), after};
  return {tick{}, after};
}
router_command random_brand::configure() {
  auto c = draw_config();
  c = align(c, current_);
  c.version = current_.version + 1;
  current_ = c;
  return tell_config{std::make_shared<const router_config>(c)};
}

conversation_id random_brand::any(const router_state& s) {
  std::vector<conversation_id> here;
  for (slot_index i = 0; i < s.items.slots(); ++i) {
    if (s.items[i].id != conversation_id{}) here.push_back(s.items[i].id);
  }
  return here.empty() || chance(5) ? conversation_id{{1, below(conversations_ + 1)}, 1}
                                   : here[below(here.size())];
}

conversation_facts random_brand::facts(const conversation_id& id, std::uint64_t version,
                                       const router_state* s) {
  conversation_facts f{.id = id, .version = version, .queue = queue()};
  f.channel = static_cast<channel_index>(below(current_.channels.size()));
  f.priority = static_cast<priority>(below(4));
  for (skill_index k = 0; k < current_.skills.size(); ++k) {
    if (chance(15)) f.required.push_back({k, static_cast<std::uint8_t>(1 + below(3))});
    if (chance(15)) f.preferred.push_back({k, static_cast<std::uint16_t>(1 + below(3))});
  }
  if (chance(30)) f.due = now + milliseconds{below(300'000)};
  if (s != nullptr && chance(50)) f.waiting_since = now - milliseconds{below(60'000)};
  f.answered = chance(50);
  if (chance(30)) {
    f.last_agent = agent();
    f.last_agent_at = now - milliseconds{below(100'000)};
  }
  if (!current_.rules.empty() && f.version % 3 != 0)
    f.rule = static_cast<rule_index>(f.version % current_.rules.size());
  return f;
}
router_command random_brand::arrival() {
  return told(facts({{1, ++conversations_}, 1}, 1 + below(3), nullptr));
}
/// Of what is here, what is not any more, and what comes with its owner.
router_command random_brand::by_hand(const router_state& s) {
  assign a{chance(30) ? conversation_id{{1, ++conversations_}, 1} : any(s), agent(), chance(20)};
  if (chance(50))
    a.facts =
        std::make_shared<const conversation_facts>(facts(a.id, chance(50) ? below(3) : ++versions_, &s));
  return a;
}
/// Sometimes what was said long before, also of what left.
router_command random_brand::changed(const router_state& s) {
  const auto id = any(s);
  return told(facts(id, chance(20) ? below(3) : ++versions_, &s));
}
router_command random_brand::left(const router_state& s) {
  return tell_left{any(s), chance(10) ? 0 : ++versions_};
}
router_command random_brand::presence() {
  presence_facts p{.agent = agent(), .epoch = chance(10) ? below(epoch_ + 1) : ++epoch_};
  p.online = chance(80);
  p.grace = p.online && chance(15);
  p.scheduled = chance(80);
  p.channels = chance(75) ? all_channels : static_cast<std::uint32_t>(below(4));
  return tell_presence{p};
}
/// To an offer that is open, or was once.
router_command random_brand::answer(const router_state& s) {
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
router_command random_brand::moved(const router_state& s) {
  transfer t{.id = any(s), .warm = chance(50), .force = chance(10)};
  (chance(50) ? t.agent : no_one_) = agent();
  if (t.agent == no_agent) t.queue = queue();
  return t;
}

router_config random_brand::draw_config() {
  router_config c;
  c.skills = {"billing", "french", "vip", "english"};
  c.rules = {"refunds", "rule-2"};
  const auto seldom = [&](unsigned percent) { return costs_() % 100 < percent; };
  c.channels = {{.units = seldom(30) ? 30u : 20u},
                {.units = seldom(30) ? 5u : 10u, .interruptible = chance(50)},
                {.units = 60, .at_once_max = 1}};
  if (seldom(30)) c.priority_minutes = {0, 1, static_cast<std::uint32_t>(costs_() % 5), 5};
  const auto queues = 2 + below(2);
  if (seldom(70)) c.default_queue = static_cast<queue_index>(costs_() % queues);
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
queue_rules random_brand::draw_queue(std::string id, std::uint64_t queues) {
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
    if (chance(30)) q.overflow.targets.push_back({overflow_target::to::leave_message});
    if (chance(20)) q.overflow.targets.push_back({overflow_target::to::bot});
    q.overflow.message_channels = static_cast<std::uint32_t>(below(8));
  }
  if (chance(50)) {
    q.tell = {.channels = static_cast<std::uint32_t>(1 + below(7)),
              .when_closed = chance(70),
              .after = milliseconds{below(10'000)},
              .notify_min = milliseconds{10'000 + below(60'000)},
              .notify_gap = milliseconds{5'000 + below(30'000)},
              .ahead_max = static_cast<std::uint32_t>(1 + below(5))};
  }
  return q;
}

}  // namespace switchboard::domain::routing
