#pragma once
// `switchboard check-config`: would `serve` accept this file?

#include <string>

namespace switchboard::cli {

/// Prints every problem on stderr as file:line:column: error: …, or one line with what the file holds; beside that, and without
/// effect on the exit code, warnings of what can hardly be meant.
[[nodiscard]] int run_check_config(const std::string& file, bool secrets);

}  // namespace switchboard::cli
