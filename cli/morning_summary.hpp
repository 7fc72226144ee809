#pragma once
// What a morning comes to: its figures, and whether everything was as it must be. Pure.

#include "cli/morning_director.hpp"

#include <string>
#include <vector>

namespace switchboard::cli {

struct morning_check {
  std::string says;                      ///< what holds, as a sentence
  std::vector<std::string> faults = {};  ///< why it does not; empty: it holds
};

struct morning_facts {
  const morning_ledger& ledger;
  const morning_deeds& deeds;
  const std::vector<std::string>& faults;     ///< of the calls
  const std::vector<std::string>& over_caps;  ///< morning_ledger::over_cap
  std::uint64_t expected = 0;                 ///< conversations
};

[[nodiscard]] std::vector<morning_check> check_morning(const morning_facts& facts);
/// Lines with their ends.
[[nodiscard]] std::string morning_summary(const morning_facts& facts);

}  // namespace switchboard::cli
