#pragma once
// The C library's own reading of the tz database, which shares no line with ours: what ours is held against.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <string>

namespace switchboard::domain::testing {

/// Sets TZ while it lives: one at a time.
class c_library_clock {
 public:
  explicit c_library_clock(const std::string& name) {
    ::setenv("TZ", (":" + name).c_str(), 1);
    ::tzset();
  }
  ~c_library_clock() {
    ::unsetenv("TZ");
    ::tzset();
  }
  c_library_clock(const c_library_clock&) = delete;
  c_library_clock& operator=(const c_library_clock&) = delete;
  [[nodiscard]] static std::int64_t offset_at(std::int64_t t) {
    const std::time_t at = t;
    std::tm local{};
    EXPECT_NE(::localtime_r(&at, &local), nullptr);
    return local.tm_gmtoff;
  }
};

}  // namespace switchboard::domain::testing
