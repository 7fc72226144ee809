#pragma once
// What an event adds to reports: one thing that happened, with whom, and for a clock how long it took. It names nobody outside the
// house, so it stays when a customer is erased.

#include "domain/fwd.hpp"
#include "domain/ids.hpp"
#include "domain/model.hpp"
#include "domain/sla/metric.hpp"
#include "domain/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace switchboard::domain::sla {
struct clock_note;
}

namespace switchboard::domain::reports {

/// The first three are of conversations, the others of clocks.
enum class kind : std::uint8_t { created, reopened, resolved, met, missed, breached, cancelled };
[[nodiscard]] std::string_view to_word(kind);
[[nodiscard]] std::optional<kind> kind_from_word(std::string_view word);
[[nodiscard]] constexpr bool is_of_clock(kind k) {
  return k >= kind::met;
}

struct fact {
  reports::kind kind = kind::created;
  domain::platform platform = domain::platform::facebook;
  queue_id queue = {};                   ///< that the conversation was in; empty: none
  agent_id agent = {};                   ///< who answered, else whose conversation it was; empty: nobody's
  timestamp at = {};                     ///< whole milliseconds; of a clock, when it was so
  sla::metric what = {};                 ///< of clocks
  std::chrono::milliseconds elapsed{0};  ///< … met and missed: business time that it had taken
  bool by_bot = false;                   ///< … it was no person who answered
  bool again = false;                    ///< … of a cycle behind the first: the customer had come back
  bool operator==(const fact&) const = default;
};

/// Does an event of this type ever count? Cheap: most do not.
[[nodiscard]] bool may_count(event_type type);
/// What an event about a conversation counts as; nullopt: nothing. `note`: of an sla.* event, null for others. The conversation as
/// it is after the event.
[[nodiscard]] std::optional<fact> fact_of(event_type type, timestamp at, platform on, std::string_view queue,
                                          std::string_view assignee, const sla::clock_note* note);

}  // namespace switchboard::domain::reports
