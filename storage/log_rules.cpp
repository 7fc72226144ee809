#include "storage/log_rules.hpp"

#include <algorithm>

namespace switchboard::storage {

std::optional<std::string> why_fenced(const claims& held, std::uint64_t epoch,
                                      std::span<const record_ptr> records) {
  for (const auto& r : records) {
    const auto by = held.epoch_of(r->partition);
    if (by == epoch) continue;
    return "partition " + std::to_string(r->partition) + " is " +
           (by == 0 ? "not claimed" : "claimed with epoch " + std::to_string(by)) + ", the log's is " +
           std::to_string(epoch);
  }
  return std::nullopt;
}

std::optional<std::string> why_not_next(std::span<const record_ptr> records,
                                        std::span<const consumption> consumed, log_sequence last) {
  for (const auto& c : consumed) {
    if (c.up_to != 0)
      return "partition " + std::to_string(c.partition) + " consumed up to " + std::to_string(c.up_to) +
             ", but nothing was handed over to it";
  }
  if (records.empty()) return std::nullopt;
  const log_sequence first = records.front()->sequence;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i]->sequence != first + i)
      return "sequence " + std::to_string(records[i]->sequence) + " where " + std::to_string(first + i) +
             " must follow in the batch";
  }
  if (first == 0 || first > last + 1)
    return "the batch starts at sequence " + std::to_string(first) + ", the log ends at " +
           std::to_string(last);
  return std::nullopt;
}

read_outcome trimmed_read(log_sequence after, log_sequence earliest) {
  return {.result = log_result::trimmed,
          .records = {},
          .earliest = earliest,
          .detail = "sequence " + std::to_string(after + 1) + " is no longer kept",
          .up_to = after};
}

log_sequence trim_marks::raise(partition_number of, log_sequence before) {
  for (std::size_t p = 0; p < before_.size(); ++p) {
    if (of == every_partition || of == p) before_[p] = std::max(before_[p], before);
  }
  return before_.empty() ? 0 : *std::min_element(before_.begin(), before_.end());
}

}  // namespace switchboard::storage
