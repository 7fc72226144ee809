#include "cli/morning_stage.hpp"

#include "cli/events.hpp"
#include "cli/interrupt.hpp"

#include <simdjson.h>

#include <utility>

namespace switchboard::cli {

namespace {

constexpr std::size_t callers = 24;         // a group commit takes as long for one as for all of them
constexpr std::size_t calls_max = 4'096;    // far more than thirty agents and their customers have under way
constexpr std::size_t events_max = 10'000;  // then the stream waits: it is served from the log at our speed

}  // namespace

morning_stage::~morning_stage() {
  close();
}

expected<void, std::string> morning_stage::open(const std::string& token) {
  http_client client(where_, {.stop = &interrupted()});
  const auto reply = client.send({.target = "/v1/events?from=latest&limit=1&wait=0",
                                  .headers = {{"Authorization", "Bearer " + token}},
                                  .body = {}});
  if (!reply) return unexpected{reply.error().what};
  simdjson::dom::parser parser;
  std::string_view cursor;
  if (reply->status != 200 || parser.parse(reply->body)["cursor"].get(cursor) != simdjson::SUCCESS) {
    return unexpected{"the engine's stream answered " + std::to_string(reply->status) + ": " + reply->body};
  }
  for (std::size_t i = 0; i < callers; ++i) threads_.emplace_back([this] { run_calls(); });
  threads_.emplace_back([this, token, from = std::string(cursor)] { run_stream(token, from); });
  return {};
}

void morning_stage::call(stage_call c) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] { return calls_.size() < calls_max || closing_; });
  calls_.push_back(std::move(c));
  work_.notify_one();
}

std::optional<std::variant<stage_event, stage_answer, stage_end>> morning_stage::next(
    std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(mutex_);
  if (!came_.wait_until(lock, until, [&] { return !box_.empty(); })) return std::nullopt;
  auto item = std::move(box_.front());
  box_.pop_front();
  if (std::holds_alternative<stage_event>(item)) {
    --events_;
    room_.notify_all();
  }
  return item;
}

void morning_stage::put(std::variant<stage_event, stage_answer, stage_end> item) {
  std::unique_lock lock(mutex_);
  // Answers do not wait: there are no more of them than there are calls.
  if (std::holds_alternative<stage_event>(item)) {
    room_.wait(lock, [&] { return events_ < events_max || closing_; });
    ++events_;
  }
  box_.push_back(std::move(item));
  came_.notify_one();
}

void morning_stage::run_calls() {
  http_client client(where_, {.stop = &interrupted()});
  for (;;) {
    stage_call c;
    {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [&] { return !calls_.empty() || closing_; });
      if (closing_) return;
      c = std::move(calls_.front());
      calls_.pop_front();
      room_.notify_all();
    }
    const auto reply =
        client.send({.method = c.method, .target = c.target, .headers = c.headers, .body = c.body});
    put(reply ? stage_answer{c.tag, reply->status, reply->body} : stage_answer{c.tag, 0, reply.error().what});
  }
}

void morning_stage::run_stream(std::string token, std::string from) {
  events_options o;
  o.token = std::move(token);
  o.from = std::move(from);
  const auto outcome = follow_stream(
      where_, o,
      [this](std::string_view json) {
        put(stage_event{std::string(json)});
        const std::lock_guard lock(mutex_);
        return !closing_;
      },
      [this](std::chrono::milliseconds) {
        const std::lock_guard lock(mutex_);
        return !end_expected_ && !closing_;
      });
  put(stage_end{outcome ? std::string() : outcome.error().what});
}

void morning_stage::expect_end() {
  const std::lock_guard lock(mutex_);
  end_expected_ = true;
}

void morning_stage::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  came_.notify_all();
  room_.notify_all();
  work_.notify_all();
  for (auto& t : threads_) t.join();
  threads_.clear();
}

}  // namespace switchboard::cli
