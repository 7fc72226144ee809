#include "actors/journal_writer.hpp"

#include "domain/kill_point.hpp"
#include "storage/cursor.hpp"

#include <pthread.h>

#include <set>

namespace switchboard::actors {

namespace {
/// An `unknown` commit is repeated, identical, this often before the log counts as failed.
constexpr int unknown_repeats_max = 10;
}  // namespace

journal_writer::journal_writer(storage::event_log& log, tail& t, const storage::claims& held,
                               journal_writer_options options, journal_writer_tells tells)
    : log_(log), tail_(t), held_(held), options_(options), tells_(std::move(tells)), thread_([this] {
        run();
      }) {}

journal_writer::~journal_writer() {
  stop();
}

storage::log_sequence journal_writer::submit(std::span<const std::shared_ptr<storage::record>> records,
                                             completion done) {
  bool wake = false;
  storage::log_sequence last = 0;
  {
    const std::lock_guard lock{mutex_};
    tail_.append(records);
    last = tail_.submitted();
    waiting_.push_back({last, std::move(done)});
    wake = std::exchange(idle_, false);
  }
  if (wake) wake_.notify_one();
  return last;
}

void journal_writer::fail(completion done) {
  std::vector<completion> one;
  one.push_back(std::move(done));
  settle(one, commit_state::failed);
}

void journal_writer::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool journal_writer::commit_group(std::vector<std::shared_ptr<storage::record>>& group) {
  const auto may_acknowledge = [this] {
    return !failed() && !(options_.node_failed && options_.node_failed->load(std::memory_order_acquire));
  };
  if (!may_acknowledge()) return false;
  if (group.empty()) return true;
  for (const auto& r : group) log_.cursors().write(r->bytes.data() + r->cursor_at, r->sequence);

  SWITCHBOARD_KILL_POINT("before-commit");
  const std::vector<storage::record_ptr> records{group.begin(), group.end()};
  const auto began = std::chrono::steady_clock::now();
  storage::commit_outcome outcome;
  for (int tries = 0; tries < unknown_repeats_max; ++tries) {
    outcome = log_.commit(held_, records);
    if (outcome.result != storage::log_result::unknown) break;
  }
  if (outcome.result == storage::log_result::ok) {
    commit_durations_.record(std::chrono::steady_clock::now() - began);
    commit_records_.record(records.size());
    return may_acknowledge();
  }
  // Also where some of it was fenced: all partitions share one sequence, so what is behind it can't go without it.
  failed_.store(true, std::memory_order_release);
  if (outcome.result == storage::log_result::fenced) tell_fenced(records);
  tells_.failed("journal: commit of " + std::to_string(group.size()) + " events gave " +
                std::string(to_word(outcome.result)) + ": " + outcome.detail);
  return false;
}

void journal_writer::tell_fenced(std::span<const storage::record_ptr> records) const {
  std::set<storage::partition_number> partitions;
  for (const auto& r : records) partitions.insert(r->partition);
  for (const auto p : partitions) {
    if (const auto epoch = held_.epoch_of(p))
      tells_.fenced({.partition = p, .epoch = epoch});  // else it is lost
  }
}

void journal_writer::settle(std::vector<completion>& done, commit_state s) {
  std::vector<ticket_ptr> tickets;
  tickets.reserve(done.size());
  for (auto& d : done) {
    if (d.ticket && d.ticket->settle(s)) tickets.push_back(std::move(d.ticket));
    if (d.then) d.then(s);
  }
  done.clear();
  if (!tickets.empty()) tells_.tickets(std::move(tickets));
}

void journal_writer::run() {
  pthread_setname_np(pthread_self(), "journal");
  std::vector<std::shared_ptr<storage::record>> group;
  std::vector<completion> done;
  std::chrono::steady_clock::time_point due;  // for the next commit
  for (;;) {
    {
      std::unique_lock lock{mutex_};
      while (waiting_.empty() && !stopping_) {
        idle_ = true;
        wake_.wait(lock);
      }
      if (waiting_.empty() && stopping_) return;
      // Not before it is due: under load that makes of many small syncs a few. A pause is an interval by itself.
      wake_.wait_until(lock, due, [this] { return stopping_; });
      due = std::chrono::steady_clock::now() + options_.commit_interval;
      group.clear();
      tail_.uncommitted(options_.commit_records_max, group);
      const auto up_to = group.empty() ? tail_.committed() : group.back()->sequence;
      std::size_t n = 0;
      while (n < waiting_.size() && waiting_[n].up_to <= up_to) done.push_back(std::move(waiting_[n++].done));
      waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(n));
    }
#ifdef SWITCHBOARD_FAULT_ANSWER_FIRST
    // Planted in tests/faults: what the ledger exists to catch.
    settle(done, commit_state::durable);
#endif
    const bool ok = commit_group(group);
    if (ok && !group.empty()) {
      SWITCHBOARD_KILL_POINT("committed");
      tail_.mark_committed(group.back()->sequence);
      tells_.committed(group.back()->sequence);
    }
    settle(done, ok ? commit_state::durable : commit_state::failed);
    SWITCHBOARD_KILL_POINT("acknowledged");
    // After a failure nothing is committed any more: whatever still comes is failed at once.
    if (!ok) {
      std::unique_lock lock{mutex_};
      for (auto& w : waiting_) done.push_back(std::move(w.done));
      waiting_.clear();
      lock.unlock();
      settle(done, commit_state::failed);
    }
  }
}

}  // namespace switchboard::actors
