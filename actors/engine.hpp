#pragma once
// The engine as HTTP sees it: hand in what arrived, ask for changes, read, subscribe. No CAF in here.
// All members are thread-safe unless said otherwise.

#include "actors/engine_stats.hpp"
#include "actors/feed.hpp"
#include "actors/promise_figures.hpp"
#include "actors/routing_calls.hpp"
#include "actors/ticket.hpp"
#include "actors/webhook_calls.hpp"
#include "config/settings.hpp"
#include "domain/conversation.hpp"
#include "domain/expected.hpp"
#include "domain/inbound.hpp"
#include "domain/sending.hpp"
#include "storage/journal.hpp"
#include "storage/views.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::actors {

class platform_client;
class delivery_client;
enum class thread_signal : std::uint8_t;

/// Result of an agent's act, after its events are durable.
struct command_result {
  std::optional<domain::refused> refused = {};
  bool failed = false;            ///< the journal failed: 503
  bool undecided = false;         ///< a fault of ours: 500, nothing was changed; on_problem has said which
  std::string conversation = {};  ///< JSON as of after the act
  std::uint64_t version = 0;
  std::optional<domain::timestamp> wake_at = {};  ///< domain::wake_at, after the act
  bool ended = false;                             ///< the conversation is over, after the act
  /// JSON of the messages and notes that it made, in order; also of those that its Idempotency-Key made before.
  std::vector<std::string> messages = {};
};

/// A call that is no message, and takes of the limits that its account's messages are sent within.
struct account_draw {
  domain::brand_id brand;
  domain::account_id account;
  domain::platform platform = domain::platform::facebook;
  std::vector<domain::draw> draws = {};  ///< indexes into platform_client::quotas()
  bool for_messages = false;             ///< messages can't go without: else it leaves them something
};
/// The units, durably taken, and given back when what they are for has ended: when this is let go. Or how long to put it off.
using drawn_units = expected<std::shared_ptr<const void>, std::chrono::milliseconds>;
using drawing = std::function<void(account_draw, std::function<void(drawn_units)>)>;

enum class erase_state : std::uint8_t {
  pending,    ///< durably promised, and shown to nobody any more; files still hold it
  done,       ///< nothing of it is on the disk
  not_found,  ///< no such customer, and there never was one who was erased
  busy,       ///< too many wait already
  failed      ///< the journal failed: 503
};

struct start_options {
  bool accept_loss = false;  ///< serve although less was recovered than had been acknowledged
  /// Where given, it is told of the first write that fails, from the thread to which it happened, and must end the
  /// process (storage/write_guard.hpp); on_fatal() hears of it too, if it is set by then. Else such errors are
  /// returned, and on_fatal() hears of what they lead to.
  std::function<void(const std::string& what)> on_write_failure = nullptr;
  /// By which replies are sent; null: what is queued stays so.
  std::shared_ptr<platform_client> client = nullptr;
  /// By which events are delivered to webhooks; null: none is, and what they have yet to hear waits.
  std::shared_ptr<delivery_client> deliveries = nullptr;
};

/// What came of a new config.
enum class settings_state : std::uint8_t {
  recorded,    ///< in force, and config.applied is durable
  unrecorded,  ///< in force; config.applied was not durable in time, or the log has failed
  refused      ///< the one before stays: the engine ends
};

class engine {
 public:
  /// All tickets of one group commit, from the journal's thread. Must only hand over, never block.
  using committed_handler = std::function<void(std::vector<ticket_ptr>&&)>;

  /// Opens the data directory, refolds the views, spawns the actors. Blocks until ready.
  [[nodiscard]] static expected<std::unique_ptr<engine>, storage::open_error> start(
      std::shared_ptr<const config::settings> settings, committed_handler on_committed,
      start_options options = {});
  virtual ~engine() = default;  ///< stop() first

