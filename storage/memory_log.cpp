#include "storage/memory_log.hpp"

#include "storage/cursor.hpp"
#include "storage/log_rules.hpp"

#include <algorithm>
#include <deque>
#include <mutex>

namespace switchboard::storage {

class memory_disk {
 public:
  explicit memory_disk(partition_number p) : partitions(p) {}

  [[nodiscard]] log_sequence end() const { return earliest + records.size(); }

  const partition_number partitions;
  std::mutex mutex;  // over all that follows
  std::uint64_t epoch = 0;
  std::deque<record_ptr> records;   // earliest, earliest + 1, …
  std::deque<std::size_t> batches;  // sizes of the commits that they came in
  log_sequence earliest = 1;
};

namespace {

class memory_log final : public event_log {
 public:
  explicit memory_log(std::shared_ptr<memory_disk> on)
      : disk_(std::move(on)), epoch_(next_epoch(*disk_)), needless_(disk_->partitions) {}

  commit_outcome commit(const claims& held, std::span<const record_ptr> records,
                        std::span<const consumption> consumed) override {
    commit_outcome outcome;
    std::function<void(log_sequence)> hint;
    {
      const std::lock_guard lock(disk_->mutex);
      if (!failed_.empty()) return {log_result::unavailable, 0, 0, failed_};
      const log_sequence before = disk_->end();
      outcome = write(held, records, consumed);
      if (disk_->end() > before) hint = hint_;
    }
    if (hint) hint(outcome.last);
    return outcome;
  }

  log_result ingest(std::span<const handover>) override { return log_result::unavailable; }

  read_outcome read(partition_number of, log_sequence after, std::size_t limit,
                    std::size_t bytes_max) const override {
    const std::lock_guard lock(disk_->mutex);
    read_outcome out;
    out.result = log_result::ok;
    out.earliest = disk_->earliest;
    out.up_to = after;
    if (after >= disk_->end() - 1 || limit == 0) return out;
    if (after + 1 < disk_->earliest) return trimmed_read(after, disk_->earliest);
    std::size_t bytes = 0;
    std::size_t passed_over = 0;
    for (; out.up_to + 1 < disk_->end() && out.records.size() < limit; ++out.up_to) {
      const record_ptr& r = disk_->records[out.up_to + 1 - disk_->earliest];
      if (of != every_partition && r->partition != of) {
        if (++passed_over > passed_over_max) break;
        continue;
      }
      if (!out.records.empty() && bytes + r->bytes.size() > bytes_max) break;
      bytes += r->bytes.size();
      out.records.push_back(r);
    }
    return out;
  }

  void watch(std::function<void(log_sequence)> hint) override {
    const std::lock_guard lock(disk_->mutex);
    hint_ = std::move(hint);
  }

  log_result trim(partition_number of, log_sequence before) override {
    const std::lock_guard lock(disk_->mutex);
    if (!failed_.empty()) return log_result::unavailable;
    auto& d = *disk_;
    const log_sequence limit = std::min(needless_.raise(of, before), d.end());
    while (!d.batches.empty() && d.earliest + d.batches.front() <= limit) {
      d.records.erase(d.records.begin(), d.records.begin() + static_cast<std::ptrdiff_t>(d.batches.front()));
      d.earliest += d.batches.front();
      d.batches.pop_front();
    }
    return log_result::ok;
  }

  log_sequence earliest() const override {
    const std::lock_guard lock(disk_->mutex);
    return disk_->earliest;
  }
  log_sequence last() const override {
    const std::lock_guard lock(disk_->mutex);
    return disk_->end() - 1;
  }
  std::uint64_t epoch() const override { return epoch_; }
  partition_number partitions() const override { return disk_->partitions; }
  const cursor_codec& cursors() const override { return cursors_; }

 private:
  static std::uint64_t next_epoch(memory_disk& d) {
    const std::lock_guard lock(d.mutex);
    return ++d.epoch;
  }

  commit_outcome stop(std::string why) {
    failed_ = std::move(why);
    return {log_result::unavailable, 0, 0, failed_};
  }

  commit_outcome write(const claims& held, std::span<const record_ptr> records,
                       std::span<const consumption> consumed) {
    auto& d = *disk_;
    if (auto why = why_fenced(held, d.epoch, records)) return {log_result::fenced, 0, 0, *std::move(why)};
    if (auto why = why_not_next(records, consumed, d.end() - 1)) return stop(*std::move(why));
    if (records.empty()) return {log_result::ok, d.end(), d.end() - 1, {}};
    const log_sequence first = records.front()->sequence;
    if (first < d.end()) return repeat(records);
    d.records.insert(d.records.end(), records.begin(), records.end());
    d.batches.push_back(records.size());
    return {log_result::ok, first, d.end() - 1, {}};
  }

  commit_outcome repeat(std::span<const record_ptr> records) {
    const auto& d = *disk_;
    const log_sequence first = records.front()->sequence;
    if (records.back()->sequence >= d.end()) return stop("neither new nor a repetition");
    if (first < d.earliest) return stop("trimmed: nothing to compare with");
    for (const record_ptr& r : records) {
      const record_ptr& stored = d.records[r->sequence - d.earliest];
      if (stored->bytes != r->bytes || stored->partition != r->partition)
        return {log_result::fenced, 0, 0,
                "another event is stored at sequence " + std::to_string(r->sequence)};
    }
    return {log_result::ok, first, records.back()->sequence, {}};
  }

  const std::shared_ptr<memory_disk> disk_;
  const std::uint64_t epoch_;
  const cursor_codec cursors_{0x2a};  // fixed: a test may compare whole texts
  // guarded by the disk's mutex
  trim_marks needless_;
  std::string failed_;
  std::function<void(log_sequence)> hint_;
};

}  // namespace

std::shared_ptr<memory_disk> make_memory_disk(partition_number partitions) {
  return std::make_shared<memory_disk>(partitions);
}

std::unique_ptr<event_log> make_memory_log(std::shared_ptr<memory_disk> on) {
  return std::make_unique<memory_log>(std::move(on));
}

}  // namespace switchboard::storage
