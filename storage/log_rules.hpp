#pragma once
// What every log of one machine answers alike, whatever it lies on. Pure.

#include "storage/log.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace switchboard::storage {

/// Nullopt: each record is of a partition that is held with the log's epoch.
[[nodiscard]] std::optional<std::string> why_fenced(const claims& held, std::uint64_t epoch,
                                                    std::span<const record_ptr> records);

/// A writer that lost count must not go on. Nullopt: the records follow on each other and begin at most one behind
/// `last`, and nothing was consumed that nobody handed over.
[[nodiscard]] std::optional<std::string> why_not_next(std::span<const record_ptr> records,
                                                      std::span<const consumption> consumed,
                                                      log_sequence last);

[[nodiscard]] read_outcome trimmed_read(log_sequence after, log_sequence earliest);

/// What each partition needs no more. In one sequence only what none needs can be forgotten.
class trim_marks {
 public:
  explicit trim_marks(partition_number partitions) : before_(partitions, 0) {}
  /// The mark of one (or of every_partition) never falls. Returns the lowest.
  log_sequence raise(partition_number of, log_sequence before);

 private:
  std::vector<log_sequence> before_;
};

}  // namespace switchboard::storage
