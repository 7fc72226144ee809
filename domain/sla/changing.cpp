// What a change of the conversation, or of the policies, does to its clocks.

#include "domain/conversation.hpp"
#include "domain/sla/groups.hpp"
#include "domain/sla/measuring.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::domain::sla {
namespace {

/// Of the calendar that a clock goes by; 0: none. Each reload makes new calendars, of which most say the same.
[[nodiscard]] std::uint64_t hours_number(const policy& p, metric m) {
  return p.hours_of(m) == nullptr ? 0 : p.hours_fingerprint;
}

[[nodiscard]] bool gains(const conversation& before, const conversation& after, const std::string& tag) {
  const auto has = [&](const conversation& c) {
    return std::find(c.tags.begin(), c.tags.end(), tag) != c.tags.end();
  };
  return !tag.empty() && has(after) && !has(before);
}

}  // namespace

void measuring::changed(const conversation& before, instant at, bool by_customer) {
  at = std::min(whole(at), now_);
  if (!state_.since) return;
  const conversation& after = *is_;
  settle(at, false);
  if (before.status != after.status) status_changed(before, at, by_customer);
  if (before.tags != after.tags) tags_changed(before, at);
  if (before.assigned_to != after.assigned_to || before.queue != after.queue ||
      before.status != after.status) {
    owner_changed(before, at);
  }
  check_policy(at);
}

void measuring::status_changed(const conversation& before, instant at, bool by_customer) {
  const auto to = is_->status;
  const bool was_solved = is_over(before.status);
  if (is_over(to)) {
    if (was_solved) return;
    cancel(metric::first_response, at, "unreplied");
    cancel(metric::next_response, at, "resolved");
    for (const auto m : of_updates) cancel(m, at, "resolved");
    for (const auto m : of_cycle) fulfil(m, at);
    cancel(metric::assignee_response, at, "resolved");
    state_.solved = true;
    state_.unanswered.reset();
    state_.with_bot = false;
    return;
  }
  if (was_solved) {
    const bool anew = by_customer && policy_ != nullptr && policy_->reopening == reopening::new_cycle;
    state_.solved = false;
    if (anew) {
      state_.since.reset();  // his message begins it
    } else {
      arm_cycle(at, true);
    }
    return;
  }
  for (auto& k : state_.all) {
    const bool waits = waits_in(k.what, to);
    if (k.state == clock_state::running && waits) {
      if (k.pauses.size() == pauses_max) fold(k, pace_of(k.what), at);
      const auto last = k.pauses.empty() ? k.from : k.pauses.back().until.value_or(at);
      k.pauses.push_back({.from = std::max(at, last)});
      k.state = clock_state::paused;
    } else if (k.state == clock_state::paused && !waits) {
      k.pauses.back().until = std::max(at, k.pauses.back().from);
      k.state = clock_state::running;
      touched_.push_back(k.what);
    } else {
      continue;
    }
    plan(k, pace_of(k.what), policy_ == nullptr ? nullptr : policy_->rule_of(k.what));
    note(k.state == clock_state::paused ? event_type::sla_paused : event_type::sla_resumed, k, at);
  }
}

void measuring::owner_changed(const conversation& before, instant at) {
  const conversation& after = *is_;
  if (before.assigned_to != after.assigned_to) {
    cancel(metric::assignee_response, at, "unassigned");
  }
  if (auto* const k = live(metric::queue_wait)) {
    if (!after.assigned_to.empty()) {
      fulfil(metric::queue_wait, at);
    } else if (!waits_in_queue(after) || before.queue != after.queue) {
      end(*k, clock_state::cancelled, at, "left_queue");
    }
  }
  if (!state_.since || is_over(after.status)) return;
  if (state_.with_bot && !in_bot_queue()) {
    // Where its router sends it straight to people, no bot had it: who wrote has waited since he did.
    const bool had_bot = !before.queue.empty();
    handed_off(had_bot ? at : state_.unanswered.value_or(at));
  }
  if (waits_in_queue(after) && live(metric::queue_wait) == nullptr) arm(metric::queue_wait, at);
  if (!after.assigned_to.empty() && before.assigned_to != after.assigned_to) {
    arm(metric::assignee_response, at, {}, after.assigned_to);
  }
}

