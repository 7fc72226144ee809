// R3 and H115: a platform's secret is replaced while its webhooks come in. With [new, old] both are good, with [new]
// the old one is nobody's; and whoever goes in that order has no good signature refused.

#include "net/platforms/platform.hpp"
#include "tests/e2e/scratch.hpp"
#include "tests/e2e/setup.hpp"
#include "tests/eventually.hpp"
#include "tests/full.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

namespace switchboard::attacks {
namespace {

using namespace e2e;

constexpr std::string_view number = "106540352242115";
constexpr std::size_t senders = 8;

std::string secret(unsigned n) {
  return "rotated-" + std::to_string(n);
}

setup with_secrets(const std::vector<unsigned>& live) {
  setup s;
  s.more = "\n[[source]]\nid = \"rotating\"\nkind = \"meta\"\nverify_token = \"v\"\nsecrets = [";
  for (const auto n : live) s.more += "\"" + secret(n) + "\", ";
  s.more += "]\n" + account_toml("rotating-number", "acme", "rotating", "whatsapp", number);
  return s;
}

answer send(http_connection& to, unsigned by, const std::string& body) {
  const auto signature = net::platforms::functions_of(net::platforms::kind::meta).sign(body, secret(by));
  return to.ask("POST", "/webhooks/rotating", {{"Content-Type", "application/json"}, signature}, body);
}

/// Webhooks without a pause, signed with the secret that is current when each is made.
class platform_load {
 public:
  explicit platform_load(std::uint16_t port) {
    for (std::size_t i = 0; i < senders; ++i) threads_.emplace_back([this, i, port] { run(i, port); });
  }
  ~platform_load() { stop_ = true; }

  /// From now on by `n`; returns when nothing that is signed by another is under way.
  void change_to(unsigned n) {
    current_ = n;
    std::array<std::uint64_t, senders> before{};
    for (std::size_t i = 0; i < senders; ++i) before[i] = done_[i];
    ASSERT_TRUE(eventually([&] {
      for (std::size_t i = 0; i < senders; ++i) {
        if (done_[i] < before[i] + 2) return false;
      }
      return true;
    }));
  }
  void finish() {
    stop_ = true;
    threads_.clear();
  }
  std::atomic<std::uint64_t> accepted = 0, refused = 0, other = 0;

 private:
  void run(std::size_t me, std::uint16_t port) {
    http_connection c(port);
    for (std::uint64_t i = 0; !stop_; ++i) {
      const auto id = "r." + std::to_string(me) + "." + std::to_string(i);
      const auto status = send(c, current_, whatsapp_text(number, std::to_string(i % 20), id, "text")).status;
      ++(status == 200 ? accepted : status == 401 ? refused : other);
      ++done_[me];
    }
  }

  std::atomic<bool> stop_ = false;
  std::atomic<unsigned> current_ = 0;
  std::array<std::atomic<std::uint64_t>, senders> done_{};
  std::vector<std::jthread> threads_;
};

class secrets : public testing::Test {
 protected:
  void run_with(const std::vector<unsigned>& live) {
    engine_.configure(with_secrets(live).toml(engine_.data()));
    if (!engine_.running()) return (void)engine_.start();
    engine_.send_signal(SIGHUP);
    engine_.wait_logged("config-applied");
  }
  int status_by(unsigned by) {
    http_connection c(engine_.port());
    return send(c, by, whatsapp_text(number, "115", "r.probe", "text")).status;
  }
  scratch place_;
  engine_process engine_{place_.path()};
};

TEST_F(secrets, rotated_under_load_refuse_no_good_signature) {
  const unsigned rotations = full() ? 200 : 20;
  run_with({0});
  platform_load load(engine_.port());
  for (unsigned n = 1; n <= rotations; ++n) {
    EXPECT_EQ(status_by(n), 401) << "before its time";
    run_with({n, n - 1});
    EXPECT_EQ(status_by(n - 1), 200) << "within its time";
    EXPECT_EQ(status_by(n), 200);
    load.change_to(n);
    run_with({n});
    EXPECT_EQ(status_by(n - 1), 401) << "behind its time";
  }
  load.finish();
  EXPECT_EQ(load.refused, 0u);
  EXPECT_EQ(load.other, 0u);
  EXPECT_GT(load.accepted, 2u * rotations);
  std::printf("%u rotations, %llu webhooks\n", rotations,
              static_cast<unsigned long long>(load.accepted.load()));
  // Each of them once, and the probe.
  std::string cursor = "earliest";
  EXPECT_EQ(read_log(engine_, cursor, "&type=message.received").size(), load.accepted + 1);
  EXPECT_EQ(engine_.terminate().code, 0);
  EXPECT_THAT(engine_.said(), testing::Not(testing::HasSubstr("rotated-")));
}

// The wrong order: what the test above must be able to see.
TEST_F(secrets, replaced_at_once_refuse_good_signatures) {
  run_with({0});
  platform_load load(engine_.port());
  run_with({1});
  EXPECT_TRUE(eventually([&] { return load.refused > 0; }));
  load.finish();
}

}  // namespace
}  // namespace switchboard::attacks
