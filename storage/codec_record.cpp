// A record's facts from its bytes, for replays. What encode() notes while it writes is found again here, to
// the same offsets. Grammar: codec.cpp.
#include "storage/codec.hpp"
#include "storage/codec_read.hpp"
#include "storage/cursor.hpp"

#include <algorithm>

namespace switchboard::storage {
namespace {

using namespace codec;

struct record_reader {
  record& r;

  [[nodiscard]] span place(std::string_view part) const {
    return {static_cast<std::uint32_t>(part.data() - r.bytes.data()),
            static_cast<std::uint32_t>(part.size())};
  }
  /// A string's place between its quotes.
  [[nodiscard]] span text_place(ondemand::value v) const {
    std::string_view token = v.raw_json_token();
    while (!token.empty() && token.back() != '"') token.remove_suffix(1);
    if (token.size() < 2 || token.front() != '"') throw malformed("a text is expected");
    return place(token.substr(1, token.size() - 2));
  }
  /// An object's place; the object can be read afterwards.
  [[nodiscard]] span object_place(ondemand::object& o) const {
    const auto s = place(o.raw_json());
    if (o.reset().error()) throw malformed("an object cannot be read twice");
    return s;
  }

  void wake(domain::timestamp at) const { r.wake_at = std::min(r.wake_at.value_or(at), at); }
  void due(domain::timestamp at) const { r.due = std::min(r.due.value_or(at), at); }

  void conversation(ondemand::object o) const {
    r.conversation_json = object_place(o);
    each_member(o, [&](std::string_view key, ondemand::value v) {
      if (key == "id")
        r.conversation = codec::conversation_id(v);
      else if (key == "platform")
        r.platform = word<domain::platform>(v);
      else if (key == "accountId")
        assign(r.account, v);
      else if (key == "customerId")
        r.customer = text_place(v);
      else if (key == "status")
        r.place.status = word<domain::conversation_status>(v);
      else if (key == "priority")
        r.place.priority = word<domain::priority>(v);
      else if (key == "assignedTo")
        assign(r.assignee, v);
      else if (key == "queue")
        assign(r.queue, v);
      else if (key == "updatedAt")
        r.place.updated_at = codec::time(v);
      else if (key == "tags") {
        ondemand::array tags = v.get_array();
        r.tags = place(tags.raw_json());
      } else if (key == "snoozeUntil") {
        if (r.place.status == domain::conversation_status::snoozed) wake(codec::time(v));
      } else if (key == "sla") {
        each_member(v.get_object(), [&](std::string_view name, ondemand::value x) {
          if (name == "wakeAt")
            wake(codec::time(x));
          else if (name == "dueAt" || name == "overdueSince")
            due(codec::time(x));
          else if (name == "atRisk")
            r.at_risk = number<std::uint32_t>(x);
        });
      } else if (key == "metadata") {
        each_member(v.get_object(), [&](std::string_view name, ondemand::value x) {
          if (name == "source")
            r.kind = word<domain::thread_kind>(x);
          else if (name == "shared")
            r.shared = bool(x.get_bool());
          else if (name == "routed")
            r.routed = number<std::uint64_t>(x);
        });
      }
    });
    if (r.conversation.ordinal == 0) throw malformed("a conversation without id");
  }

  void message(ondemand::object o) const {
    r.message_json = object_place(o);
    each_member(o, [&](std::string_view key, ondemand::value v) {
      if (key == "id")
        r.message = codec::message_id(v);
      else if (key == "platformMessageId")
        r.platform_message_id = text_place(v);
    });
    if (r.message.sequence == 0) throw malformed("a message without id");
  }

  /// Stands behind the conversation in the grammar, which has the first word on whom the event is about.
  void customer(ondemand::object o) const {
    r.customer_json = object_place(o);
    if (!r.conversation_json.empty()) return;
    each_member(o, [&](std::string_view key, ondemand::value v) {
      if (key == "id")
        r.customer = text_place(v);
      else if (key == "accountId")
        assign(r.account, v);
    });
  }

  /// What the event was about is gone; whose it was is kept.
  void erased(ondemand::object o) const {
    r.erased_json = object_place(o);
    each_member(o, [&](std::string_view key, ondemand::value v) {
      if (key == "conversationId")
        r.conversation = codec::conversation_id(v);
      else if (key == "accountId")
        assign(r.account, v);
    });
  }

  void attempt(ondemand::object o) const {
    r.attempt_json = object_place(o);
    each_member(o, [&](std::string_view key, ondemand::value v) {
      if (key == "accountId") assign(r.account, v);
    });
  }

  void account(ondemand::object o) const {
    r.account_json = object_place(o);
    each_member(o, [&](std::string_view key, ondemand::value v) {
      if (key == "id") assign(r.account, v);
    });
  }

  /// Whether something that stands earlier in the grammar said already what the event is about.
  [[nodiscard]] bool has_facts() const {
    const auto parts = {r.conversation_json, r.erased_json, r.customer_json, r.dead_letter_json,
                        r.attempt_json,      r.feed_json,   r.account_json,  r.offer_json,
                        r.agent_json,        r.noted_json,  r.turn_json,     r.saved_json,
                        r.delivery_json};
    return std::ranges::any_of(parts, [](const span& s) { return !s.empty(); });
  }

