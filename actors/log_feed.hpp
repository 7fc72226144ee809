#pragma once
// The feed over one machine's log: the tail in memory first, the journal on disk behind it.

#include "actors/feed.hpp"
#include "actors/tail.hpp"
#include "actors/views_keeper.hpp"
#include "storage/erasing.hpp"
#include "storage/log.hpp"

#include <atomic>
#include <map>
#include <mutex>

namespace switchboard::actors {

/// The record as the log will have it once it is erased; null: it stays as it is.
[[nodiscard]] std::shared_ptr<storage::record> without_contents(const storage::record& r,
                                                                std::uint64_t hash_seed);

class log_feed : public feed {
 public:
  /// `on_fatal`: the log could not be read, `damaged` as storage::read_outcome has it; thread-safe.
  log_feed(const storage::event_log& log, const tail& t, views_keeper* readers,
           std::function<void(std::string why, bool damaged)> on_fatal)
      : log_(log), tail_(t), readers_(readers), on_fatal_(std::move(on_fatal)) {}

  [[nodiscard]] expected<storage::log_sequence, cursor_problem> position(
      std::string_view from) const override;
  [[nodiscard]] std::string cursor(storage::log_sequence position) const override;
  [[nodiscard]] bool in_memory(storage::log_sequence after) const override {
    return tail_.holds_after(after);
  }
  [[nodiscard]] pulled pull(storage::log_sequence after, const stream_filter& f, std::size_t limit,
                            std::size_t bytes_max, std::size_t scan_max) const override;
  bool on_reader_thread(std::function<void()> work) override;
  std::uint64_t on_commit(std::function<void(storage::log_sequence)> wake) override;
  void forget(std::uint64_t key) override;

  /// From now on these are shown emptied, until the log itself is. Null: nothing. Any thread.
  void hide(storage::erased_things_ptr what, std::uint64_t hash_seed) {
    hash_seed_.store(hash_seed, std::memory_order_relaxed);
    hidden_.store(std::move(what), std::memory_order_release);
  }

  /// From the journal's thread.
  void committed(storage::log_sequence s);

 private:
  const storage::event_log& log_;
  const tail& tail_;
  views_keeper* readers_;
  std::function<void(std::string, bool)> on_fatal_;
  std::atomic<storage::erased_things_ptr> hidden_;
  std::atomic<std::uint64_t> hash_seed_{0};
  std::mutex mutex_;
  std::map<std::uint64_t, std::function<void(storage::log_sequence)>> wakes_;
  std::uint64_t next_key_ = 1;
};

}  // namespace switchboard::actors
