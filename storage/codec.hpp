#pragma once
// event ⇄ JSON bytes. The grammar stands at the top of codec.cpp. encode() fixes what subscribers see.
// All functions are thread-safe (one parser per thread).

#include "domain/conversation.hpp"
#include "domain/expected.hpp"
#include "storage/record.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace switchboard::storage {

/// Encodes the event with the cursor left blank (cursor_width zeros at cursor_at), facts filled in.
/// `node` is the CloudEvents source, e.g. "/switchboard". Sequence and partition are the caller's.
/// Never fails: what JSON or RFC 3339 cannot say is brought to the nearest that they can (invalid UTF-8 to
/// U+FFFD, times to the years 0 to 9999). A message's payload, and what a decision says,
/// must be a JSON object or empty.
[[nodiscard]] record encode(const domain::event& e, std::string_view node);

struct decode_error {
  std::string what;
};
/// The whole event back: decode(encode(e)) == e, times to the millisecond.
[[nodiscard]] expected<domain::event, decode_error> decode(std::string_view bytes);
/// Only the facts and spans of a record, for replays of the journal; equal to what encode() gave.
/// Sequence and partition are the caller's.
[[nodiscard]] expected<record, decode_error> decode_record(std::string bytes);

void append_offer(std::string& out, const domain::offer& o);
void append_agent(std::string& out, const domain::agent_shown& a);
/// What is promised in it, as `sla` of the conversation. Precondition: it has clocks.
void append_clocks(std::string& out, const domain::conversation& c);
void append_conversation(std::string& out, const domain::conversation& c);
/// `platform` is that of the message's conversation.
void append_message(std::string& out, const domain::message& m, domain::platform platform);
void append_customer(std::string& out, const domain::customer& c);
/// `with_raw`: adds the received bytes as `raw` (text) or `rawBase64` where they are not UTF-8.
void append_dead_letter(std::string& out, const domain::dead_letter& d, bool with_raw = true);
[[nodiscard]] expected<domain::conversation, decode_error> decode_conversation(std::string_view json);
[[nodiscard]] expected<domain::message, decode_error> decode_message(std::string_view json);
[[nodiscard]] expected<domain::customer, decode_error> decode_customer(std::string_view json);
[[nodiscard]] expected<domain::dead_letter, decode_error> decode_dead_letter(std::string_view json);
[[nodiscard]] expected<domain::erasure, decode_error> decode_erasure(std::string_view json);
[[nodiscard]] expected<domain::outbox_attempt, decode_error> decode_attempt(std::string_view json);
void append_limit(std::string& out, const domain::kept_limit& k);
[[nodiscard]] expected<domain::kept_limit, decode_error> decode_limit(std::string_view json);
[[nodiscard]] expected<domain::feed_position, decode_error> decode_feed(std::string_view json);
[[nodiscard]] expected<domain::webhooks::note, decode_error> decode_delivery(std::string_view json);
/// One attempt of it.
void append_delivered(std::string& out, const domain::webhooks::attempt& a);
[[nodiscard]] expected<domain::webhooks::attempt, decode_error> decode_delivered(std::string_view json);
[[nodiscard]] expected<domain::sla::clock_note, decode_error> decode_clock_note(std::string_view json);
[[nodiscard]] expected<domain::account_health, decode_error> decode_account(std::string_view json);
[[nodiscard]] expected<domain::offer, decode_error> decode_offer(std::string_view json);
[[nodiscard]] expected<domain::agent_shown, decode_error> decode_agent(std::string_view json);
[[nodiscard]] expected<domain::agent_note, decode_error> decode_noted(std::string_view json);
[[nodiscard]] expected<domain::routing_turn, decode_error> decode_turn(std::string_view json);
[[nodiscard]] expected<domain::routing_save, decode_error> decode_saved(std::string_view json);
/// The object comes back with its white space, but without what stands around it.
[[nodiscard]] expected<domain::routing_decision, decode_error> decode_decision(std::string_view json);
[[nodiscard]] expected<std::vector<domain::thread_alias>, decode_error> decode_aliases(std::string_view json);

}  // namespace switchboard::storage
