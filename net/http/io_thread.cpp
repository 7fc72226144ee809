#include "net/http/io_thread.hpp"

#include "net/http/response_format.hpp"

#include <pthread.h>
#include <sys/epoll.h>

#include <array>
#include <csignal>
#include <ctime>

namespace switchboard::net::http {
namespace {

constexpr int edges_per_round = 256;

gate_limits gate_of(const config::limit_settings& l) {
  return {l.head_bytes_max, l.headers_max, l.target_bytes_max, l.chunk_extension_bytes_max};
}

}  // namespace

io_thread::io_thread(std::uint32_t index, config::settings_ptr settings, std::shared_ptr<handler> routes)
    : index_(index),
      context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      edges_(context_, ::epoll_create1(EPOLL_CLOEXEC)),
      ticker_(context_),
      settings_(std::move(settings)),
      gate_(gate_of(settings_->limits)),
      routes_(std::move(routes)),
      date_(http_date(std::time(nullptr))) {}

io_thread::~io_thread() {
  stop();
}

void io_thread::start() {
  await_edges();
  await_tick();
  thread_ = std::thread([this] { run(); });
}

void io_thread::run() {
  // Signals are the main thread's; a blocked SIGPIPE makes a write to a closed socket an error, as it should
  // be.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  pthread_setname_np(pthread_self(), ("io-" + std::to_string(index_)).c_str());
  id_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  context_.run();
}

void io_thread::stop() {
  if (!thread_.joinable()) return;
  boost::asio::post(context_, [this] {
    while (!members_.empty()) members_.back()->close();
    context_.stop();
  });
  thread_.join();
  stopped_.store(true, std::memory_order_release);
  // What was posted meanwhile finds closed connections; run it, since it may hold the last reference to them.
  edges_.close();
  ticker_.cancel();
  context_.restart();
  context_.poll();
  release_left();
  routes_.reset();  // who may hold channels, which hold this thread
}

bool io_thread::enter(std::shared_ptr<pollable> member, int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = member.get();
  member->place_ = members_.size();
  members_.push_back(std::move(member));
  if (::epoll_ctl(edges_.native_handle(), EPOLL_CTL_ADD, descriptor, &event) == 0) return true;
  members_.pop_back();
  return false;
}

void io_thread::leave(pollable& member) {
  const auto place = member.place_;
  left_.push_back(std::move(members_[place]));
  if (place + 1 != members_.size()) {
    members_[place] = std::move(members_.back());
    members_[place]->place_ = place;
  }
  members_.pop_back();
}

void io_thread::drain() {
  ending_ = draining_ = true;
  for (auto i = members_.size(); i-- > 0;) {  // a member that leaves is replaced by one already visited
    members_[i]->on_drain();
  }
}

void io_thread::apply(config::settings_ptr next) {
  settings_ = std::move(next);
  gate_ = gate_of(settings_->limits);
}

void io_thread::await_edges() {
  edges_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                    [this](const boost::system::error_code& ec) {
                      if (ec) return;
                      dispatch_edges();
                      await_edges();
                    });
}

void io_thread::release_left() {
  auto gone = std::move(left_);  // their destructors may make others leave
  left_.clear();
  gone.clear();
  if (left_.empty()) left_ = std::move(gone);  // keep the room
}

void io_thread::dispatch_edges() {
  release_left();
  std::array<epoll_event, edges_per_round> events;
  const int n = ::epoll_wait(edges_.native_handle(), events.data(), edges_per_round, 0);
  for (int i = 0; i < n; ++i) {
    const auto what = events[static_cast<std::size_t>(i)].events;
    const bool hang_up = (what & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    static_cast<pollable*>(events[static_cast<std::size_t>(i)].data.ptr)
        ->on_edge(hang_up || (what & EPOLLIN) != 0, hang_up);
  }
}

void io_thread::await_tick() {
  ticker_.expires_after(timer_wheel::tick);
  ticker_.async_wait([this](const boost::system::error_code& ec) {
    if (ec) return;
    release_left();
    date_ = http_date(std::time(nullptr));
    wheel_.advance();
    await_tick();
  });
}

}  // namespace switchboard::net::http
