#pragma once
// The engine of one process over its own data directory: RocksDB, CAF and the threads between them.

#include "actors/alarm.hpp"
#include "actors/backup_desk.hpp"
#include "actors/conversation.hpp"
#include "actors/deliverer.hpp"
#include "actors/doorway.hpp"
#include "actors/engine.hpp"
#include "actors/eraser.hpp"
#include "actors/health.hpp"
#include "actors/journal_writer.hpp"
#include "actors/log_feed.hpp"
#include "actors/outbox.hpp"
#include "actors/routing_desk.hpp"
#include "actors/tail.hpp"
#include "actors/thread_finder.hpp"
#include "actors/views_keeper.hpp"
#include "storage/hash.hpp"
#include "storage/ownership.hpp"
#include "storage/write_guard.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <latch>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

namespace switchboard::actors {

class local_engine final : public engine {
 public:
  local_engine(std::shared_ptr<const config::settings> settings, std::unique_ptr<storage::journal> log,
               std::unique_ptr<storage::views> v, committed_handler on_committed,
               std::shared_ptr<storage::write_guard> guard, std::shared_ptr<platform_client> client = nullptr,
               outbox_start on_their_way = {}, alarm_start due = {},
               std::shared_ptr<delivery_client> deliveries = nullptr, deliverer_start undelivered = {});
  ~local_engine() override;

  void ingest(const config::settings& by, const domain::source_id& source, domain::unpacked_body&& body,
              std::string_view raw, domain::timestamp received_at, const ticket_ptr& t) override;
  void execute(std::string brand, domain::command what, std::function<void(command_result&&)> reply) override;
  void observe(domain::health_observation found) override;
  void signal(thread_signal what, const domain::conversation& to) override;
  void draw(account_draw what, std::function<void(drawn_units)> then) override;
  void mark_replayed(const domain::dead_letter& d, std::function<void(bool)> reply) override;
  void note(domain::feed_position what, std::function<void(bool)> reply) override;

  void erase(std::string brand, std::string customer, std::function<void(erase_state)> reply) override;
  void route(std::string brand, routing_act what, std::function<void(routing_result&&)> reply) override;
  void attend(std::string brand, std::string agent, agent_act what,
              std::function<void(agent_result&&)> reply) override;
  void ask_router(std::string brand, routing_question what,
                  std::function<void(routing_answer&&)> reply) override;
  std::vector<router_figures> routing_figures() const override;

  bool read(std::function<void(const storage::views&)> then) override;
  feed& events() override { return feed_; }

  std::vector<promise_count> promise_counts() const override { return alarm_figures_.promises.read(); }
  std::vector<webhook_figures> webhooks() const override { return delivery_figures_.read(); }
  void replay_deliveries(webhook_replay what, webhook_replayed_handler reply) override;

