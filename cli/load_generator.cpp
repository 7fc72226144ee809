#include "cli/load_generator.hpp"

#include "cli/load_thread.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <thread>

namespace switchboard::cli {

namespace {

void add(load_report& sum, const load_report& part) {
  sum.answered += part.answered;
  sum.unexpected += part.unexpected;
  for (std::size_t i = 0; i < sum.by_status.size(); ++i) sum.by_status[i] += part.by_status[i];
  sum.broken += part.broken;
  sum.unanswered += part.unanswered;
  sum.unsent += part.unsent;
  sum.sent_in_all += part.sent_in_all;
  sum.late += part.late;
  sum.latency.merge(part.latency);
  sum.elapsed = std::max(sum.elapsed, part.elapsed);
  sum.cpu += part.cpu;
  sum.bytes_sent += part.bytes_sent;
}

}  // namespace

double load_report::per_second() const {
  const double seconds = std::chrono::duration<double>(elapsed).count();
  return seconds > 0 ? static_cast<double>(answered) / seconds : 0;
}

std::chrono::nanoseconds load_report::cpu_per_request() const {
  return sent_in_all == 0 ? std::chrono::nanoseconds{} : cpu / static_cast<std::int64_t>(sent_in_all);
}

expected<load_report, std::string> generate(
    const load_plan& plan, const std::function<std::unique_ptr<request_source>()>& make_source) {
  allow_many_files();
  const auto to = resolve(plan.host, plan.port);
  if (!to) return unexpected{to.error()};
  std::vector<std::unique_ptr<request_source>> sources;
  std::vector<std::unique_ptr<load_thread>> parts;
  for (std::uint32_t i = 0; i < plan.threads; ++i) {
    sources.push_back(make_source());
    parts.push_back(std::make_unique<load_thread>(plan, *to, i, *sources.back()));
    if (const auto connected = parts.back()->connect(); !connected) {
      return unexpected{"http://" + plan.host + ':' + std::to_string(plan.port) + ": " + connected.error() +
                        "; is the engine running there?"};
    }
  }
  const auto start = std::chrono::steady_clock::now();
  if (plan.on_start) plan.on_start(start);
  std::vector<std::thread> threads;
  for (std::uint32_t i = 1; i < plan.threads; ++i) threads.emplace_back([&, i] { parts[i]->run(start); });
  std::thread first([&] { parts[0]->run(start); });  // timer slack and CPU time are a thread's own
  first.join();
  for (auto& t : threads) t.join();
  load_report sum;
  for (const auto& p : parts) add(sum, p->report);
  return sum;
}

void allow_many_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace switchboard::cli
