#include "storage/abort_guard.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>

namespace switchboard::storage {
namespace {

TEST(abort_guard, tells_the_innermost_data_and_exits_74) {
  EXPECT_EXIT(
      {
        const abort_guard outer("/data");
        const abort_guard inner("/data/views");
        std::abort();
      },
      ::testing::ExitedWithCode(74), "switchboard: /data/views: damaged");
  EXPECT_EXIT(
      {
        const abort_guard outer("/data");
        { const abort_guard inner("/data/views"); }
        std::abort();
      },
      ::testing::ExitedWithCode(74), "switchboard: /data: damaged");
}

TEST(abort_guard, leaves_an_abort_alone_once_it_is_gone) {
  EXPECT_EXIT(
      {
        { const abort_guard guard("/data"); }
        std::abort();
      },
      ::testing::KilledBySignal(SIGABRT), "");
}

}  // namespace
}  // namespace switchboard::storage
