#pragma once
// An engine of a command's own: this same program as a child process, on ports and a data directory of its
// own, gone with everything it wrote when the command ends.

#include "cli/child_process.hpp"
#include "domain/expected.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace switchboard::cli {

/// The configuration that bench/configs/bench.toml documents, with these listeners and directory.
[[nodiscard]] std::string bench_config(const std::string& listen, const std::string& admin_listen,
                                       const std::string& data_dir);

/// An engine with a configuration of one's own.
struct child_engine_plan {
  std::string config;    ///< file
  std::string data_dir;  ///< kept when it ends; empty: a new one, which is not
  std::string listen;    ///< HOST:PORT; empty: 127.0.0.1 and a free port
};

class child_engine {
 public:
  /// Makes a directory below `data_root` (empty: the directory for temporary files), starts this program's `serve` in it,
  /// with `more` at the end of its configuration, and waits until it is ready. The error holds the end of what it said.
  [[nodiscard]] static expected<std::unique_ptr<child_engine>, std::string> start(
      const std::string& data_root, const std::string& more = {});
  /// The same, by a config that there is already; its admin listener is 127.0.0.1 and a free port.
  [[nodiscard]] static expected<std::unique_ptr<child_engine>, std::string> serve(
      const child_engine_plan& plan);
  /// Ends it, then removes the directory.
  ~child_engine();
  /// Ends it (SIGTERM) and starts it again on the same data; gives how long it took from then until it was ready, to 50 ms.
  [[nodiscard]] expected<std::chrono::nanoseconds, std::string> restart();
  child_engine(const child_engine&) = delete;
  child_engine& operator=(const child_engine&) = delete;

  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::string admin_url() const;
  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] const std::string& data_dir() const { return data_dir_; }
  [[nodiscard]] std::string config() const { return directory_ + "/bench.toml"; }
  /// See child_process.
  [[nodiscard]] double cpu_seconds() const { return process_->cpu_seconds(); }
  [[nodiscard]] std::uint64_t resident_bytes() const { return process_->resident_bytes(); }

 private:
  child_engine() = default;
  [[nodiscard]] expected<void, std::string> make_directory(const std::string& below);
  [[nodiscard]] expected<void, std::string> run(std::vector<std::string> arguments);
  [[nodiscard]] expected<void, std::string> wait_ready();

  std::string directory_, data_dir_;
  std::string listen_;  ///< HOST:PORT
  std::uint16_t admin_port_ = 0;
  std::vector<std::string> words_;  ///< of its command line
  std::optional<child_process> process_;
};

}  // namespace switchboard::cli
