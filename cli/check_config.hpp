#pragma once
// `switchboard check-config`: would `serve` accept this file?

#include <string>

namespace switchboard::cli {

/// Prints every problem on stderr as file:line:column: error: …, or one line with what the file holds.
[[nodiscard]] int run_check_config(const std::string& file, bool secrets);

}  // namespace switchboard::cli
