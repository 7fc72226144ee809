#pragma once
// An engine of the benchmark's own: this same program as a child process, on ports and a data directory of its
// own, gone with everything it wrote when the benchmark ends.

#include "domain/expected.hpp"

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

namespace switchboard::cli {

/// The configuration that bench/configs/bench.toml documents, with these listeners and directory.
[[nodiscard]] std::string bench_config(const std::string& listen, const std::string& admin_listen,
                                       const std::string& data_dir);

class child_engine {
 public:
  /// Makes a directory below `data_root` (empty: the directory for temporary files), starts `program serve`
  /// in it and waits until it is ready. The error holds the end of what the engine said.
  [[nodiscard]] static expected<std::unique_ptr<child_engine>, std::string> start(
      const std::string& data_root, const std::string& program = "/proc/self/exe");
  /// SIGTERM, SIGKILL if that takes over 15 s; then removes the directory.
  ~child_engine();
  child_engine(const child_engine&) = delete;
  child_engine& operator=(const child_engine&) = delete;

  [[nodiscard]] std::string url() const;
  [[nodiscard]] const std::string& directory() const { return directory_; }
  /// CPU time and resident memory of the child so far, from /proc. 0: gone.
  [[nodiscard]] double cpu_seconds() const;
  [[nodiscard]] std::uint64_t resident_bytes() const;

 private:
  child_engine() = default;
  [[nodiscard]] expected<void, std::string> wait_ready();

  std::string directory_;
  std::uint16_t port_ = 0, admin_port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace switchboard::cli
