#pragma once
// One engine for one test of load: its brands, its limits, its core; and what the kernel knows of its memory.

#include "cli/webhook_requests.hpp"
#include "cores.hpp"
#include "tests/e2e/engine_process.hpp"
#include "tests/e2e/scratch.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace switchboard::load {

inline constexpr std::string_view token = "load-admin";  ///< of every brand

struct rig_options {
  unsigned brands = 1;  ///< each with one WhatsApp account
  std::string limits;   ///< further lines of their sections
  std::string server, storage;
};

/// Starts the engine on its core. Throws where it doesn't start.
class rig {
 public:
  explicit rig(const rig_options& options);
  ~rig();

  [[nodiscard]] std::uint16_t port() const { return engine.port(); }
  [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port()); }
  /// New messages for this brand, of `customers` from `first` on; every rig's ids are its own.
  [[nodiscard]] cli::webhook_plan webhooks(unsigned brand, std::uint64_t customers,
                                           std::uint64_t first = 0) const;
  /// What stands in front of a message's number in its id.
  [[nodiscard]] std::string marker() const { return cli::message_marker(run_); }
  /// Ends the engine by a signal and starts it again on its core and port.
  void restart(int signal);

  e2e::scratch directory;
  e2e::engine_process engine;

 private:
  std::uint32_t run_;
};

/// Resident bytes of a process, looked at ten times a second while it lives.
class memory_watch {
 public:
  struct sample {
    std::chrono::steady_clock::time_point at;
    std::uint64_t bytes = 0;
  };
  /// `too_much` is set once there are more than `cap` bytes.
  memory_watch(pid_t pid, std::uint64_t cap, std::atomic<bool>* too_much = nullptr);
  ~memory_watch() { stop(); }
  void stop();
  /// After stop().
  [[nodiscard]] std::uint64_t most() const;
  /// Least squares over those after `from`, in bytes a minute.
  [[nodiscard]] double slope_per_minute(std::chrono::steady_clock::time_point from) const;

 private:
  std::vector<sample> samples_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

[[nodiscard]] std::uint64_t resident_bytes(pid_t pid);

}  // namespace switchboard::load
