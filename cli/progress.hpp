#pragma once
// A bar for people: on stderr, only where that is a terminal.

#include <chrono>
#include <cstdint>
#include <string>

namespace switchboard::cli {

class progress_bar {
 public:
  /// Draws nothing unless stderr is a terminal.
  progress_bar();
  ~progress_bar();  ///< ends the line
  progress_bar(const progress_bar&) = delete;
  progress_bar& operator=(const progress_bar&) = delete;

  /// At most ten times a second; cheap to call more often. `fraction` 0 to 1; `note` behind the bar.
  void show(double fraction, std::uint64_t done, const std::string& note);

 private:
  using clock = std::chrono::steady_clock;
  bool terminal_;
  bool drawn_ = false;
  clock::time_point started_ = clock::now();
  clock::time_point next_ = started_;
};

/// The line itself, e.g. `[=====>----] 50 %  1,200/s  ETA 3 s`. Pure, for tests.
[[nodiscard]] std::string progress_line(double fraction, double per_second, double seconds_left);

}  // namespace switchboard::cli
