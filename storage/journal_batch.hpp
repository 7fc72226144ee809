#pragma once
// One group commit as one value of the journal. Grammar at the top of journal_batch.cpp.

#include "domain/expected.hpp"
#include "storage/record.hpp"
#include "storage/subjects.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace switchboard::storage {

/// Of one batch before it is compressed. RocksDB's own limit of a write is 4 GiB.
inline constexpr std::uint64_t batch_bytes_max = 1ull << 30;

/// A record's bytes as they lie in a batch.
struct stored_record {
  std::string_view bytes;
  std::uint16_t partition = 0;
};

/// A batch that was read and found whole. Its views point into the reader that parsed it.
struct batch_view {
  std::uint64_t epoch = 0;
  log_sequence first = 0;
  domain::timestamp at;     ///< when its first record was decided, and never before that of an earlier batch
  std::uint32_t count = 0;  ///< of its records
  std::vector<stored_record> records;  ///< all of them, or none where they were not asked for

  [[nodiscard]] log_sequence last() const { return first + count - 1; }
};

/// What is wrong with a value, and at which byte of it (of its records: once decompressed).
struct batch_error {
  std::string what;
};

/// One thread; reused: what it has once allocated serves the next batch too.
class batch_reader {
 public:
  /// Checks everything that can be known from the value alone, the checksum first. The view holds until the
  /// next call.
  [[nodiscard]] expected<batch_view, batch_error> parse(std::string_view value);
  /// … but decompresses the records only where one may be about these subjects (subjects.hpp).
  [[nodiscard]] expected<batch_view, batch_error> parse(std::string_view value,
                                                        std::span<const std::uint64_t> subjects);

 private:
  struct parts {
    batch_view head;
    std::uint32_t size = 0;
    bool has_filter = false;
    std::string_view filter, body;
  };
  [[nodiscard]] static expected<parts, batch_error> split(std::string_view value);
  [[nodiscard]] expected<batch_view, batch_error> read_records(parts&& of);

  struct release {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_DCtx_s, release> decompressor_;
  std::vector<char> records_;
};

/// One thread; reused likewise.
class batch_writer {
 public:
  /// The value; it holds until the next call. Fails where memory does.
  /// Precondition: records not empty, their size within batch_bytes_max (size_of).
  [[nodiscard]] expected<std::string_view, batch_error> lay_out(std::uint64_t epoch, domain::timestamp at,
                                                                std::span<const record_ptr> records);
  /// Of the records, before they are compressed.
  [[nodiscard]] static std::uint64_t size_of(std::span<const record_ptr> records);

 private:
  struct release {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, release> compressor_;
  subject_filter filter_;
  std::vector<char> value_;
};

}  // namespace switchboard::storage
