#include "cli/deliver.hpp"

#include "actors/wall_clock.hpp"
#include "cli/backoff.hpp"
#include "cli/exit_code.hpp"
#include "cli/figures.hpp"
#include "cli/interrupt.hpp"
#include "cli/present_times.hpp"
#include "cli/progress.hpp"
#include "config/load.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace switchboard::cli {

namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// Sleeps in short steps, so that Ctrl-C is heard. False: interrupted.
bool sleep_until(clock::time_point when) {
  while (!interrupted().load()) {
    const auto left = when - clock::now();
    if (left <= clock::duration::zero()) return true;
    std::this_thread::sleep_for(std::min<clock::duration>(left, milliseconds(100)));
  }
  return false;
}

/// All workers draw their send times from one schedule, so that the rate is the whole's, not each one's.
class pacer {
 public:
  explicit pacer(std::uint64_t per_second) : per_second_(per_second) {}
  bool wait() {
    if (per_second_ == 0) return !interrupted().load();
    const std::uint64_t n = next_.fetch_add(1);
    const double at = static_cast<double>(n) / static_cast<double>(per_second_);
    return sleep_until(started_ +
                       std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(at)));
  }

 private:
  std::uint64_t per_second_;
  std::atomic<std::uint64_t> next_{0};
  clock::time_point started_ = clock::now();
};

void count_events(const std::string& body, delivery_totals& totals) {
  thread_local simdjson::dom::parser parser;
  const auto root = parser.parse(body);
  std::uint64_t events = 0, quarantined = 0;
  if (root["events"].get(events) == simdjson::SUCCESS) totals.events += events;
  if (root["quarantined"].get(quarantined) == simdjson::SUCCESS) totals.quarantined += quarantined;
}

/// What all connections know together about the engine's being there.
struct reachability {
  std::atomic<bool> seen{false};       ///< some connection was made
  std::atomic<bool> no_engine{false};  ///< refused before any was: give up
};

/// One connection's thread.
class worker {
 public:
  worker(url where, std::string target, const signer& s, const retry_policy& r, reachability& shared)
      : client_(std::move(where), {.stop = &interrupted()}),
        target_(std::move(target)),
        sign_(s),
        retry_(r),
        shared_(shared) {}

  void deliver(const payload& p) {
    http_request request{
        .method = "POST", .target = target_, .headers = {sign_.sign(p.body)}, .body = p.body};
    request.headers.emplace_back("Content-Type", "application/json");
    backoff waits(retry_.first_wait, retry_.wait_max);
    for (std::uint32_t attempt = 1;; ++attempt) {
      const auto started = clock::now();
      auto reply = client_.send(request);
      if (reply || !reply.error().nobody) {
        shared_.seen.store(true);
      } else if (!shared_.seen.load()) {
        shared_.no_engine.store(true);
        return refused(p, reply);
      }
      if (reply && reply->status == 200) return accepted(*reply, clock::now() - started);
      const bool again = !reply || reply->status == 429 || reply->status == 503;
      if (!again || attempt >= retry_.attempts_max || interrupted().load()) return refused(p, reply);
      const auto fallback = waits.next();
      const auto wait = reply ? retry_wait(*reply, fallback, retry_) : fallback;
      ++totals.retries;
      if (!sleep_until(clock::now() + wait)) return refused(p, reply);
    }
  }

  /// Not sent at all: it could not be made what it was to be.
  void hold_back(const payload& p, const std::string& why) {
    ++totals.held_back;
    if (totals.first_problem.empty()) totals.first_problem = p.where + ": " + why;
  }

  delivery_totals totals;

 private:
  void accepted(const http_reply& reply, clock::duration took) {
    ++totals.sent;
    ++totals.accepted;
    totals.latency.record(took);
    count_events(reply.body, totals);
  }

  void refused(const payload& p, const expected<http_reply, http_failure>& reply) {
    std::string why;
    if (reply) {
      ++totals.sent;
      ++totals.refused[reply->status];
      why = "answered " + std::to_string(reply->status);
      if (reply->status == 401) why += ", the signature was not accepted; check --secret";
      if (reply->status == 404) why += ", the engine has no such source; check --source";
    } else {
      ++totals.unreachable;
      why = reply.error().what;
    }
    if (totals.first_problem.empty()) totals.first_problem = p.where + ": " + why;
  }

  http_client client_;
  std::string target_;
  const signer& sign_;
  retry_policy retry_;
  reachability& shared_;
};

/// Makes of a recording what is to be sent. The error says why that can't be.
std::optional<std::string> prepare(payload& p, net::platforms::kind kind, const deliver_options& options,
                                   const own_accounts& own) {
  if (options.own) {
    auto ours = with_own_account(p.body, kind, own);
    if (!ours) return ours.error();
    p.body = std::move(*ours);
  }
  if (options.now) p.body = with_present_times(p.body, actors::wall_clock());
  return std::nullopt;
}

