#pragma once
// `switchboard morning`: a morning of two teams, played on an engine of its own, so that routing can be watched: people come, are
// asked, accept and decline, lose their connection, hand over, go home; and at the end everything is checked and explained.

#include "cli/morning_script.hpp"

#include <string>

namespace switchboard::cli {

struct morning_options {
  std::string config = "config/morning.toml";
  std::string data_dir;  ///< of the engine; empty: a new one, gone at the end
  std::string listen;    ///< HOST:PORT; empty: a free port
  morning_plan plan;
  bool exit = false;  ///< at the end of the script, not at Ctrl-C
};

/// Returns an exit code: 1 where a check failed, or the engine could not be started.
[[nodiscard]] int run_morning(const morning_options& options);

}  // namespace switchboard::cli
