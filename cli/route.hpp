#pragma once
// `switchboard route --explain`: where the rules of a config send a conversation, and why. Asks no engine and changes nothing.

#include "config/settings.hpp"
#include "domain/expected.hpp"
#include "domain/routing/first_match.hpp"

#include <string>
#include <string_view>

namespace switchboard::cli {

struct route_options {
  std::string file;  ///< with the conversation; "-": standard input
  std::string config = "config/demo.toml";
  std::string brand = {};  ///< instead of the conversation's
  bool json = false;
};

/// What rules look at, of a conversation as the API shows it (brand, platform, accountId, priority, tags, metadata.source,
/// metadata.language), and beside it `text` and `attributes`. What its account says may be left out: brand and platform; so may
/// what has a standard: source (dm) and priority (medium). Or why it can't be read.
[[nodiscard]] expected<domain::routing::subject, std::string> read_subject(std::string_view json,
                                                                           const config::settings& s,
                                                                           const std::string& brand);

/// Each rule up to the one that fits, with the first of its tests that fails, and what comes of it; text for a person, or one JSON
/// object. Ends with a newline.
[[nodiscard]] std::string explain_route(const config::settings& s, const domain::routing::subject& about,
                                        bool json);

/// Prints the explanation. 1 where the config or the conversation can't be read.
[[nodiscard]] int run_route(const route_options& o);

}  // namespace switchboard::cli