  // -- in ------------------------------------------------------------------------------------------------
  /// Hands one verified body over. `by`: the settings by which it was verified; they say whose its accounts are,
  /// so that a reload in between can't make strangers of them. `t` must be fresh; it may settle before this
  /// returns. It settles when all of them are durable. Elements whose account is unknown become one dead letter together,
  /// with `raw` (the bytes received), and so do those that their thread fails to decide. The ticket counts them.
  /// `raw` must stay as it is until `t` settles.
  virtual void ingest(const config::settings& by, const domain::source_id& source,
                      domain::unpacked_body&& body, std::string_view raw, domain::timestamp received_at,
                      const ticket_ptr& t) = 0;
  /// An agent's act on a conversation. `reply` runs once, on the journal's or an actor's thread.
  virtual void execute(std::string brand, domain::command what,
                       std::function<void(command_result&&)> reply) = 0;
  /// The customer is to see that he was read, or that somebody types, where his platform and the account's limits allow it. Not
  /// durable: lost with the node, and never told late.
  virtual void signal(thread_signal, const domain::conversation&) {}
  /// Asks before such a call. `then` runs once, on any thread.
  virtual void draw(account_draw, std::function<void(drawn_units)> then) {
    then(std::shared_ptr<const void>{});
  }
  /// Marks a dead letter replayed, durably; `reply(false)`: the journal failed.
  virtual void mark_replayed(const domain::dead_letter& d, std::function<void(bool)> reply) = 0;
  /// What somebody found about an account; account.updated where that is news.
  virtual void observe(domain::health_observation) {}
  /// How far something was read, durably, by the one who reads it; `reply(false)`: the journal failed.
  virtual void note(domain::feed_position, std::function<void(bool)> reply) { reply(false); }
  /// An act on the brand's router, on an agent of the brand, a question. Each sees everything that was acknowledged before. `reply`
  /// runs once, on a thread of the engine.
  virtual void route(std::string brand, routing_act what, std::function<void(routing_result&&)> reply) {
    (void)brand, (void)what;
    reply({.no_router = true});
  }
  virtual void attend(std::string brand, std::string agent, agent_act what,
                      std::function<void(agent_result&&)> reply) {
    (void)brand, (void)agent, (void)what;
    reply({.unknown = true});
  }
  virtual void ask_router(std::string brand, routing_question what,
                          std::function<void(routing_answer&&)> reply) {
    (void)brand, (void)what;
    reply({});
  }
  [[nodiscard]] virtual std::vector<router_figures> routing_figures() const { return {}; }
  /// Forgets a customer. `reply` runs once, on a thread of the engine, when that is durable and nobody can read of him
  /// any more; his bytes leave the disk behind that. May be repeated, also to hear whether they have.
  virtual void erase(std::string brand, std::string customer, std::function<void(erase_state)> reply) {
    (void)brand, (void)customer;
    reply(erase_state::not_found);
  }

  // -- out -----------------------------------------------------------------------------------------------
  /// Runs `then` once the views show everything committed before this call (on a reader thread; it may
  /// block on the disk there). At most limits.reads_waiting_max at a time: false when over. If reading fails,
  /// the node ends and `then` is left without its answer; so it is, but nothing ends, if `then` throws.
  [[nodiscard]] virtual bool read(std::function<void(const storage::views&)> then) = 0;
  /// Where subscribers pull committed records from.
  [[nodiscard]] virtual feed& events() = 0;

  [[nodiscard]] virtual std::uint64_t replies_waiting() const { return 0; }                  ///< on their way
  [[nodiscard]] virtual std::uint64_t replies_waiting(std::string_view) const { return 0; }  ///< of a brand
  /// How promises are kept.
  [[nodiscard]] virtual std::vector<promise_count> promise_counts() const { return {}; }
  /// How the webhooks of the config fare, in its order.
  [[nodiscard]] virtual std::vector<webhook_figures> webhooks() const { return {}; }
  /// Delivers events to a webhook once more. `reply` runs once, on a thread of the engine, when that is durable.
  virtual void replay_deliveries(webhook_replay what, webhook_replayed_handler reply) {
    (void)what;
    reply({.what = webhook_replayed::end::no_webhook});
  }

  // -- care ----------------------------------------------------------------------------------------------
  [[nodiscard]] virtual engine_stats stats() const = 0;
  [[nodiscard]] virtual health state() const = 0;  ///< cheap: asked at each request
  [[nodiscard]] virtual std::shared_ptr<const config::settings> settings() const = 0;
  /// What they promise; never null. Its calendars are those that conversations are measured by.
  [[nodiscard]] virtual std::shared_ptr<const domain::sla::policies> promises() const = 0;
  /// A valid new config, as one step; emits config.applied. Keys that need a restart keep their old value. `rest`
  /// puts it in force outside of the engine: behind the engine, which must know a brand before its events come, and
  /// before config.applied says that it is in force. Returns once that is durable, after `at_most` at the latest.
  [[nodiscard]] virtual settings_state apply_settings(std::shared_ptr<const config::settings> next,
                                                      const std::function<void()>& rest,
                                                      std::chrono::milliseconds at_most) = 0;
  /// Begins a backup in the new directory `to`, on a thread of its own. False: one is under way, or the engine ends.
  [[nodiscard]] virtual bool start_backup(std::string to) {
    (void)to;
    return false;
  }
  [[nodiscard]] virtual backup_progress backup() const { return {}; }
  /// From now on state() is draining.
  virtual void begin_drain() = 0;
  /// Waits for everything handed in, flushes the views, ends all threads. False: not in time. What is handed in
  /// from now on is answered as failed, at once; reads are refused.
  [[nodiscard]] virtual bool stop(std::chrono::milliseconds at_most) = 0;
  /// Called, from any thread, for what an operator should read and what does not end the node.
  virtual void on_problem(std::function<void(std::string)> f) { (void)f; }
  /// Called once, from any thread, when storage failed: the process must end (the first storage error stops
  /// the node). `damaged`: what is stored is not what was written, so that a restart would come upon it again.
  virtual void on_fatal(std::function<void(const std::string& why, bool damaged)> f) = 0;
};

/// A dead letter as REST shows it, the received bytes included.
[[nodiscard]] std::string to_json(const domain::dead_letter& d);

}  // namespace switchboard::actors
