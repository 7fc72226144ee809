#pragma once
// Whoever meets an error in stored data must know which kind it is: trouble of the machine (a full disk, a bad cable)
// may be over after a restart; damage is met again by every restart, and only a person can end that.

#include <rocksdb/status.h>

namespace switchboard::storage {

/// Bytes are not those that were written, or a file that holds some is gone.
[[nodiscard]] inline bool is_damage(const rocksdb::Status& s) {
  return s.IsCorruption() || s.IsPathNotFound();
}

}  // namespace switchboard::storage
