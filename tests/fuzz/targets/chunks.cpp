// Chunked bodies: in two parts, or byte by byte, as in one.

#include "net/http/gate.hpp"
#include "tests/fuzz/targets.hpp"

namespace switchboard::fuzz {

namespace {

using net::http::chunk_gate;

struct outcome {
  chunk_gate::progress last;
  std::uint64_t body = 0;
};

outcome feed(std::string_view bytes, std::size_t step) {
  chunk_gate gate;
  gate.reset(1 << 20, 256);
  outcome o;
  std::size_t used = 0;
  while (used < bytes.size() && o.last.is == chunk_gate::verdict::more) {
    o.last = gate.feed(bytes.substr(used, step));
    hold(o.last.used <= step, "no more is used than was given");
    used += o.last.used;
  }
  o.last.used = used;
  o.body = gate.body_bytes();
  return o;
}

}  // namespace

void run_chunks(std::string_view bytes) {
  if (bytes.size() < 2) return;
  const auto all = bytes.substr(1);
  const auto whole = feed(all, all.size());
  for (const std::size_t step :
       {std::size_t{1}, static_cast<std::size_t>(static_cast<unsigned char>(bytes[0])) + 1}) {
    const auto split = feed(all, step);
    hold(whole.last.is == split.last.is, "the same verdict in pieces");
    if (whole.last.is == chunk_gate::verdict::complete) {
      hold(whole.last.used == split.last.used && whole.body == split.body, "the same body in pieces");
    }
  }
  hold(whole.body <= 1 << 20, "never more than the limit");
}

}  // namespace switchboard::fuzz
