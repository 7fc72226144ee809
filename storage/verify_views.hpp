#pragma once
// Are the views what the journal says? Folds the journal once more beside them and compares row by row.

#include "domain/expected.hpp"
#include "storage/log.hpp"
#include "storage/views.hpp"

#include <cstdint>
#include <string>

namespace switchboard::storage {

struct views_comparison {
  log_sequence folded_from = 0;  ///< the oldest record that the journal still has
  log_sequence compared_at = 0;  ///< the journal's last; what the views lacked of it was folded in first
  std::uint64_t rows = 0;        ///< rows of the second fold, each of them found in the views
  /// The journal starts at 1, so that every row of the views was compared too. Otherwise only those rows were
  /// that the kept part of the journal touches.
  bool complete = false;
  /// The first difference: column, key and how; empty: none.
  std::string difference;
};

/// `live.data_dir`/views are only read, and must not be in use: a copy of them is brought up to the journal's
/// end, as a start would. `scratch_dir` takes twice as much room as the views do (once where it can link to
/// them); what this call puts there it removes. Error: something could not be read at all.
[[nodiscard]] expected<views_comparison, views_error> verify_views(const event_log& journal,
                                                                   const views_options& live,
                                                                   const std::string& scratch_dir);

}  // namespace switchboard::storage
