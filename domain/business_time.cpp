#include "domain/business_time.hpp"

#include <algorithm>

namespace switchboard::domain {
namespace {

constexpr business_duration tick{1};

/// Is there no such wait between the two? Both in the order of time.
bool never_waits_too_long(const calendar& c, timestamp from, timestamp to) {
  const auto& closed = c.long_closed();
  auto each = std::upper_bound(closed.begin(), closed.end(), from,
                               [](timestamp t, const open_span& gap) { return t < gap.close; });
  for (; each != closed.end() && each->open < to; ++each) {
    if (std::min(to, each->close) - std::max(from, each->open) > calendar::closed_max) return false;
  }
  return true;
}

}  // namespace

deadline add(const calendar& c, timestamp from, business_duration amount) {
  if (amount <= business_duration{0}) return from;
  const auto& index = c.index();
  const auto passed = index.before(from);
  if (amount > index.total() - passed) return std::nullopt;
  const timestamp at = index.instant_of(passed + amount - tick) + tick;
  return never_waits_too_long(c, from, at) ? deadline(at) : std::nullopt;
}

deadline sub(const calendar& c, timestamp to, business_duration amount) {
  if (amount <= business_duration{0}) return to;
  const auto& index = c.index();
  const auto passed = index.before(to);
  if (amount > passed) return std::nullopt;
  const timestamp at = index.instant_of(passed - amount);
  return never_waits_too_long(c, at, to) ? deadline(at) : std::nullopt;
}

business_duration between(const calendar& c, timestamp from, timestamp to) {
  return to <= from ? business_duration{0} : c.index().before(to) - c.index().before(from);
}

deadline next_open(const calendar& c, timestamp t) {
  const auto passed = c.index().before(t);
  if (passed == c.index().total()) return std::nullopt;
  const timestamp at = c.index().instant_of(passed);
  return at - t <= calendar::closed_max ? deadline(at) : std::nullopt;
}

bool is_open(const calendar& c, timestamp t) {
  return next_open(c, t) == t;
}

deadline next_close(const calendar& c, timestamp t) {
  constexpr std::chrono::days one{1};
  timestamp at = t;
  for (auto date = c.date_of(t); date < calendar::end_date; date += one) {
    if (at - t > calendar::closed_max) return std::nullopt;
    for (const auto& span : c.open_on(date)) {
      if (span.close <= at) continue;
      if (span.open > at) return at;
      at = span.close;
    }
    if (at < c.midnight(date + one)) return at;
  }
  return at;
}

deadline end_of_business_day(const calendar& c, timestamp from, std::uint32_t days) {
  constexpr std::chrono::days one{1};
  auto date = c.date_of(from) - one;  // its night may still go on
  timestamp end = from;
  for (auto more = std::uint64_t{days} + 1; more > 0; date += one) {
    if (date >= calendar::end_date || c.midnight(date) - end > calendar::closed_max) return std::nullopt;
    const timestamp close = c.last_close_of(date);
    if (close <= from) continue;
    end = std::max(end, close);
    --more;
  }
  return never_waits_too_long(c, from, end) ? deadline(end) : std::nullopt;
}

}  // namespace switchboard::domain
