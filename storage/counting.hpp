#pragma once
// What a record counts as in reports, read off it.

#include "domain/reports/fact.hpp"
#include "storage/codec.hpp"
#include "storage/record.hpp"

#include <optional>

namespace switchboard::storage {

/// nullopt: nothing. One that was emptied counts as it did before.
[[nodiscard]] expected<std::optional<domain::reports::fact>, decode_error> counted_of(const record& r);

}  // namespace switchboard::storage
