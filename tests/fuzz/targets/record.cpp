// Records of the journal and rows of the views: what decodes is encoded to something that decodes to the same, and what
// encode() knows of its bytes is what a replay reads from them.

#include "storage/codec.hpp"
#include "tests/fuzz/targets.hpp"

#include <string>

namespace switchboard::fuzz {

namespace {

template <class Decode, class Append>
void row(std::string_view bytes, Decode decode, Append append) {
  const auto first = decode(bytes);
  if (!first) return hold(!first.error().what.empty(), "what does not decode says why");
  std::string again;
  append(again, *first);
  const auto second = decode(again);
  hold(second && *second == *first, "a row is written as it was read");
}

}  // namespace

void run_record(std::string_view bytes) {
  (void)storage::decode_record(std::string(bytes));
  if (const auto e = storage::decode(bytes)) {
    const auto record = storage::encode(*e, "/fuzz");
    const auto again = storage::decode(record.bytes);
    hold(again && *again == *e, "an event is written as it was read");
    const auto replayed = storage::decode_record(record.bytes);
    hold(replayed && *replayed == record, "a replay reads what was encoded");
  }
  row(bytes, storage::decode_conversation,
      [](std::string& out, const auto& c) { storage::append_conversation(out, c); });
  row(bytes, storage::decode_customer,
      [](std::string& out, const auto& c) { storage::append_customer(out, c); });
  row(bytes, storage::decode_dead_letter,
      [](std::string& out, const auto& d) { storage::append_dead_letter(out, d); });
  row(bytes, storage::decode_message,
      [](std::string& out, const auto& m) { storage::append_message(out, m, domain::platform::facebook); });
}

}  // namespace switchboard::fuzz
