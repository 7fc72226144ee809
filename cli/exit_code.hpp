#pragma once
// What the process says to the shell (contract, §2). 74 is sysexits' EX_IOERR: data that must not be opened or served,
// for which service managers are told not to restart.

namespace switchboard::cli {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_damaged = 74;

/// Where storage failed.
[[nodiscard]] constexpr int failure_exit(bool damaged) {
  return damaged ? exit_damaged : exit_failed;
}

}  // namespace switchboard::cli
