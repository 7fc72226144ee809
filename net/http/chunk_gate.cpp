// The chunked half of gate.hpp. A state per place in RFC 9112's grammar:
//   chunked-body = *( size [ extension ] CRLF data CRLF ) "0" [ extension ] CRLF CRLF
#include "net/http/gate.hpp"
#include "net/http/gate_bytes.hpp"

#include <algorithm>

namespace switchboard::net::http {
namespace {

constexpr refusal bad(std::string_view detail) {
  return {400, "bad-request", detail};
}

/// Framing may outweigh the body by so much: a million chunks of one byte cost time and carry nothing.
constexpr std::uint64_t framing_bytes_free = 64 << 10;
constexpr std::uint32_t digits_max = 16;

}  // namespace

void chunk_gate::reset(std::uint64_t body_bytes_max, std::uint32_t extension_bytes_max) {
  *this = chunk_gate{};
  body_bytes_max_ = body_bytes_max;
  extension_bytes_max_ = extension_bytes_max;
}

bool chunk_gate::end_of_size(refusal& why) {
  if (digits_ == 0) {
    why = bad("a chunk without a size");
    return false;
  }
  if (chunk_left_ > body_bytes_max_ - body_bytes_) {
    why = {413, "payload-too-large", "the chunks are larger than the limit"};
    return false;
  }
  body_bytes_ += chunk_left_;
  return true;
}

bool chunk_gate::size_byte(char c, refusal& why) {
  const int digit = hex_digit(c);
  if (digit >= 0) {
    if (digits_ == digits_max || (digits_ > 0 && chunk_left_ == 0)) {
      why = bad("a chunk size with too many digits or leading zeros");
      return false;
    }
    chunk_left_ = chunk_left_ * 16 + static_cast<std::uint64_t>(digit);
    ++digits_;
    return true;
  }
  if (c == '\r' || c == ';') {
    at_ = c == '\r' ? at::size_lf : at::extension;
    return end_of_size(why);
  }
  why = bad("a chunk size must be hexadecimal digits only");
  return false;
}

chunk_gate::progress chunk_gate::feed(std::string_view bytes) {
  progress p;
  const auto refuse = [&p](refusal why) {
    p.is = verdict::refused;
    p.why = why;
    return p;
  };
  while (p.used < bytes.size() && at_ != at::done) {
    if (at_ == at::data) {
      const auto n = std::min<std::uint64_t>(chunk_left_, bytes.size() - p.used);
      p.used += n;
      chunk_left_ -= n;
      if (chunk_left_ == 0) at_ = at::data_cr;
      continue;
    }
    const char c = bytes[p.used++];
    if (++framing_bytes_ > framing_bytes_free + body_bytes_) {
      return refuse(bad("the chunks are so small that their framing outweighs them"));
    }
    switch (at_) {
      case at::size:
        if (refusal why; !size_byte(c, why)) return refuse(why);
        break;
      case at::extension:
        if (c == '\r') {
          at_ = at::size_lf;
        } else if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) {
          return refuse(bad("a chunk extension with a byte that must not be there"));
        } else if (++extension_bytes_ > extension_bytes_max_) {
          return refuse(bad("chunk extensions longer than the limit"));
        }
        break;
      case at::size_lf:
        if (c != '\n') return refuse(bad("a chunk size line that does not end with CR LF"));
        at_ = chunk_left_ == 0 ? at::last_cr : at::data;
        break;
      case at::data_cr:
        if (c != '\r') return refuse(bad("chunk data longer than its size"));
        at_ = at::data_lf;
        break;
      case at::data_lf:
        if (c != '\n') return refuse(bad("chunk data that does not end with CR LF"));
        at_ = at::size;
        digits_ = 0;
        extension_bytes_ = 0;
        break;
      case at::last_cr:
        if (c != '\r') return refuse(bad("trailers are not taken"));
        at_ = at::last_lf;
        break;
      case at::last_lf:
        if (c != '\n') return refuse(bad("the last chunk does not end with CR LF"));
        at_ = at::done;
        break;
      case at::data:
      case at::done:
        break;
    }
  }
  if (at_ == at::done) p.is = verdict::complete;
  return p;
}

}  // namespace switchboard::net::http
