#pragma once
// The reading half of the codec, shared by its files. Failures travel as exceptions inside the codec and
// become decode_error at its edge: the objects are deep and every field may be wrong.

#include "domain/event.hpp"
#include "storage/codec.hpp"

#include <simdjson.h>

#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace switchboard::storage::codec {

namespace ondemand = simdjson::ondemand;

struct malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One parser per thread; its document lives until the next call of parse() on this thread.
/// `bytes` must have simdjson::SIMDJSON_PADDING readable bytes behind its end.
[[nodiscard]] ondemand::document parse_padded(std::string_view bytes);
/// Copies `bytes` to a buffer of the thread that has the padding.
[[nodiscard]] ondemand::document parse(std::string_view bytes);

/// Nothing stands behind the document's value. After it was read to its end.
[[nodiscard]] inline bool at_end(ondemand::document& document) {
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

/// Calls `on(key, value)` for each member. Keys and texts stay valid as long as the document.
template <class On>
void each_member(ondemand::object object, On&& on) {
  for (auto member : object) {
    const std::string_view key = member.unescaped_key();
    on(key, ondemand::value(member.value()));
  }
}

inline std::string_view text(ondemand::value v) {
  return std::string_view(v.get_string());
}
inline void assign(std::string& to, ondemand::value v) {
  to = text(v);
}

template <class Number>
Number number(ondemand::value v) {
  const std::uint64_t n = v.get_uint64();
  if (n > std::numeric_limits<Number>::max()) throw malformed("number out of range: " + std::to_string(n));
  return static_cast<Number>(n);
}

template <class Enum>
Enum word(ondemand::value v) {
  const auto said = text(v);
  const auto known = domain::from_word<Enum>(said);
  if (!known) throw malformed("unknown word \"" + std::string(said) + "\"");
  return *known;
}

[[nodiscard]] domain::timestamp time(ondemand::value v);
[[nodiscard]] domain::event_type event_type(ondemand::value v);
[[nodiscard]] domain::conversation_id conversation_id(ondemand::value v);
[[nodiscard]] domain::message_id message_id(ondemand::value v);

/// What append_base64 wrote.
[[nodiscard]] std::string base64(ondemand::value v);
/// An object's text as it stands there, without white space behind it.
[[nodiscard]] std::string_view object_text(ondemand::value v);
/// What append_hash wrote.
[[nodiscard]] std::uint64_t read_hash(ondemand::value v);

[[nodiscard]] domain::conversation read_conversation(ondemand::object o);
[[nodiscard]] domain::reaction read_reaction(ondemand::object o);
[[nodiscard]] domain::message read_message(ondemand::object o);
[[nodiscard]] domain::customer read_customer(ondemand::object o);
[[nodiscard]] domain::dead_letter read_dead_letter(ondemand::object o);
[[nodiscard]] domain::sla::kept_clocks read_clocks(ondemand::object o);
[[nodiscard]] domain::sla::clock_note read_clock_note(ondemand::object o);
[[nodiscard]] domain::erasure read_erasure(ondemand::object o);
[[nodiscard]] domain::outbox_attempt read_attempt(ondemand::object o);
[[nodiscard]] domain::kept_limit read_limit(ondemand::object o);
[[nodiscard]] domain::feed_position read_feed(ondemand::object o);
[[nodiscard]] domain::webhooks::note read_delivery(ondemand::object o);
[[nodiscard]] domain::webhooks::attempt read_delivered(ondemand::object o);
[[nodiscard]] domain::account_health read_account(ondemand::object o);
[[nodiscard]] domain::offer read_offer(ondemand::object o);
[[nodiscard]] domain::agent_shown read_agent(ondemand::object o);
[[nodiscard]] domain::agent_note read_noted(ondemand::object o);
[[nodiscard]] domain::routing_turn read_turn(ondemand::object o);
[[nodiscard]] domain::routing_save read_saved(ondemand::object o);
[[nodiscard]] domain::routing_decision read_decision(ondemand::object o);
[[nodiscard]] std::vector<domain::thread_alias> read_aliases(ondemand::array a);

/// Runs `read` and turns what it throws into a decode_error.
template <class Read>
auto guarded(Read&& read) -> expected<std::invoke_result_t<Read>, decode_error> {
  try {
    return read();
  } catch (const simdjson::simdjson_error& e) {
    return unexpected{decode_error{e.what()}};
  } catch (const malformed& e) {
    return unexpected{decode_error{e.what()}};
  }
}

}  // namespace switchboard::storage::codec
