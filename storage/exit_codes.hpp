#pragma once
// How open_error tells "try again, ask the operator" from "this data must not be served" (contract §2).

namespace switchboard::storage {

inline constexpr int exit_failed = 1;
inline constexpr int exit_unusable_data = 74;  ///< EX_IOERR of sysexits.h

}  // namespace switchboard::storage
