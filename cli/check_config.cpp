#include "cli/check_config.hpp"

#include "cli/exit_code.hpp"
#include "cli/figures.hpp"
#include "config/load.hpp"

#include <cstdio>

namespace switchboard::cli {

namespace {
std::string counted(std::size_t n, const char* noun) {
  return format("%zu %s%s", n, noun, n == 1 ? "" : "s");
}
}  // namespace

int run_check_config(const std::string& file, bool secrets) {
  const auto loaded = config::load_file(file);
  if (!loaded) {
    std::size_t wrong = 0;
    for (const auto& problem : loaded.error()) {
      const bool warning = problem.elsewhere && !secrets;
      if (!warning) ++wrong;
      std::fprintf(stderr, "%s\n", config::to_text(problem, warning).c_str());
    }
    if (wrong > 0) return exit_failed;
    std::printf("%s: ok, but for %s that the engine must find where it is started\n", file.c_str(),
                counted(loaded.error().size(), "secret").c_str());
    return exit_ok;
  }
  const auto& s = **loaded;
  for (const auto& warning : s.warnings) std::fprintf(stderr, "%s\n", warning.c_str());
  std::string what = counted(s.brands.size(), "brand") + ", " + counted(s.sources.size(), "source") + ", " +
                     counted(s.accounts.size(), "account") + ", " + counted(s.tokens.size(), "token");
  if (!s.queues.empty()) what += ", " + counted(s.queues.size(), "queue");
  if (!s.agents.empty()) what += ", " + counted(s.agents.size(), "agent");
  if (!s.routing.rules.empty()) what += ", " + counted(s.routing.rules.size(), "rule");
  std::printf("%s: ok (%s)\n", file.c_str(), what.c_str());
  return exit_ok;
}

}  // namespace switchboard::cli
