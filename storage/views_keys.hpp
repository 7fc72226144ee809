#pragma once
// Keys of the views, written and read. Layout: views.cpp. Numbers are big-endian, so that bytes sort as
// numbers do; names carry their length in front, so that no two keys run together whatever an id holds.

#include "domain/ids.hpp"
#include "domain/limit_level.hpp"
#include "domain/thread_alias.hpp"
#include "domain/time.hpp"
#include "storage/record.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::storage::keys {

template <class Number>
void append_number(std::string& key, Number n) {
  for (int shift = std::numeric_limits<Number>::digits - 8; shift >= 0; shift -= 8)
    key += static_cast<char>(n >> shift & 0xff);
}
/// Reads a number off the front; false where `from` is too short.
template <class Number>
[[nodiscard]] bool take_number(std::string_view& from, Number& n) {
  if (from.size() < sizeof(Number)) return false;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) sum = sum << 8 | static_cast<unsigned char>(from[i]);
  n = static_cast<Number>(sum);
  from.remove_prefix(sizeof(Number));
  return true;
}

/// Length in two bytes; 65,535 is far beyond any id's limit, and a longer one is cut to it.
inline void append_name(std::string& key, std::string_view name) {
  name = name.substr(0, std::numeric_limits<std::uint16_t>::max());
  append_number(key, static_cast<std::uint16_t>(name.size()));
  key += name;
}
[[nodiscard]] inline bool take_name(std::string_view& from, std::string_view& name) {
  std::uint16_t size = 0;
  if (!take_number(from, size) || from.size() < size) return false;
  name = from.substr(0, size);
  from.remove_prefix(size);
  return true;
}

inline void append_thread(std::string& key, domain::thread_id t) {
  append_number(key, t.high);
  append_number(key, t.low);
}
[[nodiscard]] inline bool take_thread(std::string_view& from, domain::thread_id& t) {
  return take_number(from, t.high) && take_number(from, t.low);
}
inline void append_conversation(std::string& key, domain::conversation_id c) {
  append_thread(key, c.thread);
  append_number(key, c.ordinal);
}
[[nodiscard]] inline bool take_conversation(std::string_view& from, domain::conversation_id& c) {
  return take_thread(from, c.thread) && take_number(from, c.ordinal);
}

/// Milliseconds since year 0, so that every time that a record can hold sorts right.
[[nodiscard]] std::uint64_t milliseconds(domain::timestamp t);
[[nodiscard]] domain::timestamp time_of(std::uint64_t milliseconds);
/// Later times first.
inline void append_newest_first(std::string& key, domain::timestamp t) {
  append_number(key, ~milliseconds(t));
}

[[nodiscard]] std::string conversation(std::string_view brand, domain::conversation_id c);
[[nodiscard]] std::string message(std::string_view brand, domain::message_id m);
[[nodiscard]] std::string seen(domain::thread_id t, std::uint64_t fingerprint);
[[nodiscard]] std::string customer(std::string_view brand, std::string_view customer);
/// First byte of the keys of comment_threads.
inline constexpr char hashed = 1;
inline constexpr char other_name = 2;
inline constexpr char moved = 3;
inline constexpr char named_too = 4;
/// `reference`: fingerprint("ref", platform message id, "").
[[nodiscard]] std::string account(std::string_view id);
[[nodiscard]] std::string feed(std::string_view reader, std::string_view feed);
[[nodiscard]] std::string limit(const domain::kept_limit& k);
[[nodiscard]] std::string agent(std::string_view brand, std::string_view id);
[[nodiscard]] std::string router(std::string_view brand);
[[nodiscard]] std::string decision(std::string_view brand, domain::conversation_id c, log_sequence at);
[[nodiscard]] std::string comment_thread(std::string_view account, std::uint64_t reference);
[[nodiscard]] std::string alias(const domain::thread_alias& a);
[[nodiscard]] std::string other_name_of(domain::thread_id t);

// -- the column of erasures
inline constexpr char erased_customer = 'c';
inline constexpr char erased_at = 'e';
inline constexpr char erased_thread = 't';
inline constexpr char erased_by = 'x';
[[nodiscard]] std::string customer_erased(std::string_view brand, std::string_view customer);
[[nodiscard]] std::string erasure(log_sequence by);
[[nodiscard]] std::string thread_erased(domain::thread_id t);
/// Without a thread: what all those of `by` begin with.
[[nodiscard]] std::string thread_erased_by(log_sequence by);
[[nodiscard]] std::string thread_erased_by(log_sequence by, domain::thread_id t);

/// One stretch of the inbox: what has this status and priority, latest update first.
void append_inbox_range(std::string& key, std::string_view brand, domain::conversation_status s,
                        domain::priority p);
[[nodiscard]] std::string inbox_range(std::string_view brand, domain::conversation_status s,
                                      domain::priority p);

/// The least string above all that begin with `prefix`; empty: there is none.
[[nodiscard]] std::string behind(std::string prefix);

/// For page tokens: lower-case hexadecimal.
[[nodiscard]] std::string to_hex(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_hex(std::string_view digits);

}  // namespace switchboard::storage::keys
