#pragma once
// A part of a test that runs in a process of its own, so that it can be killed. This same program is started
// again and does that part instead of the tests: a fork alone would have none of RocksDB's threads.

#include <sys/types.h>

#include <optional>
#include <string>

namespace switchboard::storage::testing {

/// Runs in the child; `data_dir` is the argument of start(). Whatever it writes to `report` arrives at
/// next_report(). Returning ends the child at once: no destructor, no flush of anything.
using child_part = void (*)(const std::string& data_dir, int report);

/// Makes `part` known under `name`; as a static object beside it.
struct register_child_part {
  register_child_part(const char* name, child_part part);
};

class child_process {
 public:
  child_process(const std::string& part, const std::string& data_dir);
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
  ~child_process();  ///< kills it if it still runs

  /// The next number that the child reported; nullopt once it has ended.
  [[nodiscard]] std::optional<std::uint64_t> next_report();
  void kill();
  /// The exit code, -1 if it was killed.
  int wait();

 private:
  pid_t pid_ = -1;
  int reports_ = -1;
};

/// For the child: one number to its parent. Ends the child if the parent is gone.
void send_report(int report, std::uint64_t number);

}  // namespace switchboard::storage::testing
