// What routing leaves in the log, written and read. Grammar: codec.cpp.
#include "storage/codec.hpp"
#include "storage/codec_read.hpp"
#include "storage/codec_write.hpp"

namespace switchboard::storage::codec {
namespace {

void bytes_member(std::string& out, domain::json_object& o, std::string_view name, std::string_view bytes) {
  o.key(name);
  out += '"';
  append_base64(out, bytes);
  out += '"';
}

void time_member(std::string& out, domain::json_object& o, std::string_view name,
                 const std::optional<domain::timestamp>& t) {
  if (!t) return;
  o.key(name);
  append_time(out, *t);
}

/// "offer.made" → "made"
std::string_view last_word(domain::event_type t) {
  const auto word = to_word(t);
  return word.substr(word.find('.') + 1);
}

std::string at(const domain::event& e) {
  return "-" + std::to_string(e.at.time_since_epoch().count());
}

}  // namespace

bool is_of_routing(const domain::event& e) {
  return e.offer || e.agent || e.noted || e.turn || e.saved || e.decided;
}

void copy_routing_facts(const domain::event& e, record& r) {
  if (e.offer) {
    r.brand = e.offer->brand.value;
    r.conversation = e.offer->conversation;
    r.assignee = e.offer->agent.value;
    r.queue = e.offer->queue.value;
  } else if (e.agent) {
    r.brand = e.agent->brand.value;
  } else if (e.noted) {
    r.brand = e.noted->brand.value;
  } else if (e.turn) {
    r.brand = e.turn->brand.value;
  } else if (e.saved) {
    r.brand = e.saved->brand.value;
  } else if (e.decided) {
    r.brand = e.decided->brand.value;
    r.conversation = e.decided->conversation;
  }
  if (r.conversation.ordinal != 0) r.conversation_sequence = e.sequence;  // which has none
}

std::string routing_id(const domain::event& e) {
  if (e.offer) {
    // Made and accepted at once it may be; twice the same, never.
    return "e_offer-" + e.offer->id + "-" + std::to_string(e.offer->epoch) + "-" +
           std::string(last_word(e.type));
  }
  if (e.agent) return "e_agent-" + e.agent->brand.value + "-" + e.agent->id.value + at(e);
  if (e.noted) return "e_noted-" + e.noted->brand.value + "-" + e.noted->agent.value + at(e);
  if (e.turn) return "e_turned-" + e.turn->brand.value + "-" + std::to_string(e.turn->sequence);
  if (e.saved) {
    return "e_saved-" + e.saved->brand.value + "-" + std::to_string(e.saved->sequence) + "-" +
           std::to_string(e.saved->part);
  }
  return "e_decided-" + to_text(e.decided->conversation) + at(e);
}

std::string routing_subject(const domain::event& e) {
  if (e.offer) return to_text(e.offer->conversation);
  if (e.agent) return e.agent->id.value;
  if (e.noted) return e.noted->agent.value;
  if (e.turn) return e.turn->brand.value;
  if (e.saved) return e.saved->brand.value;
  return to_text(e.decided->conversation);
}

// -- writing -------------------------------------------------------------------------------------------------
namespace {

void write(std::string& out, const domain::offer& offer) {
  domain::json_object o{out};
  o.text("id", offer.id);
  o.text("brand", offer.brand.value);
  o.text("conversationId", to_text(offer.conversation));
  o.text("agentId", offer.agent.value);
  o.text("queue", offer.queue.value);
  o.number("epoch", offer.epoch);
  time_member(out, o, "expiresAt", offer.expires_at);
  o.end();
}

void write(std::string& out, const domain::agent_shown& a) {
  domain::json_object o{out};
  o.text("id", a.id.value);
  o.text("brand", a.brand.value);
  o.text("status", a.status);
  o.boolean("online", a.online);
  o.boolean("grace", a.grace);
  o.boolean("awayByItself", a.away_by_itself);
  o.boolean("staysOnline", a.stays_online);
  o.boolean("onShift", a.on_shift);
  o.number("sessions", a.sessions);
  o.number("epoch", a.epoch);
  time_member(out, o, "graceUntil", a.grace_until);
  time_member(out, o, "wrapUpUntil", a.wrap_up_until);
  o.end();
}

void write(std::string& out, const domain::agent_note& n) {
  domain::json_object o{out};
  o.text("brand", n.brand.value);
  o.text("agentId", n.agent.value);
  bytes_member(out, o, "state", n.state);
  o.end();
}

void write(std::string& out, const domain::routing_turn& t) {
  domain::json_object o{out};
  o.text("brand", t.brand.value);
  o.number("sequence", t.sequence);
  o.number("consumed", t.consumed);
  bytes_member(out, o, "command", t.command);
  bytes_member(out, o, "events", t.events);
  o.end();
}

void write(std::string& out, const domain::routing_save& s) {
  domain::json_object o{out};
  o.text("brand", s.brand.value);
  o.number("sequence", s.sequence);
  o.number("consumed", s.consumed);
  o.number("part", s.part);
  o.number("parts", s.parts);
  bytes_member(out, o, "state", s.state);
  o.end();
}

void write(std::string& out, const domain::routing_decision& d) {
  domain::json_object o{out};
  o.text("brand", d.brand.value);
  o.text("conversationId", to_text(d.conversation));
  if (!d.json.empty()) {
    o.key("decision");
    append_one_line(out, d.json);
  }
  o.end();
}

template <class What>
void member(std::string& out, std::string_view name, const What& what, span& place) {
  if (out.back() != '{') out += ',';
  out += '"';
  out += name;
  out += "\":";
  const auto at = out.size();
  write(out, what);
  place = {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(out.size() - at)};
}

}  // namespace

void write_routing(std::string& out, const domain::event& e, record& r) {
  if (e.offer) member(out, "offer", *e.offer, r.offer_json);
  if (e.agent) member(out, "agent", *e.agent, r.agent_json);
  if (e.noted) member(out, "noted", *e.noted, r.noted_json);
  if (e.turn) member(out, "turn", *e.turn, r.turn_json);
  if (e.saved) member(out, "saved", *e.saved, r.saved_json);
  if (e.decided) member(out, "decision", *e.decided, r.decision_json);
}

// -- reading -------------------------------------------------------------------------------------------------

domain::offer read_offer(ondemand::object object) {
  domain::offer o;
  each_member(object, [&](std::string_view key, ondemand::value v) {
    if (key == "id")
      assign(o.id, v);
    else if (key == "brand")
      assign(o.brand.value, v);
    else if (key == "conversationId")
      o.conversation = codec::conversation_id(v);
    else if (key == "agentId")
      assign(o.agent.value, v);
    else if (key == "queue")
      assign(o.queue.value, v);
    else if (key == "epoch")
      o.epoch = number<std::uint64_t>(v);
    else if (key == "expiresAt")
      o.expires_at = time(v);
  });
  if (o.conversation.ordinal == 0) throw malformed("an offer of no conversation");
  return o;
}

domain::agent_shown read_agent(ondemand::object o) {
  domain::agent_shown a;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "id")
      assign(a.id.value, v);
    else if (key == "brand")
      assign(a.brand.value, v);
    else if (key == "status")
      assign(a.status, v);
    else if (key == "online")
      a.online = v.get_bool();
    else if (key == "grace")
      a.grace = v.get_bool();
    else if (key == "awayByItself")
      a.away_by_itself = v.get_bool();
    else if (key == "staysOnline")
      a.stays_online = v.get_bool();
    else if (key == "onShift")
      a.on_shift = v.get_bool();
    else if (key == "sessions")
      a.sessions = number<std::uint32_t>(v);
    else if (key == "epoch")
      a.epoch = number<std::uint64_t>(v);
    else if (key == "graceUntil")
      a.grace_until = time(v);
    else if (key == "wrapUpUntil")
      a.wrap_up_until = time(v);
  });
  return a;
}

