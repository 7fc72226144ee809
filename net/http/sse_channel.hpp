#pragma once
// Server-sent events (WHATWG HTML §9.2) over a chunked response; over HTTP/1.0 its end is the connection's.

#include "net/http/stream_channel.hpp"

namespace switchboard::net::http {

class sse_channel final : public stream_channel {
 public:
  /// Takes over the waiting request's connection and sends the head. Null if the connection has gone
  /// meanwhile.
  [[nodiscard]] static channel_ptr open(const std::shared_ptr<connection>& c, std::uint64_t generation,
                                        std::string_view id);
  explicit sse_channel(std::shared_ptr<connection> c);

  void ping(std::string_view id) override;
  void close(std::uint16_t code, std::string reason) override;

 private:
  void frame(const std::vector<outgoing>& pieces, std::string& text, outbox& out) override;
  bool take_input() override;
  void forget_input() override {}
  std::chrono::milliseconds silence_max() const override { return std::chrono::milliseconds{0}; }
  void write_text(std::string_view text);

  bool chunked_;
};

}  // namespace switchboard::net::http
