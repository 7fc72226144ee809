#pragma once
// `switchboard dead-letters`: what was signed but could not be understood, and another try at it.

#include "cli/url.hpp"

#include <string>

namespace switchboard::cli {

struct dead_letters_options {
  enum class action { list, show, replay } what = action::list;
  std::string id;  ///< show, replay
  std::string url;
  std::string token;
};

/// One JSON object a line on stdout. Returns an exit code.
[[nodiscard]] int run_dead_letters(const dead_letters_options& options);

}  // namespace switchboard::cli