domain::agent_note read_noted(ondemand::object o) {
  domain::agent_note n;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "brand")
      assign(n.brand.value, v);
    else if (key == "agentId")
      assign(n.agent.value, v);
    else if (key == "state")
      n.state = base64(v);
  });
  return n;
}

domain::routing_turn read_turn(ondemand::object o) {
  domain::routing_turn t;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "brand")
      assign(t.brand.value, v);
    else if (key == "sequence")
      t.sequence = number<std::uint64_t>(v);
    else if (key == "consumed")
      t.consumed = number<std::uint64_t>(v);
    else if (key == "command")
      t.command = base64(v);
    else if (key == "events")
      t.events = base64(v);
  });
  return t;
}

domain::routing_save read_saved(ondemand::object o) {
  domain::routing_save s;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "brand")
      assign(s.brand.value, v);
    else if (key == "sequence")
      s.sequence = number<std::uint64_t>(v);
    else if (key == "consumed")
      s.consumed = number<std::uint64_t>(v);
    else if (key == "part")
      s.part = number<std::uint32_t>(v);
    else if (key == "parts")
      s.parts = number<std::uint32_t>(v);
    else if (key == "state")
      s.state = base64(v);
  });
  return s;
}

domain::routing_decision read_decision(ondemand::object o) {
  domain::routing_decision d;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "brand")
      assign(d.brand.value, v);
    else if (key == "conversationId")
      d.conversation = codec::conversation_id(v);
    else if (key == "decision")
      d.json = object_text(v);
  });
  if (d.conversation.ordinal == 0) throw malformed("a decision about no conversation");
  return d;
}

}  // namespace switchboard::storage::codec

namespace switchboard::storage {

void append_offer(std::string& out, const domain::offer& o) {
  codec::write(out, o);
}

void append_agent(std::string& out, const domain::agent_shown& a) {
  codec::write(out, a);
}

}  // namespace switchboard::storage
