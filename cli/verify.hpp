#pragma once
// `switchboard verify`: is everything in this data directory whole, gapless and consistent?

#include <string>

namespace switchboard::cli {

struct verify_options {
  std::string data_dir;
};

/// Report lines on stdout. 74: damage, named with its file and place.
[[nodiscard]] int run_verify(const verify_options& options);

}  // namespace switchboard::cli
