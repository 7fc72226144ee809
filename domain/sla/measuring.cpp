#include "domain/sla/measuring.hpp"

#include "domain/conversation.hpp"
#include "domain/sla/groups.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::domain::sla {
namespace {

constexpr milliseconds tick{1};

[[nodiscard]] bool has(const std::vector<std::string>& tags, const std::string& tag) {
  return !tag.empty() && std::find(tags.begin(), tags.end(), tag) != tags.end();
}

}  // namespace

measuring::measuring(const conversation& c, clocks before, const policies& all, timestamp now)
    : is_(&c), state_(std::move(before)), all_(all), policy_(all.find(state_.policy)), now_(whole(now)) {}

void measuring::becomes(const conversation& c) {
  is_ = &c;
}

clock* measuring::find(metric m) {
  const auto found =
      std::find_if(state_.all.begin(), state_.all.end(), [&](const clock& k) { return k.what == m; });
  return found == state_.all.end() ? nullptr : &*found;
}

clock* measuring::live(metric m) {
  auto* const k = find(m);
  return k != nullptr && k->live() ? k : nullptr;
}

pace measuring::pace_of(metric m) const {
  return pace(policy_ == nullptr ? nullptr : policy_->hours_of(m));
}

bool measuring::waits_in(metric m, conversation_status s) const {
  using enum conversation_status;
  switch (m) {
    case metric::pausable_update:
      return s == pending;
    case metric::requester_wait:
    case metric::agent_work:
      return s == pending || s == snoozed;
    case metric::resolution:
      return policy_ != nullptr && policy_->resolution_pauses[static_cast<std::size_t>(s)];
    default:
      return false;
  }
}

bool measuring::in_bot_queue() const {
  if (policy_ == nullptr || policy_->start != start::handoff || policy_->bot_queues.empty()) return false;
  // Before its router has said where it goes, it can't be told: it is not with us yet.
  if (is_->queue.empty()) return is_->routed == 0;
  const auto& with_bots = policy_->bot_queues;
  return std::find(with_bots.begin(), with_bots.end(), is_->queue) != with_bots.end();
}

bool measuring::is_spam() const {
  return policy_ != nullptr && has(is_->tags, policy_->spam_tag);
}

// -- notes ------------------------------------------------------------------------------------------------

clock_note& measuring::note(event_type type, const clock& k, instant at, std::string_view reason) {
  return notes_.emplace_back(clock_note{.type = type,
                                        .policy = state_.policy,
                                        .clock = k,
                                        .at = at,
                                        .reason = std::string(reason),
                                        .elapsed = elapsed_at(k, pace_of(k.what), at)});
}

/// What lay before its start, or before the present plan, is said once and at once.
void measuring::warn_of_the_past(clock& k, instant at) {
  const auto* const rule = policy_ == nullptr ? nullptr : policy_->rule_of(k.what);
  if (rule == nullptr || k.state != clock_state::running || k.breached) return;
  const auto p = pace_of(k.what);
  for (std::uint32_t i = 0; i < rule->warnings.size(); ++i) {
    const auto due = warns_at(k, p, rule->warnings[i]);
    if ((k.warned >> i & 1u) != 0 || !due || *due >= at) continue;
    k.warned |= 1u << i;
    auto& n = note(event_type::sla_warning, k, at);
    n.threshold = i;
    n.late_arrival = true;
    n.actions = rule->warnings[i].actions;
  }
  k.next_warning = next_warning_of(k, p, *rule);
}

// -- one clock --------------------------------------------------------------------------------------------

void measuring::arm(metric m, instant started, std::string_view reason, const agent_id& agent, bool goes_on) {
  const auto* const t = policy_ == nullptr ? nullptr : policy_->target_of(m, is_->priority);
  if (t == nullptr || is_spam()) return;
  const auto p = pace_of(m);
  clock k{.what = m, .cycle = state_.cycle, .started = started, .from = started, .agent = agent};
  k.target = p.amount_of(*t, started);
  k.business_days = t->business_days;
  clock* const last = find(m);
  if (last != nullptr) {
    k.instance = last->instance + 1;
    if (goes_on && last->cycle == state_.cycle) {
      k.started = last->started;
      k.counted = last->elapsed;
      k.breached = last->breached;
      k.warned = last->warned;
      if (k.breached) k.due = last->due;
    }
  }
  if (waits_in(m, is_->status)) {
    k.state = clock_state::paused;
    k.pauses.push_back({.from = started});
  }
  plan(k, p, policy_->rule_of(m));
  touched_.push_back(m);
  if (last != nullptr) {
    *last = std::move(k);
  } else {
    const auto behind = std::find_if(state_.all.begin(), state_.all.end(),
                                     [&](const clock& other) { return other.what > m; });
    state_.all.insert(behind, std::move(k));
  }
  note(event_type::sla_armed, *find(m), started, reason);
  warn_of_the_past(*find(m), started);
}

