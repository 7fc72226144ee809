#pragma once
// One group commit as one value of the journal. Grammar at the top of journal_batch.cpp.

#include "domain/expected.hpp"
#include "storage/record.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::storage {

/// Of one batch, framing included. RocksDB's own limit of a write is 4 GiB.
inline constexpr std::uint64_t batch_bytes_max = 1ull << 30;

/// A record's bytes as they lie in a batch.
struct stored_record {
  std::string_view bytes;
  std::uint16_t partition = 0;
};

/// A batch that was read and found whole. Its views point into the value that it was parsed from.
struct batch_view {
  std::uint64_t epoch = 0;
  log_sequence first = 0;
  domain::timestamp at;  ///< when its first record was decided, and never before that of an earlier batch
  std::vector<stored_record> records;

  [[nodiscard]] log_sequence last() const { return first + records.size() - 1; }
};

/// What is wrong with a value, and at which byte of it.
struct batch_error {
  std::string what;
};

/// Checks everything that can be known from the value alone, the checksum first.
[[nodiscard]] expected<batch_view, batch_error> parse_batch(std::string_view value);

/// Lays a batch out as parts, so that RocksDB gathers the records' bytes without a copy of ours in between.
/// Reused: after the first commits it allocates nothing.
class batch_writer {
 public:
  /// The value is the parts in order; they point into this object and into `records`, until the next call.
  /// Precondition: records not empty, their size within batch_bytes_max (size_of).
  [[nodiscard]] std::span<const std::string_view> lay_out(std::uint64_t epoch, domain::timestamp at,
                                                          std::span<const record_ptr> records);
  [[nodiscard]] static std::uint64_t size_of(std::span<const record_ptr> records);

 private:
  std::vector<char> frames_;  ///< header, record heads and checksum
  std::vector<std::string_view> parts_;
};

}  // namespace switchboard::storage
