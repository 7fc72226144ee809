#pragma once
// The clocks of one conversation, as they are kept with it: the latest of each kind. All instants are whole milliseconds, as they
// are written down, so that what is read back says the same.

#include "domain/ids.hpp"
#include "domain/paused_span.hpp"
#include "domain/sla/metric.hpp"
#include "domain/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::domain::sla {

using instant = timestamp;                  ///< whole milliseconds
using deadline = std::optional<timestamp>;  ///< nullopt: never
[[nodiscard]] inline instant whole(timestamp t) {
  return std::chrono::floor<milliseconds>(t);
}

enum class clock_state : std::uint8_t { running, paused, met, missed, cancelled };
[[nodiscard]] std::string_view to_word(clock_state);
[[nodiscard]] std::optional<clock_state> clock_state_from_word(std::string_view word);

/// Beyond so many pauses the earliest become time that has counted: nobody itemises them any more.
inline constexpr std::size_t pauses_max = 16;

struct clock {
  metric what = metric::first_response;
  clock_state state = clock_state::running;
  std::uint32_t instance = 1;                       ///< of its kind, in this conversation, from 1
  std::uint32_t cycle = 1;                          ///< that it is of
  instant started = {};                             ///< when what is measured began
  milliseconds target{0};                           ///< business time
  std::optional<std::uint32_t> business_days = {};  ///< what the target was, where it was the end of a day

  milliseconds counted{0};  ///< business time before …
  instant from = {};        ///< … this, since when it counts by the present plan
  std::vector<paused_span> pauses =
      {};              ///< since `from`, in the order of time; the last is open where it is paused
  deadline due = {};   ///< nullopt: paused, or never
  bool never = false;  ///< the calendar has no such time ahead (calendar::closed_max)
  bool breached = false;
  std::uint32_t warned = 0;    ///< by threshold, a bit each
  deadline next_warning = {};  ///< while it runs
  std::optional<instant> ended = {};
  milliseconds elapsed{0};  ///< business time, once it has ended
  agent_id agent = {};      ///< assignee_response: whose answer

  [[nodiscard]] bool live() const { return state == clock_state::running || state == clock_state::paused; }
  bool operator==(const clock&) const = default;
};

/// What a conversation's clocks have to remember.
struct clocks {
  std::string policy = {};                 ///< id; empty: none fits
  std::uint64_t fingerprint = 0;           ///< of that policy, when this was planned
  std::uint32_t cycle = 0;                 ///< 0: its customer has not written yet
  bool solved = false;                     ///< it was resolved in this cycle, and not opened again since
  bool answered = false;                   ///< somebody has, in this cycle
  std::optional<instant> since = {};       ///< when the cycle began
  std::optional<instant> unanswered = {};  ///< the oldest message that nobody has answered
  bool with_bot = false;                   ///< start::handoff: nobody of us has it yet
  std::uint64_t answer = 0;                ///< the message (its sequence) that was our last word …
  std::optional<instant> answer_to = {};   ///< … and since when what it answered had waited
  std::vector<clock> all = {};             ///< of each kind at most one, in the order of kinds

  [[nodiscard]] const clock* find(metric m) const;
  /// When something is due without anything else happening: a warning, or a breach; nullopt: nothing is.
  [[nodiscard]] deadline wake_at() const;
  /// The earliest deadline that is running and not missed: what queues by deadline go by.
  [[nodiscard]] deadline next_due() const;
  /// The earliest deadline that was missed while what was promised is waited for still.
  [[nodiscard]] deadline overdue_since() const;
  /// The earlier of the two: what lists of conversations go by.
  [[nodiscard]] deadline waits_until() const;
  /// Those that run, have warned, and are not missed yet.
  [[nodiscard]] std::uint32_t at_risk() const;
  bool operator==(const clocks&) const = default;
};

}  // namespace switchboard::domain::sla
