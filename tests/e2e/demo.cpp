#include "demo.hpp"

#include "config/load.hpp"

#include <chrono>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace switchboard::e2e {

namespace {

constexpr const char* demo_file = SWITCHBOARD_SOURCE_DIR "/config/demo.toml";

}  // namespace

std::string demo_toml(const std::filesystem::path& data, const std::string& platform) {
  std::ifstream in(demo_file);
  std::stringstream all;
  all << in.rdbuf();
  std::string toml = all.str();
  toml = std::regex_replace(toml, std::regex("127\\.0\\.0\\.1:808[01]"), "127.0.0.1:0");
  toml = std::regex_replace(toml, std::regex("data_dir = \"data\""), "data_dir = \"" + data.string() + "\"");
  return std::regex_replace(toml, std::regex("http://127\\.0\\.0\\.1:8090"), platform);
}

fake_platform::platform_options demo_platform() {
  const auto settings = config::load_file(demo_file);
  if (!settings) throw std::runtime_error(config::to_text(settings.error().front()));
  return {.accounts = fake_platform::accounts_of(**settings),
          .sources = (*settings)->sources,
          .receipts = {.engine = {}, .apart = std::chrono::milliseconds(20)}};
}

}  // namespace switchboard::e2e
