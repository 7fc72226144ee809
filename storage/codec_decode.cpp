// The edge of the reading half: whole events and single objects. Grammar: codec.cpp.
#include "storage/codec.hpp"
#include "storage/codec_read.hpp"

namespace switchboard::storage {
namespace {

using namespace codec;

domain::previous_state read_previous(ondemand::object o) {
  domain::previous_state p;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "status")
      p.status = word<domain::conversation_status>(v);
    else if (key == "priority")
      p.priority = word<domain::priority>(v);
    else if (key == "updatedAt")
      p.updated_at = codec::time(v);
  });
  return p;
}

domain::event_origin read_origin(ondemand::object o) {
  domain::event_origin origin;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "kind")
      assign(origin.kind, v);
    else if (key == "id")
      assign(origin.id, v);
    else if (key == "version")
      assign(origin.version, v);
  });
  return origin;
}

/// What routing leaves in the log. Members that nobody knows are skipped here, too.
void read_routing(std::string_view key, ondemand::value v, domain::event& e) {
  if (key == "offer")
    e.offer = read_offer(v.get_object());
  else if (key == "agent")
    e.agent = read_agent(v.get_object());
  else if (key == "noted")
    e.noted = read_noted(v.get_object());
  else if (key == "turn")
    e.turn = read_turn(v.get_object());
  else if (key == "saved")
    e.saved = read_saved(v.get_object());
  else if (key == "decision")
    e.decided = read_decision(v.get_object());
}

void read_data(ondemand::object o, domain::event& e) {
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "message")
      e.message = read_message(v.get_object());
    else if (key == "conversation")
      e.conversation = read_conversation(v.get_object());
    else if (key == "reaction")
      e.reaction = read_reaction(v.get_object());
    else if (key == "customer")
      e.customer = read_customer(v.get_object());
    else if (key == "deadLetter")
      e.dead_letter = read_dead_letter(v.get_object());
    else if (key == "erased")
      e.erased = read_erasure(v.get_object());
    else if (key == "previous")
      e.previous = read_previous(v.get_object());
    else if (key == "origin")
      e.origin = read_origin(v.get_object());
    else if (key == "aliases")
      e.aliases = read_aliases(v.get_array());
    else if (key == "attempt")
      e.attempt = read_attempt(v.get_object());
    else if (key == "feed")
      e.feed = read_feed(v.get_object());
    else if (key == "delivery")
      e.delivery = read_delivery(v.get_object());
    else if (key == "account")
      e.account = read_account(v.get_object());
    else if (key == "sla")
      e.sla = read_clock_note(v.get_object());
    else if (key == "config") {
      each_member(v.get_object(), [&](std::string_view name, ondemand::value x) {
        if (name == "version") assign(e.config_version, x);
      });
    } else {
      read_routing(key, v, e);
    }
  });
}

domain::event read_event(ondemand::document& document) {
  domain::event e;
  bool typed = false;
  each_member(document.get_object(), [&](std::string_view key, ondemand::value v) {
    if (key == "type") {
      e.type = codec::event_type(v);
      typed = true;
    } else if (key == "time") {
      e.at = codec::time(v);
    } else if (key == "sequence") {
      e.sequence = number<std::uint64_t>(v);
    } else if (key == "data") {
      read_data(v.get_object(), e);
    }
  });
  if (!typed) throw malformed("an event without type");
  if (!at_end(document)) throw malformed("bytes behind the event");
  return e;
}

template <class Read>
auto decode_object(std::string_view json, Read read) {
  return guarded([&] {
    auto document = parse(json);
    auto value = read(document.get_object());
    if (!at_end(document)) throw malformed("bytes behind the object");
    return value;
  });
}

}  // namespace

expected<domain::event, decode_error> decode(std::string_view bytes) {
  return guarded([&] {
    auto document = parse(bytes);
    return read_event(document);
  });
}

expected<domain::conversation, decode_error> decode_conversation(std::string_view json) {
  return decode_object(json, read_conversation);
}

expected<domain::message, decode_error> decode_message(std::string_view json) {
  return decode_object(json, read_message);
}

expected<domain::customer, decode_error> decode_customer(std::string_view json) {
  return decode_object(json, read_customer);
}

expected<domain::erasure, decode_error> decode_erasure(std::string_view json) {
  return decode_object(json, read_erasure);
}

expected<domain::outbox_attempt, decode_error> decode_attempt(std::string_view json) {
  return decode_object(json, read_attempt);
}

expected<domain::kept_limit, decode_error> decode_limit(std::string_view json) {
  return decode_object(json, read_limit);
}

expected<domain::feed_position, decode_error> decode_feed(std::string_view json) {
  return decode_object(json, read_feed);
}

expected<domain::webhooks::note, decode_error> decode_delivery(std::string_view json) {
  return decode_object(json, read_delivery);
}

expected<domain::webhooks::attempt, decode_error> decode_delivered(std::string_view json) {
  return decode_object(json, read_delivered);
}

expected<domain::sla::clock_note, decode_error> decode_clock_note(std::string_view json) {
  return decode_object(json, read_clock_note);
}

expected<domain::account_health, decode_error> decode_account(std::string_view json) {
  return decode_object(json, read_account);
}

expected<domain::offer, decode_error> decode_offer(std::string_view json) {
  return decode_object(json, read_offer);
}

expected<domain::agent_shown, decode_error> decode_agent(std::string_view json) {
  return decode_object(json, read_agent);
}

expected<domain::agent_note, decode_error> decode_noted(std::string_view json) {
  return decode_object(json, read_noted);
}

expected<domain::routing_turn, decode_error> decode_turn(std::string_view json) {
  return decode_object(json, read_turn);
}

expected<domain::routing_save, decode_error> decode_saved(std::string_view json) {
  return decode_object(json, read_saved);
}

expected<domain::routing_decision, decode_error> decode_decision(std::string_view json) {
  return decode_object(json, read_decision);
}

expected<domain::dead_letter, decode_error> decode_dead_letter(std::string_view json) {
  return decode_object(json, read_dead_letter);
}

}  // namespace switchboard::storage
