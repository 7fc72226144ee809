#pragma once
// What routing did in a data directory whose engine has ended, held against its promises: every turn of the journal in order, each
// by the invariants of tests/domain/routing/watcher, taken again to the same bytes, and its outcome in the conversations' own events.

#include "domain/ids.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace switchboard::faults {

/// An accept that was answered 200.
struct acknowledged_accept {
  std::string conversation;
  std::string agent;
  std::uint64_t epoch = 0;
};

struct assignment_report {
  std::uint64_t turns = 0;
  std::uint64_t offers = 0;
  std::uint64_t accepted = 0;
  std::uint64_t owned = 0;  ///< conversations with an owner at the end, or when they were resolved
  std::vector<std::string> complaints = {};  ///< the first few
};

[[nodiscard]] assignment_report read_history(const std::filesystem::path& data_dir, const std::string& brand,
                                             const std::vector<acknowledged_accept>& acknowledged);

}  // namespace switchboard::faults
