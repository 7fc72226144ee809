#pragma once
// An engine in memory: a log that the test commits to, rows that it puts in, and acts that it answers.

#include "actors/engine.hpp"
#include "fake_feed.hpp"
#include "fake_views.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::net::testing {

class fake_engine final : public actors::engine {
 public:
  explicit fake_engine(config::settings_ptr s) : settings_(std::move(s)) {}

  struct attended_agent {
    std::string brand, agent;
    actors::agent_act what;
  };
  struct handed_in {
    std::string by;  ///< the version of the settings
    std::string source, raw;
    domain::unpacked_body body;
    actors::ticket_ptr ticket;
  };
  void ingest(const config::settings& by, const domain::source_id& source, domain::unpacked_body&& body,
              std::string_view raw, domain::timestamp, const actors::ticket_ptr& t) override {
    t->expect();
    std::uint32_t strangers = 0;
    for (const auto& e : body.events)
      strangers += !by.find_account(source.value, e.platform, e.account_platform_id);
    t->brings(source, raw, true,
              {.events = static_cast<std::uint32_t>(body.events.size()) - strangers,
               .quarantined = static_cast<std::uint32_t>(body.rejected.size()) + strangers});
    ingested.push_back({by.version, source.value, std::string(raw), std::move(body), t});
  }
  std::shared_ptr<const domain::sla::policies> promises() const override {
    return config::promises_of(*settings_, nullptr, {});
  }
  void execute(std::string brand, domain::command what,
               std::function<void(actors::command_result&&)> reply) override {
    executed.emplace_back(std::move(brand), std::move(what));
    reply(actors::command_result(result));
  }
  void route(std::string brand, actors::routing_act what,
             std::function<void(actors::routing_result&&)> reply) override {
    routed.emplace_back(std::move(brand), std::move(what));
    reply(actors::routing_result(routing));
  }
  void attend(std::string brand, std::string agent, actors::agent_act what,
              std::function<void(actors::agent_result&&)> reply) override {
    attended.push_back({std::move(brand), std::move(agent), std::move(what)});
    reply(actors::agent_result(presence));
  }
  void ask_router(std::string brand, actors::routing_question what,
                  std::function<void(actors::routing_answer&&)> reply) override {
    questions.emplace_back(brand, std::move(what));
    const auto rows_of = answers.find(brand);
    reply(rows_of == answers.end() ? actors::routing_answer{} : actors::routing_answer(rows_of->second));
  }
  [[nodiscard]] std::vector<actors::router_figures> routing_figures() const override { return figures; }
  [[nodiscard]] std::vector<actors::promise_count> promise_counts() const override { return promised; }
  [[nodiscard]] std::vector<actors::webhook_figures> webhooks() const override { return hooks; }
  void replay_deliveries(actors::webhook_replay what, actors::webhook_replayed_handler reply) override {
    replays.push_back(std::move(what));
    reply(actors::webhook_replayed(replayed));
  }
  void signal(actors::thread_signal, const domain::conversation&) override { ++signals; }
  void mark_replayed(const domain::dead_letter& d, std::function<void(bool)> reply) override {
    marked.push_back(d.id.value);
    reply(mark_durable);
  }
  void erase(std::string brand, std::string customer,
             std::function<void(actors::erase_state)> reply) override {
    erased.emplace_back(std::move(brand), std::move(customer));
    reply(erasing);
  }
  [[nodiscard]] bool read(std::function<void(const storage::views&)> then) override {
    if (reads_full) return false;
    then(rows);
    return true;
  }
  [[nodiscard]] actors::feed& events() override { return log; }
  [[nodiscard]] std::uint64_t replies_waiting() const override { return waiting; }
  [[nodiscard]] std::uint64_t replies_waiting(std::string_view brand) const override {
    const auto of = waiting_of.find(std::string(brand));
    return of == waiting_of.end() ? 0 : of->second;
  }
  [[nodiscard]] actors::engine_stats stats() const override { return counts; }
  [[nodiscard]] actors::health state() const override { return health; }
  [[nodiscard]] std::shared_ptr<const config::settings> settings() const override { return settings_; }
  actors::settings_state apply_settings(std::shared_ptr<const config::settings> next,
                                        const std::function<void()>& rest,
                                        std::chrono::milliseconds) override {
    settings_ = std::move(next);
    rest();
    return actors::settings_state::recorded;
  }
  /// As a reload does it, with nothing outside of the engine.
  void take(std::shared_ptr<const config::settings> next) { settings_ = std::move(next); }
  [[nodiscard]] bool start_backup(std::string to) override {
    if (backup_now.state == actors::backup_progress::phase::running) return false;
    backup_now = {};
    backup_now.state = actors::backup_progress::phase::running;
    backup_now.path = std::move(to);
    return true;
  }
  [[nodiscard]] actors::backup_progress backup() const override { return backup_now; }
  void begin_drain() override { health = actors::health::draining; }
  [[nodiscard]] bool stop(std::chrono::milliseconds) override { return true; }
  void on_fatal(std::function<void(const std::string&, bool)>) override {}

  /// Everything handed in is durable (or failed) now: what the journal's thread would give back.
  std::vector<actors::ticket_ptr> settle(actors::commit_state s = actors::commit_state::durable) {
    std::vector<actors::ticket_ptr> done;
    for (auto& each : ingested) {
      if (each.ticket && each.ticket->settle(s)) done.push_back(std::move(each.ticket));
    }
    return done;
  }

  fake_feed log;
  fake_views rows;
  std::vector<handed_in> ingested;
  std::vector<std::pair<std::string, domain::command>> executed;
  std::size_t signals = 0;
  std::uint64_t waiting = 0;  ///< replies on their way
  std::map<std::string, std::uint64_t> waiting_of;
  actors::command_result result{.messages = {"{}"}};
  std::vector<std::pair<std::string, actors::routing_act>> routed;
  actors::routing_result routing{.conversation = "{}", .version = 1};
  std::vector<attended_agent> attended;
  actors::agent_result presence{.agent = "{}"};
  std::vector<std::pair<std::string, actors::routing_question>> questions;
  std::map<std::string, actors::routing_answer> answers;  ///< by brand
  std::vector<actors::router_figures> figures;
  std::vector<actors::promise_count> promised;
  std::vector<actors::webhook_figures> hooks;
  std::vector<actors::webhook_replay> replays;
  actors::webhook_replayed replayed;
  std::vector<std::string> marked;
  bool mark_durable = true, reads_full = false;
  std::vector<std::pair<std::string, std::string>> erased;
  actors::erase_state erasing = actors::erase_state::pending;
  actors::health health = actors::health::ready;
  actors::engine_stats counts;
  actors::backup_progress backup_now;

 private:
  std::shared_ptr<const config::settings> settings_;
};

}  // namespace switchboard::net::testing
