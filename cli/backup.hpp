#pragma once
// `switchboard backup` and `switchboard restore`: a whole copy of a data directory, and the way back.

#include <string>

namespace switchboard::cli {

struct backup_options {
  std::string url;       ///< of a running engine's admin listener; empty: the default's
  std::string data_dir;  ///< of a stopped engine; not empty: no engine is asked
  std::string to;        ///< of a running engine: a folder of its storage.backup_dir
};

struct restore_options {
  std::string from;
  std::string data_dir;
};

/// One line on stdout. 1: not made, and nothing is left of it. 74: the data directory is damaged.
[[nodiscard]] int run_backup(const backup_options& options);

/// One line on stdout. 1: not done. 74: the backup is damaged; nothing was created.
[[nodiscard]] int run_restore(const restore_options& options);

}  // namespace switchboard::cli
