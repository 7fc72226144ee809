// A connection's reading half: head, verdict of the routes, body, hand-over.
#include "net/http/connection.hpp"
#include "net/http/exchange_impl.hpp"
#include "net/http/forwarded.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::net::http {
namespace {

/// What is reserved for a body before any of it has come, so that an announced length alone costs nothing.
constexpr std::size_t unseen_body_bytes_max = 64 << 10;

/// Longer bodies of refused requests are not waited for: their connections end.
constexpr std::uint64_t passed_over_bytes_max = 64 << 10;

constexpr std::string_view continue_line = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

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
      if (!from_.refused) arm(io_->limits().head_timeout);
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
  answer_headers_ = std::move(verdict.headers);
  if (from_.refused && !verdict.never_shed) {
    refuse_place();
    return true;
  }
  if (verdict.refuse) {
    turn_away(std::move(*verdict.refuse));
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

/// Overload is when most requests end here. A connection that ended with each of them would cost both sides more
/// than the request would have, so a short body is read, and forgotten, for the connection's sake.
void connection::turn_away(response&& r) {
  const bool stays = !framing_.chunked && !framing_.expect_continue && !r.close &&
                     framing_.content_length <= passed_over_bytes_max;
  if (framing_.has_body() && !stays) return send(std::move(r), after_write::linger);
  answer_ = std::move(r);
  passed_over_left_ = head_bytes_ + framing_.content_length;
  request_bytes_ = 0;
  state_ = state::passing_over;
  if (in_.size() < passed_over_left_) arm(io_->limits().body_timeout);
}

bool connection::pass_over() {
  const auto here = std::min<std::uint64_t>(in_.size(), passed_over_left_);
  in_.consume(here);
  passed_over_left_ -= here;
  if (passed_over_left_ > 0)
    return fill(std::min<std::size_t>(passed_over_left_, input_buffer::bytes_kept_max));
  send(std::exchange(answer_, {}), after_write::next_request);
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
  request_.remote_address =
      from_.trusted_proxy ? client_behind_proxy(headers_, from_.address) : from_.address;
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
  if (p.is == chunk_gate::verdict::more) return fill_chunks();
  char* const raw = in_.data() + head_bytes_;
  if (!second_opinion_.decode_chunks(raw, scanned_, chunks_.body_bytes())) {
    refuse({400, "bad-request", "the chunks can be read in two ways"});
    return true;
  }
  request_.body = {raw, chunks_.body_bytes()};
  dispatch(head_bytes_ + scanned_);
  return true;
}

/// What is buffered is paid for before it comes in, the framing of the chunks too: until the body is whole
/// nobody knows who sends it. Behind the chunk under way only a little is read ahead, since that may be of the
/// next request, for which nothing was paid.
bool connection::fill_chunks() {
  if (!readable_) return false;
  const auto useful = in_.size() + std::max<std::size_t>(chunks_.chunk_left(), input_buffer::bytes_kept_max);
  const auto room =
      in_.room() > 0 ? in_.size() + in_.room() : std::max(in_.size() * 2, unseen_body_bytes_max);
  const auto wanted = std::min(useful, room);
  if (permit_) {
    if (auto full = permit_->cover(wanted)) {
      full->close = true;
      send(std::move(*full), after_write::linger);
      return true;
    }
  }
  return fill(wanted, wanted);
}

bool connection::fill(std::size_t wanted, std::size_t most) {
  if (!readable_) return false;
  const char* const before = in_.data();
  in_.reserve(wanted);
  if (state_ == state::body && in_.data() != before) rebase(before, in_.data());
  const auto r = wire_->read(in_.free_space(), std::min(in_.room(), most - in_.size()));
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
  whole_at_ = std::chrono::steady_clock::now();
  timer_wheel::disarm(*this);
  auto x = std::make_shared<exchange_impl>(shared_from_this(), generation_);
  try {
    io_->routes().handle(from_.listener, std::move(x));
  } catch (const std::exception& e) {
    report_dropped(request_, e.what());
    answer(generation_, to_response({500, "internal", "Internal error", "", {}}));
  }
}

}  // namespace switchboard::net::http
