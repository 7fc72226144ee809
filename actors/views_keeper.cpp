#include "actors/views_keeper.hpp"

#include "actors/priority.hpp"

#include <pthread.h>

#include <algorithm>

namespace switchboard::actors {

namespace {

using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// Nobody waits: the views follow this far behind, so that one write covers many events of a conversation.
constexpr auto apply_interval = 50ms;
/// … unless so many records have gathered.
constexpr std::size_t apply_batch = 2048;
/// After a crash at most so much of the log is folded in again.
constexpr auto flush_interval = 60s;
constexpr storage::log_sequence flush_records = 250'000;
constexpr auto check_interval = 1s;
constexpr int reader_threads = 2;

}  // namespace

views_keeper::views_keeper(storage::event_log& log, storage::journal* trimmed, storage::views& v, tail& t,
                           config::settings_ptr settings, std::function<void()> on_second,
                           std::function<void(std::string)> on_fatal)
    : log_(log),
      journal_(trimmed),
      views_(v),
      tail_(t),
      on_second_(std::move(on_second)),
      on_fatal_(std::move(on_fatal)),
      settings_(std::move(settings)) {
  waiting_max_ = settings_->limits.reads_waiting_max;
  next_flush_ = clock::now() + flush_interval;
  housekeeping();
  for (int i = 0; i < reader_threads; ++i) readers_.emplace_back([this] { run_reader(); });
  thread_ = std::thread([this] { run(); });
}

views_keeper::~views_keeper() {
  stop();
}

void views_keeper::committed(storage::log_sequence s) {
  // Below a full batch the interval's own wake-up is soon enough; a wake-up per commit would cost the hot
  // path.
  if (s - tail_.applied() < apply_batch) return;
  bool wake = false;
  {
    const std::lock_guard lock{mutex_};
    wake = !std::exchange(urgent_, true);
  }
  if (wake) wake_.notify_one();
}

// The bound holds at the entrance only: once it is over, a release can never find the readers' queue full.
bool views_keeper::accept(std::atomic<std::size_t>& counted) {
  if (counted.fetch_add(1, std::memory_order_relaxed) < waiting_max_.load(std::memory_order_relaxed))
    return true;
  counted.fetch_sub(1, std::memory_order_relaxed);
  return false;
}

bool views_keeper::when_applied(storage::log_sequence s, std::function<void()> then) {
  if (!accept(reads_)) return false;
  {
    // Under the lock to the end: the last release must come either before the look at `stopping_` or after the
    // entry into `waiting_`.
    const std::lock_guard lock{mutex_};
    if (stopping_) {
      reads_.fetch_sub(1, std::memory_order_relaxed);
      return false;
    }
    if (tail_.applied() >= s) {
      queue(std::move(then), reads_);
      return true;
    }
    waiting_.push_back({s, std::move(then)});
    urgent_ = true;
  }
  wake_.notify_one();
  return true;
}

bool views_keeper::on_reader_thread(std::function<void()> work) {
  if (!accept(works_)) return false;
  const std::lock_guard lock{mutex_};
  if (stopping_) {
    works_.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }
  queue(std::move(work), works_);
  return true;
}

void views_keeper::queue(std::function<void()> work, std::atomic<std::size_t>& counted) {
  {
    const std::lock_guard lock{jobs_mutex_};
    jobs_.push_back({std::move(work), &counted});
  }
  jobs_wake_.notify_one();
}

void views_keeper::apply_settings(config::settings_ptr next) {
  const std::lock_guard lock{mutex_};
  waiting_max_ = next->limits.reads_waiting_max;
  settings_ = std::move(next);
}

bool views_keeper::stop() {
  {
    const std::lock_guard lock{mutex_};
    if (std::exchange(stopping_, true)) return !failed_;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  {
    const std::lock_guard lock{jobs_mutex_};
    jobs_stopping_ = true;
  }
  jobs_wake_.notify_all();
  for (auto& r : readers_) r.join();
  readers_.clear();
  return !failed_;
}

void views_keeper::run_reader() {
  pthread_setname_np(pthread_self(), "reader");
  for (;;) {
    job next;
    {
      std::unique_lock lock{jobs_mutex_};
      jobs_wake_.wait(lock, [this] { return !jobs_.empty() || jobs_stopping_; });
      if (jobs_.empty()) return;
      next = std::move(jobs_.front());
      jobs_.pop_front();
    }
    next.counted->fetch_sub(1, std::memory_order_relaxed);
    next.work();
  }
}

bool views_keeper::apply_pending() {
  std::vector<storage::record_ptr> records;
  while (tail_.applied() < tail_.committed() && !failed_) {
    records.clear();
    if (!tail_.committed_after(tail_.applied(), apply_batch, records)) {
      failed_ = true;
      on_fatal_("views: the log's tail no longer holds what must be applied next");
      return false;
    }
    const auto began = clock::now();
    if (const auto done = views_.apply(records); !done) {
      failed_ = true;
      on_fatal_("views: " + done.error().what);
      return false;
    }
    apply_durations_.record(clock::now() - began);
    tail_.mark_applied(records.back()->sequence);
    release_readers();
  }
  return !failed_;
}

void views_keeper::release_readers() {
  const auto applied = tail_.applied();
  std::vector<waiting> ready;
  {
    const std::lock_guard lock{mutex_};
    const auto late = std::stable_partition(waiting_.begin(), waiting_.end(),
                                            [&](const waiting& w) { return w.up_to <= applied; });
    ready.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(late));
    waiting_.erase(waiting_.begin(), late);
  }
  for (auto& w : ready) queue(std::move(w.then), reads_);
}

void views_keeper::housekeeping() {
  const auto now = clock::now();
  if (now < next_check_) return;
  next_check_ = now + check_interval;
  config::settings_ptr s;
  {
    const std::lock_guard lock{mutex_};
    s = settings_;
  }
  const auto free_bytes = storage::free_disk_bytes(s->storage.data_dir);
  free_bytes_.store(free_bytes, std::memory_order_relaxed);
  disk_low_.store(free_bytes < s->storage.free_space_min_bytes, std::memory_order_relaxed);
  if (thread_.joinable()) on_second_();
  if (now >= next_flush_ || views_.applied() - views_.flushed() >= flush_records) flush_and_trim();
}

void views_keeper::flush_and_trim() {
  next_flush_ = clock::now() + flush_interval;
  if (views_.flushed() < views_.applied()) {
    if (const auto done = views_.flush(); !done) {
      failed_ = true;
      on_fatal_("views: " + done.error().what);
      return;
    }
  }
  if (!journal_) return;
  config::settings_ptr s;
  {
    const std::lock_guard lock{mutex_};
    s = settings_;
  }
  const auto horizon = std::chrono::time_point_cast<std::chrono::microseconds>(
      std::chrono::system_clock::now() - s->storage.retention_age);
  auto before = journal_->first_at_or_after(horizon);
  if (const auto limit = s->storage.retention_bytes; limit > 0 && journal_->disk_bytes() > limit) {
    // By size: drop the oldest share that is over, in proportion, since records are of one kind.
    const auto kept = log_.last() - log_.earliest() + 1;
    const auto over =
        static_cast<double>(journal_->disk_bytes() - limit) / static_cast<double>(journal_->disk_bytes());
    before = std::max(before,
                      log_.earliest() + static_cast<storage::log_sequence>(static_cast<double>(kept) * over));
  }
  before = std::min(before, views_.flushed() + 1);
  // A router's state is the log from its last save on.
  if (const auto needed = views_.routers_need()) before = std::min(before, *needed);
  if (before <= log_.earliest()) return;
  if (log_.trim(storage::every_partition, before) != storage::log_result::ok)
    on_fatal_("journal: trimming failed");
}

void views_keeper::run() {
  pthread_setname_np(pthread_self(), "views");
  stand_behind_io();
  for (;;) {
    bool last = false;
    {
      std::unique_lock lock{mutex_};
      wake_.wait_for(lock, apply_interval, [this] { return urgent_ || stopping_; });
      urgent_ = false;
      last = stopping_;
    }
    apply_pending();
    release_readers();
    if (failed_) return;
    if (last) {
      flush_and_trim();
      return;
    }
    housekeeping();
  }
}

}  // namespace switchboard::actors
