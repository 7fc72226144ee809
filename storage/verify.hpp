#pragma once
// The walk of `switchboard verify`, offline or beside a running engine; changes nothing.

#include "domain/expected.hpp"
#include "storage/journal.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace switchboard::storage {

/// What a whole journal has.
struct journal_report {
  log_sequence first = 1;  ///< oldest kept; last + 1 when empty
  log_sequence last = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;          ///< of the events' JSON
  std::uint64_t conversations = 0;  ///< named by the records that are kept
  std::uint64_t epoch = 0;
};

/// Reads every record of a journal and checks: checksums (RocksDB's and each batch's), sequences without a
/// gap, each record decodes and carries the cursor of its place, `sequence` of each conversation without a
/// gap (from 1, unless the journal was trimmed), and that the watermark is not beyond the end. Fails at the
/// first finding, naming file and place, with exit code 74 if it is about the data. Memory: about 100 bytes a
/// conversation. `progress`, if set, is called now and then with the sequence reached and the last.
[[nodiscard]] expected<journal_report, open_error> verify_journal(
    const std::string& data_dir, const std::function<void(log_sequence, log_sequence)>& progress = {});

/// The same over an opened log, without the watermark (that is the opening's).
[[nodiscard]] expected<journal_report, open_error> verify_log(
    const event_log& log, const std::function<void(log_sequence, log_sequence)>& progress = {});

}  // namespace switchboard::storage
