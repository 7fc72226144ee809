// The HTTP gate: never reads out of bounds, and head and chunked body mean the same however they are split.

#include "net/http/gate.hpp"

#include "net/http/second_opinion.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace switchboard::net::http;

namespace {

const gate_limits limits;

void check(bool holds) {
  if (!holds) std::abort();
}

/// Split or not, a head that is complete ends at the same byte; one in two parts may only be refused earlier.
void read_head(std::string_view all, std::size_t cut) {
  const auto once = scan_head(all, 0, limits);
  auto twice = scan_head(all.substr(0, cut), 0, limits);
  if (twice.is == head_scan::state::more) twice = scan_head(all, twice.size, limits);
  if (once.is == head_scan::state::complete && twice.is == head_scan::state::complete) {
    check(once.size == twice.size);
  }
  if (once.is == head_scan::state::refused) check(twice.is != head_scan::state::more);
  if (once.is != head_scan::state::complete) return;

  const auto head = all.substr(0, once.size);
  std::vector<header> headers;
  const auto how = check_head(head, limits, headers);
  if (!how) {
    check(how.error().status >= 400 && how.error().status < 600);
    return;
  }
  check(twice.is == head_scan::state::complete);  // what is right as a whole is never refused in parts
  check(headers.size() <= limits.headers_max);
  second_opinion beast;
  if (!beast.agrees(head, *how, headers) || !how->chunked) return;
  chunk_gate gate;
  gate.reset(1 << 20, limits.chunk_extension_bytes_max);
  std::string body(all.substr(once.size));
  const auto end = gate.feed(body);
  if (end.is == chunk_gate::verdict::complete) {
    check(beast.decode_chunks(body.data(), end.used, gate.body_bytes()));
  }
}

void read_chunks(std::string_view all, std::size_t cut) {
  chunk_gate whole, split;
  whole.reset(1 << 20, limits.chunk_extension_bytes_max);
  split.reset(1 << 20, limits.chunk_extension_bytes_max);
  const auto once = whole.feed(all);
  auto twice = split.feed(all.substr(0, cut));
  if (twice.is == chunk_gate::verdict::more) {
    twice = split.feed(all.substr(cut));
    twice.used += cut;
  }
  check(once.is == twice.is);
  if (once.is == chunk_gate::verdict::complete) {
    check(once.used == twice.used && whole.body_bytes() == split.body_bytes());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view all(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto cut = data[0] % all.size();  // the first byte says where the pieces part
  read_head(all, cut);
  read_chunks(all, cut);
  return 0;
}
