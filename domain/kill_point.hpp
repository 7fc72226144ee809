#pragma once
// Named places at which the tests of crashes end the process (tests/faults/kill_points_test.cpp). Only in the build
// that they make for it, with SWITCHBOARD_KILL_POINTS defined, do they stand for anything: KILL_AT=name:count in the
// environment is SIGKILL when the place is reached for the so-manieth time.

#ifdef SWITCHBOARD_KILL_POINTS

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace switchboard::domain {

/// Any thread. Says its name on stderr before the end.
inline void reach_kill_point(std::string_view name) {
  struct order {
    std::string_view name;
    unsigned long count = 0;
  };
  static const order given = [] {
    const char* const text = std::getenv("KILL_AT");
    if (text == nullptr) return order{};
    const std::string_view all{text};
    const auto colon = all.rfind(':');
    if (colon == std::string_view::npos) std::abort();
    return order{all.substr(0, colon), std::strtoul(text + colon + 1, nullptr, 10)};
  }();
  static std::atomic<unsigned long> reached{0};
  if (name != given.name || reached.fetch_add(1) + 1 != given.count) return;
  std::fprintf(stderr, "\nkilled at %.*s\n", static_cast<int>(name.size()), name.data());
  std::raise(SIGKILL);
}

}  // namespace switchboard::domain

#define SWITCHBOARD_KILL_POINT(name) ::switchboard::domain::reach_kill_point(name)

#else

#define SWITCHBOARD_KILL_POINT(name) static_cast<void>(0)

#endif
