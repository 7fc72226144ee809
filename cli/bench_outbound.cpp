// Replies: how well the platforms' limits are used, how soon a reply leaves, and what that costs the ingest. Against
// switchboard-fake-platform, which counts at its end what no platform may see exceeded. The accounts are Telegram bots: 30
// messages in any second is the limit that this machine can be held against (300 a second of 100 pages is more than it can
// send, 15 in a quarter of an hour of X would take a day).

#include "cli/exit_code.hpp"
#include "cli/figures.hpp"
#include "cli/outbound_rig.hpp"
#include "domain/json.hpp"

#include <algorithm>
#include <cstdio>

namespace switchboard::cli {

namespace {

constexpr std::chrono::seconds ingest_alone{4};

struct outcome {
  outbound_rig::round alone, beside;
  histogram latency;
  double ingest_before = 0, ingest_beside = 0, ingest_after = 0;
  std::uint64_t exceeded = 0, repeated = 0;
  [[nodiscard]] double ingest_share() const { return 2 * ingest_beside / (ingest_before + ingest_after); }
};

expected<outcome, std::string> measure(outbound_rig& b) {
  outcome r;
  auto latency = b.pace();
  if (!latency) return unexpected{latency.error()};
  r.latency = *std::move(latency);
  auto alone = b.send_all("alone-", false);
  if (!alone) return unexpected{alone.error()};
  r.alone = *std::move(alone);
  const auto before = b.ingest(ingest_alone);
  if (!before) return unexpected{before.error()};
  r.ingest_before = *before;
  auto beside = b.send_all("beside-", true);
  if (!beside) return unexpected{beside.error()};
  r.beside = *std::move(beside);
  r.ingest_beside = b.ingest_beside;
  const auto after = b.ingest(ingest_alone);
  if (!after) return unexpected{after.error()};
  r.ingest_after = *after;
  r.exceeded = b.exceeded;
  r.repeated = b.repeated;
  return r;
}

void print_round(const char* name, const outbound_rig::round& r) {
  std::printf(
      "%s %s replies in %.2f s (queued in %.2f s): %.1f %% of the allowed rate; longest idle with one due "
      "%s\n",
      name, format_count(r.arrivals.size()).c_str(), std::chrono::duration<double>(r.took).count(),
      std::chrono::duration<double>(r.posting).count(), 100 * r.utilisation(),
      format_duration(r.idle_max).c_str());
}

void print_text(const outbound_rig& b, const bench_options& o, const outcome& r) {
  std::printf("host       %s\n", to_text(b.target.host).c_str());
  std::printf("load       %s replies over %u accounts of at most %u messages a second\n",
              format_count(o.replies).c_str(), o.accounts, outbound_limit_units);
  std::printf("POST→call  %s\n", latency_text(r.latency).c_str());
  print_round("alone     ", r.alone);
  const auto each = [&](double seconds) {
    return format_duration(std::chrono::nanoseconds(static_cast<std::int64_t>(
        seconds * 1e9 / static_cast<double>(std::max<std::size_t>(1, r.alone.arrivals.size())))));
  };
  std::printf("cost       %s CPU of the engine a reply, from the limit to its end; %s of the fake platform\n",
              each(r.alone.engine_cpu).c_str(), each(r.alone.platform_cpu).c_str());
  print_round("beside    ", r.beside);
  std::printf("ingest     %s/s before, %s/s beside them (%.2f x), %s/s after\n",
              format_count(static_cast<std::uint64_t>(r.ingest_before)).c_str(),
              format_count(static_cast<std::uint64_t>(r.ingest_beside)).c_str(), r.ingest_share(),
              format_count(static_cast<std::uint64_t>(r.ingest_after)).c_str());
  std::printf("limits     exceeded %s times; %s replies arrived twice\n%s", format_count(r.exceeded).c_str(),
              format_count(r.repeated).c_str(), engine_text(b.target).c_str());
}

void append_round(domain::json_object& j, std::string& out, const char* name, const outbound_rig::round& r) {
  j.key(name);
  domain::json_object o(out);
  o.number("replies", std::uint64_t{r.arrivals.size()});
  o.raw("seconds", format("%.3f", std::chrono::duration<double>(r.took).count()));
  o.raw("queuedInSeconds", format("%.3f", std::chrono::duration<double>(r.posting).count()));
  o.raw("utilisation", format("%.4f", r.utilisation()));
  o.number("idleMaxNs", static_cast<std::uint64_t>(r.idle_max.count()));
  o.raw("engineCpuSeconds", format("%.3f", r.engine_cpu));
  o.raw("platformCpuSeconds", format("%.3f", r.platform_cpu));
  o.end();
}

void print_json(const outbound_rig& b, const bench_options& o, const outcome& r) {
  std::string out;
  domain::json_object j(out);
  j.text("benchmark", "outbound");
  j.raw("host", to_json(b.target.host));
  j.number("accounts", std::uint64_t{o.accounts});
  j.raw("postToCall", latency_json(r.latency));
  append_round(j, out, "alone", r.alone);
  append_round(j, out, "besideIngest", r.beside);
  j.raw("ingestBefore", format("%.1f", r.ingest_before));
  j.raw("ingestBeside", format("%.1f", r.ingest_beside));
  j.raw("ingestAfter", format("%.1f", r.ingest_after));
  j.raw("ingestShare", format("%.3f", r.ingest_share()));
  j.number("limitsExceeded", r.exceeded);
  j.number("arrivedTwice", r.repeated);
  j.raw("engine", engine_json(b.target));
  j.end();
  std::printf("%s\n", out.c_str());
}

}  // namespace

int run_bench_outbound(const bench_options& options) {
  outbound_rig bench(options);
  if (auto ready = bench.prepare(); !ready) return bench_failed("outbound", ready.error());
  const auto r = measure(bench);
  if (!r) return bench_failed("outbound", r.error());
  (options.json ? print_json : print_text)(bench, options, *r);
  if (r->exceeded > 0) return bench_failed("outbound", "a platform's limit was exceeded");
  if (r->repeated > 0) return bench_failed("outbound", "a reply arrived twice");
  return exit_ok;
}

}  // namespace switchboard::cli
