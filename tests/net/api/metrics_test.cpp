// GET /metrics: that Prometheus can read it, that histograms are ones, and that what happened is what it says.

#include "net/api/exposition.hpp"
#include "net/api/process_figures.hpp"
#include "parts.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <vector>

namespace switchboard::net::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// What was exposed, read by the rules of the format.
struct exposed {
  std::map<std::string, std::string> types;  ///< by family
  std::map<std::string, double> samples;     ///< by name and labels, as written
  std::vector<std::pair<std::string, double>> in_order;

  /// The family that a sample belongs to; empty: none that was declared before it.
  [[nodiscard]] std::string family_of(const std::string& sample) const {
    const auto name = sample.substr(0, sample.find('{'));
    if (types.contains(name)) return types.at(name) == "histogram" ? "" : name;
    for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
      if (!name.ends_with(suffix)) continue;
      const auto stem = name.substr(0, name.size() - suffix.size());
      if (types.contains(stem) && types.at(stem) == "histogram") return stem;
    }
    return {};
  }
};

exposed read_exposition(const std::string& text) {
  exposed out;
  std::set<std::string> helped, ended;
  std::string family;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    std::string first, second, name, rest;
    words >> first >> second;
    if (first == "#") {
      words >> name >> rest;
      EXPECT_FALSE(rest.empty()) << line;
      if (second == "HELP") {
        EXPECT_TRUE(helped.insert(name).second) << name;
        continue;
      }
      EXPECT_EQ(second, "TYPE") << line;
      EXPECT_TRUE(helped.contains(name)) << name;
      EXPECT_TRUE(out.types.emplace(name, rest).second) << name;
      EXPECT_THAT(rest, AnyOf("counter", "gauge", "histogram"));
      continue;
    }
    const auto own = out.family_of(first);
    EXPECT_FALSE(own.empty()) << line;
    if (own != family) {
      EXPECT_TRUE(ended.insert(own).second) << "samples of " << own << " stand in two places";
    }
    family = own;
    std::size_t used = 0;
    const double value = std::stod(second, &used);
    EXPECT_EQ(used, second.size()) << line;
    EXPECT_TRUE(out.samples.emplace(first, value).second) << first;
    out.in_order.emplace_back(first, value);
  }
  EXPECT_EQ(helped.size(), out.types.size());
  EXPECT_EQ(ended.size(), out.types.size()) << "a family without a sample";
  return out;
}

exposed read_metrics(parts& p) {
  const auto x = p.admin("/metrics");
  EXPECT_EQ(x->status(), 200);
  EXPECT_EQ(x->answer().content_type, "text/plain; version=0.0.4; charset=utf-8");
  return read_exposition(x->answer().body);
}

domain::histogram_reading some_durations() {
  using namespace std::chrono_literals;
  domain::histogram h;
  for (const auto d : std::initializer_list<std::chrono::nanoseconds>{40us, 50us, 3ms, 250ms, 1min})
    h.record(d);
  return h.read();
}

TEST(metrics, each_is_declared_once_and_before_its_samples) {
  parts p;
  p.engine.counts.applied = 7;  // read later than `committed`, so ahead of it
  const auto m = read_metrics(p);
  for (const auto& [name, type] : m.types) {
    EXPECT_THAT(name, AnyOf(StartsWith("switchboard_"), StartsWith("process_")));
    EXPECT_EQ(name.ends_with("_total"), type == "counter") << name;
  }
  for (const auto& [sample, value] : m.samples) {
    EXPECT_GE(value, 0) << sample;
    EXPECT_LT(value, 1e18) << sample << " has passed below zero";
  }
  EXPECT_GT(m.types.size(), 40u);
}

