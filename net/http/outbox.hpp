#pragma once
// Bytes on their way into one socket: views in order, how far they are written, and no copy of them.

#include "net/http/transport.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace switchboard::net::http {

class outbox {
 public:
  /// The bytes must stay until flush() has returned ok, or clear().
  void add(std::string_view bytes) {
    if (!bytes.empty()) pieces_.push_back(bytes);
  }
  [[nodiscard]] bool empty() const { return next_ == pieces_.size(); }

  /// Writes what the socket takes. ok: all of it, and the outbox is empty again.
  [[nodiscard]] io_state flush(transport& wire) {
    while (next_ < pieces_.size()) {
      const auto r = wire.write({pieces_.data() + next_, pieces_.size() - next_});
      if (r.state != io_state::ok) return r.state;
      written_ += r.bytes;
      skip(r.bytes);
    }
    clear();
    return io_state::ok;
  }
  void clear() {
    pieces_.clear();
    next_ = 0;
  }
  /// Bytes written since the connection began.
  [[nodiscard]] std::uint64_t written() const { return written_; }

 private:
  void skip(std::size_t bytes) {
    while (next_ < pieces_.size() && bytes >= pieces_[next_].size()) bytes -= pieces_[next_++].size();
    if (bytes > 0) pieces_[next_].remove_prefix(bytes);
  }

  std::vector<std::string_view> pieces_;
  std::size_t next_ = 0;
  std::uint64_t written_ = 0;
};

}  // namespace switchboard::net::http
