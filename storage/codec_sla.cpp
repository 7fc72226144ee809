// What is promised in a conversation, written and read. Grammar: codec.cpp.
#include "domain/sla/clocks.hpp"
#include "storage/codec.hpp"
#include "storage/codec_read.hpp"
#include "storage/codec_write.hpp"

#include <algorithm>

namespace switchboard::storage::codec {
namespace {

namespace sla = domain::sla;
using std::chrono::milliseconds;

void time_member(std::string& out, domain::json_object& o, std::string_view name,
                 const std::optional<domain::timestamp>& t) {
  if (!t) return;
  o.key(name);
  append_time(out, *t);
}

void milliseconds_member(domain::json_object& o, std::string_view name, milliseconds many) {
  o.number(name, static_cast<std::uint64_t>(std::max(many, milliseconds{0}).count()));
}

void write_pauses(std::string& out, domain::json_object& o, const std::vector<domain::paused_span>& pauses) {
  if (pauses.empty()) return;
  o.key("pauses");
  out += '[';
  for (const auto& p : pauses) {
    domain::json_object pause{out};
    time_member(out, pause, "from", p.from);
    time_member(out, pause, "until", p.until);
    pause.end();
    out += ',';
  }
  out.back() = ']';
}

void write_clock_members(std::string& out, domain::json_object& o, const sla::clock& k) {
  o.text("clock", to_word(k.what));
  o.number("instance", k.instance);
  o.text("state", to_word(k.state));
  if (k.breached) o.boolean("breached", true);
  o.number("cycle", k.cycle);
  time_member(out, o, "startedAt", k.started);
  milliseconds_member(o, "targetMs", k.target);
  if (k.business_days) o.number("targetBusinessDays", *k.business_days);
  time_member(out, o, "dueAt", k.due);
  if (k.never) o.boolean("never", true);
  if (k.counted.count() > 0) milliseconds_member(o, "countedMs", k.counted);
  if (k.from != k.started) time_member(out, o, "countedFrom", k.from);
  write_pauses(out, o, k.pauses);
  if (k.warned != 0) o.number("warned", k.warned);
  time_member(out, o, "nextWarningAt", k.next_warning);
  time_member(out, o, "endedAt", k.ended);
  if (k.ended) milliseconds_member(o, "elapsedMs", k.elapsed);
  o.text_if("agentId", k.agent.value);
}

template <class Enum>
Enum known(std::optional<Enum> value, std::string_view said) {
  if (!value) throw malformed("unknown word \"" + std::string(said) + "\"");
  return *value;
}

milliseconds duration(ondemand::value v) {
  const std::uint64_t many = v.get_uint64();
  constexpr std::uint64_t most = 1'000ull * 365 * 24 * 3'600'000;
  if (many > most) throw malformed("a duration out of range: " + std::to_string(many));
  return milliseconds{static_cast<std::int64_t>(many)};
}

std::vector<domain::paused_span> read_pauses(ondemand::array list) {
  std::vector<domain::paused_span> pauses;
  for (auto item : list) {
    domain::paused_span p{};
    each_member(item.get_object(), [&](std::string_view key, ondemand::value v) {
      if (key == "from")
        p.from = time(v);
      else if (key == "until")
        p.until = time(v);
    });
    pauses.push_back(p);
  }
  return pauses;
}

bool read_clock_time(std::string_view key, ondemand::value v, sla::clock& k, bool& counted_from) {
  if (key == "startedAt")
    k.started = time(v);
  else if (key == "dueAt")
    k.due = time(v);
  else if (key == "countedFrom") {
    k.from = time(v);
    counted_from = true;
  } else if (key == "nextWarningAt")
    k.next_warning = time(v);
  else if (key == "endedAt")
    k.ended = time(v);
  else
    return false;
  return true;
}

void read_clock_member(std::string_view key, ondemand::value v, sla::clock& k) {
  if (key == "clock") {
    k.what = known(sla::metric_from_word(text(v)), "clock");
  } else if (key == "state") {
    k.state = known(sla::clock_state_from_word(text(v)), "state");
  } else if (key == "instance")
    k.instance = number<std::uint32_t>(v);
  else if (key == "breached")
    k.breached = bool(v.get_bool());
  else if (key == "cycle")
    k.cycle = number<std::uint32_t>(v);
  else if (key == "targetMs")
    k.target = duration(v);
  else if (key == "targetBusinessDays")
    k.business_days = number<std::uint32_t>(v);
  else if (key == "never")
    k.never = bool(v.get_bool());
  else if (key == "countedMs")
    k.counted = duration(v);
  else if (key == "pauses")
    k.pauses = read_pauses(v.get_array());
  else if (key == "warned")
    k.warned = number<std::uint32_t>(v);
  else if (key == "elapsedMs")
    k.elapsed = duration(v);
  else if (key == "agentId")
    assign(k.agent.value, v);
}

sla::clock read_clock(ondemand::object o) {
  sla::clock k;
  bool counted_from = false;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (!read_clock_time(key, v, k, counted_from)) read_clock_member(key, v, k);
  });
  if (!counted_from) k.from = k.started;
  return k;
}