/// What came late was written before what it was started by.
void measuring::start_earlier(clock& k, instant started) {
  if (started >= k.started || k.state != clock_state::running || k.breached || k.counted.count() > 0) return;
  k.started = started;
  k.from = started;
  plan(k, pace_of(k.what), policy_ == nullptr ? nullptr : policy_->rule_of(k.what));
  touched_.push_back(k.what);
  note(event_type::sla_armed, k, started, "earlier_message");
}

void measuring::end(clock& k, clock_state as, instant at, std::string_view reason) {
  const auto elapsed = elapsed_at(k, pace_of(k.what), at);
  if (k.state == clock_state::paused) k.pauses.back().until = std::max(at, k.pauses.back().from);
  k.elapsed = elapsed;
  k.ended = at;
  k.state = as;
  k.next_warning.reset();
  if (as == clock_state::cancelled) k.due = k.breached ? k.due : deadline{};
  auto& n =
      note(as == clock_state::cancelled ? event_type::sla_cancelled : event_type::sla_met, k, at, reason);
  if (n.type == event_type::sla_met) n.by = speaks_;
}

/// A miss is said when it happens; what ends it then is said as met too late, by its state.
void measuring::fulfil(metric m, instant at, std::string_view reason) {
  auto* const k = live(m);
  if (k != nullptr) end(*k, k->breached ? clock_state::missed : clock_state::met, at, reason);
}

void measuring::cancel(metric m, instant at, std::string_view reason) {
  auto* const k = live(m);
  if (k != nullptr) end(*k, clock_state::cancelled, at, reason);
}

// -- what is due ------------------------------------------------------------------------------------------

void measuring::fire(clock& k, instant at, bool late) {
  const auto* const rule = policy_ == nullptr ? nullptr : policy_->rule_of(k.what);
  const bool came_late = std::find(touched_.begin(), touched_.end(), k.what) != touched_.end();
  const bool warns = k.next_warning && *k.next_warning <= at;
  if (warns && rule != nullptr) {
    const auto p = pace_of(k.what);
    for (std::uint32_t i = 0; i < rule->warnings.size(); ++i) {
      const auto due = warns_at(k, p, rule->warnings[i]);
      if ((k.warned >> i & 1u) != 0 || !due || *due > at) continue;
      k.warned |= 1u << i;
      auto& n = note(event_type::sla_warning, k, whole(*due));
      n.threshold = i;
      n.late_arrival = came_late;
      n.fired_late = late;
      n.actions = rule->warnings[i].actions;
    }
    k.next_warning = next_warning_of(k, p, *rule);
    return;
  }
  if (warns) {
    k.next_warning.reset();  // of a rule that is no more
    return;
  }
  k.breached = true;
  k.next_warning.reset();
  auto& n = note(event_type::sla_breached, k, whole(*k.due));
  n.late_arrival = came_late;
  n.fired_late = late;
  if (rule != nullptr) n.actions = rule->on_breach;
}

/// In the order in which it fell due.
void measuring::settle(instant until, bool late) {
  for (;;) {
    clock* first = nullptr;
    instant at{};
    for (auto& k : state_.all) {
      if (k.state != clock_state::running || k.breached) continue;
      auto due = k.due ? deadline(*k.due + tick) : deadline{};
      if (k.next_warning && (!due || *k.next_warning < *due)) due = k.next_warning;
      if (due && *due <= until && (first == nullptr || *due < at)) {
        first = &k;
        at = *due;
      }
    }
    if (first == nullptr) return;
    fire(*first, at, late);
  }
}

void measuring::run_due(bool late) {
  settle(now_, late);
}

// -- a cycle ----------------------------------------------------------------------------------------------

void measuring::begin_cycle(instant at) {
  ++state_.cycle;
  state_.since = at;
  state_.solved = false;
  state_.answered = false;
  state_.with_bot = in_bot_queue();
  arm_cycle(at, false);
  if (!state_.with_bot) arm(metric::first_response, at);
  if (waits_in_queue(*is_)) arm(metric::queue_wait, at);
}