  void offer(ondemand::object o) const {
    const bool is_first = !has_facts();
    r.offer_json = object_place(o);
    domain::conversation_id about;
    each_member(o, [&](std::string_view key, ondemand::value v) {
      if (key == "conversationId")
        about = codec::conversation_id(v);
      else if (key == "agentId" && is_first)
        assign(r.assignee, v);
      else if (key == "queue" && is_first)
        assign(r.queue, v);
    });
    if (about.ordinal == 0) throw malformed("an offer of no conversation");
    if (is_first) r.conversation = about;
  }

  void decision(ondemand::object o) const {
    const bool is_first = !has_facts();
    r.decision_json = object_place(o);
    domain::conversation_id about;
    each_member(o, [&](std::string_view key, ondemand::value v) {
      if (key == "conversationId") about = codec::conversation_id(v);
    });
    if (about.ordinal == 0) throw malformed("a decision about no conversation");
    if (is_first) r.conversation = about;
  }

  [[nodiscard]] span object(ondemand::value v) const {
    ondemand::object o = v.get_object();
    return place(o.raw_json());
  }

  void routing(std::string_view key, ondemand::value v) const {
    if (key == "offer")
      offer(v.get_object());
    else if (key == "decision")
      decision(v.get_object());
    else if (key == "agent")
      r.agent_json = object(v);
    else if (key == "noted")
      r.noted_json = object(v);
    else if (key == "turn")
      r.turn_json = object(v);
    else if (key == "saved")
      r.saved_json = object(v);
  }

  void previous(ondemand::object o) const {
    r.has_previous = true;
    each_member(o, [&](std::string_view key, ondemand::value v) {
      if (key == "status")
        r.previous.status = word<domain::conversation_status>(v);
      else if (key == "priority")
        r.previous.priority = word<domain::priority>(v);
      else if (key == "updatedAt")
        r.previous.updated_at = codec::time(v);
    });
  }

  void origin(ondemand::object o) const {
    r.has_origin = true;
    each_member(o, [&](std::string_view key, ondemand::value v) {
      if (key == "kind")
        r.origin_kind = text_place(v);
      else if (key == "id")
        r.origin_id = text_place(v);
      else if (key == "version")
        r.origin_version = text_place(v);
    });
  }

  void data(ondemand::object o) const {
    each_member(o, [&](std::string_view key, ondemand::value v) {
      if (key == "message")
        message(v.get_object());
      else if (key == "conversation")
        conversation(v.get_object());
      else if (key == "customer")
        customer(v.get_object());
      else if (key == "deadLetter")
        r.dead_letter_json = object(v);
      else if (key == "erased")
        erased(v.get_object());
      else if (key == "previous")
        previous(v.get_object());
      else if (key == "origin")
        origin(v.get_object());
      else if (key == "aliases") {
        ondemand::array aliases = v.get_array();
        r.aliases_json = place(aliases.raw_json());
      } else if (key == "attempt")
        attempt(v.get_object());
      else if (key == "feed")
        r.feed_json = object(v);
      else if (key == "delivery")
        r.delivery_json = object(v);
      else if (key == "account")
        account(v.get_object());
      else if (key == "sla")
        r.sla_json = object(v);
      else
        routing(key, v);
    });
  }

  void event(ondemand::document& document) const {
    bool typed = false;
    std::uint64_t sequence = 0;
    each_member(document.get_object(), [&](std::string_view key, ondemand::value v) {
      if (key == "type") {
        r.type = codec::event_type(v);
        typed = true;
      } else if (key == "time") {
        r.at = codec::time(v);
      } else if (key == "brand") {
        assign(r.brand, v);
      } else if (key == "cursor") {
        const auto digits = text_place(v);
        if (digits.length != cursor_width) throw malformed("the cursor has another width");
        r.cursor_at = digits.offset;
      } else if (key == "sequence") {
        sequence = number<std::uint64_t>(v);
      } else if (key == "data") {
        data(v.get_object());
      }
    });
    if (!typed) throw malformed("an event without type");
    if (r.cursor_at == 0) throw malformed("an event without cursor");
    if (!at_end(document)) throw malformed("bytes behind the event");
    if (r.conversation.ordinal != 0) r.conversation_sequence = sequence;
  }
};

}  // namespace

expected<record, decode_error> decode_record(std::string bytes) {
  return guarded([&] {
    record r;
    r.bytes = std::move(bytes);
    r.bytes.reserve(r.bytes.size() + simdjson::SIMDJSON_PADDING);
    auto document = parse_padded(r.bytes);
    record_reader{r}.event(document);
    return r;
  });
}

std::string_view record::text(span s, std::string& scratch) const {
  const auto raw = part(s);
  if (raw.find('\\') == std::string_view::npos) return raw;
  scratch.clear();
  const auto quoted = std::string_view(bytes).substr(s.offset - 1, s.length + 2);
  const auto value = guarded([&] {
    auto document = parse(quoted);
    return std::string(std::string_view(document.get_string()));
  });
  if (value) scratch = *value;
  return scratch;
}

}  // namespace switchboard::storage
