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

/// What an act on whose a conversation is answered 200 with: its owner (empty: nobody) as of that version.
struct acknowledged_owner {
  std::string conversation;
  std::uint64_t version = 0;
  std::string owner;
};

struct acknowledged {
  std::vector<acknowledged_accept> accepts = {};
  std::vector<acknowledged_owner> owners = {};
};

struct assignment_report {
  std::uint64_t turns = 0;
  std::uint64_t offers = 0;
  std::uint64_t accepted = 0;
  std::uint64_t configs = 0;  ///< that it was told
  std::uint64_t said = 0;     ///< events of conversations about whose they are
  std::uint64_t owned = 0;    ///< conversations with an owner at the end, or when they were resolved
  std::vector<std::string> complaints = {};  ///< the first few
};

[[nodiscard]] assignment_report read_history(const std::filesystem::path& data_dir, const std::string& brand,
                                             const acknowledged& answered);

}  // namespace switchboard::faults
