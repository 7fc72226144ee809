#pragma once
// What every benchmark starts from: whom it measures, with what load, on which machine; and how it prints.

#include "cli/bench.hpp"
#include "cli/child_engine.hpp"
#include "cli/host_facts.hpp"
#include "cli/load_generator.hpp"
#include "cli/subscriber_swarm.hpp"
#include "cli/url.hpp"
#include "cli/webhook_requests.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace switchboard::cli {

struct bench_target {
  url where;
  std::unique_ptr<child_engine> own;  ///< null: an engine that was running already
  host_facts host;
  webhook_plan webhooks;
  std::string token;              ///< of a reader; with it the views are asked whether they have caught up
  std::uint64_t next_number = 0;  ///< of requests; goes on from phase to phase, so that every id is new

  [[nodiscard]] load_plan plan(const bench_options& o) const;
  /// Subscribers who look for what load() sends.
  [[nodiscard]] swarm_plan subscribers(const bench_options& o) const;
  /// Runs the plan with webhooks, from next_number on.
  [[nodiscard]] expected<load_report, std::string> load(load_plan p);
  /// How long the views still took for all that was acknowledged: a read waits for it. Right after load();
  /// nullopt where the target doesn't read as an engine does, or not with this token.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> views_catch_up() const;
};

/// Finds or starts the engine; an own one with `more` at the end of its configuration. The error is one line that names the
/// fix.
[[nodiscard]] expected<bench_target, std::string> make_target(const bench_options& o, const char* benchmark,
                                                              const std::string& more = {});

/// The part of a report that all benchmarks share, as text lines and as JSON members without braces.
[[nodiscard]] std::string load_text(const load_report& r, std::uint32_t messages_per_body);
[[nodiscard]] std::string load_json(const load_report& r, std::uint32_t messages_per_body);
/// "p50 0.41 ms  p90 …" and {"count":…,"p50Ns":…}.
[[nodiscard]] std::string latency_text(const histogram& h);
[[nodiscard]] std::string latency_json(const histogram& h);
/// CPU seconds and memory of the own engine, if there is one.
[[nodiscard]] std::string engine_text(const bench_target& t);
[[nodiscard]] std::string engine_json(const bench_target& t);

/// 1 and a line on stderr if the run cannot be believed or was not answered as expected, else 0.
[[nodiscard]] int judge(const load_report& r, const bench_options& o, const char* benchmark);
/// "switchboard bench x: what" on stderr; returns exit_failed.
int bench_failed(const char* benchmark, const std::string& what);

}  // namespace switchboard::cli
