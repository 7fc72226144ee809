#include "cli/load_thread.hpp"

#include "cli/response_parser.hpp"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace switchboard::cli {

namespace {

constexpr std::size_t read_bytes = 64u << 10;
constexpr int events_per_wait = 256;
constexpr std::chrono::milliseconds connect_timeout{5'000};
constexpr std::chrono::milliseconds late_by{1};
constexpr std::chrono::milliseconds longest_wait{100};  // then `stop` is looked at
constexpr std::uint64_t broken_max = 100'000;           // a server that drops everything ends the run

/// This thread's share of `total`, remainder to the first ones.
std::uint64_t share(std::uint64_t total, std::uint32_t threads, std::uint32_t index) {
  return total / threads + (index < total % threads ? 1 : 0);
}

std::chrono::nanoseconds thread_cpu() {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

}  // namespace

load_thread::load_thread(const load_plan& plan, const socket_address& to, std::uint32_t index,
                         request_source& source)
    : plan_(plan),
      to_(to),
      source_(source),
      connections_(std::max<std::uint64_t>(share(plan.connections, plan.threads, index), 1)),
      buffer_(read_bytes),
      next_number_(plan.first_number + index),
      requests_left_(plan.requests_max == 0 ? UINT64_MAX : share(plan.requests_max, plan.threads, index)),
      random_(plan.first_number + index + 1) {
  if (plan.rate > 0) gap_ns_ = 1e9 * plan.threads / plan.rate;
  due_offset_ns_ = gap_ns_ * index / std::max(plan.threads, 1u);
}

expected<void, std::string> load_thread::connect() {
  epoll_ = file_descriptor(::epoll_create1(EPOLL_CLOEXEC));
  for (auto& c : connections_) {
    auto fd = connect_to(to_, connect_timeout);
    if (!fd) return unexpected{fd.error()};
    c.fd = std::move(*fd);
    if (!open(c)) return unexpected{std::string("cannot watch a socket: ") + std::strerror(errno)};
  }
  return {};
}

bool load_thread::open(connection& c) {
  set_blocking(c.fd.get(), false);
  epoll_event e{};
  e.events = EPOLLIN;
  e.data.u64 = static_cast<std::uint64_t>(&c - connections_.data());
  c.wants_out = false;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, c.fd.get(), &e) == 0;
}

/// A broken connection is counted and replaced; the request that it carried stays unanswered.
void load_thread::reopen(connection& c) {
  if (c.waiting) {
    c.waiting = false;
    --under_way_;
    if (counts(c.intended)) ++report.unanswered;
    tell(c, 0, clock::now());
  }
  c.fd.reset();
  c.unsent.clear();
  c.partial.clear();
  c.body_left = 0;
  auto fd = connect_to(to_, connect_timeout);
  if (!fd) return;
  c.fd = std::move(*fd);
  if (!open(c)) c.fd.reset();
}

void load_thread::watch(connection& c, bool out) {
  if (c.wants_out == out) return;
  c.wants_out = out;
  epoll_event e{};
  e.events = EPOLLIN | (out ? EPOLLOUT : 0u);
  e.data.u64 = static_cast<std::uint64_t>(&c - connections_.data());
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, c.fd.get(), &e);
}

void load_thread::send(connection& c, clock::time_point intended, clock::time_point now) {
  const std::string_view request = source_.next(next_number_);
  if (plan_.ledger != nullptr) plan_.ledger->sent(next_number_, intended);
  c.number = next_number_;
  next_number_ += plan_.threads;
  --requests_left_;
  ++report.sent_in_all;
  ++under_way_;
  c.waiting = true;
  c.intended = intended;
  c.sent = now;
  c.as_expected = true;
  if (gap_ns_ > 0 && counts(intended) && now - std::max(intended, c.free_since) > late_by) ++report.late;
  const auto n = ::send(c.fd.get(), request.data(), request.size(), MSG_NOSIGNAL);
  const std::size_t taken = n > 0 ? static_cast<std::size_t>(n) : 0;
  report.bytes_sent += taken;
  if (taken == request.size()) return;
  c.unsent = request.substr(taken);  // a lasting error shows when it is tried again
  watch(c, true);
}

