#pragma once
// The real binary as a child: started, asked where it listens, killed, ended, started again on the same data.

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::e2e {

/// How a program ended.
struct ending {
  int code = -1;    ///< its exit code; -1: it was ended by a signal
  int signal = 0;   ///< that signal
  std::string out;  ///< stdout (of an engine: with stderr)
  std::string err;  ///< stderr
};

/// SWITCHBOARD_BINARY of the environment over the one that was built with these tests.
[[nodiscard]] std::string engine_binary();

/// Runs `engine_binary() arguments…` to its end. SIGKILL, and an exception, after `at_most`.
[[nodiscard]] ending run_command(const std::vector<std::string>& arguments,
                                 const std::filesystem::path& scratch,
                                 const std::vector<std::string>& environment = {},
                                 std::chrono::seconds at_most = std::chrono::seconds{60});

/// Started and stopped by one thread; ports may be asked by any. Whatever fails throws std::runtime_error
/// with the end of what the engine said.
class engine_process {
 public:
  /// Keeps config, log and data below `directory`.
  explicit engine_process(std::filesystem::path directory, std::string program = engine_binary());
  ~engine_process();  ///< SIGKILL, if it still runs
  engine_process(const engine_process&) = delete;
  engine_process& operator=(const engine_process&) = delete;

  /// Writes the config file: of the next start, or of the next reload.
  void configure(const std::string& toml);
  /// Of the next starts, behind `serve --config …`.
  void set_options(std::vector<std::string> options) { options_ = std::move(options); }
  /// Of the next starts, "NAME=value", over what this process has.
  void set_environment(std::vector<std::string> variables) { environment_ = std::move(variables); }
  /// Starts, and waits for nothing.
  void launch();
  /// Starts and waits until it says that it is ready. Returns how long that took.
  std::chrono::milliseconds start(std::chrono::seconds within = std::chrono::seconds{60});
  /// The same, but what ends before it is ready is no failure: it returns how.
  [[nodiscard]] std::optional<ending> start_or_end(std::chrono::seconds within = std::chrono::seconds{60});
  /// Starts what is expected to refuse, and waits for its end.
  [[nodiscard]] ending start_refused(std::chrono::seconds within = std::chrono::seconds{60});
  void kill();  ///< SIGKILL, reaped
  /// SIGTERM, reaped. Throws when it takes longer.
  ending terminate(std::chrono::seconds within = std::chrono::seconds{30});
  void send_signal(int number) const;
  [[nodiscard]] ending wait_end(std::chrono::seconds within);
  /// Whether it has ended by itself, and how; reaped then.
  [[nodiscard]] std::optional<ending> ended();
  /// Waits until it has logged this event once more since the last call with the same name.
  void wait_logged(const std::string& event, std::chrono::seconds within = std::chrono::seconds{30});

  [[nodiscard]] bool running() const { return pid_ > 0; }
  [[nodiscard]] pid_t pid() const { return pid_; }  ///< -1: does not run
  [[nodiscard]] std::uint16_t port() const { return port_.load(); }
  [[nodiscard]] std::uint16_t admin_port() const { return admin_port_.load(); }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }
  [[nodiscard]] std::filesystem::path data() const { return directory_ / "data"; }
  [[nodiscard]] std::filesystem::path config() const { return directory_ / "switchboard.toml"; }
  /// Everything that this process has said since it was started last.
  [[nodiscard]] std::string said() const;

 private:
  [[nodiscard]] bool reap(bool wait, ending& into);
  void read_ports(const std::string& ready_line);

  std::filesystem::path directory_;
  std::string program_;
  std::vector<std::string> options_, environment_;
  pid_t pid_ = -1;
  std::uintmax_t log_from_ = 0;
  std::size_t searched_to_ = 0;  ///< in said()
  std::atomic<std::uint16_t> port_ = 0, admin_port_ = 0;
};

}  // namespace switchboard::e2e
