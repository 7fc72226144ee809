#pragma once
// `switchboard explain`: why a conversation went where it went, why it waits, and why its deadlines are what they are.

#include "cli/url.hpp"
#include "domain/expected.hpp"

#include <string>
#include <string_view>

namespace switchboard::cli {

struct explain_options {
  std::string conversation;
  std::string url;
  std::string token;
  bool json = false;  ///< each decision as it is kept, one a line
};

/// A decision of GET …/decisions (domain/routing/reason.hpp) in lines for people, each with its end. The error is a sentence.
[[nodiscard]] expected<std::string, std::string> decision_text(std::string_view json);

/// The same of GET …/position.
[[nodiscard]] expected<std::string, std::string> position_text(std::string_view json);

/// What is promised in it (GET …/sla), each deadline with what it is made of; empty: nothing is.
[[nodiscard]] expected<std::string, std::string> promises_text(std::string_view json);

/// All decisions that are kept of it, oldest first, on stdout; in lines also, where it waits, why nobody has it now, and what is promised. Returns an
/// exit code.
[[nodiscard]] int run_explain(const explain_options& options);

}  // namespace switchboard::cli
