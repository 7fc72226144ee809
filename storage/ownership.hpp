#pragma once
// Who owns which partition (architecture, "Partitions, and the seam to many machines"). Safety is the epoch in each
// commit (storage/log.hpp); what is said here tells a process when to begin and when to end a partition's actors.

#include "storage/claims.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace switchboard::storage {

/// Any thread.
class ownership {
 public:
  /// Told by start() and from any thread after it, one at a time for each partition.
  struct owner {
    /// The partition is ours: wake its actors. It has consumed its handovers up to `consumed_to`.
    std::function<void(claim, std::uint64_t consumed_to)> gained;
    /// It is ours no longer, nothing decided since can be committed: end its actors.
    std::function<void(claim)> lost;
  };
  virtual ~ownership() = default;

  /// Once: claims what is to be owned.
  virtual void start(owner tell) = 0;
  /// The log refused a commit by this claim: tells `lost`, unless a newer claim was gained or it was told already.
  virtual void fenced(claim c) = 0;
  /// Gives the partition up; its actors have ended and all of theirs is committed. Nothing is told.
  virtual void release(partition_number p) = 0;
  /// A guess, for hints; nullopt: nobody, as far as is known.
  [[nodiscard]] virtual std::optional<std::string> owner_of(partition_number p) const = 0;
};

/// One machine: the data directory's lock makes this process (called `name`) the only one, and the log's epoch is one
/// more at each opening. start() tells of all partitions before it returns.
[[nodiscard]] std::unique_ptr<ownership> own_every_partition(partition_number partitions, std::uint64_t epoch,
                                                             std::string name);

}  // namespace switchboard::storage
