#pragma once
// `switchboard verify`: is everything in this data directory whole, gapless and consistent?

#include <string>

namespace switchboard::cli {

struct verify_options {
  std::string data_dir;
  std::string
      scratch_root;  ///< where the journal is folded once more; empty: the directory for temporary files
};

/// Report lines on stdout. 74: damage, named with its file and place. Changes nothing in the data directory,
/// which no engine may have open.
[[nodiscard]] int run_verify(const verify_options& options);

}  // namespace switchboard::cli
