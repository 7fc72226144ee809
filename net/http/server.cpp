#include "net/http/server.hpp"

#include "net/http/door.hpp"
#include "net/http/exchange_impl.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <unordered_map>

namespace switchboard::net::http {
namespace {

/// A round trip, for connections whose handshake is under way when the listeners close.
constexpr std::chrono::milliseconds last_handshakes{50};

std::uint32_t chosen_threads(std::uint32_t configured) {
  if (configured > 0) return configured;
  const auto cores = std::thread::hardware_concurrency();
  // On two cores a second thread gave an eighth more: the others mostly wait for the disk.
  return std::max(2u, cores / 2);
}

class server_impl final : public server {
 public:
  explicit server_impl(std::shared_ptr<handler> routes) : routes_(std::move(routes)) {}
  ~server_impl() override { end(); }
  server_impl(const server_impl&) = delete;
  server_impl& operator=(const server_impl&) = delete;

  expected<void, start_error> begin(const config::settings_ptr& settings);

  std::uint16_t port(listener l) const override { return (l == listener::open ? open_ : admin_)->port(); }
  std::uint32_t io_threads() const override { return static_cast<std::uint32_t>(threads_.size()); }
  void respond_all(std::vector<std::pair<exchange_ptr, response>>&& answers) override;
  void post(std::uint32_t n, std::function<void()> f) override { threads_.at(n)->post(std::move(f)); }
  std::uint64_t after(std::chrono::milliseconds d, std::function<void()> f) override;
  void cancel(std::uint64_t key) override;
  void apply_settings(config::settings_ptr next) override;
  server_counters counters() const override;
  void announce_end() override;
  void stop_accepting() override;
  bool wait_idle(std::chrono::milliseconds at_most) override;
  void stop() override { end(); }

 private:
  using answer_list = std::vector<std::pair<exchange_ptr, response>>;
  using timers = std::unordered_map<std::uint64_t, std::unique_ptr<boost::asio::steady_timer>>;

  void end();
  void hand_over(io_thread& io, answer_list&& answers);
  /// Runs `f` on that thread and waits for it; at once if it is this one, or has stopped.
  void run_on(io_thread& io, const std::function<void()>& f);

