#include "net/http/connection.hpp"

#include "net/http/exchange_impl.hpp"
#include "net/http/forwarded.hpp"
#include "net/http/response_format.hpp"

namespace switchboard::net::http {
namespace {

/// Behind a refusal we read on for a while: closing on unread bytes would reset the connection and take the
/// answer with it.
constexpr std::chrono::milliseconds linger_time{1'000};
constexpr std::size_t linger_bytes_max = 1 << 20;
/// Steps before others get their turn (a thousand pipelined requests are one client's).
constexpr int steps_per_run = 128;
/// A body up to this size is copied behind its header: one piece is cheaper to send than two.
constexpr std::size_t copied_body_bytes_max = 4 << 10;
/// What is reserved for a body before any of it has come, so that an announced length alone costs nothing.
constexpr std::size_t unseen_body_bytes_max = 64 << 10;

constexpr std::string_view continue_line = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

connection::connection(std::shared_ptr<io_thread> io, std::unique_ptr<transport> wire, arrival from)
    : io_(std::move(io)), wire_(std::move(wire)), from_(std::move(from)) {}

connection::~connection() = default;

void connection::start() {
  arm(wire_->tls() ? io_->limits().tls_handshake_timeout : io_->limits().head_timeout);
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
    case state::handshaking: return shake_hands();
    case state::head: return read_head();
    case state::body: return read_body();
    case state::writing: return write();
    case state::lingering: return linger();
    case state::upgraded: session_->pump(); return false;
    case state::waiting:
    case state::closed: return false;
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
  arm(io_->limits().head_timeout);
  if (from_.refused) {
    response r = to_response({503, "too-many-connections", "Too many connections",
                              "close idle connections, or come back later", {}});
    r.headers.emplace_back("Retry-After", std::to_string(io_->limits().retry_after.count()));
    send(std::move(r), after_write::linger);
  }
  return true;
}

bool connection::read_head() {
  if (in_.size() > 0) {
    set_busy(true);
    const auto scan = scan_head(in_.view(), scanned_, io_->gate());
    if (scan.is == head_scan::state::refused) {
      refuse(scan.why);
      return true;
    }
    if (scan.is == head_scan::state::complete) return accept_head(scan.size);
    scanned_ = scan.size;
    if (!head_begun_) {
      head_begun_ = true;
      arm(io_->limits().head_timeout);
    }
  }
  return fill(in_.size() + 1);
}

bool connection::accept_head(std::size_t head_bytes) {
  const auto head = in_.view().substr(0, head_bytes);
  auto checked = check_head(head, io_->gate(), headers_);
  if (!checked) {
    refuse(checked.error());
    return true;
  }
  framing_ = *checked;
  if (!second_opinion_.agrees(head, framing_, headers_)) {
    refuse({400, "bad-request", "the head can be read in two ways"});
    return true;
  }
  head_bytes_ = head_bytes;
  request_bytes_ = head_bytes;
  begin_request();
  auto verdict = io_->routes().head(from_.listener, request_, framing_.content_length, framing_.chunked);
  if (verdict.refuse) {
    send(std::move(*verdict.refuse), framing_.has_body() ? after_write::linger : after_write::next_request);
    return true;
  }
  permit_ = std::move(verdict.permit);
  if (framing_.content_length > verdict.body_bytes_max) {
    refuse({413, "payload-too-large", "the body is larger than the limit"});
    return true;
  }
  if (!framing_.has_body()) {
    dispatch(head_bytes);
    return true;
  }
  chunks_.reset(verdict.body_bytes_max, io_->gate().chunk_extension_bytes_max);
  begin_body();
  return true;
}

void connection::begin_request() {
  ++generation_;
  io_->counters().requests.add();
  request_.method = framing_.method;
  request_.target = framing_.target;
  request_.path = framing_.path;
  request_.query = framing_.query;
  request_.headers = headers_;
  request_.body = {};
  request_.remote_address = from_.trusted_proxy ? client_behind_proxy(headers_, from_.address) : from_.address;
  request_.tls = wire_->tls();
}

void connection::begin_body() {
  state_ = state::body;
  scanned_ = 0;
  began_tick_ = io_->wheel().now();
  arm(io_->limits().body_timeout);
  if (!framing_.expect_continue || in_.size() > head_bytes_) return;
  out_.add(continue_line);
  state_ = state::writing;
  then_ = after_write::body;
}

bool connection::read_body() {
  if (!framing_.chunked) {
    const auto whole = head_bytes_ + framing_.content_length;
    if (in_.size() < whole) {
      const auto soon = std::max(in_.size() * 2, head_bytes_ + unseen_body_bytes_max);
      return fill(std::min<std::size_t>(whole, soon));
    }
    request_.body = in_.view().substr(head_bytes_, framing_.content_length);
    dispatch(whole);
    return true;
  }
  const auto p = chunks_.feed(in_.view().substr(head_bytes_ + scanned_));
  scanned_ += p.used;
  if (p.is == chunk_gate::verdict::refused) {
    refuse(p.why);
    return true;
  }
  if (p.is == chunk_gate::verdict::more) {
    return fill(in_.room() > 0 ? in_.size() + 1 : in_.size() * 2);
  }
  char* const raw = in_.data() + head_bytes_;
  if (!second_opinion_.decode_chunks(raw, scanned_, chunks_.body_bytes())) {
    refuse({400, "bad-request", "the chunks can be read in two ways"});
    return true;
  }
  request_.body = {raw, chunks_.body_bytes()};
  dispatch(head_bytes_ + scanned_);
  return true;
}

bool connection::fill(std::size_t wanted) {
  if (!readable_) return false;
  const char* const before = in_.data();
  in_.reserve(wanted);
  if (state_ == state::body && in_.data() != before) rebase(before, in_.data());
  const auto r = wire_->read(in_.free_space(), in_.room());
  if (r.state == io_state::ok) {
    in_.filled(r.bytes);
    io_->counters().bytes_in.add(r.bytes);
    if (r.drained && !hang_up_) readable_ = false;
    return true;
  }
  readable_ = false;
  // The end in the middle of a request means that the request is not there: nothing of it is kept.
  if (r.state != io_state::would_block) close();
  return false;
}

void connection::rebase(const char* from, const char* to) {
  const auto move = [from, to, size = head_bytes_](std::string_view& v) {
    if (v.data() >= from && v.data() < from + size) v = {to + (v.data() - from), v.size()};
  };
  move(request_.target);
  move(request_.path);
  move(request_.query);
  move(request_.remote_address);
  for (auto& h : headers_) {
    move(h.name);
    move(h.value);
  }
}

void connection::dispatch(std::size_t request_bytes) {
  request_bytes_ = request_bytes;
  state_ = state::waiting;
  timer_wheel::disarm(*this);
  auto x = std::make_shared<exchange_impl>(shared_from_this(), generation_);
  try {
    io_->routes().handle(from_.listener, std::move(x));
  } catch (const std::exception& e) {
    report_dropped(request_, e.what());
    answer(generation_, to_response({500, "internal", "Internal error", "", {}}));
  }
}

void connection::answer(std::uint64_t generation, response&& r) {
  if (generation == generation_) permit_.reset();  // also of a connection that has closed meanwhile
  if (state_ != state::waiting || generation != generation_) return;
  send(std::move(r), after_write::next_request);
  run();
}

void connection::refuse(const refusal& why) {
  io_->counters().gate_refusals.add();
  auto r = to_response({why.status, std::string(why.slug), std::string(reason_phrase(why.status)),
                        std::string(why.detail), {}});
  if (why.status == 405) r.headers.emplace_back("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  r.close = true;
  if (state_ == state::head && request_bytes_ == 0) framing_ = {};
  send(std::move(r), after_write::linger);
}

void connection::send(response&& r, after_write then) {
  permit_.reset();
  const auto most = io_->limits().requests_per_connection_max;
  const bool last = r.close || !framing_.keep_alive || io_->draining() || (most > 0 && served_ + 1 >= most);
  then_ = last ? after_write::linger : then;
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
    case after_write::next_request: next_request(); break;
    case after_write::body:
      state_ = state::body;
      began_tick_ = io_->wheel().now();
      arm(io_->limits().body_timeout);
      break;
    case after_write::linger:
      wire_->end_writing();
      state_ = state::lingering;
      set_busy(false);
      written_before_ = 0;
      arm(linger_time);
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
  if (in_.size() == 0) {
    in_.shrink();
    set_busy(false);
  }
  arm(io_->limits().idle_timeout);
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

void connection::on_deadline() {
  switch (state_) {
    case state::upgraded: session_->on_deadline(); return;
    case state::body:
      if (extend(io_->limits().body_timeout, in_.size() - head_bytes_)) return;
      break;
    case state::writing:
      if (began_tick_ > 0 && extend(io_->limits().write_timeout, out_.written() - written_before_)) return;
      break;
    case state::lingering:
    case state::waiting:
    case state::closed:
    case state::handshaking:
    case state::head: break;
  }
  const bool half_a_request = state_ == state::body || (state_ == state::head && in_.size() > 0);
  if (state_ != state::lingering) io_->counters().timeouts.add();
  if (!half_a_request) {
    close();
    return;
  }
  auto r = to_response({408, "request-timeout", "Request timeout", "the request did not come in in time", {}});
  r.close = true;
  send(std::move(r), after_write::linger);
  run();
}

void connection::on_drain() {
  if (state_ == state::handshaking || (state_ == state::head && in_.size() == 0)) close();
}

void connection::close() {
  if (state_ == state::closed) return;
  const auto self = shared_from_this();
  state_ = state::closed;
  timer_wheel::disarm(*this);
  set_busy(false);
  out_.clear();
  wire_.reset();
  from_.place.reset();
  io_->leave(*this);
  if (auto s = std::move(session_)) s->on_closed();
}

bool connection::upgrade(std::uint64_t generation, std::shared_ptr<session> to) {
  if (state_ != state::waiting || generation != generation_) return false;
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

void connection::end_writing() { wire_->end_writing(); }

void connection::set_busy(bool busy) {
  if (busy == busy_) return;
  busy_ = busy;
  if (busy) {
    io_->counters().busy.add();
  } else {
    io_->counters().busy.subtract();
  }
}

}  // namespace switchboard::net::http
