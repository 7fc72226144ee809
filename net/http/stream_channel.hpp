#pragma once
// What SSE and WebSocket channels have in common: one write of pieces at a time, small control bytes between
// writes, a slow or silent peer found out, and the connection let go once.

#include "net/http/connection.hpp"
#include "net/http/exchange.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace switchboard::net::http {

class stream_channel : public channel, public session, public std::enable_shared_from_this<stream_channel> {
 public:
  void write(std::vector<outgoing> pieces, std::function<void(bool)> done) final;
  void on_gone(std::function<void()> f) final;
  void on_text(std::function<bool(std::string_view)> f) final { on_text_ = std::move(f); }
  void post(std::function<void()> f) final { io_->post(std::move(f)); }
  [[nodiscard]] std::uint32_t io_thread() const final { return io_->index(); }

  void pump() final;
  void on_deadline() final;
  void on_closed() final;

 protected:
  explicit stream_channel(std::shared_ptr<connection> c)
      : connection_(std::move(c)), io_(connection_->io_handle()) {}

  /// Puts the framed pieces into `out`; `text` holds what has to be made for that and is empty at first.
  virtual void frame(const std::vector<outgoing>& pieces, std::string& text, outbox& out) = 0;
  /// Takes what the peer sent. False: nothing more is there.
  virtual bool take_input() = 0;
  /// The connection is closed: let go of what waits for its bytes.
  virtual void forget_input() = 0;
  /// The peer has been silent for so long that it must be gone. zero: never.
  [[nodiscard]] virtual std::chrono::milliseconds silence_max() const = 0;

  /// Queues bytes that go out between writes: a ping, a pong, the last words.
  void write_control(std::string_view bytes);
  /// Nothing is written behind what is queued now; then the connection ends its writing and waits for the
  /// peer.
  void end_after_control();
  void heard() { heard_tick_ = io_->wheel().now(); }
  [[nodiscard]] bool ending() const { return ending_; }
  void drop();  ///< closes the connection
  void flush_output();

  std::shared_ptr<connection> connection_;  ///< null once it is closed
  std::shared_ptr<http::io_thread> io_;
  std::function<bool(std::string_view)> on_text_;

 private:
  enum class writing : std::uint8_t { nothing, pieces, control };
  /// Puts the next thing to write into out_; false if there is none.
  [[nodiscard]] bool next_output();
  void finish_pieces(bool ok);
  void rearm();

  std::function<void()> on_gone_;
  bool gone_ = false;
  bool ending_ = false;
  bool ended_ = false;
  writing writing_ = writing::nothing;
  std::vector<outgoing> pieces_;
  std::function<void(bool)> done_;
  bool pieces_wait_ = false;
  std::string framing_;
  std::string control_;          ///< queued
  std::string control_writing_;  ///< on its way
  outbox out_;
  std::uint64_t heard_tick_ = 0;
  std::uint64_t blocked_tick_ = 0;  ///< since when the socket takes nothing; 0: it does
  std::uint64_t blocked_written_ = 0;
};

}  // namespace switchboard::net::http
