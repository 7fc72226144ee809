// Restarts under load, as a rolling deploy makes them: whoever had the engine's ear gets an answer, nobody a reset.

#include "ledger.hpp"
#include "load.hpp"
#include "scratch.hpp"
#include "setup.hpp"
#include "tests/eventually.hpp"
#include "tests/full.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace switchboard::e2e {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr unsigned clients_at_once = 16;
constexpr double share_of_capacity = 0.7;
constexpr auto restart_max = 10s;

/// Clients that keep their connections, leave those that the engine has ended, and come back until it is there
/// again. A request to which no whole answer came is broken.
class rolling_clients {
 public:
  rolling_clients(const engine_process& engine, const ledger& book) : engine_(engine), book_(book) {}
  ~rolling_clients() { stop(); }
  rolling_clients(const rolling_clients&) = delete;
  rolling_clients& operator=(const rolling_clients&) = delete;

  /// `per_second`, of all; 0: as many as are answered.
  void start(double per_second) {
    stopping_ = false;
    for (unsigned i = 0; i < clients_at_once; ++i) {
      threads_.emplace_back([this, i, per_second] { run(i, per_second / clients_at_once); });
    }
  }
  void stop() {
    stopping_ = true;
    threads_.clear();
  }
  [[nodiscard]] std::uint64_t taken() const { return taken_; }
  [[nodiscard]] std::uint64_t shed() const { return shed_; }
  [[nodiscard]] std::vector<std::string> broken() const {
    const std::lock_guard lock{mutex_};
    return broken_;
  }

 private:
  void run(unsigned n, double per_second) {
    const auto gap =
        std::chrono::nanoseconds{per_second > 0 ? static_cast<std::int64_t>(1e9 / per_second) : 0};
    auto next = clock::now();
    std::uint16_t port = engine_.port();
    http_connection c(port);
    ledger_entry entry{
        .customer = "49" + std::to_string(n), .connection = n, .n = 0, .hash = 0, .acknowledged = false};
    while (!stopping_) {
      std::this_thread::sleep_until(next);  // the pace
      next = std::max(next + gap, clock::now());
      const auto id = "wamid.roll." + std::to_string(n) + "." + std::to_string(count_.fetch_add(1));
      entry.n = ++numbers_[n];
      deliver_until_taken(c, port, id, entry);
    }
  }

  void deliver_until_taken(http_connection& c, std::uint16_t& port, const std::string& id,
                           const ledger_entry& entry) {
    while (!stopping_) {
      if (port != engine_.port()) {
        port = engine_.port();
        c = http_connection(port);
      }
      if (!c.ready()) {
        std::this_thread::yield();  // between the listeners of two engines
        continue;
      }
      book_.intend(id, entry.customer, entry.connection, entry.n, hash_of(text_of(id)));
      const auto a = deliver(c, "meta", whatsapp_text(acme_number, entry.customer, id, text_of(id)));
      book_.answered(id, a.status);
      if (a.status == 200) {
        ++taken_;
        return;
      }
      if (a.status == 503) {
        ++shed_;
        continue;
      }
      const std::lock_guard lock{mutex_};
      broken_.push_back(id + (a.reset ? ": reset" : ": status " + std::to_string(a.status)));
    }
  }

  const engine_process& engine_;
  const ledger& book_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::uint64_t> count_ = 0, taken_ = 0, shed_ = 0;
  std::vector<std::uint64_t> numbers_ = std::vector<std::uint64_t>(clients_at_once);
  mutable std::mutex mutex_;  ///< guards broken_
  std::vector<std::string> broken_;
  std::vector<std::jthread> threads_;
};

TEST(drain, restarts_under_load_reset_nobody_and_lose_nothing) {
  const unsigned restarts = full() ? 100 : 20;
  scratch dir;
  engine_process engine{dir.path()};
  setup s;
  s.server = "drain_notice = \"100ms\"\n";
  engine.configure(s.toml(engine.data()));
  engine.start();
  const ledger book(dir.path() / "ledger");

  rolling_clients clients{engine, book};
  const auto began = clock::now();
  clients.start(0);
  ASSERT_TRUE(eventually([&] { return clients.taken() >= 2'000; }));
  clients.stop();
  const double capacity = 2'000 / std::chrono::duration<double>(clock::now() - began).count();
  clients.start(share_of_capacity * capacity);
  auto slowest = clock::duration::zero();
  for (unsigned i = 0; i < restarts; ++i) {
    const auto enough = clients.taken() + 200;
    ASSERT_TRUE(eventually([&] { return clients.taken() >= enough; })) << "restart " << i;
    const auto asked = clock::now();
    const auto ended = engine.terminate();
    slowest = std::max(slowest, clock::now() - asked);
    EXPECT_EQ(ended.code, 0) << ended.out;
    engine.start();
  }
  clients.stop();
  const auto broken = clients.broken();
  EXPECT_TRUE(broken.empty()) << broken.size() << " broken, the first " << broken.front();
  EXPECT_LE(slowest, restart_max);

  account_of_engine account;
  std::string cursor = "earliest";
  for (const auto& e : read_log(engine, cursor)) account.take(e);
  const auto found = compare(read_ledger(book.file()), account);
  EXPECT_TRUE(found.none()) << found.text();
  std::printf(
      "%u restarts at %.0f requests/s, %llu taken, %llu told to come back, 0 resets, slowest end %lld ms\n",
      restarts, share_of_capacity * capacity, static_cast<unsigned long long>(clients.taken()),
      static_cast<unsigned long long>(clients.shed()),
      static_cast<long long>(std::chrono::duration_cast<std::chrono::milliseconds>(slowest).count()));
}

}  // namespace
}  // namespace switchboard::e2e
