#include "overload.hpp"

#include "account.hpp"
#include "cli/figures.hpp"

#include <algorithm>

namespace switchboard::load {

namespace {

using namespace std::chrono_literals;
using cli::format;

// What is promised (P4, P16).
constexpr double goodput_min = 0.9;
constexpr std::uint64_t resident_max = 1ull << 30;
constexpr double slope_max = 1 << 20;
constexpr auto refusal_max = 250ms;
constexpr auto taken_max = 2'500ms;
constexpr double back_max_s = 5;
/// A slope over less says more about the machine than about the engine.
constexpr auto slope_needs = 2min;

constexpr std::uint64_t customers = 50'000;
constexpr std::uint32_t closed_connections = 64;
constexpr std::uint32_t normal_connections = 256;
constexpr auto overdue_max = 250ms;

cli::load_plan base(const rig& engine) {
  cli::load_plan p;
  p.port = engine.port();
  p.drain_max = 10s;
  return p;
}

cli::load_plan half(const rig& engine, double capacity, std::chrono::seconds duration) {
  auto p = base(engine);
  p.connections = normal_connections;
  p.rate = capacity / 2;
  p.duration = duration;
  return p;
}

std::chrono::nanoseconds worst_second(const tally& t) {
  std::chrono::nanoseconds worst{0};
  for (const auto& h : t.each_second) worst = std::max(worst, h.at(0.99));
  return worst;
}

/// From the end of the overload to the end of the first second that was as good as before.
double back_after(const run_result& after, clock::time_point over, std::chrono::nanoseconds normal) {
  const auto& seconds = after.book.of_first().each_second;
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    if (seconds[i].count() > 0 && seconds[i].at(0.99) <= normal)
      return std::chrono::duration<double>(after.began + std::chrono::seconds(i + 1) - over).count();
  }
  return -1;
}

}  // namespace

overload_figures overload(rig& engine, const overload_plan& plan) {
  const on_core here(client_core);
  auto messages = engine.webhooks(0, customers);
  messages.messages_per_body = plan.messages_per_body;
  traffic t{mixture({1}), {messages}, 0, {}};
  overload_figures f;

  auto closed = base(engine);
  closed.connections = plan.messages_per_body > 1 ? closed_connections : normal_connections;
  closed.warm_up = 2s;
  f.capacity = capacity(t, closed, plan.capacity);
  const auto before = run_unless_void(t, half(engine, f.capacity, plan.normal));
  f.normal_p99 = worst_second(before.book.of_first());
  if (before.report.is_void()) f.is_void = "the generator was late at half of the load";

  std::atomic<bool> too_much{false};
  memory_watch memory(engine.engine.pid(), resident_max, &too_much);
  auto p = base(engine);
  p.connections = plan.connections;
  p.rate = plan.times * f.capacity;
  p.warm_up = 1s;
  p.duration = plan.overload;
  p.overdue_max = overdue_max;
  p.stop = &too_much;
  const auto during = run_unless_void(t, p);
  const auto over = during.began + plan.overload;
  memory.stop();
  if (during.report.is_void()) f.is_void = "the generator was late in the overload";
  const auto& tally = during.book.of_first();
  f.goodput = during.book.goodput(plan.overload);
  f.offered = static_cast<double>(tally.asked()) / static_cast<double>(plan.overload.count());
  f.taken = tally.taken;
  f.refused = tally.refused;
  f.wrong = tally.wrong;
  f.no_answer = tally.no_answer;
  f.unsent = during.report.unsent;
  f.refusal_max = tally.refusals.max();
  f.refusal_p99 = tally.refusals.at(0.99);
  f.refusal_p999 = tally.refusals.at(0.999);
  for (const auto& a : t.acks)
    f.taken_max = std::max(f.taken_max, std::chrono::nanoseconds(a.ended - a.sent));
  f.resident_most = memory.most();
  if (plan.overload >= slope_needs)
    f.slope_bytes_a_minute = memory.slope_per_minute(during.began + plan.overload / 3);
  if (too_much) return f;

  const auto after = run(t, half(engine, f.capacity, plan.after));
  f.back_after_s = back_after(after, over, f.normal_p99);
  account log(engine.marker(), plan.messages_per_body);
  read_log_into(log, engine.port(), token);
  f.account = log.compare(t.acks);
  return f;
}

namespace {

/// Collects sentences.
struct verdict {
  std::vector<std::string> broken;
  void must(bool holds, std::string otherwise) {
    if (!holds) broken.push_back(std::move(otherwise));
  }
};

}  // namespace

std::vector<std::string> judge_times(const overload_figures& f) {
  verdict v;
  v.must(f.is_void.empty(), f.is_void);
  v.must(f.goodput >= goodput_min * f.capacity,
         format("goodput %.0f/s is under %.0f %% of the capacity, %.0f/s", f.goodput, 100 * goodput_min,
                f.capacity));
  v.must(f.refusal_max <= refusal_max, format("a refusal took %.0f ms", ms(f.refusal_max)));
  v.must(f.taken_max <= taken_max, format("a 200 took %.0f ms", ms(f.taken_max)));
  v.must(f.slope_bytes_a_minute <= slope_max,
         format("memory grows by %.1f MiB a minute", f.slope_bytes_a_minute / (1 << 20)));
  v.must(f.back_after_s >= 0 && f.back_after_s <= back_max_s,
         format("normal again after %.0f s (-1: not at all)", f.back_after_s));
  return std::move(v.broken);
}

std::vector<std::string> judge(const overload_figures& f, const overload_plan& plan) {
  verdict v{f.account};
  v.must(f.wrong + f.no_answer == 0,
         format("%llu answers are neither 200 nor a 429 or 503 with Retry-After, %llu never came",
                static_cast<unsigned long long>(f.wrong), static_cast<unsigned long long>(f.no_answer)));
  v.must(f.resident_most <= resident_max,
         format("%.0f MiB resident", static_cast<double>(f.resident_most) / (1 << 20)));
  v.must(plan.times <= 1 || f.refused > 0, "nothing was refused: the overload did not arrive");
  return std::move(v.broken);
}

std::string text_of(const overload_figures& f) {
  std::string out = f.is_void.empty() ? "" : "void, " + f.is_void + ": ";
  out += format(
      "capacity %.0f bodies/s, offered %.0f, goodput %.0f (%.0f %%); %llu taken, %llu refused, %llu wrong, ",
      f.capacity, f.offered, f.goodput, 100 * f.goodput / f.capacity,
      static_cast<unsigned long long>(f.taken), static_cast<unsigned long long>(f.refused),
      static_cast<unsigned long long>(f.wrong));
  out += format("%llu without an answer, %llu never left\n", static_cast<unsigned long long>(f.no_answer),
                static_cast<unsigned long long>(f.unsent));
  out += format("refusals: p99 %.1f ms, p99.9 %.1f, max %.1f; slowest 200 %.0f ms; ", ms(f.refusal_p99),
                ms(f.refusal_p999), ms(f.refusal_max), ms(f.taken_max));
  out += format("normal p99 %.1f ms, back %.0f s after; %.0f MiB resident at most, %+.1f MiB a minute\n",
                ms(f.normal_p99), f.back_after_s, static_cast<double>(f.resident_most) / (1 << 20),
                f.slope_bytes_a_minute / (1 << 20));
  return out;
}

}  // namespace switchboard::load
