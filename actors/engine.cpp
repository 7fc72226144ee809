#include "actors/engine.hpp"

#include "actors/comment_index.hpp"
#include "actors/journal_writer.hpp"
#include "actors/log_feed.hpp"
#include "actors/partition.hpp"
#include "actors/quarantine.hpp"
#include "actors/tail.hpp"
#include "actors/views_keeper.hpp"
#include "storage/codec.hpp"
#include "storage/hash.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <array>
#include <thread>

namespace switchboard::actors {

std::string_view to_word(health h) {
  constexpr std::array<std::string_view, 6> words{"ready",    "starting",   "draining",
                                                  "disk_low", "overloaded", "failed"};
  return words.at(static_cast<std::size_t>(h));
}

namespace {

/// A dead letter names at most so many of a body's unknown accounts.
constexpr std::size_t accounts_named_max = 10;
constexpr std::size_t refold_batch = 4096;
constexpr std::size_t refold_bytes = 16u << 20;

/// Folds what the journal has and the views do not. On start only: nobody reads yet.
expected<void, storage::open_error> refold(const storage::event_log& log, storage::views& v) {
  if (v.reached() > log.last()) {
    return unexpected{storage::open_error{74, "views show event " + std::to_string(v.reached()) +
                                                  " but the journal ends at " + std::to_string(log.last()) +
                                                  ": the journal has lost events; restore it from a backup"}};
  }
  if (v.applied() + 1 < log.earliest()) {
    return unexpected{storage::open_error{
        74, "views end at event " + std::to_string(v.applied()) + " but the journal starts at " +
                std::to_string(log.earliest()) + ": the views are damaged; restore them from a backup"}};
  }
  while (v.applied() < log.last()) {
    auto read = log.read(v.applied(), refold_batch, refold_bytes);
    if (read.result != storage::log_result::ok || read.records.empty()) {
      return unexpected{storage::open_error{74, "journal, behind event " + std::to_string(v.applied()) +
                                                    ": " +
                                                    (read.detail.empty() ? "nothing to read" : read.detail)}};
    }
    if (const auto done = v.apply(read.records); !done) {
      return unexpected{storage::open_error{1, "views: " + done.error().what}};
    }
  }
  return {};
}

caf::actor_system_config& configure(caf::actor_system_config& cfg, const config::settings& s) {
  // Asio's threads and the generator of load want cores too; one worker is enough up to two of them.
  const auto cores = std::max(1u, std::thread::hardware_concurrency());
  const auto workers = s.server.worker_threads > 0 ? s.server.worker_threads : std::max(1u, cores / 2);
  cfg.set("scheduler.max-threads", static_cast<std::size_t>(workers));
  cfg.set("scheduler.max-throughput", static_cast<std::size_t>(200));
  // Stolen work waits this long at most; the default of 10 ms would be the tail of our latency.
  cfg.set("work-stealing.relaxed-sleep-duration", caf::timespan{std::chrono::milliseconds{1}});
  return cfg;
}

class local_engine final : public engine {
 public:
  local_engine(std::shared_ptr<const config::settings> settings, std::unique_ptr<storage::journal> log,
               std::unique_ptr<storage::views> v, committed_handler on_committed)
      : journal_(std::move(log)),
        views_(std::move(v)),
        tail_(journal_->last(), settings->storage.tail_bytes),
        keeper_(
            *journal_, journal_.get(), *views_, tail_, settings, [this] { every_second(); },
            [this](std::string why) { fatal(std::move(why)); }),
        feed_(*journal_, tail_, &keeper_, [this](std::string why) { fatal(std::move(why)); }),
        writer_(
            *journal_, tail_,
            {settings->storage.commit_delay, settings->storage.commit_records_max, &failed_},
            std::move(on_committed),
            [this](storage::log_sequence s) {
              feed_.committed(s);
              keeper_.committed(s);
            },
            [this](std::string why) { fatal(std::move(why)); }),
        system_(configure(actor_config_, *settings)) {
    const auto& identity = journal_->identity();
    node_.views = views_.get();
    node_.tail = &tail_;
    node_.writer = &writer_;
    node_.hash_seed = identity.hash_seed;
    node_.partitions = identity.partitions;
    node_.settings.store(std::move(settings));
    node_.on_fatal = [this](std::string why) { fatal(std::move(why)); };
    node_.on_problem = [this](std::string what) {
      const std::lock_guard lock{fatal_mutex_};
      if (on_problem_) on_problem_(std::move(what));
    };
    for (std::uint16_t p = 0; p < identity.partitions; ++p)
      partitions_.push_back(system_.spawn(partition, &node_));
    quarantine_ = system_.spawn(quarantine, &node_);
    running_.store(true, std::memory_order_release);
  }

