// Records from the journal: what decodes also encodes to something that decodes the same.

#include "storage/codec.hpp"
#include "storage/cursor.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace storage = switchboard::storage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)storage::cursor_codec{.journal_tag = 7}.parse(bytes);
  (void)storage::decode_record(std::string(bytes));
  if (const auto e = storage::decode(bytes)) {
    const auto again = storage::decode(storage::encode(*e, "/fuzz").bytes);
    if (!again || !(*again == *e)) std::abort();
  }
  return 0;
}
