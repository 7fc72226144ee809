// What is in the log about attempts to send. Grammar: codec.cpp.
#include "storage/codec.hpp"
#include "storage/codec_read.hpp"
#include "storage/codec_write.hpp"

namespace switchboard::storage {
namespace codec {
namespace {

std::int64_t microseconds(domain::timestamp t) {
  return t.time_since_epoch().count();
}

domain::timestamp moment(ondemand::value v) {
  const std::int64_t us = v.get_int64();
  return domain::timestamp{std::chrono::microseconds{us}};
}

void member_if(std::string& out, std::string_view name, domain::timestamp t) {
  if (t == domain::timestamp{}) return;
  ((out += ",\"") += name) += "\":";
  out += std::to_string(microseconds(t));
}

/// Units and when they are free, in turn.
void write_held(std::string& out, const std::vector<domain::limit_level::units_held>& held) {
  out += ",\"held\":[";
  for (const auto& h : held) {
    out += std::to_string(h.units) + ',' + std::to_string(microseconds(h.free_at)) + ',';
  }
  out.back() = ']';
}

void read_held(ondemand::array a, std::vector<domain::limit_level::units_held>& held) {
  bool units = true;
  for (auto each : a) {
    if (units) {
      held.push_back({.units = number<std::uint64_t>(each.value())});
    } else {
      held.back().free_at = moment(each.value());
    }
    units = !units;
  }
  if (!units) throw malformed("units without a time");
}

void read_level_member(std::string_view key, ondemand::value v, domain::limit_level& l) {
  if (key == "held")
    read_held(v.get_array(), l.held);
  else if (key == "underWay")
    l.under_way = number<std::uint64_t>(v);
  else if (key == "underWayUntil")
    l.under_way_until = moment(v);
  else if (key == "fullAt")
    l.full_at = moment(v);
  else if (key == "closedUntil")
    l.closed_until = moment(v);
}

domain::thread_id thread(ondemand::value v) {
  const auto t = domain::parse_base32(text(v));
  if (!t) throw malformed("a thread is expected");
  return *t;
}

}  // namespace

void write_limit(std::string& out, const domain::kept_limit& k) {
  out += "{\"of\":\"";
  (out += domain::to_word(k.of)) += "\",\"whose\":";
  domain::append_json_string(out, k.whose);
  if (k.thread != domain::thread_id{}) {
    out += ",\"thread\":\"";
    domain::append_base32(out, k.thread);
    out += '"';
  }
  if (!k.limit.empty()) {
    out += ",\"limit\":";
    domain::append_json_string(out, k.limit);
  }
  if (!k.level.held.empty()) write_held(out, k.level.held);
  if (k.level.under_way > 0) (out += ",\"underWay\":") += std::to_string(k.level.under_way);
  member_if(out, "underWayUntil", k.level.under_way_until);
  member_if(out, "fullAt", k.level.full_at);
  member_if(out, "closedUntil", k.level.closed_until);
  out += '}';
}

domain::kept_limit read_limit(ondemand::object o) {
  domain::kept_limit k;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "of") {
      const auto said = text(v);
      const auto of = domain::scope_from_word(said);
      if (!of) throw malformed("unknown word \"" + std::string(said) + '"');
      k.of = *of;
    } else if (key == "whose")
      assign(k.whose, v);
    else if (key == "thread")
      k.thread = thread(v);
    else if (key == "limit")
      assign(k.limit, v);
    else
      read_level_member(key, v, k.level);
  });
  return k;
}

void write_attempt(std::string& out, const domain::outbox_attempt& a) {
  out += "{\"brand\":";
  domain::append_json_string(out, a.brand.value);
  out += ",\"accountId\":";
  domain::append_json_string(out, a.account.value);
  out += a.begun ? ",\"begun\":true,\"messages\":[" : ",\"begun\":false,\"messages\":[";
  for (const auto& id : a.messages) {
    out += '"';
    append_text(out, id);
    out += "\",";
  }
  if (a.messages.empty()) {
    out += ']';
  } else {
    out.back() = ']';
  }
  if (!a.limits.empty()) {
    out += ",\"limits\":[";
    for (const auto& k : a.limits) {
      write_limit(out, k);
      out += ',';
    }
    out.back() = ']';
  }
  out += '}';
}

domain::outbox_attempt read_attempt(ondemand::object o) {
  domain::outbox_attempt a;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "brand")
      assign(a.brand.value, v);
    else if (key == "accountId")
      assign(a.account.value, v);
    else if (key == "begun")
      a.begun = v.get_bool();
    else if (key == "messages") {
      for (auto id : v.get_array()) a.messages.push_back(message_id(id.value()));
    } else if (key == "limits") {
      for (auto k : v.get_array()) a.limits.push_back(read_limit(k.get_object()));
    }
  });
  return a;
}

}  // namespace codec

void append_limit(std::string& out, const domain::kept_limit& k) {
  codec::write_limit(out, k);
}

}  // namespace switchboard::storage
