#pragma once
// One client's connection: reads requests, asks the routes, writes answers, in order, one at a time.
//
//   handshaking → head → body → waiting → writing → head …      and from waiting → upgraded (a stream)
//                   ├──────── refused ───────┴→ lingering → closed
//                   └→ passing over → writing      a refused request's short body, so that the connection stays
//
// A state machine driven by edges and answers; run() makes as much progress as the bytes at hand allow. All
// on its I/O thread, but for what exchange (exchange_impl.hpp) forwards to it.

#include "net/http/gate.hpp"
#include "net/http/input_buffer.hpp"
#include "net/http/io_thread.hpp"
#include "net/http/outbox.hpp"
#include "net/http/second_opinion.hpp"
#include "net/http/transport.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace switchboard::net::http {

class connection;

/// What a connection becomes when it is no longer request and answer: a stream to one subscriber.
class session {
 public:
  virtual ~session() = default;
  /// The socket may take or give more bytes.
  virtual void pump() = 0;
  virtual void on_deadline() = 0;
  /// The connection is closed; it must not be used again.
  virtual void on_closed() = 0;
};

/// How a connection came to be.
struct arrival {
  http::listener listener = http::listener::open;
  std::string address;                ///< the peer's, as text
  bool trusted_proxy = false;         ///< its X-Forwarded-For is believed
  bool refused = false;               ///< over the connection limit: 503 unless it asks what is never shed
  std::shared_ptr<const void> place;  ///< its place under the limits, given back when it closes
};

class connection final : public pollable,
                         public deadline_node,
                         public std::enable_shared_from_this<connection> {
 public:
  connection(std::shared_ptr<io_thread> io, std::unique_ptr<transport> wire, arrival from);
  ~connection() override;

  /// First call, behind io_thread::enter.
  void start();

  void on_edge(bool input, bool hang_up) override;
  void on_drain() override;
  void on_deadline() override;
  void close() override;

  // -- for the exchange; `generation` tells a late answer to an earlier request from this one's
  // ----------------
  [[nodiscard]] const http::request& request() const { return request_; }
  [[nodiscard]] const framing& how() const { return framing_; }
  void answer(std::uint64_t generation, response&& r);
  /// What the routes want beside any answer to the request that waits.
  [[nodiscard]] const header_list& answer_headers() const { return answer_headers_; }
  /// The bytes of the head of the request that waits.
  [[nodiscard]] std::string_view head_bytes() { return {in_.data(), head_bytes_}; }
  /// Hands the connection to a session. False if the request no longer waits.
  [[nodiscard]] bool upgrade(std::uint64_t generation, std::shared_ptr<session> to);

  // -- for a session
  // -------------------------------------------------------------------------------------------
  [[nodiscard]] io_thread& io() { return *io_; }
  [[nodiscard]] const std::shared_ptr<io_thread>& io_handle() const { return io_; }
  [[nodiscard]] io_result read(char* into, std::size_t room);
  [[nodiscard]] io_state flush(outbox& out);
  [[nodiscard]] bool readable() const { return readable_ || in_.size() > 0; }
  void end_writing();
  void arm(std::chrono::milliseconds after) { io_->wheel().arm(*this, after); }

 private:
  enum class state : std::uint8_t {
    handshaking,
    head,
    body,
    passing_over,
    waiting,
    writing,
    lingering,
    upgraded,
    closed
  };
  enum class after_write : std::uint8_t { next_request, body, linger };

  void run();
  [[nodiscard]] bool step();
  [[nodiscard]] bool shake_hands();
  [[nodiscard]] bool read_head();
  [[nodiscard]] bool accept_head(std::size_t head_bytes);
  [[nodiscard]] bool read_body();
  [[nodiscard]] bool fill_chunks();
  void turn_away(response&& r);
  [[nodiscard]] bool pass_over();
  [[nodiscard]] bool write();
  [[nodiscard]] bool linger();
  /// Reads into a buffer of at least `wanted` bytes in all, up to `most`.
  [[nodiscard]] bool fill(std::size_t wanted, std::size_t most = SIZE_MAX);
  void begin_request();
  void begin_body();
  void dispatch(std::size_t request_bytes);
  void refuse(const refusal& why);
  void refuse_place();
  void send(response&& r, after_write then);
  void next_request();
  void say_farewell();
  void set_busy(bool busy);
  void set_leaving();
  void rebase(const char* from, const char* to);
  /// The budget of a body or an answer: `timeout`, and longer for every body_rate_min bytes that moved.
  [[nodiscard]] bool extend(std::chrono::milliseconds timeout, std::uint64_t moved);

  std::shared_ptr<io_thread> io_;
  std::unique_ptr<transport> wire_;
  arrival from_;
  std::shared_ptr<session> session_;

  state state_ = state::handshaking;
  after_write then_ = after_write::next_request;
  bool readable_ = false;
  bool hang_up_ = false;
  bool running_ = false;
  bool busy_ = false;
  bool leaving_ = false;  ///< its end is decided, but the peer may not have taken it yet
  bool head_begun_ = false;

  input_buffer in_;
  std::size_t scanned_ = 0;  ///< of the head, or of the chunks behind it
  std::size_t head_bytes_ = 0;
  std::size_t request_bytes_ = 0;  ///< head and body, to be consumed behind the answer
  std::uint64_t served_ = 0;
  std::uint64_t generation_ = 0;
  std::uint64_t began_tick_ = 0;  ///< of the body or the answer
  std::uint64_t written_before_ = 0;
  std::chrono::steady_clock::time_point whole_at_;  ///< when the handler got the request

  std::vector<header> headers_;
  framing framing_;
  http::request request_;
  second_opinion second_opinion_;
  chunk_gate chunks_;
  std::shared_ptr<http::permit> permit_;
  header_list answer_headers_;

  std::uint64_t passed_over_left_ = 0;
  response answer_;  ///< kept while a large body of it is written, or a refused request's body comes in
  std::string out_text_;
  outbox out_;
};

}  // namespace switchboard::net::http
