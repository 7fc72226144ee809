#pragma once
// Three times what the engine can take, for a while: measured before, during and after in one run, and judged.

#include "rig.hpp"
#include "traffic.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace switchboard::load {

struct overload_plan {
  std::uint32_t messages_per_body = 50;
  /// So many that what is refused comes back at once; limits.connections_max allows 10,000.
  std::uint32_t connections = 4'000;
  double times = 3;
  std::chrono::seconds capacity{4}, normal{5}, overload{10}, after{8};
};

struct overload_figures {
  double capacity = 0;  ///< bodies a second, closed loop
  double offered = 0;   ///< …, left the generator
  double goodput = 0;   ///< …, answered 200 while it lasted
  std::uint64_t taken = 0, refused = 0, wrong = 0, no_answer = 0, unsent = 0;
  std::chrono::nanoseconds refusal_max{0}, refusal_p99{0}, refusal_p999{0};
  std::chrono::nanoseconds taken_max{0};   ///< from when it was sent to its 200
  std::chrono::nanoseconds normal_p99{0};  ///< of the worst second before
  double back_after_s = 0;                 ///< end of the first second after it that is no worse; < 0: none
  std::uint64_t resident_most = 0;
  double slope_bytes_a_minute = 0;  ///< of the overload's later two thirds
  std::string is_void;              ///< not empty: why the figures say nothing
  std::vector<std::string> account;
};

/// Where it ends early since memory passed its cap, the figures are of the time until then.
[[nodiscard]] overload_figures overload(rig& engine, const overload_plan& plan);

/// The promises that the figures break, as sentences: those that hold on any machine …
[[nodiscard]] std::vector<std::string> judge(const overload_figures& f, const overload_plan& plan);
/// … and those of time, which say something of the engine only where the machine has nothing else to do.
[[nodiscard]] std::vector<std::string> judge_times(const overload_figures& f);

[[nodiscard]] std::string text_of(const overload_figures& f);

}  // namespace switchboard::load
