#include "cli/outbound_schedule.hpp"

#include <algorithm>

namespace switchboard::cli {

schedule_figures hold_against_limit(const std::vector<std::chrono::nanoseconds>& arrivals,
                                    std::uint32_t units, std::chrono::nanoseconds per) {
  schedule_figures f;
  if (arrivals.empty() || units == 0) return f;
  f.actual = arrivals.back() - arrivals.front();
  f.ideal = per * static_cast<std::int64_t>((arrivals.size() - 1) / units);
  for (std::size_t i = 1; i < arrivals.size(); ++i) {
    // The one before it shows that the account was at work; what `units` before it took must be free again.
    const auto allowed = i < units ? arrivals[i - 1] : std::max(arrivals[i - 1], arrivals[i - units] + per);
    f.idle_max = std::max(f.idle_max, arrivals[i] - allowed);
  }
  return f;
}

}  // namespace switchboard::cli
