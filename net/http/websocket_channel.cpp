#include "net/http/websocket_channel.hpp"

#include <boost/asio/append.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffers_iterator.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <cstring>

namespace switchboard::net::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using beast::error_code;

constexpr std::uint64_t frames_per_second_max = 20;
constexpr std::uint64_t frames_at_once_max = 2 * frames_per_second_max;
constexpr std::uint32_t fragments_max = 1'024;
constexpr std::uint64_t discarded_bytes_max = 1 << 20;
constexpr std::size_t read_bytes_hint = 1'024;
constexpr std::size_t close_reason_bytes_max = 123;

constexpr std::uint16_t close_codes_end = 5000;  ///< RFC 6455 §7.4.2 knows none from here on
enum close_code : std::uint16_t {
  protocol_error = 1002,
  unsupported_data = 1003,
  policy_violation = 1008,
  too_big = 1009
};

constexpr char fin_text = static_cast<char>(0x81);
constexpr char fin_close = static_cast<char>(0x88);
constexpr char fin_ping = static_cast<char>(0x89);

/// An unmasked frame's header; RFC 6455 §5.2.
void append_frame_header(std::string& out, char first, std::uint64_t length) {
  out += first;
  if (length < 126) {
    out += static_cast<char>(length);
    return;
  }
  const int bytes = length <= 0xffff ? 2 : 8;
  out += static_cast<char>(bytes == 2 ? 126 : 127);
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(length >> (8 * i));
}
constexpr std::size_t frame_header_bytes_max = 10;

/// Beast takes every code from 3000 on for one, and answers a close with its own code: a frame of ours would carry
/// what no frame may.
void correct_close_code(std::string& frame) {
  constexpr std::size_t head_bytes = 2, code_bytes = 2;
  if (frame.size() < head_bytes + code_bytes || frame.front() != fin_close) return;
  const auto code =
      static_cast<unsigned char>(frame[head_bytes]) << 8 | static_cast<unsigned char>(frame[head_bytes + 1]);
  if (code < close_codes_end) return;
  frame.resize(head_bytes + code_bytes);
  frame[1] = code_bytes;
  frame[head_bytes] = static_cast<char>(protocol_error >> 8);
  frame[head_bytes + 1] = static_cast<char>(protocol_error & 0xff);
}

/// Beast names itself and its version in every handshake answer whose decorator names nobody; who attacks it need
/// not be told.
void remove_server_header(std::string& head) {
  constexpr std::string_view name = "\r\nServer:";
  const auto at = head.find(name);
  if (at == std::string::npos) return;
  const auto end = head.find("\r\n", at + name.size());
  if (end != std::string::npos) head.erase(at, end - at);
}

}  // namespace

/// A read that Beast waits for, its handler's type forgotten.
struct websocket_channel::pending_read {
  explicit pending_read(asio::mutable_buffer b) : into(b) {}
  virtual ~pending_read() = default;
  virtual void complete(error_code ec, std::size_t bytes) = 0;
  asio::mutable_buffer into;
};

class websocket_channel::link {
 public:
  using executor_type = asio::io_context::executor_type;
  explicit link(websocket_channel& owner) : owner_(&owner) {}

  executor_type get_executor() const noexcept { return owner_->io_->context().get_executor(); }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        // `this->` for Clang, which in a generic lambda otherwise holds the capture for unused.
        [this](auto handler, asio::mutable_buffer into) { this->start_read(into, std::move(handler)); },
        token, first_of(buffers));
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, std::string bytes) {
          const auto size = bytes.size();
          owner_->on_written_by_beast(std::move(bytes));
          post_result(std::move(handler), error_code{}, size);
        },
        token, std::string(asio::buffers_begin(buffers), asio::buffers_end(buffers)));
  }

  // Beast ends a connection through these; its end is ours to arrange (stream_channel).
  template <class Handler>
  friend void async_teardown(beast::role_type, link& self, Handler&& handler) {
    asio::post(self.get_executor(), asio::append(std::forward<Handler>(handler), error_code{}));
  }
  friend void teardown(beast::role_type, link&, error_code& ec) { ec = {}; }
  friend void beast_close_socket(link&) {}

 private:
  template <class Buffers>
  static asio::mutable_buffer first_of(const Buffers& buffers) {
    for (auto it = asio::buffer_sequence_begin(buffers); it != asio::buffer_sequence_end(buffers); ++it) {
      if (asio::mutable_buffer(*it).size() > 0) return *it;
    }
    return {};
  }

  template <class Handler>
  void post_result(Handler&& handler, error_code ec, std::size_t bytes) {
    asio::post(get_executor(), asio::append(std::forward<Handler>(handler), ec, bytes));
  }

  template <class Handler>
  void start_read(asio::mutable_buffer into, Handler&& handler) {
    struct waiting final : pending_read {
      waiting(asio::mutable_buffer b, std::decay_t<Handler>&& h) : pending_read(b), handler(std::move(h)) {}
      void complete(error_code ec, std::size_t bytes) override { std::move(handler)(ec, bytes); }
      std::decay_t<Handler> handler;
    };
    if (owner_->connection_ == nullptr) {
      post_result(std::forward<Handler>(handler), asio::error::operation_aborted, 0);
      return;
    }
    owner_->pending_read_ = std::make_unique<waiting>(into, std::forward<Handler>(handler));
    if (owner_->connection_->readable()) {
      owner_->io_->post([self = owner_->shared_from_this()] { self->pump(); });
    }
  }

  websocket_channel* owner_;
};

