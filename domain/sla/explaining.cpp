#include "domain/sla/explaining.hpp"

#include "domain/json.hpp"
#include "domain/sla/clock_time.hpp"
#include "domain/time_account.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace switchboard::domain::sla {
namespace {

/// In UTC, for what runs around the clock.
const zone& greenwich() {
  static const zone utc(std::chrono::seconds{0}, {});
  return utc;
}

const zone& zone_of(const calendar* hours) {
  return hours == nullptr ? greenwich() : hours->where();
}

void number(json_object& o, std::string_view name, milliseconds many) {
  o.number(name, static_cast<std::uint64_t>(std::max(many, milliseconds{0}).count()));
}

void time(json_object& o, std::string_view name, const zone& where, const deadline& t) {
  if (!t) return;
  o.text(name, to_rfc3339(*t));
  o.text(std::string(name) + "Local", wall_text(where, *t));
}

std::string date_text(std::chrono::local_days date) {
  const std::chrono::year_month_day d{date};
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(d.year()),
                static_cast<unsigned>(d.month()), static_cast<unsigned>(d.day()));
  return text.data();
}

template <class List, class Write>
void list(std::string& out, json_object& o, std::string_view name, const List& all, Write write) {
  if (all.empty()) return;
  o.key(name);
  out += '[';
  for (const auto& one : all) {
    json_object item{out};
    write(item, one);
    item.end();
    out += ',';
  }
  out.back() = ']';
}

/// The stretches of what is left from `from` on; what was counted before them stands as one figure.
void itemised(std::string& out, json_object& o, const clock& k, const calendar* hours) {
  const auto& where = zone_of(hours);
  if (k.counted.count() > 0) number(o, "countedBeforeMs", k.counted);
  time(o, "countedFrom", where, k.from);
  list(out, o, "pauses", k.pauses, [&](json_object& item, const paused_span& p) {
    time(item, "from", where, p.from);
    time(item, "until", where, p.until);
  });
  if (hours == nullptr) return;
  const auto account = itemise(*hours, k.from, k.target - k.counted, k.pauses);
  list(out, o, "windows", account.counted, [&](json_object& item, const counted_span& s) {
    time(item, "from", where, s.span.open);
    time(item, "until", where, s.span.close);
    number(item, "ms", std::chrono::floor<milliseconds>(s.span.close - s.span.open));
  });
  list(out, o, "dates", account.overridden, [&](json_object& item, const overridden_date& d) {
    item.text("date", date_text(d.date));
    item.text_if("name", d.name);
    item.boolean("closed", d.closed);
  });
  if (account.left_out > 0) o.number("leftOut", account.left_out);
}

void write_clock(std::string& out, const clock& k, const policy* p, timestamp now) {
  const auto* const hours = p == nullptr ? nullptr : p->hours_of(k.what);
  const auto& where = zone_of(hours);
  json_object o{out};
  o.text("clock", to_word(k.what));
  o.number("instance", k.instance);
  o.text("state", to_word(k.state));
  if (k.breached) o.boolean("breached", true);
  time(o, "startedAt", where, k.started);
  number(o, "targetMs", k.target);
  if (k.business_days) o.number("targetBusinessDays", *k.business_days);
  time(o, "dueAt", where, k.due);
  if (k.never) o.boolean("never", true);
  time(o, "endedAt", where, k.ended);
  if (p != nullptr || !k.live()) {
    const auto passed = elapsed_at(k, pace(hours), whole(now));
    number(o, "passedMs", passed);
    number(o, passed > k.target ? "overdueMs" : "leftMs",
           passed > k.target ? passed - k.target : k.target - passed);
  }
  o.text_if("agentId", k.agent.value);
  if (hours == nullptr) o.boolean("aroundTheClock", true);
  itemised(out, o, k, hours);
  o.end();
}

}  // namespace

std::string wall_text(const zone& where, timestamp t) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  const auto ahead = where.offset_at(t);
  const std::chrono::local_time<std::chrono::milliseconds> wall{
      std::chrono::floor<milliseconds>(t.time_since_epoch() + ahead)};
  const auto date = std::chrono::floor<std::chrono::days>(wall);
  const std::chrono::hh_mm_ss clock{wall - date};
  const auto minutes = std::chrono::abs(std::chrono::duration_cast<std::chrono::minutes>(ahead));
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s %s %02d:%02d:%02d",
                days[std::chrono::weekday{date}.c_encoding()], date_text(date).c_str(),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  std::string out = text.data();
  if (clock.subseconds().count() > 0) {
    std::snprintf(text.data(), text.size(), ".%03d", static_cast<int>(clock.subseconds().count()));
    out += text.data();
  }
  std::snprintf(text.data(), text.size(), " %c%02d:%02d", ahead.count() < 0 ? '-' : '+',
                static_cast<int>(minutes.count() / 60), static_cast<int>(minutes.count() % 60));
  return out + text.data();
}

std::string explain(const conversation_id& id, const clocks& all, const policies& in_force, timestamp now) {
  const auto* const p = in_force.find(all.policy);
  std::string out;
  json_object o{out};
  o.text("conversationId", to_text(id));
  o.text_if("policy", all.policy);
  if (p != nullptr && p->hours != nullptr) {
    o.text("calendar", p->calendar_id);
    o.text("zone", p->zone);
  }
  o.text("now", to_rfc3339(now));
  o.number("cycle", all.cycle);
  if (const auto due = all.next_due()) o.text("dueAt", to_rfc3339(*due));
  o.key("clocks");
  out += '[';
  for (const auto& k : all.all) {
    write_clock(out, k, p, now);
    out += ',';
  }
  if (all.all.empty()) {
    out += ']';
  } else {
    out.back() = ']';
  }
  o.end();
  return out;
}

}  // namespace switchboard::domain::sla
