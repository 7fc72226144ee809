// The other half of the eraser: what takes long, since it goes through the whole log and rewrites files.
#include "actors/eraser.hpp"
#include "actors/priority.hpp"
#include "domain/kill_point.hpp"

#include <pthread.h>

#include <chrono>

namespace switchboard::actors {

namespace {

using namespace std::chrono_literals;

/// A reader that still holds a file is done with it soon.
constexpr auto reclaim_again = 100ms;
/// What was trimmed leaves the disk by itself where much is written; where little is, this often it is helped.
constexpr auto trimmed_interval = 1h;

}  // namespace

void eraser::run_shredder() {
  pthread_setname_np(pthread_self(), "shredder");
  stand_behind_io();
  auto trimmed = links_.journal.earliest();
  for (;;) {
    job next;
    {
      std::unique_lock lock{mutex_};
      wake_shredder_.wait_for(lock, trimmed_interval, [this] { return !jobs_.empty() || stopping_; });
      if (stopping_) return;
      if (!jobs_.empty()) {
        next = std::move(jobs_.front());
        jobs_.clear();
      }
    }
    if (!next.erasures.empty()) shred(next);
    if (next.erasures.empty() && links_.journal.earliest() != trimmed) {
      trimmed = links_.journal.earliest();
      (void)reclaim([this] { return links_.journal.reclaim_trimmed(stopping_); });
    }
  }
}

/// Each step may be repeated; the checkpoint moves behind the last.
void eraser::shred(const job& j) {
#ifndef SWITCHBOARD_FAULT_KEEP_FILES  // the planted fault of tests/e2e: what is on the disk stays there
  const auto emptied = links_.journal.erase(*j.things, j.up_to, stopping_);
  if (!emptied) return links_.on_fatal(emptied.error().what, emptied.error().damaged);
  SWITCHBOARD_KILL_POINT("erasure-emptied");
  if (!reclaim([&] { return links_.journal.reclaim(*emptied, stopping_); })) return;
  const auto rows = links_.views.reclaim(j.erasures, j.letters, stopping_);
  if (stopping_.load(std::memory_order_acquire)) return;
  if (!rows) return links_.on_fatal("views: " + rows.error().what, rows.error().damaged);
#endif
  const auto up_to = j.erasures.back().by;
  SWITCHBOARD_KILL_POINT("erasure-reclaimed");
  if (const auto marked = links_.journal.mark_erased(up_to); !marked) {
    return links_.on_fatal(marked.error().what, marked.error().damaged);
  }
  SWITCHBOARD_KILL_POINT("erasure-marked");
  done_.fetch_add(j.erasures.size(), std::memory_order_relaxed);
  try {
    count(links_.views.erasures_behind(up_to, SIZE_MAX));
  } catch (const storage::views_failure& e) {
    return links_.on_fatal(std::string("views: ") + e.what(), e.damaged);
  }
  storage::erased_things left;
  {
    const std::lock_guard lock{mutex_};
    left = things_->behind(up_to);
  }
  hide(std::move(left));
}

/// False: it failed, and the node ends; or it was told to.
bool eraser::reclaim(const std::function<expected<bool, storage::open_error>()>& step) {
  for (;;) {
    const auto done = step();
    if (stopping_.load(std::memory_order_acquire)) return false;
    if (!done) {
      links_.on_fatal(done.error().what, done.error().damaged);
      return false;
    }
    if (*done) return true;
    std::this_thread::sleep_for(reclaim_again);
  }
}

}  // namespace switchboard::actors
