#include "cli/descriptors.hpp"

#include "net/http/server.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <limits>
#include <system_error>

namespace switchboard::cli {

namespace {

/// The journal keeps no more of its tables open (storage/journal_database.cpp).
constexpr std::uint64_t journal_files_max = 512;
/// The views keep all of theirs open. They grow while the engine runs, by tables of about 32 MiB; twice as many as
/// there are is room until the next start, and a new engine begins with this many.
constexpr std::uint64_t view_files_min = 1'024;
/// Sockets and timers of the threads, logs, manifests, and the files that a compaction writes.
constexpr std::uint64_t own_files = 128;
/// The lower bound of limits.connections_max.
constexpr std::uint32_t connections_min = 16;

}  // namespace

descriptor_plan plan_descriptors(std::uint64_t limit, std::uint32_t connections_max,
                                 std::uint64_t view_files) {
  const auto others = journal_files_max + std::max(view_files_min, 2 * view_files) + own_files +
                      net::http::admin_connections_max + net::http::connections_being_refused_max;
  descriptor_plan plan;
  plan.wanted = others + connections_max;
  const auto left = limit > others ? limit - others : 0;
  plan.connections = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(connections_max, std::max<std::uint64_t>(connections_min, left)));
  return plan;
}

std::uint64_t count_view_files(const std::filesystem::path& data_dir) {
  std::error_code ec;
  std::uint64_t n = 0;
  for (std::filesystem::directory_iterator at(data_dir / "views", ec), end; !ec && at != end;
       at.increment(ec)) {
    n += at->path().extension() == ".sst";
  }
  return n;
}

std::uint64_t raise_descriptor_limit() {
  rlimit r{};
  if (::getrlimit(RLIMIT_NOFILE, &r) != 0) return std::numeric_limits<std::uint64_t>::max();
  if (r.rlim_cur < r.rlim_max) {
    auto raised = r;
    raised.rlim_cur = r.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) r = raised;
  }
  return r.rlim_cur;
}

}  // namespace switchboard::cli
