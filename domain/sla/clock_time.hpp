#pragma once
// The arithmetic of one clock: how much of its time has passed, when it is due, when it warns. By a calendar, or around the clock.

#include "domain/calendar.hpp"
#include "domain/sla/clocks.hpp"
#include "domain/sla/policy.hpp"

namespace switchboard::domain::sla {

/// Business time as one clock has it. Whole milliseconds in, whole milliseconds out. Keeps the pointer.
class pace {
 public:
  explicit pace(const calendar* c) : calendar_(c) {}

  [[nodiscard]] deadline add(instant from, milliseconds amount) const;
  [[nodiscard]] deadline sub(instant to, milliseconds amount) const;
  [[nodiscard]] milliseconds between(instant from, instant to) const;
  /// A target from `started` on as business time.
  [[nodiscard]] milliseconds amount_of(const target& t, instant started) const;

 private:
  const calendar* calendar_;
};

/// Business time of it until `at`; of one that has ended, what it had then.
[[nodiscard]] milliseconds elapsed_at(const clock& k, const pace& p, instant at);
/// When it has had all its time; nullopt: paused before that, or never.
[[nodiscard]] deadline due_of(const clock& k, const pace& p);
/// The earliest warning ahead that was not given; nullopt: none, or it does not run. Precondition: `k.due` is planned.
[[nodiscard]] deadline next_warning_of(const clock& k, const pace& p, const clock_rule& r);
/// When a threshold is reached by the present plan; nullopt: never.
[[nodiscard]] deadline warns_at(const clock& k, const pace& p, const warning& w);

/// It is due as `pauses` and `target` say. A clock that ended is not planned.
void plan(clock& k, const pace& p, const clock_rule* r);
/// Everything until `at` is time that has counted, and what comes counts from there. A pause that is open stays open.
void fold(clock& k, const pace& p, instant at);

}  // namespace switchboard::domain::sla