  std::uint64_t replies_waiting() const override {
    const auto waiting = outbox_figures_.waiting.load(std::memory_order_relaxed) +
                         outbox_figures_.under_way.load(std::memory_order_relaxed);
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, waiting));
  }
  std::uint64_t replies_waiting(std::string_view brand) const override {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, outbox_figures_.by_brand.count(brand)));
  }
  engine_stats stats() const override;
  health state() const override;
  std::shared_ptr<const config::settings> settings() const override {
    return node_.settings.load(std::memory_order_acquire);
  }
  std::shared_ptr<const domain::sla::policies> promises() const override {
    return node_.promises.load(std::memory_order_acquire);
  }
  settings_state apply_settings(std::shared_ptr<const config::settings> next,
                                const std::function<void()>& rest,
                                std::chrono::milliseconds at_most) override;
  bool start_backup(std::string to) override { return backups_.start(std::move(to)); }
  backup_progress backup() const override { return backups_.progress(); }
  void begin_drain() override { draining_.store(true, std::memory_order_release); }
  bool stop(std::chrono::milliseconds at_most) override;
  void on_problem(std::function<void(std::string)> f) override {
    const std::lock_guard lock{fatal_mutex_};
    on_problem_ = std::move(f);
  }
  void on_fatal(std::function<void(const std::string&, bool)> f) override {
    const std::lock_guard lock{fatal_mutex_};
    on_fatal_ = std::move(f);
    if (!fatal_why_.empty() && on_fatal_) on_fatal_(fatal_why_, damaged_);
  }

 private:
  /// `damaged`: as storage::read_outcome has it; what views and journal themselves came upon counts besides.
  void fatal(std::string why, bool damaged = false);
  void every_second();
  void start_outbox(std::shared_ptr<platform_client> client, outbox_start&& on_their_way);
  void start_alarm(alarm_start&& due);
  void stop_alarm();
  void start_deliveries(std::shared_ptr<delivery_client> client, deliverer_start&& undelivered);
  void finish_deliveries(std::chrono::steady_clock::time_point until);
  void apply_promises(const config::settings& next);
  void start_routing();
  void stop_routing();
  void reconfigure_routing();
  /// Hands it over, or calls `unless` (ended: the node stops, else there are too many).
  void call_desk(routing_call_ptr call, const std::function<void(bool ended)>& unless);
  void gained(storage::claim c);
  void lost(storage::claim c);
  void deliver(const config::account_settings& account, domain::inbound_event&& e,
               domain::timestamp received_at, const ticket_ptr& t);
  [[nodiscard]] const caf::actor& owner_of(domain::thread_id t) const {
    return partitions_[storage::partition_of(t, node_.partitions)];
  }
  void keep(const domain::source_id& source, const domain::brand_id& brand, std::string reason,
            std::string detail, std::string raw, domain::timestamp received_at, const ticket_ptr& t);
  /// Of an account: to the owner of its health.
  void tell(const config::account_settings& a, const domain::rejected_part& notice, const ticket_ptr& t);

  const std::shared_ptr<storage::write_guard> guard_;  ///< may be null
  std::unique_ptr<storage::journal> journal_;
  std::unique_ptr<storage::views> views_;
  tail tail_;
  std::mutex fatal_mutex_;
  std::string fatal_why_;
  bool damaged_ = false;
  std::function<void(const std::string&, bool)> on_fatal_;
  std::function<void(std::string)> on_problem_;
  std::atomic<bool> failed_{false}, draining_{false}, stopped_{false};
  std::uint64_t seconds_ = 0;
  node node_;
  std::shared_mutex finding_;  ///< shared while an event's thread is found and the event sent there
  thread_finder threads_;
  doorway door_;  ///< closed: the actors end. Whoever uses their handles from outside goes through it
  std::latch partitions_left_;
  std::vector<caf::actor> partitions_;
  caf::actor quarantine_;
  views_keeper keeper_;
  log_feed feed_;
  storage::claims held_;
  const std::unique_ptr<storage::ownership> ownership_;
  journal_writer writer_;
  backup_desk backups_;
  caf::actor_system_config actor_config_;
  caf::actor_system system_;
  std::unique_ptr<eraser> eraser_;
  outbox_figures outbox_figures_;
  outbox_links outbox_links_;
  handed_over calls_;
  std::atomic<bool> outbox_awake_{false};
  std::uint64_t outbox_wake_ = 0;  ///< key of its place in the feed
  health_figures health_figures_;
  caf::actor health_;
  caf::actor outbox_;  ///< none: this node sends nothing
  alarm_figures alarm_figures_;
  alarm_links alarm_links_;
  std::uint64_t alarm_wake_ = 0;  ///< key of its place in the feed
  caf::actor alarm_;
  std::shared_ptr<delivery_client> delivery_client_;  ///< null: this node delivers nothing
  delivery_figures delivery_figures_;
  deliverer_links deliverer_links_;
  std::uint64_t deliverer_wake_ = 0;  ///< key of its place in the feed
  caf::actor deliverer_;
  desk_links routing_;
  std::uint64_t routing_wake_ = 0;
  caf::actor desk_;
};

}  // namespace switchboard::actors
