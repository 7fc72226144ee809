// The configuration loader: settings or problems, and every problem says where and what.

#include "config/load.hpp"
#include "tests/fuzz/targets.hpp"

namespace switchboard::fuzz {

void run_config(std::string_view bytes) {
  const auto loaded = config::load_text(bytes, "fuzz.toml", "/nonexistent");
  if (loaded) return hold(*loaded != nullptr, "settings or problems");
  hold(!loaded.error().empty(), "a refusal has a reason");
  for (const auto& p : loaded.error()) {
    hold(!p.what.empty() && p.file == "fuzz.toml", "a problem says what and where");
    hold(to_text(p).find('\n') == std::string::npos, "a problem is one line");
  }
}

}  // namespace switchboard::fuzz
