#pragma once
// A report as JSON, for programs, and as CSV (RFC 4180), for spreadsheets. Percentiles are made here: figures add up, percentiles don't.

#include "actors/engine.hpp"

#include <span>
#include <string>
#include <string_view>

namespace switchboard::net::api {

/// What a row is about: "agent", "platform", "queue"; empty for an overview.
[[nodiscard]] std::string_view subject_word(storage::report_subject of);

/// Appends the rows as a JSON array.
void append_report_json(std::string& out, storage::report_subject of,
                        std::span<const storage::report_row> rows);
/// Appends a line of names and one line a row. Every clock has its columns, also where nothing is measured: a
/// spreadsheet that was made for last month's fits this one.
void append_report_csv(std::string& out, storage::report_subject of,
                       std::span<const storage::report_row> rows);

}  // namespace switchboard::net::api