TEST(metrics, a_histogram_is_cumulative_and_ends_at_its_count) {
  api::exposition out;
  out.family("seconds", "histogram", "Some.");
  out.sample(some_durations(), R"(platform="whatsapp")");
  const auto text = out.take();
  EXPECT_THAT(text,
              HasSubstr("# TYPE seconds histogram\nseconds_bucket{platform=\"whatsapp\",le=\"5e-05\"} 2\n"
                        "seconds_bucket{platform=\"whatsapp\",le=\"0.0001\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("{platform=\"whatsapp\",le=\"0.0025\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("{platform=\"whatsapp\",le=\"0.005\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("{platform=\"whatsapp\",le=\"0.25\"} 4\n")) << "a bound is inclusive";
  EXPECT_THAT(text, HasSubstr("{platform=\"whatsapp\",le=\"10\"} 4\n"
                              "seconds_bucket{platform=\"whatsapp\",le=\"+Inf\"} 5\n"
                              "seconds_sum{platform=\"whatsapp\"} 60.25309\n"
                              "seconds_count{platform=\"whatsapp\"} 5\n"));
  domain::histogram counts{domain::count_scale};
  counts.record(std::uint64_t{3});
  out.histogram("records", "Some.", counts.read());
  EXPECT_THAT(out.take(), HasSubstr("records_bucket{le=\"2\"} 0\nrecords_bucket{le=\"4\"} 1\n"));
}

TEST(metrics, histograms_of_the_engine_and_of_webhooks_hold_what_was_recorded) {
  parts p;
  p.engine.counts.commit_durations = p.engine.counts.sync_durations = p.engine.counts.apply_durations =
      some_durations();
  auto& durations = const_cast<webhook_counters&>(p.webhooks.counters()).durations;
  durations.at(static_cast<std::size_t>(domain::platform::telegram)).record(std::chrono::milliseconds{7});
  durations.back().record(std::chrono::milliseconds{8});
  const auto m = read_metrics(p);
  for (const std::string name :
       {"switchboard_journal_commit_duration_seconds", "switchboard_wal_fsync_duration_seconds",
        "switchboard_views_apply_duration_seconds"}) {
    EXPECT_EQ(m.types.at(name), "histogram");
    EXPECT_EQ(m.samples.at(name + "_count"), 5) << name;
    EXPECT_DOUBLE_EQ(m.samples.at(name + "_sum"), 60.25309) << name;
  }
  EXPECT_EQ(m.samples.at("switchboard_journal_commit_records_count"), 0)
      << "nothing was read: still a histogram";
  const std::string took = "switchboard_ingest_duration_seconds";
  EXPECT_EQ(m.samples.at(took + R"(_count{platform="whatsapp"})"), 0) << "it has accounts";
  EXPECT_EQ(m.samples.at(took + R"(_count{platform="telegram"})"), 1);
  EXPECT_EQ(m.samples.at(took + R"(_sum{platform="telegram"})"), 0.007);
  EXPECT_EQ(m.samples.at(took + R"(_count{platform="none"})"), 1);
  EXPECT_FALSE(m.samples.contains(took + R"(_count{platform="bluesky"})"));

  std::map<std::string, double> last;
  for (const auto& [sample, value] : m.in_order) {
    const auto le = sample.find("le=");
    if (le == std::string::npos) continue;
    auto& before = last[sample.substr(0, le)];
    EXPECT_GE(value, before) << sample;
    before = value;
  }
  EXPECT_GE(last.size(), 7u);
}

TEST(metrics, every_reason_of_shedding_and_every_class_of_answers_is_there_from_the_start) {
  parts p;
  const auto m = read_metrics(p);
  for (const std::string reason : {"credit", "brand_share", "views_lag", "disk_low", "draining", "starting",
                                   "node_failed", "commit_failed"}) {
    EXPECT_EQ(m.samples.at("switchboard_ingest_shed_total{reason=\"" + reason + "\"}"), 0);
  }
  for (const std::string status : {"1xx", "2xx", "3xx", "4xx", "5xx"}) {
    EXPECT_TRUE(m.samples.contains("switchboard_http_responses_total{class=\"" + status + "\"}")) << status;
  }
}

TEST(metrics, routing_is_there_for_each_brand_that_has_a_router) {
  parts p;
  EXPECT_FALSE(read_metrics(p).types.contains("switchboard_queue_waiting")) << "nobody routes";
  actors::router_figures acme{.brand = "acme", .agents_online = 3, .assigned = 4, .turns = 5};
  acme.offers_made = 10;
  acme.offers_accepted = 1;
  acme.offers_declined = 2;
  acme.offers_expired = 3;
  acme.offers_rescinded = 4;
  acme.assignments = 6;
  acme.unsettled = 7;
  acme.told = 11;
  acme.not_told = 12;
  acme.nowhere_left = 13;
  acme.queues = {{.brand = "acme", .queue = "support", .waiting = 8, .oldest_ms = 1'500},
                 {.brand = "acme", .queue = "billing"}};
  acme.has_shadow = true;
  acme.shadow_outcomes = {20, 1, 2, 3, 4, 5, 6};
  acme.shadow_skipped = 7;
  acme.shadow_failures = 8;
  acme.shadow_behind = 9;
  p.engine.figures = {acme, {.brand = "beta"}};
  const auto m = read_metrics(p);
  const std::pair<const char*, double> expected[] = {
      {R"(switchboard_queue_waiting{brand="acme",queue="support"})", 8},
      {R"(switchboard_queue_waiting{brand="acme",queue="billing"})", 0},
      {R"(switchboard_queue_oldest_seconds{brand="acme",queue="support"})", 1.5},
      {R"(switchboard_agents_online{brand="acme"})", 3},
      {R"(switchboard_agents_online{brand="beta"})", 0},
      {R"(switchboard_routing_conversations_assigned{brand="acme"})", 4},
      {R"(switchboard_routing_unsettled{brand="acme"})", 7},
      {R"(switchboard_routing_turns_total{brand="acme"})", 5},
      {R"(switchboard_routing_assignments_total{brand="acme"})", 6},
      {R"(switchboard_routing_offers_made_total{brand="acme"})", 10},
      {R"(switchboard_routing_told_total{brand="acme"})", 11},
      {R"(switchboard_routing_not_told_total{brand="acme"})", 12},
      {R"(switchboard_routing_nowhere_left_total{brand="acme"})", 13},
      {R"(switchboard_routing_offers_ended_total{brand="acme",outcome="accepted"})", 1},
      {R"(switchboard_routing_offers_ended_total{brand="acme",outcome="declined"})", 2},
      {R"(switchboard_routing_offers_ended_total{brand="acme",outcome="expired"})", 3},
      {R"(switchboard_routing_offers_ended_total{brand="acme",outcome="rescinded"})", 4},
      {R"(switchboard_routing_shadow_total{brand="acme",outcome="same"})", 20},
      {R"(switchboard_routing_shadow_total{brand="acme",outcome="other_queue"})", 1},
      {R"(switchboard_routing_shadow_total{brand="acme",outcome="only_shadow"})", 6},
      {R"(switchboard_routing_shadow_skipped_total{brand="acme"})", 7},
      {R"(switchboard_routing_shadow_failures_total{brand="acme"})", 8},
      {R"(switchboard_routing_shadow_behind{brand="acme"})", 9},
  };
  for (const auto& [sample, value] : expected) {
    ASSERT_TRUE(m.samples.contains(sample)) << sample;
    EXPECT_EQ(m.samples.at(sample), value) << sample;
  }
  EXPECT_FALSE(m.samples.contains(R"(switchboard_routing_shadow_total{brand="beta",outcome="same"})"))
      << "it has none";
  EXPECT_EQ(m.types.at("switchboard_queue_waiting"), "gauge");
  EXPECT_EQ(m.types.at("switchboard_routing_offers_ended_total"), "counter");
}

TEST(metrics, the_process_is_this_one) {
  parts p;
  const auto m = read_metrics(p);
  EXPECT_EQ(m.types.at("process_cpu_seconds_total"), "counter");
  EXPECT_GT(m.samples.at("process_cpu_seconds_total"), 0);
  EXPECT_GT(m.samples.at("process_resident_memory_bytes"), 1 << 20);
  EXPECT_GE(m.samples.at("process_virtual_memory_bytes"), m.samples.at("process_resident_memory_bytes"));
  EXPECT_GE(m.samples.at("process_max_fds"), m.samples.at("process_open_fds"));
  // One descriptor more is one more; and a test program began within the last day.
  const auto before = api::read_process_figures();
  const int extra = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(api::read_process_figures().open_descriptors, before.open_descriptors + 1);
  ::close(extra);
  EXPECT_GE(before.open_descriptors, 3u);
  EXPECT_LE(before.start_time_seconds, static_cast<double>(std::time(nullptr)) + 1);
  EXPECT_GT(before.start_time_seconds, static_cast<double>(std::time(nullptr)) - 24 * 3600);
}

TEST(metrics, promtool_has_nothing_to_say) {
  if (!std::filesystem::exists("/usr/bin/promtool"))
    GTEST_SKIP() << "promtool is not installed (package prometheus)";
  parts p;
  p.engine.counts.commit_durations = some_durations();
  p.engine.figures = {{.brand = "acme", .queues = {{.brand = "acme", .queue = "support"}}}};
  const auto file = std::filesystem::path(::testing::TempDir()) / ("metrics-" + std::to_string(::getpid()));
  std::FILE* out = std::fopen(file.c_str(), "w");
  ASSERT_NE(out, nullptr);
  const auto text = p.admin("/metrics")->answer().body;
  std::fwrite(text.data(), 1, text.size(), out);
  std::fclose(out);
  std::FILE* said = ::popen(("/usr/bin/promtool check metrics < " + file.string() + " 2>&1").c_str(), "r");
  ASSERT_NE(said, nullptr);
  std::string answer;
  for (int c = std::fgetc(said); c != EOF; c = std::fgetc(said)) answer += static_cast<char>(c);
  EXPECT_EQ(::pclose(said), 0) << answer;
  EXPECT_EQ(answer, "");
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace switchboard::net::testing