  std::shared_ptr<handler> routes_;
  std::vector<std::shared_ptr<io_thread>> threads_;
  std::shared_ptr<guest_book> open_guests_ = std::make_shared<guest_book>();
  std::shared_ptr<guest_book> admin_guests_ = std::make_shared<guest_book>();
  std::shared_ptr<door> open_;
  std::shared_ptr<door> admin_;
  std::atomic<std::uint64_t> next_timer_{1};
  std::shared_ptr<timers> timers_ = std::make_shared<timers>();  // used on I/O thread 0 only
  bool started_ = false;
  bool ended_ = false;
};

expected<void, start_error> server_impl::begin(const config::settings_ptr& settings) {
  std::shared_ptr<tls_context> tls;
  if (!settings->server.tls.certificate_file.empty()) {
    auto loaded = tls_context::load(settings->server.tls);
    if (!loaded) return unexpected{start_error{loaded.error()}};
    tls = *loaded;
  }
  const auto n = chosen_threads(settings->server.io_threads);
  for (std::uint32_t i = 0; i < n; ++i) threads_.push_back(std::make_shared<io_thread>(i, settings, routes_));
  open_ = std::make_shared<door>(listener::open, threads_, open_guests_, tls);
  admin_ = std::make_shared<door>(listener::admin, threads_, admin_guests_, nullptr);
  if (auto ok = open_->open(settings->server.listen); !ok) return ok;
  if (auto ok = admin_->open(settings->server.admin_listen); !ok) return ok;
  for (const auto& t : threads_) t->start();
  started_ = true;
  for (const auto& d : {open_, admin_}) threads_.front()->post([d] { d->start(); });
  return {};
}

void server_impl::hand_over(io_thread& io, answer_list&& answers) {
  io.post([answers = std::move(answers)]() mutable {
    for (auto& [x, r] : answers) {
      static_cast<exchange_impl&>(*x).respond_here(std::move(r));
      x.reset();
    }
  });
}

void server_impl::respond_all(answer_list&& answers) {
  if (answers.empty()) return;
  if (threads_.size() == 1) {
    hand_over(*threads_.front(), std::move(answers));
    return;
  }
  std::vector<answer_list> by_thread(threads_.size());
  for (auto& a : answers) by_thread[a.first->io_thread()].push_back(std::move(a));
  for (std::size_t i = 0; i < by_thread.size(); ++i) {
    if (!by_thread[i].empty()) hand_over(*threads_[i], std::move(by_thread[i]));
  }
}

std::uint64_t server_impl::after(std::chrono::milliseconds d, std::function<void()> f) {
  const auto key = next_timer_.fetch_add(1, std::memory_order_relaxed);
  auto& io = *threads_.front();
  io.post([key, until = std::chrono::steady_clock::now() + d, f = std::move(f), all = timers_,
           &io]() mutable {
    auto& timer = *((*all)[key] = std::make_unique<boost::asio::steady_timer>(io.context(), until));
    timer.async_wait([key, f = std::move(f), weak = std::weak_ptr(all)](const boost::system::error_code& ec) {
      if (const auto still = weak.lock()) still->erase(key);
      if (!ec) f();
    });
  });
  return key;
}

void server_impl::cancel(std::uint64_t key) {
  threads_.front()->post([key, all = timers_] { all->erase(key); });
}

void server_impl::apply_settings(config::settings_ptr next) {
  for (const auto& t : threads_) {
    t->post([t, next] { t->apply(next); });
  }
}

server_counters server_impl::counters() const {
  server_counters sum;
  sum.open = open_guests_->open() + admin_guests_->open();
  for (const auto& d : {open_, admin_}) {
    sum.accepted += d->totals().accepted.value();
    sum.refused_connections += d->totals().refused.value();
  }
  for (const auto& t : threads_) {
    const auto& c = t->totals();
    sum.requests += c.requests.value();
    sum.gate_refusals += c.gate_refusals.value();
    sum.timeouts += c.timeouts.value();
    for (std::size_t i = 0; i < sum.answers.size(); ++i) sum.answers[i] += c.answers[i].value();
    sum.bytes_in += c.bytes_in.value();
    sum.bytes_out += c.bytes_out.value();
  }
  return sum;
}

void server_impl::run_on(io_thread& io, const std::function<void()>& f) {
  if (io.here() || ended_) {
    f();
    return;
  }
  std::mutex mutex;
  std::condition_variable done;
  bool is_done = false;
  io.post([&] {
    f();
    const std::lock_guard lock(mutex);
    is_done = true;
    done.notify_one();
  });
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return is_done; });
}

void server_impl::announce_end() {
  for (const auto& t : threads_) t->post([t] { t->announce_end(); });
}

void server_impl::stop_accepting() {
  if (!started_ || ended_) return;
  for (const auto& d : {open_, admin_}) d->shut();
  std::this_thread::sleep_for(last_handshakes);
  run_on(*threads_.front(), [this] {
    open_->close();
    admin_->close();
  });
  for (const auto& t : threads_) {
    run_on(*t, [&t] { t->drain(); });
  }
}

bool server_impl::wait_idle(std::chrono::milliseconds at_most) {
  // Asked once in a process's life: looking every few milliseconds is cheaper than a notification per answer.
  constexpr std::chrono::milliseconds look_again{2};
  const auto began = std::chrono::steady_clock::now();
  auto told = began + idle_grace;  // when the last was told the end
  for (;;) {
    std::uint64_t busy = 0, leaving = 0;
    for (const auto& t : threads_) {
      busy += t->totals().busy.value();
      leaving += t->totals().leaving.value();
    }
    if (busy + leaving == 0) return true;
    const auto now = std::chrono::steady_clock::now();
    if (busy > 0) told = std::max(told, now);
    if (busy == 0 && now >= told + linger_time) return true;
    if (busy > 0 && now >= began + at_most) return false;
    std::this_thread::sleep_for(look_again);
  }
}

void server_impl::end() {
  if (!started_ || ended_) return;
  run_on(*threads_.front(), [this] {
    open_->close();
    admin_->close();
    timers_->clear();
  });
  for (const auto& t : threads_) t->stop();
  ended_ = true;
}

}  // namespace

expected<std::unique_ptr<server>, start_error> server::start(config::settings_ptr settings,
                                                             std::shared_ptr<handler> h) {
  auto made = std::make_unique<server_impl>(std::move(h));
  if (auto ok = made->begin(settings); !ok) return unexpected{ok.error()};
  return std::unique_ptr<server>(std::move(made));
}

}  // namespace switchboard::net::http
