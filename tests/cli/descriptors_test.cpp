// Connections and storage share one limit of file descriptors: storage's part is never given away.

#include "cli/descriptors.hpp"

#include "cli/drain.hpp"
#include "net/http/server.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <utility>

namespace switchboard::cli {
namespace {

/// All but connections and the views' tables.
constexpr std::uint64_t fixed =
    512 + 128 + net::http::admin_connections_max + net::http::connections_being_refused_max;

struct row {
  const char* name;
  std::uint64_t limit;
  std::uint32_t configured;
  std::uint64_t tables;
  std::uint64_t wanted;
  std::uint32_t connections;
};

TEST(descriptors, are_divided) {
  const row rows[] = {
      {"room for all", 1 << 20, 20'000, 0, fixed + 1'024 + 20'000, 20'000},
      {"exactly enough", fixed + 1'024 + 20'000, 20'000, 0, fixed + 1'024 + 20'000, 20'000},
      {"one too few", fixed + 1'024 + 19'999, 20'000, 0, fixed + 1'024 + 20'000, 19'999},
      {"an old default", 4'096, 20'000, 0, fixed + 1'024 + 20'000, 4'096 - fixed - 1'024},
      {"few tables are within the least", 4'096, 20'000, 512, fixed + 1'024 + 20'000, 4'096 - fixed - 1'024},
      {"many tables have room to double", 1 << 14, 20'000, 3'000, fixed + 6'000 + 20'000,
       (1 << 14) - fixed - 6'000},
      {"not even enough for storage", 1'024, 20'000, 0, fixed + 1'024 + 20'000, 16},
      {"none", 0, 100, 0, fixed + 1'024 + 100, 16},
      {"no limit", std::numeric_limits<std::uint64_t>::max(), 1'000'000, 1 << 20,
       fixed + (2 << 20) + 1'000'000, 1'000'000},
  };
  for (const auto& r : rows) {
    const auto plan = plan_descriptors(r.limit, r.configured, r.tables);
    EXPECT_EQ(plan.wanted, r.wanted) << r.name;
    EXPECT_EQ(plan.connections, r.connections) << r.name;
  }
}

TEST(descriptors, of_the_views_are_counted) {
  const auto directory = std::filesystem::path(::testing::TempDir()) / "switchboard-descriptors";
  std::filesystem::remove_all(directory);
  EXPECT_EQ(count_view_files(directory), 0u) << "before the first start";
  std::filesystem::create_directories(directory / "views");
  for (const auto* name : {"000007.sst", "000012.sst", "MANIFEST-000004", "LOG"}) {
    std::ofstream(directory / "views" / name) << 'x';
  }
  EXPECT_EQ(count_view_files(directory), 2u);
  std::filesystem::remove_all(directory);
}

TEST(descriptors, have_their_soft_limit_raised_to_the_hard_one) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  auto low = before;
  low.rlim_cur = std::min<rlim_t>(256, before.rlim_max);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(raise_descriptor_limit(), before.rlim_max);
  rlimit after{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

// What config/reference.toml says of server.drain_timeout.
TEST(drain, leaves_the_last_five_seconds_to_storage_and_at_least_half_to_requests) {
  using std::chrono::milliseconds;
  const std::pair<milliseconds, milliseconds> rows[] = {
      {milliseconds{600'000}, milliseconds{595'000}},
      {milliseconds{20'000}, milliseconds{15'000}},
      {milliseconds{10'000}, milliseconds{5'000}},
      {milliseconds{4'000}, milliseconds{2'000}},
      {milliseconds{1}, milliseconds{1}},
  };
  for (const auto& [all, requests] : rows) EXPECT_EQ(time_for_requests(all), requests) << all.count();
}

}  // namespace
}  // namespace switchboard::cli
