#include "cli/host_facts.hpp"

#include "cli/figures.hpp"
#include "cli/sockets.hpp"
#include "domain/json.hpp"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <vector>

namespace switchboard::cli {

namespace {

constexpr int fsync_samples = 21;

std::chrono::nanoseconds measure_fsync(const std::string& directory) {
  std::string name = directory + "/fsync-XXXXXX";
  const file_descriptor fd(::mkstemp(name.data()));
  if (!fd.open()) return {};
  ::unlink(name.c_str());
  const std::array<char, 4096> block{};
  std::vector<std::chrono::nanoseconds> samples;
  for (int i = 0; i < fsync_samples; ++i) {
    const auto started = std::chrono::steady_clock::now();
    if (::write(fd.get(), block.data(), block.size()) < 0 || ::fdatasync(fd.get()) != 0) return {};
    samples.push_back(std::chrono::steady_clock::now() - started);
  }
  std::nth_element(samples.begin(), samples.begin() + fsync_samples / 2, samples.end());
  return samples[fsync_samples / 2];
}

std::string processor_name() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("model name")) {
      const auto at = line.find(": ");
      if (at != std::string::npos) return line.substr(at + 2);
    }
  }
  return "unknown processor";
}

std::string build_kind() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return "sanitized";
#elif defined(__OPTIMIZE__)
  return "release";
#else
  return "debug";
#endif
}

}  // namespace

host_facts gather_host_facts(const std::string& directory) {
  host_facts f;
  f.cores = std::thread::hardware_concurrency();
  f.processor = processor_name();
  utsname names{};
  if (::uname(&names) == 0) f.kernel = names.release;
  f.build = build_kind();
  if (!directory.empty()) f.fsync = measure_fsync(directory);
  return f;
}

std::string to_text(const host_facts& f) {
  std::string out =
      format("%u x %s, kernel %s, build %s", f.cores, f.processor.c_str(), f.kernel.c_str(), f.build.c_str());
  if (f.fsync.count() > 0) out += ", fsync " + format_duration(f.fsync);
  return out;
}

std::string to_json(const host_facts& f) {
  std::string out;
  domain::json_object o(out);
  o.number("cores", f.cores);
  o.text("processor", f.processor);
  o.text("kernel", f.kernel);
  o.text("build", f.build);
  o.number("fsyncNs", static_cast<std::uint64_t>(f.fsync.count()));
  o.end();
  return out;
}

}  // namespace switchboard::cli
