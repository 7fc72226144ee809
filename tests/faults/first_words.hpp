#pragma once
// What customers say first, so that there is something to answer: as their platform would deliver it now.

#include "tests/fake_platform/world.hpp"

#include <string>

namespace switchboard::faults {

struct first_word {
  std::string body;  ///< of the webhook of the account's source
  /// In public: its id, and where it stands.
  std::string id = {};
  fake_platform::publication as = {};
};

/// `customer`: digits, no two the same. `in_public`: a comment or a post, where the platform has those; LinkedIn has
/// nothing else.
[[nodiscard]] first_word first_word_of(const fake_platform::account& to, const std::string& customer,
                                       bool in_public);

}  // namespace switchboard::faults
