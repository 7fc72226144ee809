#pragma once
// What whoever asks for a reload is told (POST /reload, SIGHUP).

#include <chrono>
#include <string>
#include <vector>

namespace switchboard::net {

/// A reload waits so long for its config.applied to be durable. On a disk that is stuck it would wait for ever, and
/// with it the API reader that it has; well within the 30 s of the service's watchdog, which a reload by SIGHUP holds up.
inline constexpr std::chrono::seconds reload_record_max{10};

struct reload_outcome {
  std::vector<std::string> problems{};  ///< any: nothing was changed, and these are why
  bool recorded =
      true;  ///< false: it is in force, but config.applied was not durable in time, and may never be
};

}  // namespace switchboard::net
