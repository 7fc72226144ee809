// The configuration loader: settings or problems, never a crash; every problem says where.

#include "config/load.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto loaded = switchboard::config::load_text(text, "fuzz.toml");
  if (!loaded && loaded.error().empty()) std::abort();
  return 0;
}
