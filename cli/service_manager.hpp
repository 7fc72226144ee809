#pragma once
// What systemd is told where it started us with Type=notify (sd_notify(3)); elsewhere nothing happens.

#include <chrono>
#include <optional>
#include <string>

namespace switchboard::cli::service_manager {

/// Started, or reloaded: `status` is the line that `systemctl status` shows.
void ready(const std::string& status);
void reloading();  ///< followed by ready(), whether anything was applied or not
void stopping();

/// How often alive() is due, half of what the manager waits for it; nullopt: it does not watch us.
[[nodiscard]] std::optional<std::chrono::milliseconds> watchdog_interval();
void alive();

}  // namespace switchboard::cli::service_manager
