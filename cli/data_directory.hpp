#pragma once
// What `verify` and `events --data-dir` ask before they open a data directory: a mistyped path is a mistake of the
// command line, not damage, and must not look like it.

#include <sys/types.h>

#include <optional>
#include <string>

namespace switchboard::cli {

/// Why `path` cannot be a data directory: it is missing, no directory, or holds nothing of one. nullopt: it may be
/// one, whole or damaged.
[[nodiscard]] std::optional<std::string> why_no_data_directory(const std::string& path);

/// The process that has the journal's LOCK (RocksDB's fcntl lock), e.g. a running engine; nullopt: none. Locks of
/// this process itself are not seen: POSIX never reports them.
[[nodiscard]] std::optional<pid_t> user_of_data_directory(const std::string& path);

}  // namespace switchboard::cli
