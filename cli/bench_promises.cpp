// What promises cost: ingest with and without [[sla]], a burst of breaches and ingest beside it, a start with many clocks ahead.

#include "cli/bench_target.hpp"
#include "cli/figures.hpp"
#include "cli/http_client.hpp"
#include "cli/interrupt.hpp"
#include "domain/json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <future>
#include <map>
#include <thread>

namespace switchboard::cli {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::system_clock;

constexpr const char* plain = "106540352242922";     // as bench_config has it: nothing is promised
constexpr const char* promised = "106540352242923";  // 8 h: never due here
constexpr const char* bursting = "106540352242924";
/// From the first message of the burst until it is due: time enough to send all of it.
std::chrono::seconds burst_target(const bench_options& o) {
  return 10s + std::chrono::seconds{o.burst / 2'000};
}
/// Ingest beside the burst begins so long before it.
constexpr auto run_up = 2s;
constexpr auto arrives_within = 120s;

std::string config(const bench_options& o) {
  const auto soon = std::to_string(burst_target(o).count()) + "s";
  std::string out;
  for (const auto& [id, number, target] :
       {std::tuple{"promised", promised, "8h"}, {"bursting", bursting, soon.c_str()}}) {
    out += "\n[[account]]\nid = \"" + std::string(id) +
           "\"\nbrand = \"acme\"\nsource = \"meta\"\nplatform = \"whatsapp\"\nplatform_id = \"" + number +
           "\"\n[[sla]]\nid = \"" + id + "\"\naccounts = [\"" + id +
           "\"]\n[[sla.clock]]\nclock = \"first_response\"\ntarget = \"" + target + "\"\n";
  }
  return out;
}

/// Of one moment.
struct alarm_state {
  double armed = 0;
  std::map<double, double> lateness;  ///< seconds → that many were no later
};

struct outcome {
  double without = 0, with = 0;                                 ///< messages a second
  double beside = 0;                                            ///< … while the burst was due
  double burst_rate = 0;                                        ///< breaches a second
  double lateness_p50 = 0, lateness_p99 = 0, lateness_max = 0;  ///< seconds; bounds of buckets
  std::uint64_t breaches = 0;
  nanoseconds start_empty{};  ///< until it is ready
  nanoseconds start_armed{};  ///< until it is, and knows its clocks
  std::uint64_t armed = 0, resident = 0;
};

class promises_rig {
 public:
  explicit promises_rig(const bench_options& o) : o_(o) {}

  expected<outcome, std::string> run() {
    auto target = make_target(o_, "promises", config(o_));
    if (!target) return unexpected{target.error()};
    target_ = *std::move(target);
    const auto admin = parse_url(target_.own->admin_url());
    if (!admin) return unexpected{admin.error()};
    admin_ = *admin;
    for (const auto part : {&promises_rig::start_empty, &promises_rig::compare_ingest, &promises_rig::arm,
                            &promises_rig::burst, &promises_rig::start_armed}) {
      if (auto ended = (this->*part)(); !ended) return unexpected{ended.error()};
      if (interrupted().load()) return unexpected{std::string("interrupted")};
    }
    return out_;
  }
  [[nodiscard]] const bench_target& target() const { return target_; }

 private:
  using done = expected<void, std::string>;

  /// Messages of as many customers as there may be, so that nearly each begins a conversation.
  expected<load_report, std::string> send(const char* number, load_plan p, std::uint32_t per_body,
                                          std::uint64_t customers, std::uint64_t written_at = 0) {
    auto& w = target_.webhooks;
    w.phone_number_id = number;
    w.messages_per_body = per_body;
    w.customers = customers;
    w.written_at = written_at;
    auto r = target_.load(std::move(p));
    if (r && judge(*r, o_, "promises") != 0) return unexpected{std::string("not all of it was taken")};
    return r;
  }
  expected<double, std::string> ingest(const char* number) {
    auto p = target_.plan(o_);
    p.warm_up = 1s;
    const auto r = send(number, p, 1, 5'000'000);
    if (!r) return unexpected{r.error()};
    (void)target_.views_catch_up();
    return r->per_second();
  }

  done start_empty() {
    const auto took = target_.own->restart();
    if (!took) return unexpected{took.error()};
    out_.start_empty = *took;
    return {};
  }
  /// In turns: a machine that is busier for a while is so for both.
  done compare_ingest() {
    for (int round = 0; round < 2; ++round) {
      for (auto& [number, sum] : {std::pair{plain, &outcome::without}, std::pair{promised, &outcome::with}}) {
        const auto rate = ingest(number);
        if (!rate) return unexpected{rate.error()};
        out_.*sum += *rate / 2;
      }
    }
    return {};
  }
  done arm() {
    const auto wanted = static_cast<double>(o_.armed);
    for (double last = -1;;) {
      const auto now = state();
      if (!now) return unexpected{now.error()};
      if (now->armed >= wanted || interrupted().load()) return {};
      if (now->armed <= last) return unexpected{format("no more than %.0f clocks are armed", last)};
      last = now->armed;
      auto p = target_.plan(o_);
      p.warm_up = 0s;
      p.duration = 1h;
      // By the ten thousand: nothing is measured here, and a flood that the views don't follow is answered 503.
      p.requests_max =
          std::min<std::uint64_t>(static_cast<std::uint64_t>((wanted - now->armed) / 20) + 100, 1'000);
      if (const auto r = send(promised, p, 20, 1'000'000'000); !r) return unexpected{r.error()};
      (void)target_.views_catch_up();
    }
  }

  /// All of them say that they were written in the same second, and so all are due at the same millisecond.
  done burst() {
    const auto before = state();
    if (!before) return unexpected{before.error()};
    const auto written = std::chrono::floor<std::chrono::seconds>(system_clock::now());
    const auto due = written + burst_target(o_);
    auto p = target_.plan(o_);
    p.warm_up = 0s;
    p.duration = 1h;
    p.requests_max = (o_.burst + 19) / 20;
    const auto seconds = static_cast<std::uint64_t>(written.time_since_epoch().count());
    if (const auto r = send(bursting, p, 20, 1'000'000'000, seconds); !r) return unexpected{r.error()};
    (void)target_.views_catch_up();
    if (system_clock::now() + run_up > due)
      return unexpected{std::string("sending the burst took longer than it had; give a smaller --burst")};
    std::this_thread::sleep_until(due - run_up);
    auto beside = std::async(std::launch::async, [this] { return ingest(plain); });
    const auto fired = follow(*before, due);
    const auto rate = beside.get();
    if (!fired) return unexpected{fired.error()};
    if (!rate) return unexpected{rate.error()};
    out_.beside = *rate;
    return {};
  }
  /// Until all of the burst is said.
  done follow(const alarm_state& before, system_clock::time_point due) {
    const double wanted = static_cast<double>((o_.burst + 19) / 20 * 20);
    for (;;) {
      const auto now = state();
      if (!now) return unexpected{now.error()};
      const auto many = count(*now) - count(before);
      if (many >= wanted) {
        const std::chrono::duration<double> took = system_clock::now() - due;
        out_.burst_rate = many / took.count();
        out_.breaches = static_cast<std::uint64_t>(many);
        out_.lateness_p50 = bound(before, *now, 0.5);
        out_.lateness_p99 = bound(before, *now, 0.99);
        out_.lateness_max = bound(before, *now, 1);
        return {};
      }
      if (system_clock::now() > due + arrives_within)
        return unexpected{format("%.0f of %.0f breaches were said", many, wanted)};
      std::this_thread::sleep_for(10ms);
    }
  }
  done start_armed() {
    out_.resident = target_.own->resident_bytes();
    const auto before = state();
    if (!before) return unexpected{before.error()};
    const auto took = target_.own->restart();
    if (!took) return unexpected{took.error()};
    const auto began = std::chrono::steady_clock::now() - *took;
    for (;;) {  // ready, and all of them known
      const auto now = state();
      if (!now) return unexpected{now.error()};
      if (now->armed >= before->armed) break;
      if (std::chrono::steady_clock::now() > began + arrives_within)
        return unexpected{format("a start found %.0f clocks of %.0f", now->armed, before->armed)};
      std::this_thread::sleep_for(10ms);
    }
    out_.start_armed = std::chrono::steady_clock::now() - began;
    out_.armed = static_cast<std::uint64_t>(before->armed);
    return {};
  }

  static double count(const alarm_state& s) { return s.lateness.empty() ? 0 : s.lateness.rbegin()->second; }
  /// The least bound of a bucket that this share of what came in between lies below.
  static double bound(const alarm_state& before, const alarm_state& after, double share) {
    const double all = count(after) - count(before);
    for (const auto& [at, many] : after.lateness) {
      const auto earlier = before.lateness.find(at);
      if (many - (earlier == before.lateness.end() ? 0 : earlier->second) >= share * all) return at;
    }
    return INFINITY;
  }
  expected<alarm_state, std::string> state() {
    http_client admin(admin_, {.stop = &interrupted()});
    const auto reply = admin.send({.target = "/metrics", .headers = {}, .body = {}});
    if (!reply) return unexpected{reply.error().what};
    alarm_state s;
    std::string_view rest = reply->body;
    while (!rest.empty()) {
      const auto line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      constexpr std::string_view bucket = "switchboard_alarm_lateness_seconds_bucket{le=\"";
      const auto value = number_in(line.substr(std::min(line.size(), line.rfind(' ') + 1)));
      if (line.starts_with("switchboard_alarms_armed ")) s.armed = value;
      if (line.starts_with(bucket)) {
        const auto le = line.substr(bucket.size());
        s.lateness[le.starts_with("+Inf") ? INFINITY : number_in(le.substr(0, le.find('"')))] = value;
      }
    }
    return s;
  }
  static double number_in(std::string_view text) {
    double n = 0;
    std::from_chars(text.data(), text.data() + text.size(), n);
    return n;
  }

  const bench_options& o_;
  bench_target target_;
  url admin_;
  outcome out_;
};

std::string ratio(double of, double to) {
  return format("%.2f", to > 0 ? of / to : 0);
}

void print_text(const bench_target& t, const outcome& r) {
  const auto many = [](double n) { return format_count(static_cast<std::uint64_t>(n)); };
  const auto late = [](double s) {
    return std::isinf(s) ? std::string("beyond the buckets")
                         : "<= " + format_duration(nanoseconds(std::llround(s * 1e9)));
  };
  std::printf("host       %s\n", to_text(t.host).c_str());
  std::printf("ingest     %s/s without promises, %s/s where each conversation has one: %s x\n",
              many(r.without).c_str(), many(r.with).c_str(), ratio(r.with, r.without).c_str());
  std::printf("burst      %s due at one millisecond; lateness p50 %s, p99 %s, max %s; %s breaches/s\n",
              format_count(r.breaches).c_str(), late(r.lateness_p50).c_str(), late(r.lateness_p99).c_str(),
              late(r.lateness_max).c_str(), many(r.burst_rate).c_str());
  std::printf("beside     ingest %s/s while the burst was due: %s x\n", many(r.beside).c_str(),
              ratio(r.beside, r.without).c_str());
  std::printf("start      %s with %s clocks ahead, %s with none; %s resident before\n",
              format_duration(r.start_armed).c_str(), format_count(r.armed).c_str(),
              format_duration(r.start_empty).c_str(), format_bytes(r.resident).c_str());
}

void print_json(const bench_target& t, const outcome& r) {
  const auto ns = [](nanoseconds d) { return static_cast<std::uint64_t>(d.count()); };
  std::string out;
  domain::json_object o(out);
  o.text("benchmark", "promises");
  o.raw("host", to_json(t.host));
  o.raw("ingestWithout", format("%.1f", r.without));
  o.raw("ingestWith", format("%.1f", r.with));
  o.raw("ingestBeside", format("%.1f", r.beside));
  o.number("breaches", r.breaches);
  o.raw("breachesPerSecond", format("%.1f", r.burst_rate));
  const std::pair<const char*, double> lateness[] = {{"latenessP50Seconds", r.lateness_p50},
                                                     {"latenessP99Seconds", r.lateness_p99},
                                                     {"latenessMaxSeconds", r.lateness_max}};
  for (const auto& [name, s] : lateness) o.raw(name, std::isinf(s) ? "null" : format("%g", s));
  o.number("armed", r.armed);
  o.number("startArmedNs", ns(r.start_armed));
  o.number("startEmptyNs", ns(r.start_empty));
  o.number("residentBytes", r.resident);
  o.end();
  std::printf("%s\n", out.c_str());
}

}  // namespace

int run_bench_promises(const bench_options& options) {
  promises_rig rig(options);
  const auto r = rig.run();
  if (!r) return bench_failed("promises", r.error());
  if (options.json) {
    print_json(rig.target(), *r);
  } else {
    print_text(rig.target(), *r);
  }
  const auto wanted = (options.burst + 19) / 20 * 20;
  if (r->breaches != wanted)
    return bench_failed("promises", format_count(r->breaches) + " breaches were said where " +
                                        format_count(wanted) + " clocks ran out");
  return 0;
}

}  // namespace switchboard::cli
