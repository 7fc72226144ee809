// Gives each target all that is in its folders, and what becomes of that by a few changes, without libFuzzer: for a
// build with the sanitizers of any compiler.
//   fuzz_replay CHANGES SEEDS [MORE]     SEEDS/<target>/* and MORE/<target>/*, each changed CHANGES times
//   fuzz_replay --planted                reads one byte behind an input: a build that is worth anything dies of it

#include "targets.hpp"

#include <sanitizer/common_interface_defs.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using switchboard::fuzz::target;

const std::string* present = nullptr;
std::string found_in;

/// Keeps what it died of, as libFuzzer does.
void keep_find() {
  if (present == nullptr || found_in.empty()) return;
  if (auto* const file = std::fopen(found_in.c_str(), "wb")) {
    (void)std::fwrite(present->data(), 1, present->size(), file);
    (void)std::fclose(file);
    std::fprintf(stderr, "the input is in %s\n", found_in.c_str());
  }
}

/// In memory that ends where it ends, so that reading on is noticed.
void run_exactly(void (*run)(std::string_view), const std::string& bytes) {
  const std::unique_ptr<char[]> copy(new char[bytes.size()]);
  std::memcpy(copy.get(), bytes.data(), bytes.size());
  present = &bytes;
  run({copy.get(), bytes.size()});
}

std::string changed(std::string bytes, const std::vector<std::string>& others, std::mt19937_64& random) {
  const auto pick = [&](std::size_t of) { return of == 0 ? 0 : random() % of; };
  for (auto n = pick(3) + 1; n > 0; --n) {
    const auto at = pick(bytes.size());
    switch (pick(5)) {
      case 0:
        if (!bytes.empty()) bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes.erase(at, pick(8) + 1);
        break;
      case 2:
        bytes.insert(at, bytes.substr(pick(bytes.size()), pick(16)));
        break;
      case 3:
        bytes.resize(at);
        break;
      default: {
        const auto& other = others[pick(others.size())];
        bytes = bytes.substr(0, at) + other.substr(pick(other.size()));
      }
    }
  }
  return bytes;
}

std::vector<std::string> files_of(const target& t, const std::vector<fs::path>& folders) {
  std::vector<fs::path> paths;
  for (const auto& folder : folders) {
    std::error_code none;
    for (const auto& each : fs::directory_iterator(folder / t.name, none)) paths.push_back(each.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> all;
  for (const auto& path : paths) {
    std::ifstream in(path, std::ios::binary);
    all.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return all;
}

void read_behind(std::string_view bytes) {
  const volatile char* const end = bytes.data() + bytes.size();
  std::printf("%d\n", *end);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGABRT, [](int) { keep_find(); });
  __sanitizer_set_death_callback(keep_find);
  if (argc == 2 && std::string_view(argv[1]) == "--planted") {
    run_exactly(read_behind, "seed");
    return 0;
  }
  if (argc < 3) return 2;
  const auto changes = std::stoul(argv[1]);
  const std::vector<fs::path> folders(argv + 2, argv + argc);
  int missing = 0;
  for (const auto& t : switchboard::fuzz::targets) {
    const auto seeds = files_of(t, folders);
    std::mt19937_64 random(20261121);
    found_in = "fuzz_replay-" + std::string(t.name) + "-find";
    for (const auto& seed : seeds) {
      run_exactly(t.run, seed);
      for (std::size_t i = 0; i < changes; ++i) run_exactly(t.run, changed(seed, seeds, random));
    }
    std::printf("%-10s %zu seeds, %zu inputs\n", std::string(t.name).c_str(), seeds.size(),
                seeds.size() * (changes + 1));
    std::fflush(stdout);
    if (seeds.empty()) ++missing;
  }
  return missing == 0 ? 0 : 1;
}
