#pragma once
// What clocks measure, and what may be done when they warn or run out.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::domain::sla {

using std::chrono::milliseconds;

/// What is measured (measuring.hpp says when each runs).
enum class metric : std::uint8_t {
  first_response,
  next_response,
  update,
  pausable_update,
  requester_wait,
  agent_work,
  resolution,
  queue_wait,
  assignee_response
};
inline constexpr std::size_t metric_count = 9;
inline constexpr std::size_t warnings_max = 8;  ///< of one clock
inline constexpr std::size_t actions_max = 8;   ///< of one warning or breach

/// "firstResponse" …, as in JSON; config has them with underscores.
[[nodiscard]] std::string_view to_word(metric);
[[nodiscard]] std::optional<metric> metric_from_word(std::string_view word);

enum class action_kind : std::uint8_t { raise_priority, add_tag, move_queue, notify, webhook };
[[nodiscard]] std::string_view to_word(action_kind);
[[nodiscard]] std::optional<action_kind> action_kind_from_word(std::string_view word);
/// What is done on a warning or a breach. The conversation does the first two itself; the others are for who hears of the event.
struct action {
  action_kind kind = action_kind::notify;
  /// The priority's word, the tag, the queue's id, whom ("assignee", "supervisors" or an agent's id), the webhook's id.
  std::string what = {};
  bool operator==(const action&) const = default;
};

}  // namespace switchboard::domain::sla
