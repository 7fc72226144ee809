// The small parts: the timer wheel's promises, the guest book's limits.
#include "net/http/door.hpp"
#include "net/http/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <random>

namespace switchboard::net::http {
namespace {

using std::chrono::milliseconds;

struct noted final : deadline_node {
  explicit noted(const timer_wheel& w) : wheel(w) {}
  void on_deadline() override {
    ++fired;
    at = wheel.now();
  }
  const timer_wheel& wheel;
  int fired = 0;
  std::uint64_t at = 0;
};

// Never early, at most two ticks late, once; also beyond the ring's size.
TEST(timer_wheel, keeps_time) {
  std::mt19937 random(3);
  timer_wheel w;
  std::vector<std::unique_ptr<noted>> nodes;
  std::vector<std::uint64_t> due;
  for (int i = 0; i < 500; ++i) {
    const auto after = milliseconds{random() % 400'000};
    nodes.push_back(std::make_unique<noted>(w));
    w.arm(*nodes.back(), after);
    due.push_back(static_cast<std::uint64_t>(after / timer_wheel::tick));
  }
  for (int i = 0; i < 4'100; ++i) w.advance();
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    EXPECT_EQ(nodes[i]->fired, 1);
    EXPECT_GE(nodes[i]->at, due[i]);
    EXPECT_LE(nodes[i]->at, due[i] + 2);
  }
}

TEST(timer_wheel, later_earlier_and_never) {
  timer_wheel w;
  noted later(w), earlier(w), never(w);
  w.arm(later, milliseconds{500});
  w.arm(later, milliseconds{2'000});
  w.arm(earlier, milliseconds{60'000});
  w.arm(earlier, milliseconds{500});
  w.arm(never, milliseconds{500});
  timer_wheel::disarm(never);
  {
    noted destroyed(w);
    w.arm(destroyed, milliseconds{500});
  }
  for (int i = 0; i < 8; ++i) w.advance();
  EXPECT_EQ(earlier.fired, 1);
  EXPECT_EQ(later.fired, 0);
  for (int i = 0; i < 20; ++i) w.advance();
  EXPECT_EQ(later.fired, 1);
  EXPECT_EQ(never.fired, 0);
  w.arm(never, milliseconds{100});
  for (int i = 0; i < 4; ++i) w.advance();
  EXPECT_EQ(never.fired, 1);
}

TEST(guest_book, limits_in_all_and_by_address) {
  constexpr guest_book::limits limits{.in_all = 4, .by_address = 2};
  const auto book = std::make_shared<guest_book>();
  auto a1 = book->admit("192.0.2.1", false, limits);
  auto a2 = book->admit("192.0.2.1", false, limits);
  EXPECT_TRUE(a1 && a2);
  EXPECT_EQ(book->admit("192.0.2.1", false, limits), nullptr);
  auto b = book->admit("192.0.2.2", false, limits);
  EXPECT_TRUE(b);
  auto proxy = book->admit("192.0.2.1", true, limits);
  EXPECT_TRUE(proxy) << "exempt from the limit by address";
  EXPECT_EQ(book->admit("192.0.2.9", true, limits), nullptr)
      << "nobody is exempt from the total of a listener";
  EXPECT_EQ(book->open(), 4u);
  a1.reset();
  EXPECT_TRUE(book->admit("192.0.2.1", false, limits));
  a2 = b = proxy = nullptr;
  EXPECT_EQ(book->open(), 0u);
}

}  // namespace
}  // namespace switchboard::net::http
