#pragma once
// WebSocket (RFC 6455). Beast does the handshake and reads, strictly: masked frames, control frame rules,
// UTF-8, message size; and answers pings and closes. Our frames do not go through Beast, whose writes are one
// composed operation per message: all bytes, Beast's control frames too, go out through stream_channel in
// order, many frames in one send.

#include "net/http/stream_channel.hpp"

namespace switchboard::net::http {

class websocket_channel final : public stream_channel {
 public:
  /// Takes over the waiting request's connection. `ready` is called on the I/O thread once the 101 is
  /// written; with null if the request is no upgrade or the connection has gone.
  static void open(const std::shared_ptr<connection>& c, std::uint64_t generation, std::string subprotocol,
                   header_list headers, std::function<void(channel_ptr)> ready);
  explicit websocket_channel(std::shared_ptr<connection> c);
  ~websocket_channel() override;

  void ping(std::string_view id) override;
  void close(std::uint16_t code, std::string reason) override;

 private:
  class link;    // what Beast takes for the socket
  class engine;  // Beast's stream
  struct pending_read;

  void frame(const std::vector<outgoing>& pieces, std::string& text, outbox& out) override;
  bool take_input() override;
  void forget_input() override;
  std::chrono::milliseconds silence_max() const override { return io_->limits().pong_timeout; }

  void shake_hands(const http::request& upgrade, std::string subprotocol, header_list headers,
                   std::function<void(channel_ptr)> ready);
  void read_next();
  void on_read(bool ok, bool violation);
  void on_written_by_beast(std::string bytes);
  void deliver();
  [[nodiscard]] bool within_rate();
  void end_with(std::uint16_t code, std::string_view reason);
  [[nodiscard]] bool discard_input();

  std::unique_ptr<engine> engine_;
  std::unique_ptr<pending_read> pending_read_;
  bool open_ = false;        ///< the handshake is over
  bool discarding_ = false;  ///< what still comes is thrown away
  std::uint32_t fragments_ = 0;
  std::uint64_t raw_bytes_ = 0;  ///< since the last whole message, or thrown away
  std::uint64_t allowance_ = 0;  ///< frames it may still send now
  std::uint64_t allowance_tick_ = 0;
};

}  // namespace switchboard::net::http
