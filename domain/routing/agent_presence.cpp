#include "domain/routing/agent_presence.hpp"

#include "domain/words.hpp"

#include <algorithm>

namespace switchboard::domain::routing {
namespace {

constexpr word_table<3> refusal_words{"no_session", "too_many_sessions", "no_status"};
static_assert(distinct(refusal_words) &&
              static_cast<std::size_t>(presence_refusal::no_status) + 1 == refusal_words.size());

using outcome = std::optional<presence_refusal>;

struct deciding {
  agent_presence p;
  const presence_rules& rules;
  timestamp now;

  auto find(const std::string& id) {
    return std::find_if(p.sessions.begin(), p.sessions.end(), [&](const auto& s) { return s.id == id; });
  }
  /// The last session is gone at `at`.
  void lost(timestamp at) {
    if (p.sessions.empty() && !p.stays_online && p.grace_until == timestamp{})
      p.grace_until = at + rules.grace;
  }
};

/// Leases, grace, idleness: in the order of their times.
void run_due(deciding& d) {
  auto& p = d.p;
  timestamp last{};
  for (const auto& s : p.sessions) last = std::max(last, s.until);
  std::erase_if(p.sessions, [&](const auto& s) { return s.until <= d.now; });
  if (last != timestamp{} && p.sessions.empty()) d.lost(last);
  if (p.grace_until != timestamp{} && p.grace_until <= d.now) p.grace_until = timestamp{};
  if (p.wrap_up_until <= d.now) p.wrap_up_until = timestamp{};
  const bool online = !p.sessions.empty() || p.stays_online;
  const auto away = static_cast<std::uint32_t>(d.rules.statuses.size() - 1);
  const bool idle = d.rules.away_after.count() > 0 && online && p.seen_at + d.rules.away_after <= d.now;
  if (idle && p.status < d.rules.statuses.size() && d.rules.statuses[p.status].channels != 0) {
    p.status = away;
    p.away_by_itself = true;
  }
}

outcome take(deciding&, const tick&) {
  return std::nullopt;
}

outcome take(deciding& d, const open_session& c) {
  const auto known = d.find(c.id);
  if (known == d.p.sessions.end()) {
    if (d.p.sessions.size() >= d.rules.sessions_max) return presence_refusal::too_many_sessions;
    d.p.sessions.push_back({c.id, d.now + d.rules.lease});
  } else {
    known->until = d.now + d.rules.lease;
  }
  d.p.grace_until = {};
  d.p.seen_at = d.now;
  return std::nullopt;
}

outcome take(deciding& d, const heartbeat& c) {
  const auto known = d.find(c.id);
  if (known == d.p.sessions.end()) return presence_refusal::no_session;
  known->until = d.now + d.rules.lease;
  if (c.active) d.p.seen_at = d.now;
  return std::nullopt;
}

outcome take(deciding& d, const close_session& c) {
  const auto known = d.find(c.id);
  if (known == d.p.sessions.end()) return presence_refusal::no_session;
  d.p.sessions.erase(known);
  d.lost(d.now);
  return std::nullopt;
}

outcome take(deciding& d, const set_status& c) {
  if (c.status >= d.rules.statuses.size()) return presence_refusal::no_status;
  d.p.status = c.status;
  d.p.away_by_itself = false;
  d.p.seen_at = d.now;
  return std::nullopt;
}

outcome take(deciding& d, const stay_online& c) {
  d.p.stays_online = c.stays;
  d.p.seen_at = d.now;
  if (c.stays) d.p.grace_until = {};
  if (!c.stays) d.lost(d.now);
  return std::nullopt;
}

outcome take(deciding& d, const missed_too_many& c) {
  if (c.epoch != d.p.epoch) return std::nullopt;  // he has said something himself since
  d.p.status = static_cast<std::uint32_t>(d.rules.statuses.size() - 1);
  d.p.away_by_itself = true;
  return std::nullopt;
}

outcome take(deciding& d, const conversation_ended& c) {
  const auto until = std::min(c.at, d.now) + d.rules.wrap_up;  // clocks may have been set since
  if (until > d.now) d.p.wrap_up_until = std::max(d.p.wrap_up_until, until);
  return std::nullopt;
}

outcome take(deciding& d, const set_shift& c) {
  d.p.scheduled = c.on;
  return std::nullopt;
}

}  // namespace

std::string_view to_word(presence_refusal r) {
  return word_of(refusal_words, r);
}

presence_facts facts_of(const agent_presence& p, const presence_rules& rules, agent_index a, timestamp now) {
  const bool here = !p.sessions.empty() || p.stays_online;
  const bool grace = !here && p.grace_until != timestamp{} && p.grace_until > now;
  const bool wraps_up = p.wrap_up_until != timestamp{} && p.wrap_up_until > now;
  const bool busy = (!here && !grace) || !p.scheduled || p.status >= rules.statuses.size();
  const auto channels = busy ? 0 : rules.statuses[p.status].channels;
  return {.agent = a,
          .epoch = p.epoch,
          .online = here || grace,
          .grace = grace,
          .scheduled = p.scheduled,
          .channels = wraps_up ? 0 : channels,
          .wraps_up = wraps_up && channels != 0};
}

expected<agent_presence, presence_refusal> decide(const agent_presence& p, const presence_command& c,
                                                  const presence_rules& rules, timestamp now) {
  deciding d{.p = p, .rules = rules, .now = now};
  run_due(d);
  if (const auto refused = std::visit([&](const auto& command) { return take(d, command); }, c)) {
    return unexpected(*refused);
  }
  // What he was is asked as of when it was said: a grace that is over since is news now.
  const auto before = facts_of(p, rules, 0, timestamp::min());
  const bool news = facts_of(d.p, rules, 0, now) != before;
  if (news || d.p.away_by_itself != p.away_by_itself) d.p.epoch = p.epoch + 1;
  return d.p;
}

std::optional<timestamp> wake_at(const agent_presence& p, const presence_rules& rules) {
  std::optional<timestamp> at;
  const auto sooner = [&](timestamp t) { at = std::min(at.value_or(t), t); };
  for (const auto& s : p.sessions) sooner(s.until);
  if (p.grace_until != timestamp{}) sooner(p.grace_until);
  if (p.wrap_up_until != timestamp{}) sooner(p.wrap_up_until);
  const bool online = !p.sessions.empty() || p.stays_online;
  const bool offered = p.status < rules.statuses.size() && rules.statuses[p.status].channels != 0;
  if (rules.away_after.count() > 0 && online && offered) sooner(p.seen_at + rules.away_after);
  return at;
}

}  // namespace switchboard::domain::routing
