// Cursors and ids: what is accepted is exactly what would be written.

#include "storage/cursor.hpp"

#include "domain/ids.hpp"
#include "domain/time.hpp"
#include "tests/fuzz/targets.hpp"

namespace switchboard::fuzz {

void run_cursor(std::string_view bytes) {
  const storage::cursor_codec codec{.journal_tag = 7};
  if (const auto sequence = codec.parse(bytes))
    hold(codec.text(*sequence) == bytes, "a cursor has one spelling");
  if (const auto id = domain::parse_conversation_id(bytes))
    hold(to_text(*id) == bytes, "a conversation's id has one spelling");
  if (const auto id = domain::parse_message_id(bytes))
    hold(to_text(*id) == bytes, "a message's id has one spelling");
  if (const auto thread = domain::parse_base32(bytes)) {
    std::string again;
    domain::append_base32(again, *thread);
    hold(again == bytes, "base32 has one spelling");
  }
  if (const auto at = domain::parse_rfc3339(bytes)) {
    const auto again = domain::parse_rfc3339(domain::to_rfc3339(*at));
    hold(again && std::chrono::floor<std::chrono::milliseconds>(*again) ==
                      std::chrono::floor<std::chrono::milliseconds>(*at),
         "a time that was read is written as the same");
  }
}

}  // namespace switchboard::fuzz
