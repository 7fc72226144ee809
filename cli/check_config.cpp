#include "cli/check_config.hpp"

#include "cli/exit_code.hpp"
#include "cli/units.hpp"
#include "config/load.hpp"

#include <cstdio>

namespace switchboard::cli {

namespace {
std::string counted(std::size_t n, const char* noun) {
  return format("%zu %s%s", n, noun, n == 1 ? "" : "s");
}
}  // namespace

int run_check_config(const std::string& file) {
  const auto loaded = config::load_file(file);
  if (!loaded) {
    for (const auto& problem : loaded.error()) std::fprintf(stderr, "%s\n", config::to_text(problem).c_str());
    return exit_failed;
  }
  const auto& s = **loaded;
  std::printf("%s: ok (%s, %s, %s, %s)\n", file.c_str(), counted(s.brands.size(), "brand").c_str(),
              counted(s.sources.size(), "source").c_str(), counted(s.accounts.size(), "account").c_str(),
              counted(s.tokens.size(), "token").c_str());
  return exit_ok;
}

}  // namespace switchboard::cli
