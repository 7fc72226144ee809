#include "tests/net/platforms/support.hpp"

namespace switchboard::net::platforms::testing {

std::vector<std::filesystem::path> corpus(std::string_view platform) {
  const std::filesystem::path folder =
      std::filesystem::path{SWITCHBOARD_SOURCE_DIR} / "../shared/corpus" / platform;
  std::vector<std::filesystem::path> files;
  if (!std::filesystem::is_directory(folder)) return files;
  for (const auto& each : std::filesystem::directory_iterator{folder}) {
    if (each.path().extension() == ".json") files.push_back(each.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace switchboard::net::platforms::testing
