#pragma once
// When the clocks of a conversation start, stop, wait and run out: the table of what each measures.
//
//   clock              starts                                  waits in             met by                     cancelled by
//   first_response     the customer's first word of a cycle    -                    a person's public word     resolving, spam
//                      (or when a bot hands over)
//   next_response      the oldest unanswered word behind it    -                    a person's public word     resolving, spam, no reply needed
//   update             a person's public word                  -                    the next one               resolving
//   pausable_update    the same                                pending              the next one               resolving
//   requester_wait     the cycle                               pending, snoozed     resolving                  -
//   agent_work         the cycle                               pending, snoozed     resolving                  -
//   resolution         the cycle                               what the policy says resolving                  -
//   queue_wait         it waits in a queue                     -                    somebody takes it          it leaves the queue
//   assignee_response  somebody takes it                       -                    that person's public word  it is taken from him
//
// Met is what comes at the deadline or before. A breach is stamped at its deadline, whenever it is found; the clock runs on, and
// what comes then stays a miss. A clock that ended is never written again. Bots, notes and what is said to many answer nobody
// (policy::bots_fulfil). Each threshold warns once for each clock, whatever happens in between: what was said is kept with it.

#include "domain/sla/clock_time.hpp"
#include "domain/sla/note.hpp"
#include "domain/sla/policy.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchboard::domain::sla {

/// One decision's worth of it: told what happened, in order, each at its time, it says what became of the clocks. All instants are
/// made whole. Keeps references for its own lifetime.
class measuring {
 public:
  /// `c` as it was before the decision. `now`: nothing that is told is later.
  measuring(const conversation& c, clocks before, const policies& all, timestamp now);

  /// It is as it is in `c` from now on; its clocks are what they are here. To be said before what is told of it.
  void becomes(const conversation& c);

  /// When a message that comes now counts as said: when it was written, within a week before.
  [[nodiscard]] instant effective(timestamp written) const;
  void customer_said(timestamp written);
  /// `sequence` of the message; `answers_for`: who said it, empty where it is not known.
  void person_said(instant at, std::uint64_t sequence, const agent_id& answers_for);
  void bot_said(instant at);
  /// The message was not sent after all, for good. Where it was our last word, who was answered by it waits as long as he did before.
  void word_failed(std::uint64_t sequence);
  void handed_off(instant at);
  /// Status, priority, queue, owner or tags are others than in `before`. `by_customer`: what he wrote opened it.
  void changed(const conversation& before, instant at, bool by_customer);
  /// Is the policy still the one that the plans were made by, as far as can be told at once?
  [[nodiscard]] bool plan_holds() const;
  /// Another policy may fit now, or it may say something else.
  void check_policy(instant at);
  /// Everything that is due by now. `late`: nobody looked when it was.
  void run_due(bool late);

  [[nodiscard]] const clocks& state() const { return state_; }
  [[nodiscard]] std::vector<clock_note> take_notes() { return std::exchange(notes_, {}); }

 private:
  [[nodiscard]] clock* find(metric m);
  [[nodiscard]] clock* live(metric m);
  [[nodiscard]] pace pace_of(metric m) const;
  [[nodiscard]] bool waits_in(metric m, conversation_status s) const;
  [[nodiscard]] bool in_bot_queue() const;
  [[nodiscard]] bool is_spam() const;

  void settle(instant until, bool late);
  void fire(clock& k, instant at, bool late);
  clock_note& note(event_type type, const clock& k, instant at, std::string_view reason = {});
  void arm(metric m, instant started, std::string_view reason = {}, const agent_id& agent = {},
           bool goes_on = false);
  void start_earlier(clock& k, instant started);
  void end(clock& k, clock_state as, instant at, std::string_view reason = {});
  void fulfil(metric m, instant at, std::string_view reason = {});
  void cancel(metric m, instant at, std::string_view reason);
  void replan(clock& k, const policy* was, instant at);
  void warn_of_the_past(clock& k, instant at);

  void begin_cycle(instant at);
  void answered_until(instant at);
  void update_said(instant at);
  void arm_cycle(instant at, bool goes_on);
  void status_changed(const conversation& before, instant at, bool by_customer);
  void owner_changed(const conversation& before, instant at);
  void tags_changed(const conversation& before, instant at);
  void plan_again(instant at, const policy* next);
  void arm_missing();

  const conversation* is_;
  clocks state_;
  const policies& all_;
  const policy* policy_;  ///< nullptr: none fits
  const instant now_;
  agent_id speaks_ = {};         ///< whose word is being told; empty: nobody's, or not known
  std::vector<metric> touched_;  ///< started or resumed in this decision: what of them is past came late
  std::vector<clock_note> notes_;
};

}  // namespace switchboard::domain::sla
