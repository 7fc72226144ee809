#pragma once
// Empties records of the journal that somebody wants forgotten: batches are walked through, and those that hold such a
// record are laid out again and put in their own places.

#include "domain/expected.hpp"
#include "storage/erasing.hpp"
#include "storage/journal.hpp"
#include "storage/journal_batch.hpp"
#include "storage/journal_database.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

namespace switchboard::storage {

/// Beside commits, readers and trimming. In memory: one batch, as it is and as it will be.
class journal_rewriter {
 public:
  /// `put` stores a batch under its first sequence, or leaves it where it is no longer kept.
  using put_batch = std::function<rocksdb::Status(log_sequence first, std::string_view value)>;

  journal_rewriter(journal_database& database, std::uint64_t seed, put_batch put)
      : database_(database), seed_(seed), put_(std::move(put)) {}

  /// From `from` to the batch that holds `up_to`; ends early once `cancelled` is set.
  [[nodiscard]] expected<rewritten, database_error> run(const erased_things& what, log_sequence from,
                                                        log_sequence up_to,
                                                        const std::atomic<bool>& cancelled);

 private:
  [[nodiscard]] expected<void, database_error> rewrite(const batch_view& batch, const erased_things& what);
  void wait_for_commits(const std::atomic<bool>& cancelled) const;

  journal_database& database_;
  const std::uint64_t seed_;
  const put_batch put_;
  batch_writer writer_;
  rewritten done_;
};

}  // namespace switchboard::storage
