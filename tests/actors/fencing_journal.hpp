#pragma once
// A real journal that answers fenced once a test says that another node has claimed the partitions, and answers nothing
// while it says that the disk is stuck.

#include "storage/journal.hpp"

#include <atomic>
#include <memory>
#include <utility>

namespace switchboard::actors::testing {

class fencing_journal final : public storage::journal {
 public:
  explicit fencing_journal(std::unique_ptr<storage::journal> real) : real_(std::move(real)) {}

  void fence() { fenced_ = true; }
  void be_stuck(bool stuck) {
    stuck_ = stuck;
    stuck_.notify_all();
  }

  storage::commit_outcome commit(const storage::claims& held, std::span<const storage::record_ptr> records,
                                 std::span<const storage::consumption> consumed) override {
    stuck_.wait(true);
    if (fenced_) return {storage::log_result::fenced, 0, 0, "another node has claimed it"};
    return real_->commit(held, records, consumed);
  }
  storage::log_result ingest(std::span<const storage::handover> c) override { return real_->ingest(c); }
  storage::read_outcome read(storage::partition_number of, storage::log_sequence after, std::size_t limit,
                             std::size_t bytes_max) const override {
    return real_->read(of, after, limit, bytes_max);
  }
  void watch(std::function<void(storage::log_sequence)> hint) override { real_->watch(std::move(hint)); }
  storage::log_result trim(storage::partition_number of, storage::log_sequence before) override {
    return real_->trim(of, before);
  }
  storage::log_sequence earliest() const override { return real_->earliest(); }
  storage::log_sequence last() const override { return real_->last(); }
  std::uint64_t epoch() const override { return real_->epoch(); }
  storage::partition_number partitions() const override { return real_->partitions(); }
  const storage::cursor_codec& cursors() const override { return real_->cursors(); }

  const storage::identity& identity() const override { return real_->identity(); }
  std::uint64_t disk_bytes() const override { return real_->disk_bytes(); }
  std::optional<storage::open_error> failure() const override { return real_->failure(); }
  domain::histogram_reading sync_durations() const override { return real_->sync_durations(); }
  expected<storage::rewritten, storage::open_error> erase(const storage::erased_things& what,
                                                          storage::log_sequence up_to,
                                                          const std::atomic<bool>& cancelled) override {
    return real_->erase(what, up_to, cancelled);
  }
  expected<bool, storage::open_error> reclaim(const storage::rewritten& range,
                                              std::atomic<bool>& cancelled) override {
    return real_->reclaim(range, cancelled);
  }
  expected<bool, storage::open_error> reclaim_trimmed(std::atomic<bool>& cancelled) override {
    return real_->reclaim_trimmed(cancelled);
  }
  storage::log_sequence erased_up_to() const override { return real_->erased_up_to(); }
  expected<void, storage::open_error> mark_erased(storage::log_sequence up_to) override {
    return real_->mark_erased(up_to);
  }
  storage::log_sequence first_at_or_after(domain::timestamp t) const override {
    return real_->first_at_or_after(t);
  }
  expected<storage::pinned_files, storage::open_error> pin() const override { return real_->pin(); }
  std::unique_lock<std::mutex> hold_trims() const override { return real_->hold_trims(); }

 private:
  const std::unique_ptr<storage::journal> real_;
  std::atomic<bool> fenced_{false}, stuck_{false};
};

}  // namespace switchboard::actors::testing
