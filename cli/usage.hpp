#pragma once
// What a mistake on the command line is told: one line that names the fix.

#include <string>

namespace CLI {
class App;
}

namespace switchboard::cli {

/// Begins with the command line's words down to the deepest known command: "switchboard dead-letters: …". `what`: CLI11's own
/// sentence, where no command is misspelt.
[[nodiscard]] std::string usage_error(const CLI::App& app, int argc, const char* const* argv,
                                      const std::string& what);

}  // namespace switchboard::cli
