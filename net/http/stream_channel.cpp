#include "net/http/stream_channel.hpp"

namespace switchboard::net::http {
namespace {

/// More than this queued between two writes is an attack (pings that want pongs).
constexpr std::size_t control_bytes_max = 16 << 10;
/// Behind our last words the peer has so long to say its own.
constexpr std::chrono::milliseconds farewell_time{5'000};

}  // namespace

void stream_channel::write(std::vector<outgoing> pieces, std::function<void(bool)> done) {
  if (connection_ == nullptr || ending_ || pieces_wait_ || writing_ == writing::pieces) {
    io_->post([done = std::move(done)] { done(false); });
    return;
  }
  pieces_ = std::move(pieces);
  done_ = std::move(done);
  pieces_wait_ = true;
  flush_output();
}

void stream_channel::on_gone(std::function<void()> f) {
  if (gone_) {
    io_->post(std::move(f));
    return;
  }
  on_gone_ = std::move(f);
}

void stream_channel::write_control(std::string_view bytes) {
  if (connection_ == nullptr || ending_) return;
  if (control_.size() + bytes.size() > control_bytes_max) {
    drop();
    return;
  }
  control_ += bytes;
  flush_output();
}

void stream_channel::end_after_control() {
  if (connection_ == nullptr || ending_) return;
  ending_ = true;
  connection_->arm(farewell_time);
  flush_output();
}

bool stream_channel::next_output() {
  if (!control_.empty()) {
    control_writing_.swap(control_);
    control_.clear();
    out_.add(control_writing_);
    writing_ = writing::control;
    return true;
  }
  if (pieces_wait_) {
    pieces_wait_ = false;
    framing_.clear();
    frame(pieces_, framing_, out_);
    writing_ = writing::pieces;
    return true;
  }
  return false;
}

void stream_channel::flush_output() {
  while (connection_ != nullptr && (writing_ != writing::nothing || next_output())) {
    const auto s = connection_->flush(out_);
    if (s == io_state::would_block) {
      if (blocked_tick_ == 0 || out_.written() != blocked_written_) {
        blocked_tick_ = io_->wheel().now() + 1;
        blocked_written_ = out_.written();
        rearm();
      }
      return;
    }
    if (s == io_state::failed) {
      drop();
      return;
    }
    blocked_tick_ = 0;
    if (std::exchange(writing_, writing::nothing) == writing::pieces) finish_pieces(true);
  }
  if (connection_ != nullptr && ending_ && !ended_) {
    ended_ = true;
    connection_->end_writing();
  }
}

void stream_channel::finish_pieces(bool ok) {
  pieces_.clear();
  // Never inside write(): a caller that writes again from `done` would go round in ever deeper calls.
  if (done_) io_->post([done = std::exchange(done_, nullptr), ok] { done(ok); });
}

void stream_channel::pump() {
  const auto self = shared_from_this();
  flush_output();
  while (connection_ != nullptr && connection_->readable() && take_input()) {
  }
}

void stream_channel::rearm() {
  if (connection_ == nullptr) return;
  auto next = silence_max();
  const auto write_timeout = io_->limits().write_timeout;
  if (blocked_tick_ != 0 && (next.count() == 0 || write_timeout < next)) next = write_timeout;
  if (ending_) next = farewell_time;
  if (next.count() > 0) connection_->arm(next);
}

void stream_channel::on_deadline() {
  const auto self = shared_from_this();
  const auto now = io_->wheel().now();
  const auto since = [now](std::uint64_t tick) {
    return timer_wheel::tick * static_cast<std::int64_t>(now > tick ? now - tick : 0);
  };
  const bool silent = silence_max().count() > 0 && since(heard_tick_) >= silence_max();
  const bool stuck = blocked_tick_ != 0 && since(blocked_tick_) >= io_->limits().write_timeout;
  if (silent || stuck || ending_) {
    if (!ending_) io_->counters().timeouts.add();
    drop();
    return;
  }
  rearm();
}

void stream_channel::drop() {
  if (const auto c = connection_) c->close();
}

void stream_channel::on_closed() {
  const auto self = shared_from_this();
  connection_.reset();
  out_.clear();
  if (writing_ == writing::pieces || pieces_wait_) finish_pieces(false);
  writing_ = writing::nothing;
  pieces_wait_ = false;
  gone_ = true;
  on_text_ = nullptr;
  forget_input();
  if (on_gone_) io_->post(std::exchange(on_gone_, nullptr));
}

}  // namespace switchboard::net::http
