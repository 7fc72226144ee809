// The HTTP gate: never reads out of bounds, and a chunked body means the same however it is split.

#include "net/http/gate.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace switchboard::net::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const gate_limits limits;
  const auto scan = scan_head(all, 0, limits);
  if (scan.is == head_scan::state::complete) {
    std::vector<header> headers;
    (void)check_head(all.substr(0, scan.size), limits, headers);
  }

  const auto cut = data[0] % size;
  chunk_gate whole, split;
  whole.reset(1 << 20, limits.chunk_extension_bytes_max);
  split.reset(1 << 20, limits.chunk_extension_bytes_max);
  const auto once = whole.feed(all);
  auto twice = split.feed(all.substr(0, cut));
  if (twice.is == chunk_gate::verdict::more) twice = split.feed(all.substr(cut));
  if (once.is != twice.is ||
      (once.is == chunk_gate::verdict::complete && whole.body_bytes() != split.body_bytes())) {
    std::abort();
  }
  return 0;
}
