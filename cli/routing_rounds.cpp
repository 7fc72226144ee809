#include "cli/routing_rounds.hpp"

#include "cli/interrupt.hpp"
#include "cli/json_members.hpp"
#include "cli/morning_event.hpp"
#include "cli/morning_stage.hpp"

#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace switchboard::cli {

namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint32_t messages_per_body = 100;
constexpr seconds queued_within{600}, answered_within{30};

struct failure {
  std::string what;
};

class rounds {
 public:
  rounds(bench_target& target, const bench_options& o)
      : target_(target), o_(o), client_(target.where, {.stop = &interrupted()}), stage_(target.where) {}

  expected<routing_rounds, std::string> play() {
    if (auto why = fill()) return unexpected{*std::move(why)};
    if (auto why = read_line()) return unexpected{*std::move(why)};
    if (auto opened = stage_.open(o_.token); !opened) return unexpected{opened.error()};
    auto why = go_round();
    stage_.expect_end();
    target_.own.reset();  // the stage reads until the engine is gone
    stage_.close();
    if (why) return unexpected{*std::move(why)};
    return std::move(out_);
  }

 private:
  using problem = std::optional<std::string>;

  http_fields headers() const {
    return {{"Authorization", "Bearer " + o_.token}, {"Content-Type", "application/json"}};
  }
  /// Nullopt: `body` is the answer's.
  problem ask(const char* method, const std::string& where, std::string_view with, http_reply& answer) {
    auto reply = client_.send({.method = method, .target = where, .headers = headers(), .body = with});
    if (!reply) return reply.error().what;
    answer = *std::move(reply);
    if (answer.status == 200) return std::nullopt;
    return std::string(method) + " " + where + " was answered " + std::to_string(answer.status) + ": " +
           answer.body;
  }

  /// One conversation each of as many customers, and all of them in line.
  problem fill() {
    const auto began = clock::now();
    const auto per_body = std::min<std::uint64_t>(messages_per_body, o_.queued);
    target_.webhooks.customers = o_.queued;
    target_.webhooks.messages_per_body = static_cast<std::uint32_t>(per_body);
    auto plan = target_.plan(o_);
    plan.warm_up = seconds(0);
    plan.rate = 0;
    plan.connections = 8;
    plan.threads = 1;
    plan.requests_max = (o_.queued + per_body - 1) / per_body;
    plan.duration = queued_within;
    const auto report = target_.load(plan);
    if (!report) return report.error();
    if (report->unexpected + report->unanswered + report->broken > 0)
      return "a webhook was not answered as expected; nothing was measured end to end";
    while (out_.queued < o_.queued) {
      if (interrupted().load()) return "interrupted";
      if (clock::now() > began + queued_within)
        return "only " + std::to_string(out_.queued) + " of " + std::to_string(o_.queued) + " wait";
      std::this_thread::sleep_for(milliseconds(20));
      http_reply answer;
      if (auto why = ask("GET", "/v1/queues/line", {}, answer)) return why;
      simdjson::dom::object queue;
      if (parser_.parse(answer.body).get(queue) != simdjson::SUCCESS) return "no JSON: " + answer.body;
      out_.queued = number_of(queue, "waiting");
    }
    out_.filling = clock::now() - began;
    return std::nullopt;
  }

  /// Who came first goes first: by the router's numbers, which conversations have soon behind it.
  problem read_line() {
    const auto until = clock::now() + queued_within;
    for (;;) {
      if (auto why = read_all()) return why;
      std::sort(line_.begin(), line_.end());
      if (line_.size() == out_.queued && line_.front().first > 0) return std::nullopt;
      if (interrupted().load()) return "interrupted";
      if (clock::now() > until)
        return std::to_string(line_.size()) + " conversations are listed, and " +
               std::to_string(out_.queued) + " wait";
    }
  }
  problem read_all() {
    line_.clear();
    std::string next = "/v1/conversations?limit=1000";
    while (!next.empty()) {
      http_reply page;
      if (auto why = ask("GET", next, {}, page)) return why;
      simdjson::dom::object all;
      if (parser_.parse(page.body).get(all) != simdjson::SUCCESS) return "no JSON: " + page.body;
      for (const auto& c : objects_of(all, "conversations")) {
        simdjson::dom::object metadata;
        if (c["metadata"].get(metadata) != simdjson::SUCCESS) continue;
        line_.emplace_back(number_of(metadata, "routed"), text_of(c, "id"));
      }
      const auto link = page.find("link");
      const auto end = link.find('>');
      next = link.starts_with('<') && end != std::string_view::npos ? link.substr(1, end - 1) : "";
    }
    return std::nullopt;
  }

