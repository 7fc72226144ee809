#include "net/http/connection.hpp"

#include "net/http/response_format.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <climits>
#include <utility>

namespace switchboard::net::http {
namespace {

/// Steps before others get their turn (a thousand pipelined requests are one client's).
constexpr int steps_per_run = 128;

/// Whom there is no place for has so long to shake hands, and so long again to say what for.
constexpr std::chrono::milliseconds refused_head_time{1'000};

}  // namespace

connection::connection(std::shared_ptr<io_thread> io, std::unique_ptr<transport> wire, arrival from)
    : io_(std::move(io)), wire_(std::move(wire)), from_(std::move(from)) {}

connection::~connection() = default;

void connection::start() {
  if (from_.refused) {
    arm(refused_head_time);
  } else {
    arm(wire_->tls() ? io_->limits().tls_handshake_timeout : io_->limits().head_timeout);
  }
  if (io_->draining()) on_drain();
  run();
}

void connection::on_edge(bool input, bool hang_up) {
  readable_ = readable_ || input;
  hang_up_ = hang_up_ || hang_up;
  run();
}

void connection::run() {
  if (running_) return;
  const auto self = shared_from_this();
  running_ = true;
  int steps = 0;
  while (step()) {
    if (++steps == steps_per_run) {
      io_->post([self] { self->run(); });
      break;
    }
  }
  running_ = false;
}

bool connection::step() {
  switch (state_) {
    case state::handshaking:
      return shake_hands();
    case state::head:
      return read_head();
    case state::body:
      return read_body();
    case state::passing_over:
      return pass_over();
    case state::writing:
      return write();
    case state::lingering:
      return linger();
    case state::upgraded:
      session_->pump();
      return false;
    case state::waiting:
    case state::closed:
      return false;
  }
  return false;
}

bool connection::shake_hands() {
  const auto s = wire_->handshake();
  if (s == io_state::would_block) return false;
  if (s != io_state::ok) {
    close();
    return false;
  }
  readable_ = true;  // the handshake may have read on
  state_ = state::head;
  arm(from_.refused ? refused_head_time : io_->limits().head_timeout);
  return true;
}

void connection::on_deadline() {
  switch (state_) {
    case state::upgraded:
      session_->on_deadline();
      return;
    case state::body:
      if (extend(io_->limits().body_timeout, in_.size() - head_bytes_)) return;
      break;
    case state::writing:
      if (began_tick_ > 0 && extend(io_->limits().write_timeout, out_.written() - written_before_)) return;
      break;
    case state::passing_over:
      io_->counters().timeouts.add();
      send(std::exchange(answer_, {}), after_write::linger);
      run();
      return;
    case state::lingering:
    case state::waiting:
    case state::closed:
    case state::handshaking:
    case state::head:
      break;
  }
  if (io_->draining() && state_ == state::head && in_.size() == 0) {
    say_farewell();
    run();
    return;
  }
  if (from_.refused && state_ == state::head) {
    refuse_place();
    run();
    return;
  }
  const bool half_a_request = state_ == state::body || (state_ == state::head && in_.size() > 0);
  if (state_ != state::lingering) io_->counters().timeouts.add();
  if (!half_a_request) {
    close();
    return;
  }
  auto r =
      to_response({408, "request-timeout", "Request timeout", "the request did not come in in time", {}});
  r.close = true;
  send(std::move(r), after_write::linger);
  run();
}

/// A request may be on its way here, so this is not the end yet.
void connection::on_drain() {
  if (state_ != state::handshaking && !(state_ == state::head && in_.size() == 0)) return;
  set_leaving();
  arm(idle_grace);
}

void connection::close() {
  if (state_ == state::closed) return;
  const auto self = shared_from_this();
  state_ = state::closed;
  timer_wheel::disarm(*this);
  set_busy(false);
  if (leaving_) io_->counters().leaving.subtract();
  out_.clear();
  wire_.reset();
  from_.place.reset();
  io_->leave(*this);
  if (auto s = std::move(session_)) s->on_closed();
}

/// The kernel would take megabytes for a peer who reads nothing; what is on its way to a subscriber is bounded, and
/// the rest waits in the journal.
bool connection::upgrade(std::uint64_t generation, std::shared_ptr<session> to) {
  if (state_ != state::waiting || generation != generation_) return false;
  const int most = static_cast<int>(std::min<std::uint64_t>(io_->limits().stream_chunk_bytes, INT_MAX / 2));
  ::setsockopt(wire_->descriptor(), SOL_SOCKET, SO_SNDBUF, &most, sizeof most);
  permit_.reset();
  session_ = std::move(to);
  state_ = state::upgraded;
  set_busy(false);
  return true;
}

io_result connection::read(char* into, std::size_t room) {
  if (in_.size() > request_bytes_) {  // behind the upgrade request, in the same packet
    in_.consume(request_bytes_);
    request_bytes_ = 0;
    const auto n = std::min(room, in_.size());
    in_.view().copy(into, n);
    in_.consume(n);
    return {io_state::ok, n, false};
  }
  const auto r = wire_->read(into, room);
  io_->counters().bytes_in.add(r.bytes);
  if (r.drained && !hang_up_) readable_ = false;
  if (r.state == io_state::would_block) readable_ = false;
  return r;
}

io_state connection::flush(outbox& out) {
  const auto before = out.written();
  const auto s = out.flush(*wire_);
  io_->counters().bytes_out.add(out.written() - before);
  return s;
}

void connection::end_writing() {
  wire_->end_writing();
}

void connection::set_busy(bool busy) {
  if (busy == busy_) return;
  busy_ = busy;
  if (busy) {
    io_->counters().busy.add();
  } else {
    io_->counters().busy.subtract();
  }
}

void connection::set_leaving() {
  if (leaving_) return;
  leaving_ = true;
  io_->counters().leaving.add();
}

}  // namespace switchboard::net::http
