#pragma once
// What the process says to the shell. 74 is sysexits' EX_IOERR: data that must not be opened or served.

namespace switchboard::cli {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_damaged = 74;

}  // namespace switchboard::cli
