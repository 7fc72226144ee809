#pragma once
// Beast's parser over the bytes that the gate let pass. Two readings that differ are what smuggling lives on,
// so any difference is a refusal. Beast also decodes chunked bodies, whose framing the gate has checked.

#include "net/http/gate.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace switchboard::net::http {

/// One a connection, used again for each request; no allocation per request.
class second_opinion {
 public:
  second_opinion();
  ~second_opinion();
  second_opinion(const second_opinion&) = delete;
  second_opinion& operator=(const second_opinion&) = delete;

  /// True if Beast reads the head as the gate did: same line, same fields at the same place, same framing.
  [[nodiscard]] bool agrees(std::string_view head, const framing& gate, std::span<const header> fields);

  /// Behind agrees() of a chunked head: decodes the whole body in place (the body is shorter than its
  /// framing, so it is moved down to `raw`). False if Beast finds another end or another size than the gate.
  [[nodiscard]] bool decode_chunks(char* raw, std::size_t size, std::uint64_t body_bytes);

 private:
  class parser;
  std::unique_ptr<parser> parser_;
};

}  // namespace switchboard::net::http
