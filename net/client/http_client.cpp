#include "net/client/http_client.hpp"

#include "net/client/transfer.hpp"

#include <curl/curl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <iterator>
#include <list>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace switchboard::net::client {

namespace {

using clock = std::chrono::steady_clock;

/// Of libcurl's handles so many wait for their next request.
constexpr std::size_t handles_kept_max = 64;
constexpr int events_at_once = 256;

/// Closed at its end.
struct descriptor {
  const int fd;
  explicit descriptor(int f) : fd(f) {
    if (fd < 0) throw std::runtime_error("the HTTP client: no descriptor for epoll");
  }
  ~descriptor() { ::close(fd); }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
};

}  // namespace

/// libcurl tells which sockets it waits for and when it wants to look at the clock, so that a turn costs what has happened and
/// not what is under way (curl_multi_perform looks at every transfer each time).
class http_client::loop {
 public:
  explicit loop(options o)
      : options_(std::move(o)),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        multi_(curl_multi_init()) {
    if (multi_ == nullptr) throw std::runtime_error("libcurl: no memory");
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.connections_kept));
    curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, static_cast<long>(options_.connections_max));
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &follow_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &follow_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    epoll_event e{.events = EPOLLIN, .data = {.fd = wake_.fd}};
    if (::epoll_ctl(epoll_.fd, EPOLL_CTL_ADD, wake_.fd, &e) != 0)
      throw std::runtime_error("the HTTP client: epoll_ctl");
    thread_ = std::thread([this] { run(); });
  }
  ~loop() {
    stop();
    handles_.clear();
    curl_multi_cleanup(multi_);
  }

  void perform(request&& r, handler done) {
    auto t = std::make_unique<transfer>();
    t->asked = std::move(r);
    t->done = std::move(done);
    {
      const std::lock_guard lock(mutex_);
      if (!stopping_) waiting_.push_back(std::move(t));
    }
    if (t) return t->done(result{.why = "the node is ending"});
    wake();
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake();
    if (thread_.joinable()) thread_.join();
  }

 private:
  static int follow_socket(CURL*, curl_socket_t s, int what, void* of, void* known) {
    const auto& self = *static_cast<loop*>(of);
    if (what == CURL_POLL_REMOVE) {
      ::epoll_ctl(self.epoll_.fd, EPOLL_CTL_DEL, s, nullptr);
      return 0;
    }
    epoll_event e{.events = 0, .data = {.fd = s}};
    if (what != CURL_POLL_OUT) e.events |= EPOLLIN;
    if (what != CURL_POLL_IN) e.events |= EPOLLOUT;
    if (::epoll_ctl(self.epoll_.fd, known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, s, &e) != 0) return -1;
    curl_multi_assign(self.multi_, s, of);
    return 0;
  }

  static int follow_timer(CURLM*, long milliseconds, void* of) {
    auto& due = static_cast<loop*>(of)->due_;
    due.reset();
    if (milliseconds >= 0) due = clock::now() + std::chrono::milliseconds(milliseconds);
    return 0;
  }

  void wake() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto n = ::write(wake_.fd, &one, sizeof one);  // full: it is awake already
  }

  void run() {
    while (take_waiting()) {
      collect();
      turn();
    }
    for (auto& t : under_way_) {
      curl_multi_remove_handle(multi_, t->easy.get());
      finish(*t, CURLE_ABORTED_BY_CALLBACK, "the node is ending");
    }
    under_way_.clear();
  }

  /// Waits for something to happen, and lets libcurl do what it wants.
  void turn() {
    int wait = -1;
    if (due_) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due_ - clock::now());
      wait = static_cast<int>(std::max<std::chrono::milliseconds::rep>(0, left.count()));
    }
    std::array<epoll_event, events_at_once> events{};
    const int n = ::epoll_wait(epoll_.fd, events.data(), events_at_once, wait);
    int running = 0;
    for (int i = 0; i < n; ++i) {
      const auto& e = events[static_cast<std::size_t>(i)];
      if (e.data.fd == wake_.fd) {
        std::uint64_t times = 0;
        [[maybe_unused]] const auto got = ::read(wake_.fd, &times, sizeof times);
        continue;
      }
      int what = 0;
      if ((e.events & EPOLLIN) != 0) what |= CURL_CSELECT_IN;
      if ((e.events & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
      if ((e.events & (EPOLLERR | EPOLLHUP)) != 0) what |= CURL_CSELECT_ERR;
      curl_multi_socket_action(multi_, e.data.fd, what, &running);
    }
    if (due_ && *due_ <= clock::now()) {
      due_.reset();  // before: it may set the next
      curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
    }
  }

  /// False: it ends.
  bool take_waiting() {
    std::deque<std::unique_ptr<transfer>> fresh;
    bool goes_on = true;
    {
      const std::lock_guard lock(mutex_);
      fresh.swap(waiting_);
      goes_on = !stopping_;
    }
    for (auto& t : fresh) {
      if (!goes_on) {
        t->done(result{.why = "the node is ending"});
        continue;
      }
      if (!handles_.empty()) {
        t->easy = std::move(handles_.back());
        handles_.pop_back();
      }
      if (!set_up(*t, options_) || curl_multi_add_handle(multi_, t->easy.get()) != CURLM_OK) {
        t->done(result{.why = "libcurl: no memory"});
        continue;
      }
      under_way_.push_back(std::move(t));
      under_way_.back()->place = std::prev(under_way_.end());
    }
    return goes_on;
  }

  void collect() {
    int left = 0;
    while (const CURLMsg* const m = curl_multi_info_read(multi_, &left)) {
      if (m->msg != CURLMSG_DONE) continue;
      const auto code = m->data.result;
      transfer* found = nullptr;
      curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &found);
      curl_multi_remove_handle(multi_, m->easy_handle);
      const auto t = std::move(*found->place);
      under_way_.erase(t->place);
      finish(*t, code, curl_easy_strerror(code));
      if (handles_.size() == handles_kept_max) continue;
      curl_easy_reset(t->easy.get());
      handles_.push_back(std::move(t->easy));
    }
  }

  const options options_;
  const descriptor epoll_, wake_;
  CURLM* const multi_;
  std::mutex mutex_;
  std::deque<std::unique_ptr<transfer>> waiting_;
  bool stopping_ = false;
  // Of the thread:
  std::list<std::unique_ptr<transfer>> under_way_;
  std::vector<std::unique_ptr<CURL, easy_deleter>> handles_;
  std::optional<clock::time_point> due_;  ///< libcurl wants to look at the clock
  std::thread thread_;
};

std::string host_of(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> read(curl_url(), &curl_url_cleanup);
  char* part = nullptr;
  if (!read || curl_url_set(read.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      curl_url_get(read.get(), CURLUPART_HOST, &part, 0) != CURLUE_OK) {
    return {};
  }
  std::string host(part);
  curl_free(part);
  if (host.size() > 1 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return host;
}

http_client::http_client(options o) {
  static const auto initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialised != CURLE_OK) throw std::runtime_error("libcurl cannot be initialised");
  loop_ = std::make_unique<loop>(std::move(o));
}
http_client::~http_client() = default;

void http_client::perform(request&& r, handler done) {
  loop_->perform(std::move(r), std::move(done));
}

void http_client::stop() {
  loop_->stop();
}

}  // namespace switchboard::net::client
