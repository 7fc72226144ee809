#include "domain/sla/clock_time.hpp"

#include "domain/business_time.hpp"

#include <algorithm>

namespace switchboard::domain::sla {
namespace {

constexpr milliseconds none{0};

[[nodiscard]] deadline in_whole(deadline d) {
  // Windows open and close at whole seconds, so with whole milliseconds nothing is cut off here.
  return d ? deadline(whole(*d)) : d;
}

}  // namespace

deadline pace::add(instant from, milliseconds amount) const {
  if (calendar_ != nullptr) return in_whole(domain::add(*calendar_, from, amount));
  return from + std::max(amount, none);
}

deadline pace::sub(instant to, milliseconds amount) const {
  if (calendar_ != nullptr) return in_whole(domain::sub(*calendar_, to, amount));
  return to - std::max(amount, none);
}

milliseconds pace::between(instant from, instant to) const {
  if (to <= from) return none;
  if (calendar_ == nullptr) return std::chrono::floor<milliseconds>(to - from);
  return std::chrono::floor<milliseconds>(domain::between(*calendar_, from, to));
}

milliseconds pace::amount_of(const target& t, instant started) const {
  if (!t.business_days) return t.time;
  if (calendar_ == nullptr) return std::chrono::hours{24} * (*t.business_days + 1);
  const auto end = end_of_business_day(*calendar_, started, *t.business_days);
  // Never: more than the calendar has, so that add() says so, too.
  return end ? between(started, *end) : std::chrono::duration_cast<milliseconds>(std::chrono::years{500});
}

milliseconds elapsed_at(const clock& k, const pace& p, instant at) {
  if (!k.live()) return k.elapsed;
  auto passed = k.counted;
  auto running_from = k.from;
  for (const auto& pause : k.pauses) {
    passed += p.between(running_from, std::min(pause.from, at));
    if (!pause.until) return passed;
    running_from = std::max(running_from, *pause.until);
  }
  return passed + p.between(running_from, at);
}

deadline due_of(const clock& k, const pace& p) {
  auto left = k.target - k.counted;
  auto running_from = k.from;
  for (const auto& pause : k.pauses) {
    const auto passes = p.between(running_from, pause.from);
    if (passes >= left && passes > none) return p.add(running_from, left);
    left -= passes;
    if (!pause.until) return std::nullopt;
    running_from = std::max(running_from, *pause.until);
  }
  return p.add(running_from, left);
}

deadline warns_at(const clock& k, const pace& p, const warning& w) {
  return k.due ? p.sub(*k.due, left_at(w, k.target)) : deadline{};
}

deadline next_warning_of(const clock& k, const pace& p, const clock_rule& r) {
  deadline next;
  if (k.state != clock_state::running || k.breached) return next;
  for (std::size_t i = 0; i < r.warnings.size(); ++i) {
    if ((k.warned >> i & 1u) != 0) continue;
    const auto at = warns_at(k, p, r.warnings[i]);
    if (at && (!next || *at < *next)) next = at;
  }
  return next;
}

void plan(clock& k, const pace& p, const clock_rule* r) {
  if (!k.live()) return;
  if (k.state == clock_state::paused) {
    if (!k.breached) k.due.reset();  // when it was missed is history
    k.next_warning.reset();
    return;
  }
  if (!k.breached) {
    k.due = due_of(k, p);
    k.never = !k.due;
  }
  k.next_warning = r == nullptr ? deadline{} : next_warning_of(k, p, *r);
}

void fold(clock& k, const pace& p, instant at) {
  at = std::max(at, k.from);
  k.counted = elapsed_at(k, p, at);
  k.from = at;
  const bool is_paused = k.state == clock_state::paused;
  k.pauses.clear();
  if (is_paused) k.pauses.push_back({.from = at});
}

}  // namespace switchboard::domain::sla
