#pragma once
// A scenario file as steps. The format is described, for those who write one, in tests/scenarios/README.md.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::e2e {

/// `/pointer = value`, `/pointer ~ part`, `/pointer absent`, `/pointer -> variable`.
struct expectation {
  enum class kind { equals, contains, absent, captures };
  kind what = kind::equals;
  std::string pointer;
  std::string value;
  std::size_t line = 0;
};

struct scenario_step {
  std::string verb;                ///< deliver, event, call, restart, kill, account, reload
  std::vector<std::string> words;  ///< behind the verb
  std::string body;                ///< indented lines that are no expectations
  std::vector<expectation> expected;
  std::size_t line = 0;
};

struct scenario {
  std::string name;  ///< the file's, without .scenario
  std::vector<scenario_step> steps;
};

/// Throws std::runtime_error with file:line where the file is not as the README says.
[[nodiscard]] scenario read_scenario(const std::filesystem::path& file);

/// Every *.scenario of tests/scenarios, sorted.
[[nodiscard]] std::vector<std::filesystem::path> scenario_files();

/// `${name}` replaced by the variable's value; an unknown one stays.
[[nodiscard]] std::string substitute(std::string text, const std::map<std::string, std::string>& variables);

/// Empty: `json` is as expected. Otherwise what is not. Captures go into `variables`.
[[nodiscard]] std::string mismatch(std::string_view json, const std::vector<expectation>& expected,
                                   std::map<std::string, std::string>& variables);

}  // namespace switchboard::e2e