void measuring::arm_cycle(instant at, bool goes_on) {
  for (const auto m : of_cycle) arm(m, at, goes_on ? "reopened" : "", {}, goes_on);
}

instant measuring::effective(timestamp written) const {
  constexpr std::chrono::days at_most{7};
  const auto* const p = policy_ != nullptr ? policy_ : all_.match(*is_);
  if (p != nullptr && !p->charge_ingest_lag) return now_;
  return std::clamp(whole(written), now_ - at_most, now_);
}

void measuring::customer_said(timestamp written) {
  const auto at = effective(written);
  settle(at, false);
  if (!state_.since) {
    policy_ = all_.match(*is_);
    state_.policy = policy_ == nullptr ? std::string() : policy_->id;
    state_.fingerprint = policy_ == nullptr ? 0 : policy_->fingerprint;
    state_.unanswered = at;
    return begin_cycle(at);
  }
  state_.unanswered = std::min(state_.unanswered.value_or(at), at);
  if (state_.with_bot) return;
  const auto m = state_.answered ? metric::next_response : metric::first_response;
  if (auto* const k = live(m)) return start_earlier(*k, at);
  const auto* const last = find(m);
  const bool goes_on = m == metric::first_response && last != nullptr && last->cycle == state_.cycle;
  arm(m, at, goes_on ? "reopened" : "", {}, goes_on);
}

/// What was written before the customer's last words answers those before it only.
void measuring::answered_until(instant at) {
  state_.answered = true;
  if (state_.unanswered) state_.answer_to = std::exchange(state_.unanswered, std::nullopt);
  const auto last = whole(is_->last_inbound_at.value_or(at));
  if (last <= at || last > now_) return;
  state_.unanswered = last;
  arm(metric::next_response, last);
}

void measuring::person_said(instant at, std::uint64_t sequence, const agent_id& answers_for) {
  at = std::min(whole(at), now_);
  if (!state_.since) return;  // what we begin promises nothing until the customer writes
  if (state_.with_bot) handed_off(at);
  settle(at, false);
  speaks_ = answers_for;
  const bool is_answer = !state_.unanswered || at >= *state_.unanswered;
  if (is_answer) {
    fulfil(metric::first_response, at);
    fulfil(metric::next_response, at);
    state_.answer = sequence;
    answered_until(at);
  }
  const auto* const owner = live(metric::assignee_response);
  const bool is_owners = owner != nullptr && at >= owner->started;
  if (is_owners && (answers_for.empty() || owner->agent == answers_for))
    fulfil(metric::assignee_response, at);
  if (state_.answered && !is_over(is_->status)) update_said(at);
  speaks_ = {};
}

void measuring::update_said(instant at) {
  for (const auto m : of_updates) {
    const auto* const k = live(m);
    if (k != nullptr && at < k->started) continue;  // a later word is known
    fulfil(m, at);
    arm(m, at);
  }
}

void measuring::bot_said(instant at) {
  at = std::min(whole(at), now_);
  if (!state_.since || policy_ == nullptr || !policy_->bots_fulfil) return;
  settle(at, false);
  fulfil(metric::first_response, at, "bot");
  fulfil(metric::next_response, at, "bot");
  state_.answered = true;
  state_.unanswered.reset();
}

void measuring::word_failed(std::uint64_t sequence) {
  if (!state_.since || state_.answer != sequence || sequence == 0) return;
  state_.answer = 0;
  const auto waits_since = std::exchange(state_.answer_to, std::nullopt);
  if (!waits_since || is_over(is_->status) || state_.solved) return;
  state_.unanswered = std::min(state_.unanswered.value_or(*waits_since), *waits_since);
  for (const auto m : of_updates) cancel(m, now_, "reply_failed");
  if (auto* const k = live(metric::next_response)) return start_earlier(*k, *waits_since);
  const auto* const first = find(metric::first_response);
  const bool was_first = first != nullptr && first->cycle == state_.cycle && first->started == *waits_since;
  if (was_first) state_.answered = false;
  arm(was_first ? metric::first_response : metric::next_response, *waits_since, "reply_failed");
}

void measuring::handed_off(instant at) {
  at = std::min(whole(at), now_);
  if (!state_.with_bot) return;
  settle(at, false);
  state_.with_bot = false;
  if (!state_.answered && state_.unanswered) arm(metric::first_response, at, "handoff");
}

}  // namespace switchboard::domain::sla
