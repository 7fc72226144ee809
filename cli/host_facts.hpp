#pragma once
// A figure means nothing without the machine that it was measured on.

#include <chrono>
#include <string>

namespace switchboard::cli {

struct host_facts {
  unsigned cores = 0;
  std::string processor;
  std::string kernel;
  std::string build;                  ///< release, debug, sanitized …
  std::chrono::nanoseconds fsync{0};  ///< median of a 4 KiB write and fdatasync; 0: not measured
};

/// `directory`: where fsync is measured (a small file is made and removed); empty: not measured.
[[nodiscard]] host_facts gather_host_facts(const std::string& directory);
[[nodiscard]] std::string to_text(const host_facts& f);
[[nodiscard]] std::string to_json(const host_facts& f);

}  // namespace switchboard::cli
