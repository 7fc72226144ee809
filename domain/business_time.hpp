#pragma once
// Arithmetic with business time: deadlines, how much of them is used up, when a team opens. Time that is counted is real time, in
// which a window over a change of clocks is longer or shorter. Exact to the microsecond; all of it pure, and a fraction of a
// microsecond of work (bench/business_time_bench.cpp), except where a day's windows are looked at one by one.

#include "domain/calendar.hpp"
#include "domain/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace switchboard::domain {

using business_duration = timestamp::duration;

/// An instant, or never.
using deadline = std::optional<timestamp>;

/// The earliest instant at which so much business time has passed since `from`: so the close of a day, not the next one's
/// opening. `from` itself for zero or less. Never: too far ahead, or behind more than calendar::closed_max without business time.
[[nodiscard]] deadline add(const calendar& c, timestamp from, business_duration amount);
/// The latest instant from which so much business time passes until `to`: so the opening of a day, not the last one's close. `to`
/// itself for zero or less; never as above.
[[nodiscard]] deadline sub(const calendar& c, timestamp to, business_duration amount);
/// Business time of [from, to); zero where `to` is not later.
[[nodiscard]] business_duration between(const calendar& c, timestamp from, timestamp to);

[[nodiscard]] bool is_open(const calendar& c, timestamp t);
/// `t` itself where it is open then.
[[nodiscard]] deadline next_open(const calendar& c, timestamp t);

/// The first instant from `t` on at which it is closed: `t` itself where it is closed then. Never: it goes on being open for more
/// than calendar::closed_max.
[[nodiscard]] deadline next_close(const calendar& c, timestamp t);

/// The end of a business day, `days` business days after the one that `from` is in, or before the first. A business day is a date
/// on which windows open, and ends when all of those have closed, be it in the morning after; so 0 is the end of today's, also
/// before it has begun, and of the next one's once today's is over.
[[nodiscard]] deadline end_of_business_day(const calendar& c, timestamp from, std::uint32_t days);

}  // namespace switchboard::domain
