#pragma once
// The figures of one half hour as a row's bytes. See views.cpp for where they lie.

#include "domain/reports/figures.hpp"
#include "storage/record.hpp"

#include <string>
#include <string_view>

namespace switchboard::storage {

struct report_figures {
  log_sequence through = 0;  ///< the last event that is in it
  domain::reports::figures figures;
  bool operator==(const report_figures&) const = default;
};

/// Appends it, version and all. Small numbers, most of which are zero, take a byte.
void append_report(std::string& row, const report_figures& f);
/// False: it is none.
[[nodiscard]] bool read_report(std::string_view row, report_figures& f);

}  // namespace switchboard::storage
