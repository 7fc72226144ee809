#include "domain/send_queue.hpp"

#include <algorithm>
#include <cassert>

namespace switchboard::domain {
namespace {

using std::chrono::milliseconds;

delivery_error too_old(delivery_error last) {
  if (!last.code.empty()) return last;
  return {.code = "expired",
          .title = "Not sent in time",
          .detail = "it waited longer than limits.send_give_up_after allows"};
}

}  // namespace

send_queue::send_queue(std::span<const quota> quotas, sending_policy policy,
                       std::shared_ptr<application_limits> shared)
    : quotas_(quotas.begin(), quotas.end()),
      limits_(quotas.begin(), quotas.end()),
      shared_(std::move(shared)) {
  assert(quotas.size() <= quotas_max);
  for (const auto& q : quotas_) {
    assert(!q.tiered || (q.of == quota::scope::account && q.burst == 0));
    common_.push_back(q.of == quota::scope::application ? &shared_->of(q) : nullptr);
  }
  follow(policy);
}

// -- lines ---------------------------------------------------------------------------------------------------

void send_queue::unplace(const thread_id& t, line& l) {
  if (l.rests_at) resting_.erase({*l.rests_at, t});
  l.rests_at.reset();
  if (!l.ready) return;
  const auto group = ready_.find(l.ready->group);
  group->second.erase(l.ready->key);
  if (group->second.empty()) ready_.erase(group);
  l.ready.reset();
}

/// Where the line belongs now: among the ready, among those that rest, or nowhere. The line may be gone afterwards.
void send_queue::place(const thread_id& t, timestamp now) {
  const auto found = lines_.find(t);
  line& l = found->second;
  unplace(t, l);
  if (l.busy || (!l.sends.empty() && l.sends.front().unknown)) return;
  if (l.sends.empty()) {
    timestamp idle_at = l.not_before;
    for (auto& [index, limit] : l.limits) {
      if (!limit.is_idle(now)) idle_at = std::max(idle_at, now + limit.of().per);
    }
    if (idle_at <= now) {
      lines_.erase(found);
      return;
    }
    l.rests_at = idle_at;
    resting_.emplace(idle_at, t);
    return;
  }
  const timestamp from = std::max(l.not_before, recipient_allows(l, now));
  if (from > now) {
    l.rests_at = from;
    resting_.emplace(from, t);
    return;
  }
  placed where;
  auto best = l.sends.front().lane;
  for (const auto& s : l.sends) best = std::min(best, s.lane);
  where.key = {best, l.sends.front().queued_at, t};
  for (const auto& d : l.sends.front().draws) {
    if (quotas_[d.quota].of != quota::scope::recipient) where.group |= quota_group{1} << d.quota;
  }
  ready_[where.group].insert(where.key);
  l.ready = std::move(where);
}

rate_limit& send_queue::limit_of(line& l, std::uint8_t quota) {
  if (quotas_[quota].of != quota::scope::recipient) return limit(quota);
  for (auto& [index, limit] : l.limits) {
    if (index == quota) return limit;
  }
  return l.limits.emplace_back(quota, rate_limit(quotas_[quota])).second;
}

/// A line has one message under way at a time, and none now: so its limits always know when.
timestamp send_queue::recipient_allows(line& l, timestamp now) {
  timestamp from = now;
  for (const auto& d : l.sends.front().draws) {
    if (quotas_[d.quota].of != quota::scope::recipient) continue;
    from = std::max(from, limit_of(l, d.quota).when(d.units, now).value_or(now + quotas_[d.quota].per));
  }
  return from;
}

// -- in and out ----------------------------------------------------------------------------------------------

void send_queue::add(queued_send&& s, timestamp now) {
  if (!known_.insert(s.id).second) return;
  const auto t = s.id.conversation.thread;
  line& l = lines_[t];
  unplace(t, l);
  assert(l.sends.empty() || l.sends.back().id < s.id);
  if (s.unknown) {
    ++unknown_;
  } else {
    by_age_.emplace(s.queued_at, s.id);
  }
  l.sends.push_back(std::move(s));
  place(t, now);
}

send_queue::place_in_line send_queue::find(const message_id& id, line& l) {
  const auto at = std::find_if(l.sends.begin(), l.sends.end(), [&](const auto& s) { return s.id == id; });
  assert(at != l.sends.end());  // known_ has it
  return at;
}

void send_queue::drop(line& l, place_in_line s) {
  if (s->unknown) --unknown_;
  by_age_.erase({s->queued_at, s->id});
  known_.erase(s->id);
  l.sends.erase(s);
}

void send_queue::forget(const message_id& id, timestamp now) {
  if (!known_.contains(id)) return;
  if (const auto w = under_way_.find(id); w != under_way_.end()) {
    w->second = true;
    return;
  }
  const auto t = id.conversation.thread;
  line& l = lines_.at(t);
  unplace(t, l);
  drop(l, find(id, l));
  place(t, now);
}

std::optional<send_step> send_queue::oldest_too_old(timestamp now) {
  if (by_age_.empty() || by_age_.begin()->first + policy_.give_up_after > now) return std::nullopt;
  const auto id = by_age_.begin()->second;
  const auto t = id.conversation.thread;
  line& l = lines_.at(t);
  unplace(t, l);
  const auto s = find(id, l);
  send_step step{.what = send_step::kind::give_up, .id = id, .error = too_old(std::move(s->last_error))};
  drop(l, s);
  place(t, now);
  return step;
}

/// Null: none may go now.
const send_queue::ready_key* send_queue::best_of_ready(timestamp now) {
  if (is_resting(now) || under_way_.size() >= in_flight_max()) return nullptr;
  const ready_key* best = nullptr;
  for (const auto& [group, threads] : ready_) {
    const auto& key = *threads.begin();
    if (best != nullptr && *best < key) continue;
    if (account_allows(lines_.at(std::get<thread_id>(key)).sends.front().draws, now) == now) best = &key;
  }
  return best;
}

std::optional<lane> send_queue::next_lane(timestamp now) {
  while (!resting_.empty() && resting_.begin()->first <= now) place(resting_.begin()->second, now);
  if (!by_age_.empty() && by_age_.begin()->first + policy_.give_up_after <= now) return lane::agent;
  const auto* const best = best_of_ready(now);
  return best == nullptr ? std::nullopt : std::optional(std::get<lane>(*best));
}

std::optional<send_step> send_queue::next(timestamp now) {
  while (!resting_.empty() && resting_.begin()->first <= now) place(resting_.begin()->second, now);
  if (auto step = oldest_too_old(now)) return step;
  const auto* const best = best_of_ready(now);
  if (best == nullptr) return std::nullopt;
  const auto t = std::get<thread_id>(*best);
  line& l = lines_.at(t);
  unplace(t, l);
  auto& s = l.sends.front();
  l.busy = true;
  ++s.attempts;
  by_age_.erase({s.queued_at, s.id});
  under_way_.emplace(s.id, false);
  for (const auto& d : s.draws) {
    limit_of(l, d.quota).take(d.units, now);
    if (quotas_[d.quota].of == quota::scope::recipient) to_be_kept_.push_back(t);
  }
  return send_step{.what = send_step::kind::attempt, .id = s.id, .error = {}};
}

std::optional<timestamp> send_queue::wake_at(timestamp now) {
  std::optional<timestamp> at;
  const auto sooner = [&](timestamp t) { at = std::min(at.value_or(t), t); };
  if (!by_age_.empty()) sooner(by_age_.begin()->first + policy_.give_up_after);
  if (!resting_.empty()) sooner(resting_.begin()->first);
  if (under_way_.size() < in_flight_max()) {
    for (const auto& [group, threads] : ready_) {
      const auto& first = lines_.at(std::get<thread_id>(*threads.begin())).sends.front();
      if (const auto when = account_allows(first.draws, now))
        sooner(std::max({*when, told_until(), breaker_until_}));
    }
  }
  return at;
}

// -- what became of an attempt -----------------------------------------------------------------------------

/// The first of the line is under way no more: what it took of the limits counts from now.
send_queue::line* send_queue::end_attempt(const message_id& id, timestamp now, bool& forgotten) {
  const auto w = under_way_.find(id);
  if (w == under_way_.end()) return nullptr;
  forgotten = w->second;
  under_way_.erase(w);
  line& l = lines_.at(id.conversation.thread);
  assert(l.busy && l.sends.front().id == id);
  l.busy = false;
  for (const auto& d : l.sends.front().draws) limit_of(l, d.quota).ended(d.units, now);
  return &l;
}

send_verdict send_queue::ended(const message_id& id, const attempt_outcome& o, timestamp now, double chance) {
  bool forgotten = false;
  line* const l = end_attempt(id, now, forgotten);
  if (l == nullptr) return send_verdict::settled;
  heed(o, now);
  const auto verdict = forgotten ? send_verdict::settled : judge(*l, o, now, chance);
  if (verdict == send_verdict::settled || verdict == send_verdict::give_up) {
    drop(*l, l->sends.begin());
  } else if (verdict == send_verdict::retry) {
    by_age_.emplace(l->sends.front().queued_at, id);
  }
  place(id.conversation.thread, now);
  return verdict;
}

send_verdict send_queue::judge(line& l, const attempt_outcome& o, timestamp now, double chance) {
  auto& s = l.sends.front();
  s.last_error = o.error;
  switch (o.end) {
    case attempt_end::sent:
    case attempt_end::refused:  // it works, and does not want this one
      troubles_ = 0;
      probing_ = no_access_ = false;
      breaker_until_ = {};
      return send_verdict::settled;
    case attempt_end::no_access:
      --s.attempts;
      no_access_ = probing_ = true;
      breaker_until_ = now + policy_.access_retry;
      if (o.retry_after) tell(now + *o.retry_after, o.whole_application);
      return send_verdict::retry;
    case attempt_end::unknown:
      trouble(now, chance);
      s.unknown = true;
      ++unknown_;
      return send_verdict::ask;
    case attempt_end::later:
      break;
  }
  if (!o.recipient_now.empty()) {  // at once, to the new address; an attempt all the same
    return s.attempts >= policy_.attempts_max ? send_verdict::give_up : send_verdict::retry;
  }
  // At once, or nearly, is no time to wait: then ours counts, and so does the failure.
  if (o.retry_after && *o.retry_after >= policy_.backoff) {
    --s.attempts;  // the message is not to blame; how long it may wait is bounded by its age
    l.not_before = now + *o.retry_after;
    const bool one_quota = std::any_of(o.quotas.begin(), o.quotas.end(),
                                       [](const auto& q) { return !q.quota.empty() && q.remaining == 0u; });
    if (!o.recipient_only && !one_quota) tell(now + *o.retry_after, o.whole_application);
    l.told = true;
    to_be_kept_.push_back(s.id.conversation.thread);
    return send_verdict::retry;
  }
  if (!o.recipient_only) trouble(now, chance);
  if (s.attempts >= policy_.attempts_max) return send_verdict::give_up;
  l.not_before = now + backoff(s.attempts, chance);
  return send_verdict::retry;
}

void send_queue::withdrawn(const message_id& id, timestamp now) {
  bool forgotten = false;
  line* const l = end_attempt(id, now, forgotten);
  if (l == nullptr) return;
  --l->sends.front().attempts;
  by_age_.emplace(l->sends.front().queued_at, id);
  if (forgotten) drop(*l, l->sends.begin());
  place(id.conversation.thread, now);
}

void send_queue::absent(const message_id& id, timestamp now, double chance) {
  if (!known_.contains(id)) return;
  const auto t = id.conversation.thread;
  line& l = lines_.at(t);
  auto& s = *find(id, l);
  if (!s.unknown) return;
  s.unknown = false;
  --unknown_;
  by_age_.emplace(s.queued_at, id);
  l.not_before = std::max(l.not_before, now + backoff(s.attempts, chance));
  place(t, now);
}

void send_queue::trouble(timestamp now, double chance) {
  ++troubles_;
  if (troubles_ < policy_.breaker_after) return;
  probing_ = true;
  breaker_until_ = now + backoff(troubles_ - policy_.breaker_after + 1, chance);
}

/// Half of it at least, so that it grows; the other half by chance, so that those that failed together come apart.
milliseconds send_queue::backoff(std::uint32_t attempts, double chance) const {
  auto full = policy_.backoff;
  for (std::uint32_t i = 1; i < attempts && full < policy_.backoff_max; ++i) full *= 2;
  full = std::min(full, policy_.backoff_max);
  return std::chrono::duration_cast<milliseconds>(full * (0.5 + std::clamp(chance, 0.0, 1.0) / 2));
}

}  // namespace switchboard::domain
