#include "cli/bench_target.hpp"

#include "cli/exit_code.hpp"
#include "cli/figures.hpp"
#include "cli/http_client.hpp"
#include "cli/interrupt.hpp"
#include "cli/sockets.hpp"
#include "domain/json.hpp"

#include <cstdio>
#include <filesystem>
#include <random>
#include <thread>

namespace switchboard::cli {

namespace {

using std::chrono::milliseconds;

bool wait_for(const url& where, std::chrono::nanoseconds at_most) {
  const auto give_up = std::chrono::steady_clock::now() + at_most;
  const auto to = resolve(where.host, where.port);
  if (!to) return false;
  for (;;) {
    if (connect_to(*to, milliseconds(1'000))) return true;
    if (std::chrono::steady_clock::now() > give_up || interrupted().load()) return false;
    std::this_thread::sleep_for(milliseconds(50));
  }
}

double to_seconds(std::chrono::nanoseconds d) {
  return std::chrono::duration<double>(d).count();
}

}  // namespace

int bench_failed(const char* benchmark, const std::string& what) {
  std::fflush(stdout);
  std::fprintf(stderr, "switchboard bench %s: %s\n", benchmark, what.c_str());
  return exit_failed;
}

expected<bench_target, std::string> make_target(const bench_options& o, const char* benchmark,
                                                const std::string& more) {
  catch_interrupts();
  bench_target t;
  if (o.url.empty()) {
    if (!o.json) std::fprintf(stderr, "switchboard bench %s: starting an engine of its own\n", benchmark);
    auto child = child_engine::start(o.data_root, more);
    if (!child) return unexpected{child.error()};
    t.own = std::move(*child);
  }
  const auto where = parse_url(t.own ? t.own->url() : o.url);
  if (!where) return unexpected{where.error()};
  if (where->tls)
    return unexpected{std::string("the generator speaks plain HTTP; give the address behind the TLS proxy")};
  t.where = *where;
  if (o.wait.count() > 0 && !wait_for(t.where, o.wait))
    return unexpected{t.where.text() + " did not accept a connection within " + format_duration(o.wait)};
  t.host = gather_host_facts(t.own ? t.own->directory() : o.data_root);
  t.token = o.token;
  t.webhooks.host = t.where.authority();
  t.webhooks.path = t.where.prefix + o.path;
  t.webhooks.secret = o.secret;
  t.webhooks.phone_number_id = o.phone_number_id;
  t.webhooks.customers = std::max<std::uint64_t>(o.customers, 1);
  t.webhooks.messages_per_body = o.messages_per_body;
  t.webhooks.run = std::random_device{}();
  return t;
}

load_plan bench_target::plan(const bench_options& o) const {
  load_plan p;
  p.host = where.host;
  p.port = where.port;
  p.threads = o.threads;
  p.connections = std::max(o.connections, o.threads);
  p.warm_up = o.warm_up;
  p.duration = o.duration;
  p.rate = o.rate;
  p.poisson = o.poisson;
  p.expect_status = o.expect_status;
  // Only our engine says so; a dead letter instead of a message would make any figure worthless.
  if (o.expect_status == 200 && o.path.starts_with("/webhooks/")) p.expect_body = "\"quarantined\":0";
  p.stop = &interrupted();
  return p;
}

swarm_plan bench_target::subscribers(const bench_options& o) const {
  swarm_plan s;
  s.host = where.host;
  s.port = where.port;
  s.host_header = where.authority();
  s.target = where.prefix + s.target;
  s.token = o.token;
  s.subscribers = o.subscribers;
  s.sse = o.sse;
  s.marker = message_marker(webhooks.run);
  return s;
}

expected<load_report, std::string> bench_target::load(load_plan p) {
  p.first_number = next_number;
  auto report = generate(p, [this] { return std::make_unique<webhook_requests>(webhooks); });
  // Threads take numbers in turns and may be unequal: leave room for the fastest of them.
  if (report) next_number += (report->sent_in_all + 1) * p.threads;
  return report;
}

std::optional<std::chrono::nanoseconds> bench_target::views_catch_up() const {
  if (!webhooks.path.starts_with(where.prefix + "/webhooks/")) return std::nullopt;
  http_client client(where, {});
  const auto began = std::chrono::steady_clock::now();
  const auto reply = client.send({.method = "GET",
                                  .target = "/v1/conversations?limit=1",
                                  .headers = {{"Authorization", "Bearer " + token}},
                                  .body = {}});
  if (!reply || reply->status != 200) return std::nullopt;
  return std::chrono::steady_clock::now() - began;
}

std::string latency_text(const histogram& h) {
  std::string out;
  for (const auto& [name, q] : {std::pair{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}})
    out += std::string(name) + ' ' + format_duration(h.at(q)) + "  ";
  return out + "max " + format_duration(h.max());
}

std::string latency_json(const histogram& h) {
  const auto ns = [](std::chrono::nanoseconds d) { return static_cast<std::uint64_t>(d.count()); };
  std::string out;
  domain::json_object o(out);
  o.number("count", h.count());
  o.number("meanNs", ns(h.mean()));
  o.number("p50Ns", ns(h.at(0.5)));
  o.number("p90Ns", ns(h.at(0.9)));
  o.number("p99Ns", ns(h.at(0.99)));
  o.number("p999Ns", ns(h.at(0.999)));
  o.number("maxNs", ns(h.max()));
  o.end();
  return out;
}

std::string load_text(const load_report& r, std::uint32_t messages_per_body) {
  std::string out =
      format("rate       %s requests/s", format_count(static_cast<std::uint64_t>(r.per_second())).c_str());
  if (messages_per_body > 1) {
    const double messages = r.per_second() * messages_per_body;
    out += format(", %s messages/s", format_count(static_cast<std::uint64_t>(messages)).c_str());
  }
  out += format(" over %.1f s\n", to_seconds(r.elapsed));
  out += format("answered   %s as expected, %s otherwise, %s not at all, %s connections broken\n",
                format_count(r.answered).c_str(), format_count(r.unexpected).c_str(),
                format_count(r.unanswered).c_str(), format_count(r.broken).c_str());
  for (std::size_t i = 0; i < r.by_status.size(); ++i) {
    if (r.by_status[i] > 0 && r.unexpected > 0)
      out += format("           %zu: %s\n", i, format_count(r.by_status[i]).c_str());
  }
  out += format("generator  %s CPU a request, %s late sends\n", format_duration(r.cpu_per_request()).c_str(),
                format_count(r.late).c_str());
  return out;
}

std::string load_json(const load_report& r, std::uint32_t messages_per_body) {
  std::string out;
  domain::json_object o(out);
  o.raw("requestsPerSecond", format("%.1f", r.per_second()));
  o.raw("messagesPerSecond", format("%.1f", r.per_second() * messages_per_body));
  o.raw("seconds", format("%.3f", to_seconds(r.elapsed)));
  o.number("answered", r.answered);
  o.number("unexpected", r.unexpected);
  o.number("unanswered", r.unanswered);
  o.number("broken", r.broken);
  o.number("late", r.late);
  o.boolean("void", r.is_void());
  o.number("generatorCpuNsPerRequest", static_cast<std::uint64_t>(r.cpu_per_request().count()));
  o.end();
  return out;
}

std::string engine_text(const bench_target& t) {
  if (!t.own) return {};
  return format("engine     %.1f s CPU, %s resident\n", t.own->cpu_seconds(),
                format_bytes(t.own->resident_bytes()).c_str());
}

std::string engine_json(const bench_target& t) {
  if (!t.own) return "null";
  std::string out;
  domain::json_object o(out);
  o.raw("cpuSeconds", format("%.2f", t.own->cpu_seconds()));
  o.number("residentBytes", t.own->resident_bytes());
  o.end();
  return out;
}

namespace {

/// "3 times 503, 2 not at all, 1 broken connection"
std::string unexpected_text(const load_report& r) {
  std::string out;
  const auto add = [&](std::uint64_t n, const std::string& what) {
    if (n == 0) return;
    if (!out.empty()) out += ", ";
    out += format_count(n) + " " + what;
  };
  for (std::size_t status = 0; status < r.by_status.size(); ++status) {
    if (status < 200 || status > 299) add(r.by_status[status], "times " + std::to_string(status));
  }
  add(r.unanswered, "not at all");
  add(r.broken, "broken connections");
  if (out.empty()) add(r.unexpected, "with another body");
  return out;
}

}  // namespace

int judge(const load_report& r, const bench_options& o, const char* benchmark) {
  if (interrupted().load())
    return bench_failed(benchmark, "interrupted: the figures are of the time until then");
  if (o.rate > 0 && r.is_void())
    return bench_failed(benchmark,
                        "void: the generator was over 1 ms late on more than 0.1 % of its sends; give a "
                        "lower --rate or an idler machine");
  if (r.unexpected + r.unanswered + r.broken > 0)
    return bench_failed(
        benchmark, format("not everything was answered as expected (%s); the figures count only what was",
                          unexpected_text(r).c_str()));
  if (r.answered == 0) return bench_failed(benchmark, "nothing was answered; is --duration long enough?");
  return exit_ok;
}

}  // namespace switchboard::cli