void load_thread::flush(connection& c) {
  const auto n = ::send(c.fd.get(), c.unsent.data(), c.unsent.size(), MSG_NOSIGNAL);
  if (n > 0) {
    report.bytes_sent += static_cast<std::size_t>(n);
    c.unsent.erase(0, static_cast<std::size_t>(n));
  } else if (n < 0 && errno != EAGAIN && errno != EINTR) {
    c.unsent.clear();  // the read that follows finds the connection broken
  }
  if (c.unsent.empty()) watch(c, false);
}

bool load_thread::consume(connection& c, std::string_view bytes) {
  if (c.body_left == 0) {
    if (!c.partial.empty()) bytes = c.partial.append(bytes);
    response_shape shape;
    const auto state = parse_response(bytes, shape);
    if (state == parse_state::incomplete) {
      if (c.partial.empty()) c.partial = bytes;
      return false;
    }
    if (state == parse_state::malformed || shape.chunked ||
        bytes.size() > shape.head_bytes + shape.body_bytes) {
      c.status = -1;
      return true;
    }
    c.status = shape.status;
    c.close_after = shape.close;
    c.retry_after = shape.retry_after;
    const auto body = bytes.substr(shape.head_bytes);
    // A body to be looked into is kept until it is whole; any other is only counted off.
    if (!plan_.expect_body.empty() && body.size() < shape.body_bytes) {
      if (c.partial.empty()) c.partial = bytes;
      return false;
    }
    c.as_expected =
        shape.status == plan_.expect_status && body.find(plan_.expect_body) != std::string_view::npos;
    c.body_left = shape.body_bytes - body.size();
    c.partial.clear();
  } else {
    if (bytes.size() > c.body_left) c.status = -1;
    c.body_left -= std::min(bytes.size(), c.body_left);
  }
  return c.body_left == 0;
}

