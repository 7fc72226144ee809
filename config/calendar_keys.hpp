#pragma once
// The part of the property table that is about [[calendar]]. Private to records.cpp.

#include "config/properties.hpp"

#include <array>
#include <string_view>

namespace switchboard::config {

// clang-format off
inline constexpr std::string_view windows_spelling = "list of 1 to 16 strings \"HH:MM-HH:MM\"";

inline constexpr std::array calendar_keys{
    record_key{"calendar", "id",
               "What queues and SLA policies call it.",
               "string, 1 to 64 of a-z 0-9 _ -, a letter or digit first", "required", "\"berlin\"", {}},
    record_key{"calendar", "zone",
               "Where its clock hangs: a name of the tz database (package tzdata), read from /usr/share/zoneinfo at each start and "
               "reload. Never an offset, which would be wrong for half of the year.",
               "string, an IANA time zone", "required", "\"Europe/Berlin\"", {}},

    record_key{"calendar.hours", "days",
               "The days of the week that have these windows, beside those that other [[calendar.hours]] give them.",
               "list of \"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \"sun\"", "required",
               "[\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"]", {}},
    record_key{"calendar.hours", "windows",
               "From when to when, by the clock on the wall there, the end not included. \"22:00-06:00\" ends on the next day, "
               "\"00:00-24:00\" is all day. Several are several shifts; what overlaps counts once.",
               windows_spelling, "required", "[\"09:00-13:00\", \"14:00-18:00\"]", {}},

    record_key{"calendar.override", "date",
               "The date that is unlike its weekday. It has no business time but that of its own windows: what the night before "
               "would have left over is gone, too.",
               "date, 1970-01-01 to 2199-12-31, without quotes", "required", "2026-12-24", {}},
    record_key{"calendar.override", "name",
               "For people: explanations name it.",
               "string, 1 to 256 bytes", "none", "\"Christmas Eve\"", {}},
    record_key{"calendar.override", "closed",
               "No business time on this date. Either this or windows.",
               "true", "none", "true", {}},
    record_key{"calendar.override", "windows",
               "The windows of this date, as in [[calendar.hours]]. Either these or closed.",
               windows_spelling, "none", "[\"08:00-12:00\"]", {}},
};
// clang-format on

}  // namespace switchboard::config
