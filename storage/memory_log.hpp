#pragma once
// The in-memory twin of the journal, for tests: the same answers to the same calls, without a disk.

#include "storage/log.hpp"

#include <cstdint>
#include <memory>

namespace switchboard::storage {

/// What outlives a memory log, as a data directory outlives a journal.
class memory_disk;
[[nodiscard]] std::shared_ptr<memory_disk> make_memory_disk(partition_number partitions = 64);

/// Opens it: the epoch is one more than that of the opening before, whose log, where it is still there, is fenced from
/// now on. Any thread: one mutex over all.
[[nodiscard]] std::unique_ptr<event_log> make_memory_log(
    std::shared_ptr<memory_disk> on = make_memory_disk());

}  // namespace switchboard::storage
