#include "power_supply.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace switchboard::faults {

namespace {
namespace fs = std::filesystem;

/// The journal's writer, its flush and its compaction, the views' writer, their flush and their compaction.
constexpr std::size_t threads_that_make_files = 6;

}  // namespace

power_supply::power_supply(fs::path scratch, fs::path data)
    : record_(scratch / "power"), saved_(scratch / "power.gone"), data_(std::move(data)) {}

std::vector<std::string> power_supply::connect(std::uint64_t die_at) {
  fs::remove_all(saved_);
  fs::create_directory(saved_);
  begin_record(record_, data_);
  std::vector<std::string> variables{
      "LD_PRELOAD=" SWITCHBOARD_POWER_SHIM, "SWITCHBOARD_POWER_RECORD=" + record_.string(),
      "SWITCHBOARD_POWER_ROOT=" + data_.string(), "SWITCHBOARD_POWER_DIE_AT=" + std::to_string(die_at)};
#ifdef __SANITIZE_ADDRESS__
  const char* options = std::getenv("ASAN_OPTIONS");
  variables.push_back("ASAN_OPTIONS=verify_asan_link_order=0" +
                      (options == nullptr ? std::string() : ":" + std::string(options)));
#endif
  return variables;
}

power_record power_supply::record() const {
  std::ifstream in(record_, std::ios::binary);
  return parse_record(std::string{std::istreambuf_iterator<char>(in), {}});
}

cut_report power_supply::cut(cut_plan plan, std::mt19937_64& random) {
  auto report = cut_power(record(), data_, saved_, plan, random);
  // RocksDB writes its own log through stdio; nothing depends on it.
  std::erase_if(report.unrecorded, [](const std::string& path) {
    return fs::path(path).filename().string().starts_with("LOG");
  });
  // A thread may have been killed between making a file and writing that down. Nothing of it is durable then, and to
  // be there whole is as good as not to be there.
  EXPECT_LE(report.unrecorded.size(), threads_that_make_files) << "the first: " << report.unrecorded.front();
  fs::remove_all(saved_);
  return report;
}

}  // namespace switchboard::faults