  ~local_engine() override { (void)stop(std::chrono::seconds{10}); }

  ingest_counts ingest(const domain::source_id& source, domain::unpacked_body&& body, std::string_view raw,
                       domain::timestamp received_at, const ticket_ptr& t) override;
  void execute(std::string brand, domain::command what, std::function<void(command_result&&)> reply) override;
  void mark_replayed(const domain::dead_letter& d, std::function<void(bool)> reply) override;

  bool read(std::function<void(const storage::views&)> then) override {
    return keeper_.when_applied(tail_.committed(), [this, then = std::move(then)] {
      try {
        then(*views_);
      } catch (const storage::views_failure& e) {
        fatal(std::string("views: ") + e.what());
      }
    });
  }
  feed& events() override { return feed_; }

  engine_stats stats() const override;
  health state() const override;
  std::shared_ptr<const config::settings> settings() const override {
    return node_.settings.load(std::memory_order_acquire);
  }
  void apply_settings(std::shared_ptr<const config::settings> next) override;
  void begin_drain() override { draining_.store(true, std::memory_order_release); }
  bool stop(std::chrono::milliseconds at_most) override;
  void on_problem(std::function<void(std::string)> f) override {
    const std::lock_guard lock{fatal_mutex_};
    on_problem_ = std::move(f);
  }
  void on_fatal(std::function<void(std::string)> f) override {
    const std::lock_guard lock{fatal_mutex_};
    on_fatal_ = std::move(f);
    if (!fatal_why_.empty() && on_fatal_) on_fatal_(fatal_why_);
  }

 private:
  void fatal(std::string why) {
    failed_.store(true, std::memory_order_release);
    const std::lock_guard lock{fatal_mutex_};
    if (!fatal_why_.empty()) return;
    fatal_why_ = std::move(why);
    if (on_fatal_) on_fatal_(fatal_why_);
  }
  void every_second() {
    if (!running_.load(std::memory_order_acquire)) return;
    if (++seconds_ % static_cast<std::uint64_t>(sweep_interval.count()) != 0) return;
    for (const auto& p : partitions_) caf::anon_send(p, sweep_atom::value);
  }
  void deliver(const config::account_settings& account, domain::inbound_event&& e,
               domain::timestamp received_at, const ticket_ptr& t);
  void keep(const domain::source_id& source, const config::account_settings* account, std::string reason,
            std::string detail, std::string raw, domain::timestamp received_at, const ticket_ptr& t);
  domain::thread_id thread_of(const config::account_settings& account, const domain::inbound_event& e);

