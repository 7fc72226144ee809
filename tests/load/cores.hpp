#pragma once
// The engine on one core, everything that loads it on the other: else the generator takes from the engine what
// it is to measure, and can never offer more than the engine takes.

#include <sched.h>

namespace switchboard::load {

inline constexpr int engine_core = 0;
inline constexpr int client_core = 1;

/// Threads and processes that this thread starts while it lives run on that core too. Where there is only one
/// core it does nothing.
class on_core {
 public:
  explicit on_core(int core);
  ~on_core();
  on_core(const on_core&) = delete;
  on_core& operator=(const on_core&) = delete;

 private:
  cpu_set_t before_{};
  bool pinned_ = false;
};

}  // namespace switchboard::load
