#pragma once
// A mistake on the command line, as one line that names the fix.

#include <CLI/CLI.hpp>

#include <string>

namespace switchboard::cli {

/// `what` of the deepest command that the words name; of a word that is no command, the nearest one or all that there are.
[[nodiscard]] std::string usage_error(const CLI::App& app, int argc, const char* const* argv,
                                      const std::string& what);

}  // namespace switchboard::cli