  std::unique_ptr<storage::journal> journal_;
  std::unique_ptr<storage::views> views_;
  tail tail_;
  std::mutex fatal_mutex_;
  std::string fatal_why_;
  std::function<void(std::string)> on_fatal_, on_problem_;
  std::atomic<bool> failed_{false}, draining_{false}, running_{false}, stopped_{false};
  std::uint64_t seconds_ = 0;
  node node_;
  comment_index comments_;
  std::vector<caf::actor> partitions_;
  caf::actor quarantine_;
  views_keeper keeper_;
  log_feed feed_;
  journal_writer writer_;
  caf::actor_system_config actor_config_;
  caf::actor_system system_;
};

domain::thread_id local_engine::thread_of(const config::account_settings& account,
                                          const domain::inbound_event& e) {
  if (!e.thread_parent.empty()) {
    const auto parent = storage::fingerprint(node_.hash_seed, account.id.value, e.thread_parent, "");
    if (const auto found = comments_.find(parent)) return *found;
    try {
      if (const auto found = views_->find_thread(account.id.value, e.thread_parent)) return *found;
    } catch (const storage::views_failure& why) {
      fatal(std::string("views: ") + why.what());  // from here on nothing is committed
    }
  }
  const auto thread = storage::thread_hash(node_.hash_seed, account.id.value, e.thread, e.thread_key);
  if (e.thread != domain::thread_kind::dm && !e.platform_message_id.empty()) {
    comments_.remember(storage::fingerprint(node_.hash_seed, account.id.value, e.platform_message_id, ""),
                       thread);
  }
  return thread;
}

void local_engine::deliver(const config::account_settings& account, domain::inbound_event&& e,
                           domain::timestamp received_at, const ticket_ptr& t) {
  auto d = std::make_shared<delivery>();
  d->thread = thread_of(account, e);
  d->done = t;
  auto& r = d->what;
  r.brand = account.brand;
  r.account = account.id;
  r.customer = storage::customer_hash(node_.hash_seed, account.id.value,
                                      e.customer_platform_id.empty() ? e.thread_key : e.customer_platform_id);
  r.received_at = received_at;
  r.inbound = std::move(e);
  const auto p = storage::partition_of(d->thread, node_.partitions);
  caf::anon_send(partitions_[p], std::move(d));
}

void local_engine::keep(const domain::source_id& source, const config::account_settings* account,
                        std::string reason, std::string detail, std::string raw,
                        domain::timestamp received_at, const ticket_ptr& t) {
  auto q = std::make_shared<quarantined>();
  auto& letter = q->letter;
  letter.id = storage::dead_letter_hash(node_.hash_seed, source.value, detail, raw);
  letter.source = source;
  if (account) letter.brand = account->brand;
  letter.reason = std::move(reason);
  letter.detail = std::move(detail);
  letter.raw = std::move(raw);
  letter.received_at = received_at;
  q->done.ticket = t;
  caf::anon_send(quarantine_, std::move(q));
}

ingest_counts local_engine::ingest(const domain::source_id& source, domain::unpacked_body&& body,
                                   std::string_view raw, domain::timestamp received_at, const ticket_ptr& t) {
  const auto settings = node_.settings.load(std::memory_order_acquire);
  ingest_counts counts;
  // All of it before the first is handed over, so that the ticket can't be complete too soon.
  t->expect(static_cast<std::uint32_t>(std::max<std::size_t>(1, body.events.size() + body.rejected.size())));
  std::vector<std::string> unknown;
  for (auto& e : body.events) {
    const auto* account = settings->find_account(source.value, e.platform, e.account_platform_id);
    if (account) {
      ++counts.events;
      deliver(*account, std::move(e), received_at, t);
      continue;
    }
    ++counts.quarantined;
    auto named = std::string(to_word(e.platform)) + " " + e.account_platform_id;
    if (std::find(unknown.begin(), unknown.end(), named) == unknown.end() &&
        unknown.size() < accounts_named_max) {
      unknown.push_back(std::move(named));
    }
    // One of them stands for all: the body is kept once, however many accounts it names.
    if (counts.quarantined > 1) writer_.submit({}, {.ticket = t, .then = {}});
  }
  if (counts.quarantined > 0) {
    std::string detail =
        "no [[account]] of source \"" + source.value + "\" has the platform and platform_id of";
    for (const auto& name : unknown) detail += (&name == unknown.data() ? " " : ", ") + name;
    detail += "; add what is missing, reload, and replay this";
    keep(source, nullptr, "unknown-account", std::move(detail), std::string(raw), received_at, t);
  }
  for (auto& r : body.rejected) {
    const config::account_settings* account = nullptr;
    for (std::uint8_t p = 0; p <= static_cast<std::uint8_t>(domain::platform::telegram) && !account; ++p) {
      account = settings->find_account(source.value, static_cast<domain::platform>(p), r.account_platform_id);
    }
    ++counts.quarantined;
    keep(source, account, std::move(r.reason), std::move(r.detail), std::move(r.raw), received_at, t);
  }
  if (body.events.empty() && body.rejected.empty()) writer_.submit({}, {.ticket = t, .then = {}});
  return counts;
}

void local_engine::execute(std::string brand, domain::command what,
                           std::function<void(command_result&&)> reply) {
  auto a = std::make_shared<act>();
  a->thread = std::visit(
      [](const auto& c) {
        if constexpr (requires { c.id.thread; }) {
          return c.id.thread;
        } else {
          return domain::thread_id{};
        }
      },
      what);
  a->brand = std::move(brand);
  a->what = std::move(what);
  a->now = std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  a->reply = std::move(reply);
  const auto p = storage::partition_of(a->thread, node_.partitions);
  caf::anon_send(partitions_[p], std::move(a));
}

void local_engine::mark_replayed(const domain::dead_letter& d, std::function<void(bool)> reply) {
  auto q = std::make_shared<quarantined>();
  q->letter = d;
  q->letter.replayed_at =
      std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  q->replayed = true;
  q->done.then = [reply = std::move(reply)](commit_state s) { reply(s == commit_state::durable); };
  caf::anon_send(quarantine_, std::move(q));
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

void local_engine::apply_settings(std::shared_ptr<const config::settings> next) {
  domain::event e;
  e.type = domain::event_type::config_applied;
  e.at = std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  e.config_version = next->version;
  keeper_.apply_settings(next);
  node_.settings.store(std::move(next), std::memory_order_release);
  const std::vector records{std::make_shared<storage::record>(storage::encode(e, node_.name))};
  writer_.submit(records, {});
}

bool local_engine::stop(std::chrono::milliseconds at_most) {
  if (stopped_.exchange(true)) return !failed_.load();
  const auto until = std::chrono::steady_clock::now() + at_most;
  running_.store(false, std::memory_order_release);
  begin_drain();
  for (const auto& p : partitions_) caf::anon_send(p, close_atom_t::value);
  caf::anon_send(quarantine_, close_atom_t::value);
  partitions_.clear();
  quarantine_ = {};
  system_.await_all_actors_done();
  writer_.stop();
  const bool flushed = keeper_.stop();
  return flushed && !failed_.load() && std::chrono::steady_clock::now() <= until;
}

}  // namespace

std::string to_json(const domain::dead_letter& d) {
  std::string out;
  storage::append_dead_letter(out, d);
  return out;
}

expected<std::unique_ptr<engine>, storage::open_error> engine::start(
    std::shared_ptr<const config::settings> settings, committed_handler on_committed, start_options options) {
  const auto& s = settings->storage;
  storage::journal_options jo;
  jo.data_dir = s.data_dir;
  jo.partitions = s.partitions;
  jo.memtable_bytes = s.journal_memtable_bytes;
  jo.accept_loss = options.accept_loss;
  auto journal = storage::journal::open(jo);
  if (!journal) return unexpected{std::move(journal).error()};

  storage::views_options vo;
  vo.data_dir = s.data_dir;
  vo.unwritten_bytes = s.views_memtable_bytes;
  vo.block_cache_bytes = s.block_cache_bytes;
  vo.seen_window = s.dedup_window;
  vo.hash_seed = (*journal)->identity().hash_seed;
  auto views = storage::views::open(vo);
  if (!views) return unexpected{std::move(views).error()};
  if (const auto done = refold(**journal, **views); !done) return unexpected{done.error()};
  return std::unique_ptr<engine>(
      new local_engine(std::move(settings), std::move(*journal), std::move(*views), std::move(on_committed)));
}

}  // namespace switchboard::actors
