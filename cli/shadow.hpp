#pragma once
// `switchboard shadow`: where another routing config would have routed conversations otherwise.

#include "cli/url.hpp"
#include "domain/expected.hpp"

#include <string>
#include <string_view>

namespace switchboard::cli {

struct shadow_options {
  std::string url;
  std::string token;
  std::string brand;  ///< empty: all that the token may see
  bool json = false;  ///< each difference as it is kept, one a line
};

/// A shadow of GET /v1/routing/shadow in lines for people, each with its end. The error is a sentence.
[[nodiscard]] expected<std::string, std::string> shadow_text(std::string_view json);

/// All shadows and the differences that are kept, oldest first, on stdout. Returns an exit code.
[[nodiscard]] int run_shadow(const shadow_options& options);

}  // namespace switchboard::cli