sla::action read_action(ondemand::object o) {
  sla::action a;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "do") {
      a.kind = known(sla::action_kind_from_word(text(v)), "do");
    } else if (key == "what") {
      assign(a.what, v);
    }
  });
  return a;
}

}  // namespace

void write_clocks(std::string& out, const domain::conversation& c) {
  const auto& all = *c.sla;
  domain::json_object o{out};
  o.text_if("policy", all.policy);
  time_member(out, o, "dueAt", all.next_due());
  time_member(out, o, "overdueSince", all.overdue_since());
  time_member(out, o, "wakeAt", all.wake_at());
  if (const auto many = all.at_risk()) o.number("atRisk", many);
  o.number("cycle", all.cycle);
  if (all.fingerprint != 0) append_hash(out, ",\"planned\":", all.fingerprint);
  time_member(out, o, "since", all.since);
  time_member(out, o, "unansweredSince", all.unanswered);
  if (all.answered) o.boolean("answered", true);
  if (all.solved) o.boolean("solved", true);
  if (all.with_bot) o.boolean("withBot", true);
  if (all.answer != 0) o.number("answer", all.answer);
  time_member(out, o, "answerTo", all.answer_to);
  o.key("clocks");
  out += '[';
  for (const auto& k : all.all) {
    domain::json_object clock{out};
    write_clock_members(out, clock, k);
    clock.end();
    out += ',';
  }
  if (all.all.empty()) {
    out += ']';
  } else {
    out.back() = ']';
  }
  o.end();
}

domain::sla::kept_clocks read_clocks(ondemand::object object) {
  sla::clocks all;
  each_member(object, [&](std::string_view key, ondemand::value v) {
    if (key == "policy")
      assign(all.policy, v);
    else if (key == "cycle")
      all.cycle = number<std::uint32_t>(v);
    else if (key == "planned")
      all.fingerprint = read_hash(v);
    else if (key == "since")
      all.since = time(v);
    else if (key == "unansweredSince")
      all.unanswered = time(v);
    else if (key == "answered")
      all.answered = bool(v.get_bool());
    else if (key == "solved")
      all.solved = bool(v.get_bool());
    else if (key == "withBot")
      all.with_bot = bool(v.get_bool());
    else if (key == "answer")
      all.answer = number<std::uint64_t>(v);
    else if (key == "answerTo")
      all.answer_to = time(v);
    else if (key == "clocks") {
      for (auto k : v.get_array()) all.all.push_back(read_clock(k.get_object()));
    }
  });
  return sla::kept_clocks(std::move(all));
}

void write_clock_note(std::string& out, const sla::clock_note& n) {
  domain::json_object o{out};
  o.text_if("policy", n.policy);
  write_clock_members(out, o, n.clock);
  time_member(out, o, "at", n.at);
  milliseconds_member(o, "passedMs", n.elapsed);
  if (n.elapsed > n.clock.target) milliseconds_member(o, "overdueMs", n.elapsed - n.clock.target);
  o.text_if("reason", n.reason);
  o.text_if("by", n.by.value);
  if (n.threshold) o.number("threshold", *n.threshold);
  if (n.late_arrival) o.boolean("lateArrival", true);
  if (n.fired_late) o.boolean("firedLate", true);
  if (!n.actions.empty()) {
    o.key("actions");
    out += '[';
    for (const auto& a : n.actions) {
      domain::json_object action{out};
      action.text("do", to_word(a.kind));
      action.text("what", a.what);
      action.end();
      out += ',';
    }
    out.back() = ']';
  }
  o.end();
}

sla::clock_note read_clock_note(ondemand::object o) {
  sla::clock_note n;
  bool counted_from = false;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "policy")
      assign(n.policy, v);
    else if (key == "at")
      n.at = time(v);
    else if (key == "passedMs")
      n.elapsed = duration(v);
    else if (key == "reason")
      assign(n.reason, v);
    else if (key == "by")
      assign(n.by.value, v);
    else if (key == "threshold")
      n.threshold = number<std::uint32_t>(v);
    else if (key == "lateArrival")
      n.late_arrival = bool(v.get_bool());
    else if (key == "firedLate")
      n.fired_late = bool(v.get_bool());
    else if (key == "actions") {
      for (auto a : v.get_array()) n.actions.push_back(read_action(a.get_object()));
    } else if (!read_clock_time(key, v, n.clock, counted_from))
      read_clock_member(key, v, n.clock);
  });
  if (!counted_from) n.clock.from = n.clock.started;
  return n;
}

}  // namespace switchboard::storage::codec

namespace switchboard::storage {

void append_clocks(std::string& out, const domain::conversation& c) {
  codec::write_clocks(out, c);
}

}  // namespace switchboard::storage