void load_thread::receive(connection& c) {
  const auto n = ::recv(c.fd.get(), buffer_.data(), buffer_.size(), 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  const bool broken = n <= 0 || !c.waiting;
  if (broken || !consume(c, {buffer_.data(), static_cast<std::size_t>(n)})) {
    if (!broken) return;
    // An idle connection that the server closes in good order is no failure.
    if (c.waiting || n != 0) ++report.broken;
    reopen(c);
  } else if (c.status < 0) {
    ++report.broken;
    reopen(c);
  } else {
    answered(c);
    if (c.close_after) reopen(c);
  }
  if (!c.fd.open() || c.waiting) return;
  c.free_since = last_answer_;
  if (gap_ns_ > 0) {
    free_.push_back(static_cast<std::uint32_t>(&c - connections_.data()));
  } else if (may_send(last_answer_)) {
    send(c, last_answer_, last_answer_);
  }
}

void load_thread::answered(connection& c) {
  last_answer_ = clock::now();
  c.waiting = false;
  --under_way_;
  tell(c, c.status, last_answer_);
  // An open loop asks what became of the requests due within the time; a closed loop, how many answers came
  // within it: leaving out those sent before would make a slow server look slower than it is.
  if (!counts(gap_ns_ > 0 ? c.intended : last_answer_)) return;
  ++report.by_status[static_cast<std::size_t>(std::clamp(c.status, 0, 599))];
  if (!c.as_expected) {
    ++report.unexpected;
    return;
  }
  if (gap_ns_ == 0 && plan_.requests_max == 0 && last_answer_ > end_) return;
  ++report.answered;
  report.latency.record(last_answer_ - c.intended);
}

bool load_thread::may_send(clock::time_point now) const {
  return requests_left_ > 0 && (plan_.requests_max > 0 || now < end_) && report.broken < broken_max;
}

void load_thread::advance_schedule() {
  if (plan_.poisson) {
    due_offset_ns_ += std::exponential_distribution<double>(1 / gap_ns_)(random_);
  } else {
    due_offset_ns_ += gap_ns_;
  }
  due_ = start_ + std::chrono::nanoseconds(static_cast<std::int64_t>(due_offset_ns_));
}

void load_thread::tell(const connection& c, int status, clock::time_point now) {
  if (plan_.book == nullptr) return;
  plan_.book->ended({.number = c.number,
                     .status = status,
                     .as_expected = status > 0 && c.as_expected,
                     .retry_after = status > 0 && c.retry_after,
                     .counted = counts(c.intended),
                     .intended = c.intended,
                     .sent = c.sent,
                     .ended = now});
}

void load_thread::give_up_overdue(clock::time_point now) {
  for (; due_ < end_ && due_ + plan_.overdue_max < now && requests_left_ > 0; advance_schedule()) {
    if (counts(due_)) ++report.unsent;
  }
}

void load_thread::send_due(clock::time_point now) {
  if (plan_.overdue_max.count() > 0) give_up_overdue(now);
  while (due_ <= now && due_ < end_ && requests_left_ > 0 && !free_.empty()) {
    connection& c = connections_[free_.front()];
    free_.pop_front();
    if (!c.fd.open() || c.waiting) continue;
    send(c, due_, now);
    advance_schedule();
  }
}

bool load_thread::wait(clock::time_point until) {
  const auto left = std::clamp<clock::duration>(until - clock::now(), clock::duration::zero(), longest_wait);
  const timespec timeout{left / std::chrono::seconds(1),
                         left % std::chrono::seconds(1) / std::chrono::nanoseconds(1)};
  std::array<epoll_event, events_per_wait> events;
  const int n = ::epoll_pwait2(epoll_.get(), events.data(), events_per_wait, &timeout, nullptr);
  for (int i = 0; i < n; ++i) {
    auto& c = connections_[events[static_cast<std::size_t>(i)].data.u64];
    if ((events[static_cast<std::size_t>(i)].events & EPOLLOUT) != 0 && !c.unsent.empty()) flush(c);
    if ((events[static_cast<std::size_t>(i)].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive(c);
  }
  return plan_.stop == nullptr || !plan_.stop->load(std::memory_order_relaxed);
}

/// What never got an answer waited at least until now; leaving it out would be the lie of the closed loop.
void load_thread::count_missing(clock::time_point now) {
  for (const auto& c : connections_) {
    if (!c.waiting) continue;
    tell(c, 0, now);
    if (!counts(c.intended)) continue;
    if (gap_ns_ == 0 && plan_.requests_max == 0 && c.intended + plan_.drain_max > now) continue;
    ++report.unanswered;
    report.latency.record(now - c.intended);
  }
  if (gap_ns_ == 0) return;
  for (; due_ < std::min(end_, now) && requests_left_ > 0; advance_schedule(), --requests_left_) {
    if (!counts(due_)) continue;
    ++report.unanswered;
    report.latency.record(now - due_);
  }
}

void load_thread::run(clock::time_point start) {
  ::prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  const auto cpu_before = thread_cpu();
  start_ = start;
  measured_from_ = start_ + plan_.warm_up;
  end_ = measured_from_ + plan_.duration;
  due_ = start_ + std::chrono::nanoseconds(static_cast<std::int64_t>(due_offset_ns_));
  const auto first = clock::now();
  last_answer_ = first;
  for (std::uint32_t i = 0; i < connections_.size(); ++i) {
    connections_[i].free_since = first;
    if (gap_ns_ > 0) {
      free_.push_back(i);
    } else if (may_send(first)) {
      send(connections_[i], first, first);
    }
  }
  bool go_on = true;
  if (gap_ns_ > 0) {
    while (go_on && clock::now() < end_ && requests_left_ > 0 && report.broken < broken_max) {
      send_due(clock::now());
      go_on = wait(free_.empty() ? end_ : std::min(due_, end_));
    }
  } else {
    while (go_on && under_way_ > 0 && (plan_.requests_max > 0 || clock::now() < end_)) go_on = wait(end_);
  }
  const auto stopped = std::min(clock::now(), plan_.requests_max > 0 ? clock::time_point::max() : end_);
  const auto give_up = clock::now() + plan_.drain_max;
  // Nothing new leaves from here on; a closed loop's last answers would otherwise send again.
  if (gap_ns_ == 0) requests_left_ = 0;
  while (go_on && (under_way_ > 0 || (gap_ns_ > 0 && due_ < end_ && requests_left_ > 0)) &&
         clock::now() < give_up) {
    if (gap_ns_ > 0) send_due(clock::now());
    go_on = wait(give_up);
  }
  count_missing(clock::now());
  report.elapsed = std::max<clock::duration>(stopped - measured_from_, clock::duration::zero());
  report.cpu = thread_cpu() - cpu_before;
}

}  // namespace switchboard::cli
