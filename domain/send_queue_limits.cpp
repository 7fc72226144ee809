// The queue's limits: what the platform says of them, what asks the platform beside messages, and what outlives the process.

#include "domain/send_queue.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::domain {
namespace {

/// An account whose limit is used up rests so long where the platform does not say how long.
constexpr std::chrono::seconds used_up_rest{60};

kept_limit note_of(quota::scope of, std::string limit, limit_level&& level) {
  return {.of = of, .limit = std::move(limit), .level = std::move(level)};
}

kept_limit note_of(rate_limit& l, timestamp now) {
  l.noted();
  return note_of(l.of().of, std::string(l.of().name), l.level(now));
}

}  // namespace

std::optional<timestamp> send_queue::account_allows(std::span<const draw> draws, timestamp now,
                                                    bool leaves_reserve) {
  timestamp from = now;
  for (const auto& d : draws) {
    if (quotas_[d.quota].of == quota::scope::recipient) continue;
    auto& l = limit(d.quota);
    const auto when = l.when(d.units + (leaves_reserve ? l.reserve() : 0), now);
    if (!when) return std::nullopt;
    from = std::max(from, *when);
  }
  return from;
}

// -- tiers ---------------------------------------------------------------------------------------------------

void send_queue::follow(const sending_policy& policy) {
  policy_ = policy;
  for (std::size_t i = 0; i < quotas_.size(); ++i) {
    const auto& q = quotas_[i];
    if (q.tiered) limit(i).resize(policy.tier == 0 ? q.units : policy.tier);
  }
}

void send_queue::heard(std::uint64_t messages, timestamp now) {
  for (std::size_t i = 0; i < quotas_.size(); ++i) {
    if (quotas_[i].tiered) limit(i).spent_by_others(messages, now);
  }
}

// -- questions -------------------------------------------------------------------------------------------------

std::optional<timestamp> send_queue::question_allowed(std::span<const draw> draws, timestamp now,
                                                      bool for_messages) {
  const auto from = account_allows(draws, now, !for_messages);
  return from ? std::optional(std::max(*from, told_until())) : std::nullopt;
}

void send_queue::question_begun(std::span<const draw> draws, timestamp now) {
  for (const auto& d : draws) {
    if (quotas_[d.quota].of != quota::scope::recipient) limit(d.quota).take(d.units, now);
  }
}

void send_queue::question_ended(std::span<const draw> draws, timestamp now) {
  for (const auto& d : draws) {
    if (quotas_[d.quota].of != quota::scope::recipient) limit(d.quota).ended(d.units, now);
  }
}

// -- what the platform says --------------------------------------------------------------------------------------

void send_queue::tell(timestamp until, bool whole_application) {
  if (whole_application) return shared_->tell(until);
  if (until <= told_until_) return;
  told_until_ = until;
  told_ = true;
}

void send_queue::heed(const attempt_outcome& o, timestamp now) {
  for (const auto& report : o.quotas) {
    const auto until = now + report.full_again_in.value_or(used_up_rest);
    if (report.quota.empty()) {
      if (report.used.value_or(0) >= 1 || report.remaining == 0u) tell(until, report.whole_application);
      continue;
    }
    for (std::size_t i = 0; i < quotas_.size(); ++i) {
      if (quotas_[i].name != report.quota || quotas_[i].of == quota::scope::recipient) continue;
      if (report.remaining) limit(i).observe(*report.remaining, until, now);
      if (report.used.value_or(0) >= 1) limit(i).observe(0, until, now);
    }
  }
}

// -- across restarts -----------------------------------------------------------------------------------------

void send_queue::add_changes(const thread_id& t, line& l, timestamp now, std::vector<kept_limit>& found) {
  for (auto& [index, each] : l.limits) {
    if (!each.has_changed()) continue;
    found.push_back(note_of(each, now));
    found.back().thread = t;
  }
  if (!std::exchange(l.told, false)) return;
  found.push_back(note_of(quota::scope::recipient, {}, {.closed_until = l.not_before}));
  found.back().thread = t;
}

std::vector<kept_limit> send_queue::changes(timestamp now) {
  std::vector<kept_limit> found;
  for (std::size_t i = 0; i < quotas_.size(); ++i) {
    if (quotas_[i].of != quota::scope::recipient && limit(i).has_changed())
      found.push_back(note_of(limit(i), now));
  }
  if (std::exchange(told_, false))
    found.push_back(note_of(quota::scope::account, {}, {.closed_until = told_until_}));
  if (std::exchange(shared_->was_told, false))
    found.push_back(note_of(quota::scope::application, {}, {.closed_until = shared_->told_until}));
  for (const auto& t : std::exchange(to_be_kept_, {})) {
    if (const auto l = lines_.find(t); l != lines_.end()) add_changes(t, l->second, now, found);
  }
  return found;
}

bool send_queue::owes_what_was_told() const {
  if (told_ || shared_->was_told) return true;
  for (std::size_t i = 0; i < quotas_.size(); ++i) {
    if ((common_[i] != nullptr ? *common_[i] : limits_[i]).was_told()) return true;
  }
  return false;
}

/// What ended is worth a note where it would be held for long, and nothing begins that would bring one.
bool send_queue::owes_ends() const {
  for (std::size_t i = 0; i < quotas_.size(); ++i) {
    const auto& l = common_[i] != nullptr ? *common_[i] : limits_[i];
    if (l.is_long() && l.has_changed() && !l.is_under_way()) return true;
  }
  return false;
}

void send_queue::resume(const kept_limit& left, timestamp now) {
  const timestamp closed_until = std::min<timestamp>(left.level.closed_until, now + rate_limit::closed_max);
  if (left.of == quota::scope::recipient) {
    line& l = lines_[left.thread];
    unplace(left.thread, l);
    if (left.limit.empty()) l.not_before = std::max(l.not_before, closed_until);
    for (std::size_t i = 0; i < quotas_.size(); ++i) {
      if (quotas_[i].name == left.limit && quotas_[i].of == left.of)
        limit_of(l, static_cast<std::uint8_t>(i)).resume(left.level, now);
    }
    return place(left.thread, now);
  }
  if (left.limit.empty()) {
    auto& told = left.of == quota::scope::application ? shared_->told_until : told_until_;
    told = std::max(told, closed_until);
    return;
  }
  for (std::size_t i = 0; i < quotas_.size(); ++i) {
    if (quotas_[i].name == left.limit && quotas_[i].of == left.of) limit(i).resume(left.level, now);
  }
}

}  // namespace switchboard::domain