class websocket_channel::engine {
 public:
  explicit engine(websocket_channel& owner) : stream(owner) {}
  beast::websocket::stream<link, false> stream;  // no deflate
  beast::flat_buffer message;
  beast::http::request<beast::http::empty_body> upgrade;
};

websocket_channel::websocket_channel(std::shared_ptr<connection> c)
    : stream_channel(std::move(c)), engine_(std::make_unique<engine>(*this)) {
  heard();
  allowance_tick_ = io_->wheel().now();
  allowance_ = frames_at_once_max;
}

websocket_channel::~websocket_channel() = default;

void websocket_channel::open(const std::shared_ptr<connection>& c, std::uint64_t generation,
                             std::string subprotocol, header_list headers,
                             std::function<void(channel_ptr)> ready) {
  auto made = std::make_shared<websocket_channel>(c);
  if (!c->how().websocket || !c->upgrade(generation, made)) {
    made->on_closed();
    c->answer(generation, to_response({426,
                                       "upgrade-required",
                                       "Upgrade required",
                                       "this is no WebSocket handshake (version 13)",
                                       {}}));
    ready(nullptr);
    return;
  }
  c->arm(made->silence_max());
  made->shake_hands(c->request(), std::move(subprotocol), std::move(headers), std::move(ready));
}

void websocket_channel::shake_hands(const http::request& upgrade, std::string subprotocol,
                                    header_list headers, std::function<void(channel_ptr)> ready) {
  namespace h = beast::http;
  auto& as_beast = engine_->upgrade;
  as_beast.method(h::verb::get);
  as_beast.target("/");
  as_beast.version(11);
  for (const auto field : {h::field::host, h::field::connection, h::field::upgrade,
                           h::field::sec_websocket_key, h::field::sec_websocket_version}) {
    const auto name = h::to_string(field);
    if (const auto v = upgrade.find({name.data(), name.size()})) as_beast.set(field, {v->data(), v->size()});
  }
  auto& ws = engine_->stream;
  ws.read_message_max(io_->limits().websocket_message_bytes_max);
  ws.set_option(beast::websocket::stream_base::decorator(
      [protocol = std::move(subprotocol),
       headers = std::move(headers)](beast::websocket::response_type& res) {
        if (!protocol.empty()) res.set(h::field::sec_websocket_protocol, protocol);
        for (const auto& [name, value] : headers) res.set(name, value);
      }));
  ws.control_callback([this](beast::websocket::frame_type, beast::string_view) {
    if (!within_rate()) end_with(policy_violation, "too many messages");
  });
  ws.async_accept(as_beast, [this, keep = shared_from_this(), ready = std::move(ready)](error_code ec) {
    if (ec || connection_ == nullptr) {
      drop();
      ready(nullptr);
      return;
    }
    open_ = true;
    io_->counters().answered(101);
    ready(std::static_pointer_cast<channel>(keep));
    read_next();
  });
}

void websocket_channel::read_next() {
  engine_->stream.async_read_some(
      engine_->message, read_bytes_hint, [this, keep = shared_from_this()](error_code ec, std::size_t) {
        const bool lost = ec == asio::error::eof || ec == asio::error::operation_aborted;
        on_read(!ec, ec && !lost);
      });
}

