#include "domain/routing/shift.hpp"

#include "domain/business_time.hpp"

namespace switchboard::domain::routing {

shift shift_of(const calendar& c, timestamp now, std::chrono::milliseconds ends_before) {
  const auto open = next_open(c, now);
  if (!open) return {.on = false};
  for (auto from = *open;;) {
    const auto close = next_close(c, from);
    const bool long_enough = !close || *close - ends_before > from;
    if (from == now && long_enough) {
      return {.on = true, .until = close ? std::optional(*close - ends_before) : std::nullopt};
    }
    if (long_enough) return {.on = false, .until = from};
    const auto next = next_open(c, *close);
    if (!next || *next - now > calendar::closed_max) return {.on = false};
    from = *next;
  }
}

}  // namespace switchboard::domain::routing
