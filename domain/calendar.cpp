#include "domain/calendar.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::domain {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::local_days;
using std::chrono::weekday;

constexpr days one{1};
constexpr timestamp never_open = timestamp::min();

unsigned weekday_of(local_days date) {
  return weekday{date}.c_encoding();
}

/// In order and one where they touch or overlap.
template <class Span>
std::vector<Span> merged(std::vector<Span> spans) {
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.open < b.open; });
  std::vector<Span> out;
  for (const Span& s : spans) {
    if (s.close <= s.open) continue;
    if (!out.empty() && s.open <= out.back().close) {
      out.back().close = std::max(out.back().close, s.close);
    } else {
      out.push_back(s);
    }
  }
  return out;
}

/// Of days on which no clock is set and that no override touches.
std::array<open_index::day, 7> plain_week(const calendar_rules& rules) {
  constexpr open_index::duration whole = open_index::day_length;
  std::array<open_index::day, 7> week;
  for (std::size_t i = 0; i < week.size(); ++i) {
    open_index::day parts;
    for (const auto& w : rules.week[i]) parts.push_back({w.open, w.overnight() ? whole : w.close});
    for (const auto& w : rules.week[(i + 6) % 7]) {
      if (w.overnight()) parts.push_back({open_index::duration{0}, w.close});
    }
    week[i] = merged(std::move(parts));
  }
  return week;
}

}  // namespace

calendar::calendar(std::shared_ptr<const zone> where, calendar_rules rules)
    : where_(std::move(where)), rules_(std::move(rules)) {
  std::sort(rules_.overrides.begin(), rules_.overrides.end(),
            [](const date_override& a, const date_override& b) { return a.date < b.date; });
  index_ = make_index();
  long_closed_ = index_.closed_longer_than(closed_max);
}

// -- one date -----------------------------------------------------------------------------------------------

const date_override* calendar::override_of(local_days date) const {
  const auto& all = rules_.overrides;
  const auto found = std::lower_bound(all.begin(), all.end(), date,
                                      [](const date_override& o, local_days d) { return o.date < d; });
  return found == all.end() || found->date != date ? nullptr : &*found;
}

const std::vector<wall_window>& calendar::windows_of(local_days date) const {
  const date_override* const other = override_of(date);
  return other ? other->windows : rules_.week[weekday_of(date)];
}

timestamp calendar::midnight(local_days date) const {
  return where_->to_utc(wall_time{date}, occurrence::first);
}

open_span calendar::opened_on(local_days date, const wall_window& w) const {
  const local_days closes_on = w.overnight() ? date + one : date;
  return {where_->to_utc(wall_time{date} + w.open, occurrence::first),
          where_->to_utc(wall_time{closes_on} + w.close, occurrence::second)};
}

open_span calendar::within(open_span span, local_days date) const {
  return {std::max(span.open, midnight(date)), std::min(span.close, midnight(date + one))};
}

std::vector<open_span> calendar::open_on(local_days date) const {
  std::vector<open_span> spans;
  for (const auto& w : windows_of(date)) spans.push_back(within(opened_on(date, w), date));
  if (override_of(date) == nullptr) {
    for (const auto& w : windows_of(date - one)) {
      if (w.overnight()) spans.push_back(within(opened_on(date - one, w), date));
    }
  }
  return merged(std::move(spans));
}

timestamp calendar::last_close_of(local_days date) const {
  timestamp last = never_open;
  for (const auto& w : windows_of(date)) {
    const open_span whole = opened_on(date, w);
    const open_span today = within(whole, date);
    if (!today.empty()) last = std::max(last, today.close);
    if (!w.overnight() || override_of(date + one) != nullptr) continue;
    const open_span tomorrow = within(whole, date + one);
    if (!tomorrow.empty()) last = std::max(last, tomorrow.close);
  }
  return last;
}

local_days calendar::date_of(timestamp t) const {
  const local_days shown = floor<days>(where_->wall_at(t));
  // Clocks that are set back over midnight show the old date again.
  return midnight(shown + one) <= t ? shown + one : shown;
}

// -- all of them --------------------------------------------------------------------------------------------

/// In order, each once. What the clock shows is asked about from the night before until the next midnight.
std::vector<local_days> calendar::unlike_the_week() const {
  std::vector<local_days> dates;
  for (const auto& o : rules_.overrides) dates.insert(dates.end(), {o.date, o.date + one});
  const auto& periods = where_->periods();
  for (std::size_t i = 1; i < periods.size(); ++i) {
    const wall_time at{timestamp{periods[i].at}.time_since_epoch()};
    const auto [low, high] = std::minmax(periods[i - 1].ahead, periods[i].ahead);
    const local_days last = floor<days>(at + high) + one;
    for (local_days d = floor<days>(at + low) - one; d <= last; d += one) dates.push_back(d);
  }
  std::erase_if(dates, [](local_days d) { return d < first_date || d >= end_date; });
  std::sort(dates.begin(), dates.end());
  dates.erase(std::unique(dates.begin(), dates.end()), dates.end());
  return dates;
}

open_index calendar::make_index() const {
  open_index index(plain_week(rules_));
  local_days next = first_date;
  const auto fill_until = [&](local_days end) {
    if (next >= end) return;
    index.add_week_days(midnight(next), weekday_of(next), static_cast<std::uint32_t>((end - next).count()));
  };
  for (const local_days date : unlike_the_week()) {
    fill_until(date);
    index.add_day(midnight(date), open_on(date));
    next = date + one;
  }
  fill_until(end_date);
  return index;
}

}  // namespace switchboard::domain
