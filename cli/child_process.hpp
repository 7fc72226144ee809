#pragma once
// A program of a command's own, as a child process: gone when the command ends, also when that is killed.

#include "domain/expected.hpp"

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace switchboard::cli {

class child_process {
 public:
  /// `words`: the program's path, and its arguments. What it says goes to the end of the file `log`.
  [[nodiscard]] static expected<child_process, std::string> start(const std::vector<std::string>& words,
                                                                  const std::string& log);
  child_process(child_process&& other) noexcept;
  child_process& operator=(child_process&& other) noexcept;
  ~child_process();  ///< SIGTERM, SIGKILL if that takes over 15 s

  /// By itself; then it is reaped.
  [[nodiscard]] bool has_ended();
  /// The end of what it said, as one line.
  [[nodiscard]] std::string last_words() const;
  /// CPU time and resident memory so far, from /proc. 0: gone.
  [[nodiscard]] double cpu_seconds() const;
  [[nodiscard]] std::uint64_t resident_bytes() const;

 private:
  child_process(pid_t pid, std::string log) : pid_(pid), log_(std::move(log)) {}
  void end();

  pid_t pid_ = -1;
  std::string log_;
};

/// Memory that a process holds, from /proc. 0: it is gone.
[[nodiscard]] std::uint64_t resident_bytes_of(pid_t pid);

}  // namespace switchboard::cli
