#pragma once
// From a data directory to a journal that may be served, or the reason why not. Nothing in an existing
// directory is changed before what can be recovered was compared with what had been acknowledged.

#include "storage/journal.hpp"
#include "storage/journal_database.hpp"
#include "storage/journal_watermark.hpp"

#include <memory>

namespace switchboard::storage {

struct recovered_journal {
  storage::identity identity;
  journal_extent extent;  ///< epoch: this process's, already durable (read_only: the last writer's)
  std::unique_ptr<journal_database> database;
  std::unique_ptr<watermark_file> mark;  ///< null when read_only
};

[[nodiscard]] expected<recovered_journal, open_error> recover_journal(const journal_options& options);

}  // namespace switchboard::storage
