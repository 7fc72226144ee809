#pragma once
// What lies between RocksDB and the files, so that a failed write is noticed once, and by us (write_guard.hpp).
// Only for a process that is sure to end then. Others (verify, backup, tests) leave errors to RocksDB to return.

#include "storage/write_guard.hpp"

#include <rocksdb/env.h>

#include <memory>

namespace switchboard::storage {

/// The default environment, whose files tell `guard` of each failure to create, write, sync, cut or rename. Interrupted
/// calls (EINTR) are repeated and are no failure. Failures of a write-ahead log return too, since whoever commits has
/// requests to answer; all others never return. Must outlive the databases.
[[nodiscard]] std::unique_ptr<rocksdb::Env> guarded_env(std::shared_ptr<write_guard> guard);

}  // namespace switchboard::storage