void add(delivery_totals& sum, const delivery_totals& part) {
  sum.sent += part.sent;
  sum.accepted += part.accepted;
  sum.events += part.events;
  sum.quarantined += part.quarantined;
  sum.retries += part.retries;
  for (const auto& [status, n] : part.refused) sum.refused[status] += n;
  sum.unreachable += part.unreachable;
  sum.held_back += part.held_back;
  if (sum.first_problem.empty()) sum.first_problem = part.first_problem;
  sum.latency.merge(part.latency);
}

void print(const delivery_totals& t, const signer& s, const std::string& source) {
  const double seconds = std::max(std::chrono::duration<double>(t.elapsed).count(), 1e-6);
  std::printf("sent      %s to %s/webhooks/%s in %.1f s (%s/s)\n", format_count(t.sent).c_str(),
              s.base_url.c_str(), source.c_str(), seconds,
              format_count(static_cast<std::uint64_t>(static_cast<double>(t.sent) / seconds)).c_str());
  std::printf("accepted  %s (%s events, %s quarantined)\n", format_count(t.accepted).c_str(),
              format_count(t.events).c_str(), format_count(t.quarantined).c_str());
  for (const auto& [status, n] : t.refused)
    std::printf("refused   %s with %d\n", format_count(n).c_str(), status);
  if (t.unreachable > 0) std::printf("no answer %s\n", format_count(t.unreachable).c_str());
  if (t.held_back > 0) std::printf("held back %s\n", format_count(t.held_back).c_str());
  if (t.retries > 0) std::printf("retries   %s\n", format_count(t.retries).c_str());
  if (t.latency.count() > 0) {
    std::printf("latency   p50 %s  p99 %s  max %s\n", format_duration(t.latency.at(0.5)).c_str(),
                format_duration(t.latency.at(0.99)).c_str(), format_duration(t.latency.max()).c_str());
  }
}

}  // namespace

milliseconds retry_wait(const http_reply& reply, milliseconds fallback, const retry_policy& policy) {
  const std::string_view text = reply.find("Retry-After");
  std::uint32_t seconds = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool stated = ec == std::errc{} && end == text.data() + text.size() && !text.empty();
  return std::min(stated ? milliseconds(std::uint64_t{seconds} * 1'000) : fallback, policy.wait_max);
}

delivery_totals deliver_all(payload_source& source, const signer& sign, const std::string& source_id,
                            const deliver_options& options, const retry_policy& retry,
                            const own_accounts& own) {
  delivery_totals totals;
  const auto where = parse_url(sign.base_url);
  if (!where) {
    totals.first_problem = where.error();
    return totals;
  }
  pacer pace(options.rate);
  std::mutex mutex;  // guards totals
  reachability shared;
  std::atomic<std::uint64_t> done{0};
  std::atomic<std::uint32_t> running{options.connections};
  const auto started = clock::now();
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < options.connections; ++i) {
    threads.emplace_back([&] {
      worker w(*where, "/webhooks/" + percent_encode(source_id), sign, retry, shared);
      while (auto p = source.next()) {
        if (!pace.wait()) break;
        if (const auto problem = prepare(*p, sign.kind, options, own)) {
          w.hold_back(*p, *problem);
        } else {
          w.deliver(*p);
        }
        done.fetch_add(1, std::memory_order_relaxed);
        if (interrupted().load() || shared.no_engine.load()) break;
      }
      const std::lock_guard lock(mutex);
      add(totals, w.totals);
      running.fetch_sub(1);
    });
  }
  {
    progress_bar bar;
    while (running.load() > 0) {
      const double all = static_cast<double>(std::max<std::uint64_t>(source.bytes_total(), 1));
      bar.show(static_cast<double>(source.bytes_read()) / all, done.load(),
               format_count(done.load()) + " sent");
      std::this_thread::sleep_for(milliseconds(5));
    }
  }
  for (auto& t : threads) t.join();
  totals.elapsed = clock::now() - started;
  totals.no_engine = shared.no_engine.load();
  return totals;
}

int run_deliver(const deliver_options& options) {
  const auto fail = [](const std::string& what) {
    std::fprintf(stderr, "switchboard deliver: %s\n", what.c_str());
    return exit_failed;
  };
  const auto sign = find_signer(options.signing);
  if (!sign) return fail(sign.error());
  if (const auto where = parse_url(sign->base_url); !where) return fail(where.error());
  own_accounts own;
  if (options.own) {
    const auto loaded = config::load_file(options.signing.config);
    if (!loaded)
      return fail("cannot take the accounts from the config: " + config::to_text(loaded.error().front()) +
                  "; name another with --config");
    own = own_accounts_of(**loaded, options.signing.config, options.signing.source);
  }
  auto source = payload_source::open(options.paths, options.repeat);
  if (!source) return fail(source.error());
  catch_interrupts();
  const auto totals = deliver_all(**source, *sign, options.signing.source, options, {}, own);
  if (!totals.no_engine) print(totals, *sign, options.signing.source);
  if (const auto broken = (*source)->failed()) return fail(*broken);
  if (!totals.first_problem.empty()) return fail(totals.first_problem);
  if (interrupted().load()) return fail("interrupted before everything was sent");
  if (totals.sent == 0) return fail("the files held nothing to send");
  return exit_ok;
}

}  // namespace switchboard::cli
