// A connection's writing half: answers, refusals, and what comes behind them.
#include "net/http/connection.hpp"
#include "net/http/response_format.hpp"

#include <algorithm>
#include <iterator>

namespace switchboard::net::http {
namespace {

constexpr std::size_t linger_bytes_max = 1 << 20;
/// A body up to this size is copied behind its header: one piece is cheaper to send than two.
constexpr std::size_t copied_body_bytes_max = 4 << 10;

}  // namespace

void connection::answer(std::uint64_t generation, response&& r) {
  if (generation == generation_) permit_.reset();  // also of a connection that has closed meanwhile
  if (state_ != state::waiting || generation != generation_) return;
  send(std::move(r), after_write::next_request);
  run();
}

void connection::refuse(const refusal& why) {
  io_->counters().gate_refusals.add();
  auto r = to_response({why.status,
                        std::string(why.slug),
                        std::string(reason_phrase(why.status)),
                        std::string(why.detail),
                        {}});
  if (why.status == 405) r.headers.emplace_back("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  r.close = true;
  if (state_ == state::head && request_bytes_ == 0) framing_ = {};
  send(std::move(r), after_write::linger);
}

/// For whom there is no place. Who says what for in time may have been here for what is never shed.
void connection::refuse_place() {
  response r = to_response({503,
                            "too-many-connections",
                            "Too many connections",
                            "close idle connections, or come back later",
                            {}});
  r.headers.emplace_back("Retry-After", std::to_string(io_->limits().retry_after.count()));
  send(std::move(r), after_write::linger);
}

void connection::send(response&& r, after_write then) {
  permit_.reset();
  io_->counters().answered(r.status);
  if (r.timed_by) r.timed_by->record(std::chrono::steady_clock::now() - whole_at_);
  const auto most = io_->limits().requests_per_connection_max;
  const bool last =
      r.close || from_.refused || !framing_.keep_alive || io_->ending() || (most > 0 && served_ + 1 >= most);
  then_ = last ? after_write::linger : then;
  if (!answer_headers_.empty()) {
    std::move(answer_headers_.begin(), answer_headers_.end(), std::back_inserter(r.headers));
    answer_headers_.clear();
  }
  const bool head_only = framing_.method == method::head;
  out_text_.clear();
  append_response_head(out_text_, r,
                       {head_only, then_ == after_write::linger, framing_.http_1_0, io_->date()});
  out_.clear();
  const bool body = !head_only && !is_bodiless(r.status);
  if (body && r.body.size() <= copied_body_bytes_max) {
    out_text_ += r.body;
    out_.add(out_text_);
  } else {
    out_.add(out_text_);
    if (body) {
      answer_ = std::move(r);
      out_.add(answer_.body);
    }
  }
  state_ = state::writing;
  written_before_ = out_.written();
  began_tick_ = 0;
}

bool connection::write() {
  const auto s = flush(out_);
  if (s == io_state::would_block) {
    if (began_tick_ == 0) {
      began_tick_ = io_->wheel().now() + 1;
      arm(io_->limits().write_timeout);
    }
    return false;
  }
  if (s == io_state::failed) {
    close();
    return false;
  }
  if (!answer_.body.empty()) answer_ = {};
  switch (then_) {
    case after_write::next_request:
      next_request();
      break;
    case after_write::body:
      state_ = state::body;
      began_tick_ = io_->wheel().now();
      arm(io_->limits().body_timeout);
      break;
    case after_write::linger:
      say_farewell();
      break;
  }
  return true;
}

void connection::next_request() {
  ++served_;
  in_.consume(request_bytes_);
  request_bytes_ = 0;
  scanned_ = 0;
  head_begun_ = false;
  state_ = state::head;
  in_.shrink();
  if (in_.size() == 0) set_busy(false);
  arm(io_->limits().idle_timeout);
}

void connection::say_farewell() {
  wire_->end_writing();
  state_ = state::lingering;
  set_leaving();
  set_busy(false);
  written_before_ = 0;
  arm(linger_time);
}

bool connection::linger() {
  in_.consume(in_.size());
  if (!readable_) return false;
  in_.reserve(input_buffer::bytes_first);
  const auto r = wire_->read(in_.free_space(), in_.room());
  written_before_ += r.bytes;  // here: bytes thrown away
  if (r.state == io_state::ok && written_before_ <= linger_bytes_max) {
    if (r.drained && !hang_up_) readable_ = false;
    return true;
  }
  readable_ = false;
  if (r.state != io_state::would_block) close();
  return false;
}

bool connection::extend(std::chrono::milliseconds timeout, std::uint64_t moved) {
  const auto rate = std::max<std::uint32_t>(io_->limits().body_rate_min, 1);
  const auto allowed = timeout + std::chrono::milliseconds(moved * 1'000 / rate);
  const auto passed = timer_wheel::tick * static_cast<std::int64_t>(io_->wheel().now() - began_tick_);
  if (passed >= allowed) return false;
  arm(std::chrono::duration_cast<std::chrono::milliseconds>(allowed - passed));
  return true;
}

}  // namespace switchboard::net::http
