#include "domain/routing/replaying.hpp"

#include "domain/routing/archive.hpp"
#include "domain/routing/router.hpp"

#include <algorithm>
#include <variant>

namespace switchboard::domain::routing {
namespace {

std::string of_event(const router_event& e) {
  std::string text(to_word(e.kind));
  if (e.conversation != conversation_id{}) text += " of " + to_text(e.conversation);
  if (e.agent != no_agent) text += ", agent " + std::to_string(e.agent);
  return text;
}

std::string in_micros(timestamp t) {
  return std::to_string(t.time_since_epoch().count());
}

/// Of two events of the same kind, conversation and agent: the field that is another. "" where they are equal.
std::string first_difference(const router_event& logged, const router_event& now) {
  std::string found;
  const auto compare = [&](std::string_view field, const auto& was, const auto& is) {
    if (found.empty() && was != is)
      found = std::string(field) + " was " + std::to_string(was) + " and is " + std::to_string(is);
  };
  const auto compare_times = [&](std::string_view field, timestamp was, timestamp is) {
    if (found.empty() && was != is)
      found = std::string(field) + " was " + in_micros(was) + " us and is " + in_micros(is) + " us";
  };
  compare_times("at", logged.at, now.at);
  compare("queue", logged.queue, now.queue);
  compare("ring", logged.ring, now.ring);
  if (found.empty() && logged.hold != now.hold)
    found = "hold was " + std::string(to_word(logged.hold)) + " and is " + std::string(to_word(now.hold));
  compare("flag", int{logged.flag}, int{now.flag});
  compare("units", logged.units, now.units);
  compare("epoch", logged.epoch, now.epoch);
  compare_times("until", logged.until, now.until);
  compare("key", logged.key, now.key);
  if (!found.empty()) return found;
  std::string was, is;
  append_canonical(was, logged);
  append_canonical(is, now);
  return was == is ? "" : "its target, presence, facts or config is another";
}

std::string compare_events(const std::vector<router_event>& logged, const std::vector<router_event>& now) {
  for (std::size_t i = 0; i < std::min(logged.size(), now.size()); ++i) {
    const auto& was = logged[i];
    const auto& is = now[i];
    const auto which = "event " + std::to_string(i + 1) + " of " + std::to_string(logged.size());
    if (was.kind != is.kind || was.conversation != is.conversation || was.agent != is.agent)
      return which + " was " + of_event(was) + ", and is " + of_event(is);
    if (const auto what = first_difference(was, is); !what.empty())
      return which + ", " + of_event(was) + ": " + what;
  }
  if (logged.size() > now.size()) return of_event(logged[now.size()]) + " was said and is not";
  if (logged.size() < now.size()) return of_event(now[logged.size()]) + " is said and was not";
  return "the bytes are others, and say the same";
}

}  // namespace

std::optional<std::string> differs(router_state& s, std::string_view command, std::string_view events,
                                   timestamp at) {
  const auto c = decode_command(command);
  if (!c) return c.error();
  const auto* const told = std::get_if<tell_config>(&*c);
  const auto logged = decode_events(events, told == nullptr ? nullptr : told->config);
  if (!logged) return logged.error();
  const auto before = s.sequence;
  const auto now = turn(s, *c, at).events;
  if (encode(now) == encode(*logged)) return std::nullopt;  // which an earlier version may have written
  return "the turn behind sequence " + std::to_string(before) + ": " + compare_events(*logged, now);
}

}  // namespace switchboard::domain::routing
