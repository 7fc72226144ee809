#include "actors/local_engine.hpp"

#include "actors/partition.hpp"
#include "actors/priority.hpp"
#include "actors/quarantine.hpp"
#include "actors/wall_clock.hpp"
#include "storage/codec.hpp"

#include <caf/send.hpp>
#include <caf/thread_hook.hpp>

#include <algorithm>
#include <future>
#include <thread>

namespace switchboard::actors {

namespace {

/// That we read or type, handed over and not looked at yet; mailboxes have no bound of their own.
constexpr std::uint64_t signals_waiting_max = 1'000;

class lower_workers final : public caf::thread_hook {
 public:
  void init(caf::actor_system&) override {}
  void thread_started() override { stand_behind_io(); }
  void thread_terminates() override {}
};

caf::actor_system_config& configure(caf::actor_system_config& cfg, const config::settings& s) {
  // Asio's threads and the generator of load want cores too; one worker is enough up to two of them.
  const auto cores = std::max(1u, std::thread::hardware_concurrency());
  const auto workers = s.server.worker_threads > 0 ? s.server.worker_threads : std::max(1u, cores / 2);
  cfg.add_thread_hook<lower_workers>();
  cfg.set("scheduler.max-threads", static_cast<std::size_t>(workers));
  cfg.set("scheduler.max-throughput", static_cast<std::size_t>(200));
  // A worker without work looks for it by short sleeps, so that who brings it need not wake him, then waits to be woken. The
  // looking is short: with CAF's 500 attempts it was a tenth of a core under a few requests a second.
  cfg.set("work-stealing.moderate-poll-attempts", std::size_t{50});
  // Work to be stolen wakes nobody: with others to steal from he looks by himself, and the default of 10 ms would be the tail
  // of our latency.
  cfg.set("work-stealing.relaxed-sleep-duration",
          caf::timespan{std::chrono::milliseconds{workers > 1 ? 1 : 100}});
  return cfg;
}

}  // namespace

local_engine::local_engine(std::shared_ptr<const config::settings> settings,
                           std::unique_ptr<storage::journal> log, std::unique_ptr<storage::views> v,
                           committed_handler on_committed, std::shared_ptr<storage::write_guard> guard,
                           std::shared_ptr<platform_client> client, outbox_start on_their_way,
                           alarm_start due, std::shared_ptr<delivery_client> deliveries,
                           deliverer_start undelivered)
    : guard_(std::move(guard)),
      journal_(std::move(log)),
      views_(std::move(v)),
      tail_(journal_->last(), settings->storage.tail_bytes),
      threads_(*views_, journal_->identity().hash_seed, [this](std::string why) { fatal(std::move(why)); }),
      partitions_left_(journal_->identity().partitions),
      keeper_(
          *journal_, journal_.get(), *views_, tail_, settings, [this] { every_second(); },
          [this](std::string why) { fatal(std::move(why)); }),
      feed_(*journal_, tail_, &keeper_,
            [this](std::string why, bool damaged) { fatal(std::move(why), damaged); }),
      held_(journal_->partitions()),
      ownership_(storage::own_every_partition(journal_->partitions(), journal_->epoch(), node_.name)),
      writer_(*journal_, tail_, held_,
              {settings->storage.commit_interval, settings->storage.commit_records_max, &failed_},
              {.tickets = std::move(on_committed),
               .committed =
                   [this](storage::log_sequence s) {
                     feed_.committed(s);
                     keeper_.committed(s);
                   },
               .fenced = [this](storage::claim c) { ownership_->fenced(c); },
               .failed = [this](std::string why) { fatal(std::move(why)); }}),
      backups_(*journal_, *views_, [this] { return node_.settings.load()->storage.free_space_min_bytes; }),
      system_(configure(actor_config_, *settings)) {
  const auto& identity = journal_->identity();
  node_.views = views_.get();
  node_.tail = &tail_;
  node_.writer = &writer_;
  node_.hash_seed = identity.hash_seed;
  node_.partitions = identity.partitions;
  node_.promises.store(config::promises_of(*settings, nullptr, node_.clock.now()));
  node_.settings.store(std::move(settings));
  node_.on_fatal = [this](std::string why) { fatal(std::move(why)); };
  node_.on_problem = [this](std::string what) {
    const std::lock_guard lock{fatal_mutex_};
    if (on_problem_) on_problem_(std::move(what));
  };
  node_.forward = [this](delivery_ptr d) {
    const auto inside = door_.enter();
    if (!inside) return writer_.fail({.ticket = std::move(d->done), .then = {}});
    const auto& owner = owner_of(d->thread);
    caf::anon_send(owner, std::move(d));
  };
  node_.quarantine = [this](quarantined_ptr q) { caf::anon_send(quarantine_, std::move(q)); };
  quarantine_ = system_.spawn(quarantine, &node_);
  quarantine_->attach_functor([this](const caf::error& why) {
    if (why) fatal("the actor of the dead letters ended: " + to_string(why));
  });
  health_ = system_.spawn(health_owner, &node_, &health_figures_);
  health_->attach_functor([this](const caf::error& why) {
    if (why) fatal("the actor of the accounts' health ended: " + to_string(why));
  });
  partitions_.resize(identity.partitions);
  // Nothing was ever handed over within one machine: the second argument says nothing to us.
  ownership_->start({.gained = [this](storage::claim c, std::uint64_t) { gained(c); },
                     .lost = [this](storage::claim c) { lost(c); }});
  if (guard_) guard_->also_tell([this](const std::string& why) { fatal(why); });
  door_.open();
  if (client) start_outbox(std::move(client), std::move(on_their_way));
  eraser_ = std::make_unique<eraser>(
      eraser_links{.of = node_,
                   .journal = *journal_,
                   .views = *views_,
                   .tail = tail_,
                   .feed = feed_,
                   .threads = threads_,
                   .to_thread =
                       [this](act_ptr a) {
                         const auto& owner = owner_of(a->thread);
                         caf::anon_send(owner, std::move(a));
                       },
                   .to_letters = [this](quarantined_ptr q) { caf::anon_send(quarantine_, std::move(q)); },
                   .on_fatal = [this](std::string why, bool damaged) { fatal(std::move(why), damaged); }});
  start_routing();
  start_alarm(std::move(due));
  if (deliveries) start_deliveries(std::move(deliveries), std::move(undelivered));
}

local_engine::~local_engine() {
  (void)stop(std::chrono::seconds{10});
  if (guard_) guard_->also_tell(nullptr);
}

bool local_engine::read(std::function<void(const storage::views&)> then) {
  return keeper_.when_applied(tail_.committed(), [this, then = std::move(then)] {
    try {
      then(*views_);
    } catch (const storage::views_failure& e) {
      fatal(std::string("views: ") + e.what(), e.damaged);
    } catch (const std::exception& e) {
      node_.on_problem(std::string("a read failed and is left without its answer: ") + e.what());
    }
  });
}

void local_engine::fatal(std::string why, bool damaged) {
  failed_.store(true, std::memory_order_release);
  const std::lock_guard lock{fatal_mutex_};
  if (!fatal_why_.empty()) return;
  fatal_why_ = std::move(why);
  // Whoever tells may have the words only; the storage knows what it came upon.
  const auto views_failure = views_->failure();
  const auto journal_failure = journal_->failure();
  damaged_ =
      damaged || (views_failure && views_failure->damaged) || (journal_failure && journal_failure->damaged);
  if (on_fatal_) on_fatal_(fatal_why_, damaged_);
}

void local_engine::gained(storage::claim c) {
  held_.gained(c);
  partitions_[c.partition] = system_.spawn(partition, &node_);
  partitions_[c.partition]->attach_functor([this](const caf::error& why) {
    if (why) fatal("the actor of a partition ended: " + to_string(why));
    partitions_left_.count_down();
  });
}

/// Whatever its actors decide from now on comes to nothing; who waits for them is refused.
void local_engine::lost(storage::claim c) {
  const auto inside = door_.enter();
  if (!inside) return;  // all of them are ending
  (void)held_.lost(c);
  caf::anon_send(partitions_[c.partition], close_atom_t::value);
}

void local_engine::every_second() {
  const auto inside = door_.enter();
  if (!inside) return;
  if (++seconds_ % static_cast<std::uint64_t>(sweep_interval.count()) != 0) return;
  for (const auto& p : partitions_) caf::anon_send(p, sweep_atom::value);
}

void local_engine::execute(std::string brand, domain::command what,
                           std::function<void(command_result&&)> reply) {
  const auto inside = door_.enter();
  if (!inside) {
    command_result ended;
    ended.failed = true;
    return reply(std::move(ended));
  }
  auto a = std::make_shared<act>();
  a->thread = std::visit(
      [](const auto& c) {
        if constexpr (requires { c.id.thread; }) {
          return c.id.thread;
        } else if constexpr (requires { c.id.conversation.thread; }) {
          return c.id.conversation.thread;
        } else {
          return domain::thread_id{};
        }
      },
      what);
  a->brand = std::move(brand);
  a->what = std::move(what);
  a->now = wall_clock();
  a->reply = std::move(reply);
  const auto& owner = owner_of(a->thread);
  caf::anon_send(owner, std::move(a));
}

void local_engine::observe(domain::health_observation found) {
  const auto inside = door_.enter();
  if (!inside) return;
  caf::anon_send(health_, observation_ptr(std::make_shared<observation>(observation{std::move(found)})));
}

void local_engine::signal(thread_signal what, const domain::conversation& to) {
  const auto inside = door_.enter();
  if (!inside || !outbox_ || outbox_links_.draining.load(std::memory_order_acquire)) return;
  auto& waiting = outbox_figures_.signals_waiting;
  if (waiting.fetch_add(1, std::memory_order_relaxed) >= signals_waiting_max) {
    waiting.fetch_sub(1, std::memory_order_relaxed);
    outbox_figures_.signals_dropped.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  caf::anon_send(
      outbox_, signal_ptr(std::make_shared<wanted_signal>(wanted_signal{.what = what, .conversation = to})));
}

void local_engine::draw(account_draw what, std::function<void(drawn_units)> then) {
  const auto inside = door_.enter();
  if (!outbox_) return then(std::shared_ptr<const void>{});  // it sends nothing that could lack it
  if (!inside) return then(unexpected{std::chrono::milliseconds{1'000}});
  caf::anon_send(
      outbox_,
      draw_ptr(std::make_shared<wanted_draw>(wanted_draw{.what = std::move(what), .then = std::move(then)})));
}

void local_engine::mark_replayed(const domain::dead_letter& d, std::function<void(bool)> reply) {
  const auto inside = door_.enter();
  if (!inside) return reply(false);
  auto q = std::make_shared<quarantined>();
  q->letter = d;
  q->letter.replayed_at = wall_clock();
  q->replayed = true;
  q->done.then = [reply = std::move(reply)](commit_state s) { reply(s == commit_state::durable); };
  caf::anon_send(quarantine_, std::move(q));
}

void local_engine::note(domain::feed_position what, std::function<void(bool)> reply) {
  const auto inside = door_.enter();
  if (!inside) return reply(false);
  domain::event e;
  e.type = domain::event_type::feed_noted;
  e.at = wall_clock();
  e.feed = std::move(what);
  const std::vector records{std::make_shared<storage::record>(storage::encode(e, node_.name))};
  writer_.submit(records, {.ticket = nullptr, .then = [reply = std::move(reply)](commit_state s) {
                             reply(s == commit_state::durable);
                           }});
}

void local_engine::erase(std::string brand, std::string customer, std::function<void(erase_state)> reply) {
  eraser_->erase(std::move(brand), std::move(customer), std::move(reply));
}

engine_stats local_engine::stats() const {
  engine_stats s;
  s.state = state();
  s.submitted = tail_.submitted();
  s.committed = tail_.committed();
  s.applied = tail_.applied();
  s.flushed = views_->flushed();
  s.earliest = journal_->earliest();
  s.resident_conversations = node_.resident.load(std::memory_order_relaxed);
  s.passivated = node_.passivated.load(std::memory_order_relaxed);
  s.woken = node_.woken.load(std::memory_order_relaxed);
  s.duplicates = node_.duplicates.load(std::memory_order_relaxed);
  s.dead_letters = node_.dead_letters.load(std::memory_order_relaxed);
  s.commit_durations = writer_.commit_durations();
  s.commit_records = writer_.commit_records();
  s.commits = s.commit_durations.count();
  s.sync_durations = journal_->sync_durations();
  s.apply_durations = keeper_.apply_durations();
  s.journal_bytes = journal_->disk_bytes();
  s.views_bytes = views_->disk_bytes();
  s.free_disk_bytes = keeper_.free_disk_bytes();
  s.conversations = views_->conversations();
  const auto& o = outbox_figures_;
  const auto level = [](const std::atomic<std::int64_t>& f) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, f.load(std::memory_order_relaxed)));
  };
  s.accounts_refused = level(health_figures_.refused);
  s.accounts_lapsed = level(health_figures_.lapsed);
  s.accounts_failing = level(health_figures_.failing);
  s.accounts_unasked = level(health_figures_.missed);
  s.outbox = {.attempts = o.attempts.load(std::memory_order_relaxed),
              .retried = o.retried.load(std::memory_order_relaxed),
              .sent = o.sent.load(std::memory_order_relaxed),
              .failed = o.failed.load(std::memory_order_relaxed),
              .unknown = o.unknown.load(std::memory_order_relaxed),
              .unresolved = o.unresolved.load(std::memory_order_relaxed),
              .signals_told = o.signals_told.load(std::memory_order_relaxed),
              .signals_failed = o.signals_failed.load(std::memory_order_relaxed),
              .signals_dropped = o.signals_dropped.load(std::memory_order_relaxed),
              .waiting = level(o.waiting),
              .under_way = level(o.under_way)};
  s.alarm = {.armed = alarm_figures_.armed.load(std::memory_order_relaxed),
             .woken = alarm_figures_.woken.load(std::memory_order_relaxed),
             .retried = alarm_figures_.retried.load(std::memory_order_relaxed),
             .lateness = alarm_figures_.lateness.read(),
             .wall_ahead = node_.clock.wall_ahead()};
  s.erasures_pending = eraser_->pending();
  s.erasures_done = eraser_->done();
  s.erasure_oldest = eraser_->oldest();
  return s;
}

health local_engine::state() const {
  if (failed_.load(std::memory_order_acquire)) return health::failed;
  if (draining_.load(std::memory_order_acquire)) return health::draining;
  if (keeper_.disk_low()) return health::disk_low;
  const auto behind = tail_.submitted() - tail_.applied();
  if (behind > node_.settings.load(std::memory_order_acquire)->limits.views_lag_max)
    return health::overloaded;
  return health::ready;
}

settings_state local_engine::apply_settings(std::shared_ptr<const config::settings> next,
                                            const std::function<void()>& rest,
                                            std::chrono::milliseconds at_most) {
  const auto inside = door_.enter();
  if (!inside) return settings_state::refused;
  domain::event e;
  e.type = domain::event_type::config_applied;
  e.at = wall_clock();
  e.config_version = next->version;
  keeper_.apply_settings(next);
  apply_promises(*next);
  node_.settings.store(std::move(next), std::memory_order_release);
  rest();
  reconfigure_routing();
  if (deliverer_) caf::anon_send(deliverer_, changed_atom::value, tail_.committed());
  const std::vector records{std::make_shared<storage::record>(storage::encode(e, node_.name))};
  const auto settled = std::make_shared<std::promise<commit_state>>();  // the writer's, until it has said so
  auto recorded = settled->get_future();
  writer_.submit(records, {.ticket = nullptr, .then = [settled](commit_state s) { settled->set_value(s); }});
  const bool in_time = recorded.wait_for(at_most) == std::future_status::ready;
  return in_time && recorded.get() == commit_state::durable ? settings_state::recorded
                                                            : settings_state::unrecorded;
}

bool local_engine::stop(std::chrono::milliseconds at_most) {
  if (stopped_.exchange(true)) return !failed_.load();
  const auto until = std::chrono::steady_clock::now() + at_most;
  begin_drain();
  eraser_->stop();  // while the actors that it asks are there
  backups_.stop();
  if (outbox_) {
    // What is under way may still be answered: else the next start must take it for unknown.
    outbox_links_.draining.store(true, std::memory_order_release);
    const auto answered_by = until - at_most / 2;
    while (outbox_figures_.under_way.load() > 0 && std::chrono::steady_clock::now() < answered_by) {
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    outbox_links_.client->stop();  // what it ends with is heard by the accounts' actors, while they are there
    feed_.forget(outbox_wake_);
    caf::anon_send(outbox_, close_atom_t::value);
  }
  if (deliverer_) finish_deliveries(until - at_most / 2);
  stop_routing();
  stop_alarm();
  door_.close();
  desk_ = {};
  outbox_ = {};  // nobody is inside who could send to it
  alarm_ = {};
  deliverer_ = {};
  // Everything that entered lies in the mailboxes now, before this. The conversations end first, since what they
  // can't decide goes to the quarantine; then the journal, which settles what all of them handed in.
  for (const auto& p : partitions_) caf::anon_send(p, close_atom_t::value);
  partitions_left_.wait();
  caf::anon_send(quarantine_, close_atom_t::value);
  caf::anon_send(health_, close_atom_t::value);
  partitions_.clear();
  quarantine_ = {};
  health_ = {};
  system_.await_all_actors_done();
  writer_.stop();
  for (storage::partition_number p = 0; p < journal_->partitions(); ++p) ownership_->release(p);
  const bool flushed = keeper_.stop();
  return flushed && !failed_.load() && std::chrono::steady_clock::now() <= until;
}

}  // namespace switchboard::actors
