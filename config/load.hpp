#pragma once
// TOML in, settings or every error out.

#include "config/settings.hpp"
#include "domain/expected.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace switchboard::config {

struct problem {
  std::string file;
  std::uint32_t line = 0;    ///< from 1; 0: about the file as a whole
  std::uint32_t column = 0;  ///< from 1
  std::string what;        ///< what is wrong and what to do, e.g. unknown key "lisen"; did you mean "listen"?
  bool elsewhere = false;  ///< only a secret is missing that env or file names: the file itself may be right
};
/// file:line:column: error: what, or "warning:" where it is asked for
[[nodiscard]] std::string to_text(const problem& p, bool warning = false);

/// Reads and validates a file. All problems at once; settings only if there is none. Secrets named by env or
/// file are resolved here. Blocking.
[[nodiscard]] expected<settings_ptr, std::vector<problem>> load_file(const std::string& path);
/// The same from text; `name` stands in the problems, relative secret files are taken from `directory`.
[[nodiscard]] expected<settings_ptr, std::vector<problem>> load_text(std::string_view toml,
                                                                     const std::string& name,
                                                                     const std::string& directory = ".");

/// What differs and cannot change without a restart, e.g. "storage.data_dir".
[[nodiscard]] std::vector<std::string> needs_restart(const settings& running, const settings& next);

/// reference.toml, generated from the property table. A test compares it with the file in config/.
[[nodiscard]] std::string reference_toml();

}  // namespace switchboard::config
