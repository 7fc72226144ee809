// What is in the log about deliveries to a webhook. Grammar: codec.cpp.
#include "storage/codec.hpp"
#include "storage/codec_read.hpp"
#include "storage/codec_write.hpp"

namespace switchboard::storage::codec {
namespace {

namespace webhooks = domain::webhooks;

void write_one(std::string& out, const webhooks::attempt& a) {
  domain::json_object o{out};
  o.number("event", a.event);
  o.text("type", to_word(a.type));
  if (a.conversation.ordinal != 0) o.text("conversationId", to_text(a.conversation));
  o.text("outcome", to_word(a.what));
  o.number("tries", a.tries);
  if (a.status != 0) o.number("status", a.status);
  o.text_if("error", a.error);
  o.key("first");
  append_time(out, a.first);
  if (a.next) {
    o.key("next");
    append_time(out, *a.next);
  }
  o.end();
}

webhooks::outcome outcome(ondemand::value v) {
  const auto said = text(v);
  const auto known = webhooks::outcome_from_word(said);
  if (!known) throw malformed("unknown outcome \"" + std::string(said) + "\"");
  return *known;
}

}  // namespace

webhooks::attempt read_delivered(ondemand::object o) {
  webhooks::attempt a;
  bool typed = false;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "event")
      a.event = number<std::uint64_t>(v);
    else if (key == "type") {
      a.type = event_type(v);
      typed = true;
    } else if (key == "conversationId")
      a.conversation = conversation_id(v);
    else if (key == "outcome")
      a.what = outcome(v);
    else if (key == "tries")
      a.tries = number<std::uint32_t>(v);
    else if (key == "status")
      a.status = number<std::uint16_t>(v);
    else if (key == "error")
      assign(a.error, v);
    else if (key == "first")
      a.first = time(v);
    else if (key == "next")
      a.next = time(v);
  });
  if (a.event == 0 || !typed) throw malformed("a delivery of no event");
  return a;
}

void write_delivery(std::string& out, const webhooks::note& n) {
  domain::json_object o{out};
  o.text("brand", n.brand.value);
  o.text("webhook", n.webhook);
  o.number("settled", n.settled);
  if (n.gone) o.boolean("gone", true);
  o.key("attempts");
  out += '[';
  for (const auto& a : n.attempts) {
    if (out.back() != '[') out += ',';
    write_one(out, a);
  }
  out += ']';
  o.end();
}

webhooks::note read_delivery(ondemand::object o) {
  webhooks::note n;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "brand")
      assign(n.brand.value, v);
    else if (key == "webhook")
      assign(n.webhook, v);
    else if (key == "settled")
      n.settled = number<std::uint64_t>(v);
    else if (key == "gone")
      n.gone = v.get_bool();
    else if (key == "attempts") {
      for (auto each : v.get_array()) n.attempts.push_back(read_delivered(each.get_object()));
    }
  });
  return n;
}

}  // namespace switchboard::storage::codec

namespace switchboard::storage {

void append_delivered(std::string& out, const domain::webhooks::attempt& a) {
  codec::write_one(out, a);
}

}  // namespace switchboard::storage
