#pragma once
// An account of each platform, which speaks to the fake platform, and what customers say first, so that there is something to
// answer: as their platform would deliver it now.

#include "config/settings.hpp"
#include "tests/fake_platform/platform.hpp"

#include <string>
#include <vector>

namespace switchboard::e2e {

[[nodiscard]] std::vector<fake_platform::account> an_account_of_each();
/// With whose secrets the fake platform signs what it tells of them.
[[nodiscard]] std::vector<config::source_settings> their_sources();
/// Behind a setup's own: accounts that are reached at that platform, and the sources that they have for themselves.
[[nodiscard]] std::string toml_of(const std::vector<fake_platform::account>& accounts,
                                  const fake_platform::platform& at);

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

}  // namespace switchboard::e2e
