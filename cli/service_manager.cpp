#include "cli/service_manager.hpp"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdint>
#include <ctime>

namespace switchboard::cli::service_manager {

namespace {

constexpr int keep_environment = 0;

// Who can't be told is no reason to stop: the manager's own timeouts say so soon enough.
void tell(const std::string& lines) {
  (void)::sd_notify(keep_environment, lines.c_str());
}

}  // namespace

void ready(const std::string& status) {
  tell("READY=1\nSTATUS=" + status);
}

void reloading() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const auto microseconds =
      static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1'000;
  tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

void stopping() {
  tell("STOPPING=1\nSTATUS=draining: no more is accepted, what is under way is finished");
}

std::optional<std::chrono::milliseconds> watchdog_interval() {
  std::uint64_t microseconds = 0;
  if (::sd_watchdog_enabled(keep_environment, &microseconds) <= 0) return std::nullopt;
  const auto half =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::microseconds{microseconds / 2});
  return std::max(half, std::chrono::milliseconds{1});
}

void alive() {
  tell("WATCHDOG=1");
}

}  // namespace switchboard::cli::service_manager