void measuring::tags_changed(const conversation& before, instant at) {
  if (policy_ == nullptr) return;
  if (gains(before, *is_, policy_->spam_tag)) {
    for (std::size_t m = 0; m < metric_count; ++m) cancel(static_cast<metric>(m), at, "spam");
    state_.unanswered.reset();
  }
  if (gains(before, *is_, policy_->no_reply_tag)) {
    cancel(metric::next_response, at, "no_reply_needed");
    if (state_.answered) state_.unanswered.reset();
  }
}

// -- another plan -----------------------------------------------------------------------------------------

bool measuring::plan_holds() const {
  if (!state_.since || state_.policy.empty()) return true;
  return policy_ != nullptr && policy_->fingerprint == state_.fingerprint;
}

void measuring::check_policy(instant at) {
  if (!state_.since) return;
  plan_again(std::min(whole(at), now_), all_.match(*is_));
}

void measuring::plan_again(instant at, const policy* next) {
  const bool same_policy = next != nullptr && next->id == state_.policy;
  const bool same_plan = same_policy && next->fingerprint == state_.fingerprint;
  // One that nobody knows any more: as if it had been today's.
  const policy* was = all_.planned_by(state_.policy, state_.fingerprint);
  if (was == nullptr) was = policy_;
  policy_ = next;
  state_.policy = next == nullptr ? std::string() : next->id;
  state_.fingerprint = next == nullptr ? 0 : next->fingerprint;
  // What another config says, it says since it came.
  const auto since = same_policy && !same_plan ? std::min(at, whole(all_.since)) : at;
  for (auto& k : state_.all) {
    if (k.live()) replan(k, was, since);
  }
  if (next != nullptr && !state_.solved) arm_missing();
}

/// What is measured now, and was not before.
void measuring::arm_missing() {
  const auto is_missing = [&](metric m) {
    const auto* const k = find(m);
    return k == nullptr || k->cycle != state_.cycle || k->state == clock_state::cancelled;
  };
  for (const auto m : of_cycle) {
    if (is_missing(m)) arm(m, *state_.since, "policy_change");
  }
  if (!state_.unanswered || state_.with_bot) return;
  const auto answer = state_.answered ? metric::next_response : metric::first_response;
  if (live(answer) == nullptr) arm(answer, *state_.unanswered, "policy_change");
}

/// Elapsed is kept; what is left of the new target is left. One that was missed already stays as it is.
void measuring::replan(clock& k, const policy* was, instant at) {
  at = std::max(at, k.from);
  const pace old(was == nullptr ? nullptr : was->hours_of(k.what));
  const auto* const t = policy_ == nullptr ? nullptr : policy_->target_of(k.what, is_->priority);
  if (t == nullptr) {
    fold(k, old, at);
    return end(k, clock_state::cancelled, at, "policy_change");
  }
  const auto p = pace_of(k.what);
  const auto* const rule = policy_->rule_of(k.what);
  const auto* const old_rule = was == nullptr ? nullptr : was->rule_of(k.what);
  const auto amount = p.amount_of(*t, k.started);
  const bool same_hours = was == nullptr || hours_number(*was, k.what) == hours_number(*policy_, k.what);
  const bool same_warnings = old_rule == nullptr || old_rule->warnings == rule->warnings;
  const bool same_time = amount == k.target && same_hours;
  if (k.breached || (same_time && same_warnings)) return;
  if (!same_warnings) k.warned = 0;
  const bool other_target = amount != k.target;
  if (!same_time && (same_hours || policy_->recalculation == recalculation::frozen)) fold(k, old, at);
  k.target = amount;
  k.business_days = t->business_days;
  plan(k, p, rule);
  touched_.push_back(k.what);
  const bool runs = k.state == clock_state::running;
  if (other_target && runs && elapsed_at(k, p, at) >= k.target) {
    k.due = at;
    k.breached = true;
    k.next_warning.reset();
    note(event_type::sla_breached, k, at, "policy_change").actions = rule->on_breach;
    return;
  }
  note(event_type::sla_armed, k, at, same_hours ? "policy_change" : "calendar_change");
  warn_of_the_past(k, at);
}

}  // namespace switchboard::domain::sla
