#pragma once
// The writing half of the codec, shared by its files: appends to one string, and notes where those texts
// landed that a record keeps as spans.

#include "domain/event.hpp"
#include "domain/json.hpp"
#include "domain/model.hpp"
#include "storage/record.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace switchboard::storage::codec {

/// Quoted RFC 3339; a time outside the years 0 to 9999 (a platform may say anything) becomes their nearest
/// end, because a record that cannot be read back would stop every replay.
void append_time(std::string& out, domain::timestamp t);
/// As append_time writes it: what a reader of the bytes sees.
[[nodiscard]] domain::timestamp as_written(domain::timestamp t);
/// JSON whose insignificant line breaks and tabs become spaces: an event is one line (SSE, NDJSON).
void append_one_line(std::string& out, std::string_view json);
void append_base64(std::string& out, std::string_view bytes);

/// Quoted; gives the place between the quotes.
inline span append_string(std::string& out, std::string_view text) {
  const auto at = out.size() + 1;
  domain::append_json_string(out, text);
  return {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(out.size() - at - 1)};
}

/// `key` comes with comma, quotes and colon: `,"name":`. Nothing where the text is empty.
inline void append_if(std::string& out, std::string_view key, std::string_view text) {
  if (text.empty()) return;
  out += key;
  domain::append_json_string(out, text);
}
inline void append_if(std::string& out, std::string_view key, const std::optional<domain::timestamp>& t) {
  if (!t) return;
  out += key;
  append_time(out, *t);
}
/// Words of our own tables need no escaping.
inline void append_word(std::string& out, std::string_view key, std::string_view word) {
  out += key;
  out += '"';
  out += word;
  out += '"';
}

/// 16 hexadecimal digits, as text; nothing for nullopt. `key` as above.
void append_hash(std::string& out, std::string_view key, const std::optional<std::uint64_t>& hash);

/// Where texts of the object landed.
struct conversation_places {
  span customer;
  span tags;
};
struct message_places {
  span platform_message_id;
};
void write_reaction(std::string& out, const domain::reaction& r);
void write_conversation(std::string& out, const domain::conversation& c, conversation_places& places);
void write_message(std::string& out, const domain::message& m, domain::platform platform,
                   message_places& places);
/// Precondition: it has clocks.
void write_clocks(std::string& out, const domain::conversation& c);
void write_clock_note(std::string& out, const domain::sla::clock_note& n);
void write_erasure(std::string& out, const domain::erasure& e);
void write_feed(std::string& out, const domain::feed_position& f);
void write_delivery(std::string& out, const domain::webhooks::note& n);
void write_account(std::string& out, const domain::account_health& a);
void write_attempt(std::string& out, const domain::outbox_attempt& a);
void write_limit(std::string& out, const domain::kept_limit& k);
void write_aliases(std::string& out, std::span<const domain::thread_alias> aliases);
/// Is it an event of a router or of an agent's owner? Then its facts, id and data are written by these.
[[nodiscard]] bool is_of_routing(const domain::event& e);
void copy_routing_facts(const domain::event& e, record& r);
/// The event's id, without quotes. None begins as the events of a thread, customer or letter do: what routing leaves in the
/// log holds nothing that a person said, and is not emptied with him (storage/erasing).
[[nodiscard]] std::string routing_id(const domain::event& e);
[[nodiscard]] std::string routing_subject(const domain::event& e);
/// The one member of its data.
void write_routing(std::string& out, const domain::event& e, record& r);
/// Gives the place of the id's text.
span write_customer(std::string& out, const domain::customer& c);

}  // namespace switchboard::storage::codec