  problem go_round() {
    stage_.call({.method = "PUT",
                 .target = "/v1/agents/ada/presence",
                 .headers = headers(),
                 .body = R"({"staysOnline":true})"});
    const auto count = std::min<std::uint64_t>(o_.rounds + 1, line_.size());
    auto asked = clock::now();
    for (std::uint64_t n = 0; n < count; ++n) {
      const auto& first = line_[n].second;
      const auto offer = wait_offer();
      if (auto* const f = std::get_if<failure>(&offer)) return f->what;
      const auto& made = std::get<morning_event>(offer);
      const auto now = clock::now();
      if (made.conversation != first)
        return "offered was " + made.conversation + ", and the first in line is " + first;
      if (n > 0) out_.offered.record(now - asked);  // before, nobody was here
      if (auto why = accept(made)) return why;
      asked = clock::now();
      stage_.call({.method = "PATCH",
                   .target = "/v1/conversations/" + first,
                   .headers = headers(),
                   .body = R"({"status":"resolved"})"});
    }
    return std::nullopt;
  }
  std::variant<morning_event, failure> wait_offer() {
    for (;;) {
      auto came = stage_.next(clock::now() + answered_within);
      if (!came) return failure{"no offer came within 30 s"};
      if (auto why = wrong(*came)) return failure{*std::move(why)};
      const auto* const e = std::get_if<stage_event>(&*came);
      if (e == nullptr) continue;
      auto event = read_morning_event(e->json);
      if (event && event->type == "offer.made") return *std::move(event);
    }
  }
  problem accept(const morning_event& made) {
    const auto asked = clock::now();
    stage_.call({.tag = 1,
                 .method = "POST",
                 .target = "/v1/offers/" + made.conversation + "~ada/accept",
                 .headers = headers(),
                 .body = "{\"epoch\":" + std::to_string(made.epoch) + "}"});
    for (;;) {
      auto came = stage_.next(asked + answered_within);
      if (!came) return "an accept was not answered within 30 s";
      if (auto why = wrong(*came)) return why;
      const auto* const a = std::get_if<stage_answer>(&*came);
      if (a == nullptr || a->tag != 1) continue;
      out_.accepted.record(clock::now() - asked);
      return std::nullopt;
    }
  }
  static problem wrong(const std::variant<stage_event, stage_answer, stage_end>& came) {
    if (const auto* const end = std::get_if<stage_end>(&came)) return "the stream ended: " + end->why;
    const auto* const a = std::get_if<stage_answer>(&came);
    if (a == nullptr || a->status == 200) return std::nullopt;
    return "a call was answered " + std::to_string(a->status) + ": " + a->body;
  }

  bench_target& target_;
  const bench_options& o_;
  http_client client_;
  simdjson::dom::parser parser_;
  morning_stage stage_;
  std::vector<std::pair<std::uint64_t, std::string>> line_;  ///< by the router's number
  routing_rounds out_;
};

}  // namespace

std::string routing_rounds_config() {
  return R"(
[[queue]]
id = "line"
brand = "acme"

[[agent]]
id = "ada"
brand = "acme"
units = 20
units_hard = 20
queues = ["line"]
)";
}

expected<routing_rounds, std::string> play_routing_rounds(bench_target& target, const bench_options& o) {
  return rounds(target, o).play();
}

}  // namespace switchboard::cli
