#pragma once
// What every Prometheus client library tells of its process, under the names that dashboards expect
// (prometheus.io/docs/instrumenting/writing_clientlibs, "Process metrics").

#include <cstdint>

namespace switchboard::net::api {

/// 0: this system does not tell.
struct process_figures {
  double cpu_seconds = 0;         ///< user and system, of all threads
  double start_time_seconds = 0;  ///< since 1970
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_descriptors = 0;
  std::uint64_t descriptors_max = 0;
};

/// Reads /proc/self: some tens of microseconds.
[[nodiscard]] process_figures read_process_figures();

}  // namespace switchboard::net::api
