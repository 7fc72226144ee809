#include "actors/doorway.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace switchboard::actors {
namespace {

TEST(Doorway, IsClosedUntilOpened) {
  doorway d;
  EXPECT_FALSE(d.enter());
  d.open();
  EXPECT_TRUE(d.enter());
  d.close();
  EXPECT_FALSE(d.enter());
  d.close();  // nobody inside: returns
}

TEST(Doorway, CloseWaitsForThoseInside) {
  for (int round = 0; round < 200; ++round) {
    doorway d;
    d.open();
    std::atomic<bool> usable{true}, misused{false};
    std::vector<std::thread> visitors;
    for (int i = 0; i < 3; ++i) {
      visitors.emplace_back([&] {
        for (int n = 0; n < 1'000; ++n) {
          const auto inside = d.enter();
          if (!inside) return;
          if (!usable) misused = true;
        }
      });
    }
    d.close();
    usable = false;  // what visitors use may go now
    for (auto& v : visitors) v.join();
    ASSERT_FALSE(misused) << "round " << round;
  }
}

TEST(Doorway, AVisitMovesAndEndsOnce) {
  doorway d;
  d.open();
  {
    auto first = d.enter();
    const auto second = std::move(first);
    EXPECT_TRUE(second);
  }
  d.close();  // would wait for ever, or wrap below nothing
  EXPECT_FALSE(d.enter());
}

}  // namespace
}  // namespace switchboard::actors