void websocket_channel::on_read(bool ok, bool violation) {
  if (connection_ == nullptr || discarding_) return;
  if (!ok) {
    // A close that Beast has answered, or a frame that it has refused with one: let that go out.
    discarding_ = true;
    raw_bytes_ = 0;
    if (violation) {
      end_after_control();
      pump();
    } else {
      drop();
    }
    return;
  }
  if (!engine_->stream.is_message_done()) {
    if (++fragments_ > fragments_max) {
      end_with(policy_violation, "too many fragments");
      return;
    }
  } else {
    deliver();
  }
  if (connection_ != nullptr && !discarding_) read_next();
}

void websocket_channel::deliver() {
  fragments_ = 0;
  raw_bytes_ = 0;
  if (!within_rate()) {
    end_with(policy_violation, "too many messages");
    return;
  }
  if (!engine_->stream.got_text()) {
    end_with(unsupported_data, "text only");
    return;
  }
  const auto data = engine_->message.data();
  const auto listen = on_text_;  // a copy: it may be replaced or dropped while it runs
  const bool welcome = !listen || listen({static_cast<const char*>(data.data()), data.size()});
  engine_->message.consume(engine_->message.size());
  if (engine_->message.capacity() > 2 * read_bytes_hint) engine_->message.shrink_to_fit();
  if (!welcome) end_with(policy_violation, "not understood");
}

bool websocket_channel::within_rate() {
  const auto now = io_->wheel().now();
  constexpr auto ticks_per_second = std::chrono::seconds{1} / timer_wheel::tick;
  allowance_ +=
      (now - allowance_tick_) * frames_per_second_max / static_cast<std::uint64_t>(ticks_per_second);
  allowance_ = std::min(allowance_, frames_at_once_max);
  allowance_tick_ = now;
  if (allowance_ == 0) return false;
  --allowance_;
  return true;
}

void websocket_channel::end_with(std::uint16_t code, std::string_view reason) {
  discarding_ = true;
  raw_bytes_ = 0;
  close(code, std::string(reason));
}

bool websocket_channel::take_input() {
  if (discarding_) return discard_input();
  if (pending_read_ == nullptr) return false;
  const auto r =
      connection_->read(static_cast<char*>(pending_read_->into.data()), pending_read_->into.size());
  if (r.state == io_state::would_block) return false;
  const auto op = std::move(pending_read_);
  if (r.state != io_state::ok) {
    op->complete(asio::error::eof, 0);
    return false;
  }
  heard();
  raw_bytes_ += r.bytes;
  // Empty fragments carry nothing but cost time; Beast takes them for ever.
  const auto raw_bytes_max = 2 * std::uint64_t{io_->limits().websocket_message_bytes_max} + (16 << 10);
  if (raw_bytes_ > raw_bytes_max) end_with(too_big, "too much framing");
  op->complete(error_code{}, r.bytes);
  return true;
}

/// The waiting read holds this channel, which holds the read. Later, since Beast may be in the midst of a
/// call.
void websocket_channel::forget_input() {
  io_->post([self = std::static_pointer_cast<websocket_channel>(shared_from_this())] {
    self->pending_read_.reset();
  });
}

bool websocket_channel::discard_input() {
  char ignored[4096];
  const auto r = connection_->read(ignored, sizeof ignored);
  if (r.state == io_state::would_block) return false;
  raw_bytes_ += r.bytes;
  if (r.state != io_state::ok || raw_bytes_ > discarded_bytes_max) {
    drop();
    return false;
  }
  return true;
}

void websocket_channel::on_written_by_beast(std::string bytes) {
  if (!open_) remove_server_header(bytes);
  if (open_) correct_close_code(bytes);
  write_control(bytes);
  if (open_ && !bytes.empty() && bytes.front() == fin_close) end_after_control();
}

void websocket_channel::ping(std::string_view) {
  constexpr char empty_ping[] = {fin_ping, 0};
  write_control({empty_ping, sizeof empty_ping});
}

void websocket_channel::close(std::uint16_t code, std::string reason) {
  if (reason.size() > close_reason_bytes_max) reason.resize(close_reason_bytes_max);
  std::string bytes;
  append_frame_header(bytes, fin_close, reason.size() + 2);
  bytes += static_cast<char>(code >> 8);
  bytes += static_cast<char>(code & 0xff);
  bytes += reason;
  write_control(bytes);
  end_after_control();
}

void websocket_channel::frame(const std::vector<outgoing>& pieces, std::string& text, outbox& out) {
  text.reserve(pieces.size() * frame_header_bytes_max);  // the views into it must not move
  for (const auto& p : pieces) {
    const auto begin = text.size();
    append_frame_header(text, fin_text, p.body.size());
    out.add({text.data() + begin, text.size() - begin});
    out.add(p.body);
  }
}

}  // namespace switchboard::net::http
