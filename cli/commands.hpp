#pragma once
// The command line as a whole: every subcommand with its options, help and examples.

#include "cli/serve.hpp"

#include <functional>

namespace switchboard::cli {

/// `serve` is handed in because it is the whole engine: a test of the command line does without it.
using serve_function = std::function<int(const serve_options&)>;

/// Parses the arguments and runs the one subcommand that they name. Returns the exit code: 0 ok, 1 failed,
/// 2 usage (one line on stderr that names the fix), 74 data that must not be opened.
[[nodiscard]] int run(int argc, const char* const* argv, const serve_function& serve);

}  // namespace switchboard::cli
