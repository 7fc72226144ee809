#pragma once
// What the engine says of itself: for health, metrics and who operates it.

#include "domain/histogram.hpp"
#include "storage/record.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace switchboard::actors {

enum class health : std::uint8_t { ready, starting, draining, disk_low, overloaded, failed };
[[nodiscard]] std::string_view to_word(health);

struct engine_stats {
  health state = health::starting;
  storage::log_sequence submitted = 0, committed = 0, applied = 0, flushed = 0, earliest = 0;
  std::uint64_t resident_conversations = 0;
  std::uint64_t passivated = 0, woken = 0;
  std::uint64_t duplicates = 0, dead_letters = 0, commits = 0;
  std::uint64_t journal_bytes = 0, views_bytes = 0, free_disk_bytes = 0;
  std::uint64_t conversations = 0;
  std::uint64_t erasures_pending = 0, erasures_done = 0;
  std::chrono::seconds erasure_oldest{0};  ///< since when the oldest of the pending ones waits
  struct outbox_stats {
    std::uint64_t attempts = 0, retried = 0, sent = 0, failed = 0, unknown = 0, unresolved = 0;
    std::uint64_t signals_told = 0, signals_failed = 0, signals_dropped = 0;
    std::uint64_t waiting = 0, under_way = 0;
  };
  outbox_stats outbox;
  struct alarm_stats {
    std::uint64_t armed = 0;  ///< conversations of which something is due ahead
    std::uint64_t woken = 0, retried = 0;
    domain::histogram_reading lateness;  ///< from when it was due until it was durable
    std::chrono::microseconds wall_ahead{
        0};  ///< of the clock that promises are measured by; zero: it is the same
  };
  alarm_stats alarm;
  std::uint64_t accounts_refused = 0, accounts_lapsed = 0, accounts_failing = 0,
                accounts_unasked = 0;  ///< as the health of accounts has it
  domain::histogram_reading commit_durations, commit_records, sync_durations, apply_durations;
};

/// Of the backup that runs, or of the one that ran last.
struct backup_progress {
  enum class phase : std::uint8_t { none, running, done, failed };
  phase state = phase::none;
  std::string path;                           ///< where it is put
  storage::log_sequence first = 0, last = 0;  ///< what its journal holds; once it is done
  std::uint64_t files = 0;                    ///< once it is done
  std::uint64_t bytes = 0, bytes_all = 0;     ///< copied and checked so far, and in all
  std::string problem;                        ///< failed: a sentence that names the file
};
[[nodiscard]] std::string_view to_word(backup_progress::phase);

}  // namespace switchboard::actors
