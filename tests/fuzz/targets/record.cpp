// Records of the journal and rows of the views: what decodes is encoded to something that decodes to the same, and what
// encode() knows of its bytes is what a replay reads from them.

#include "storage/codec.hpp"
#include "tests/fuzz/targets.hpp"

#include <simdjson.h>

#include <algorithm>
#include <string>

namespace switchboard::fuzz {

namespace {

/// Times are written to the millisecond; what strangers to the codec write may be finer.
bool has_fine_times(std::string_view bytes) {
  unsigned digits = 0;
  bool fraction = false;
  for (const char c : bytes) {
    if (c >= '0' && c <= '9') {
      if (fraction && ++digits > 3) return true;
    } else {
      fraction = c == '.';
      digits = 0;
    }
  }
  return false;
}

/// The codec reads what a checksum says that we wrote: it checks what it uses, and passes a payload on as it is. Only
/// of whole JSON in one line is it asked for the same again.
bool could_be_ours(std::string_view bytes) {
  simdjson::dom::parser parser;
  return parser.parse(bytes.data(), bytes.size()).error() == simdjson::SUCCESS &&
         std::none_of(bytes.begin(), bytes.end(), [](char c) { return c >= 0 && c < 0x20; });
}

/// `write` gives the bytes of a value, `read` a value of bytes.
template <class Read, class Write>
void check(std::string_view bytes, Read read, Write write) {
  const auto first = read(bytes);
  if (!first) return hold(!first.error().what.empty(), "what does not decode says why");
  if (!could_be_ours(bytes)) return (void)write(*first);
  const std::string written = write(*first);
  const auto second = read(written);
  hold(second.has_value(), "what was written can be read");
  hold(*second == *first || has_fine_times(bytes), "what was written is read as the same");
  hold(write(*second) == written || has_fine_times(bytes), "and written as the same bytes again");
}

std::string appended(auto append, const auto& value) {
  std::string out;
  append(out, value);
  return out;
}

}  // namespace

void run_record(std::string_view bytes) {
  (void)storage::decode_record(std::string(bytes));
  check(bytes, storage::decode, [](const domain::event& e) {
    auto record = storage::encode(e, "/fuzz");
    const auto replayed = storage::decode_record(record.bytes);
    hold(replayed && *replayed == record, "a replay reads what was encoded");
    return record.bytes;
  });
  check(bytes, storage::decode_conversation,
        [](const auto& c) { return appended(storage::append_conversation, c); });
  check(bytes, storage::decode_offer, [](const auto& o) { return appended(storage::append_offer, o); });
  check(bytes, storage::decode_agent, [](const auto& a) { return appended(storage::append_agent, a); });
  // Within an event these are held to be the same again.
  (void)storage::decode_noted(bytes);
  (void)storage::decode_turn(bytes);
  (void)storage::decode_saved(bytes);
  (void)storage::decode_decision(bytes);
  check(bytes, storage::decode_customer, [](const auto& c) { return appended(storage::append_customer, c); });
  check(bytes, storage::decode_dead_letter, [](const auto& d) {
    std::string out;
    storage::append_dead_letter(out, d);
    return out;
  });
  check(bytes, storage::decode_message, [](const auto& m) {
    std::string out;
    storage::append_message(out, m, domain::platform::facebook);
    return out;
  });
}

}  // namespace switchboard::fuzz
