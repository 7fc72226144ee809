#include "storage/journal.hpp"

#include "domain/kill_point.hpp"
#include "storage/codec.hpp"
#include "storage/damage.hpp"
#include "storage/journal_erasing.hpp"
#include "storage/journal_recovery.hpp"
#include "storage/log_rules.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <optional>
#include <system_error>

namespace switchboard::storage {
namespace {

/// One committing thread; readers and the trimmer beside it. What readers need are the two ends, as atomics:
/// a batch is visible to them once last_ says so, which is after its fsync.
class rocks_journal final : public journal {
 public:
  rocks_journal(const journal_options& options, recovered_journal&& from)
      : options_(options),
        identity_(from.identity),
        epoch_(from.extent.epoch),
        cursors_{from.identity.journal_tag},
        database_(std::move(from.database)),
        mark_(std::move(from.mark)),
        newest_at_(from.extent.at),
        erased_(from.extent.erased),
        earliest_(from.extent.earliest),
        last_(from.extent.last),
        needless_(from.identity.partitions) {}

  commit_outcome commit(const claims& held, std::span<const record_ptr> records,
                        std::span<const consumption> consumed) override;
  log_result ingest(std::span<const handover>) override { return log_result::unavailable; }
  read_outcome read(partition_number of, log_sequence after, std::size_t limit,
                    std::size_t bytes_max) const override;
  log_result trim(partition_number of, log_sequence before) override;
  void watch(std::function<void(log_sequence)> hint) override {
    const std::lock_guard lock(hint_mutex_);
    hint_ = std::move(hint);
  }

  log_sequence earliest() const override { return earliest_.load(std::memory_order_acquire); }
  log_sequence last() const override { return last_.load(std::memory_order_acquire); }
  std::uint64_t epoch() const override { return epoch_; }
  partition_number partitions() const override { return identity_.partitions; }
  const cursor_codec& cursors() const override { return cursors_; }
  const storage::identity& identity() const override { return identity_; }
  std::uint64_t disk_bytes() const override;
  std::optional<open_error> failure() const override;
  domain::histogram_reading sync_durations() const override { return database_->sync_durations(); }
  log_sequence first_at_or_after(domain::timestamp t) const override;
  expected<pinned_files, open_error> pin() const override {
    auto files = database_->pin();
    if (!files) return unexpected(open_error{.what = std::move(files).error()});
    return *std::move(files);
  }
  std::unique_lock<std::mutex> hold_trims() const override { return std::unique_lock(trim_mutex_); }

  expected<rewritten, open_error> erase(const erased_things& what, log_sequence up_to,
                                        const std::atomic<bool>& cancelled) override;
  expected<bool, open_error> reclaim(const rewritten& range, std::atomic<bool>& cancelled) override;
  expected<bool, open_error> reclaim_trimmed(std::atomic<bool>& cancelled) override;
  log_sequence erased_up_to() const override { return erased_.load(std::memory_order_acquire); }
  expected<void, open_error> mark_erased(log_sequence up_to) override;

 private:
  commit_outcome write(std::span<const record_ptr> records);
  commit_outcome repeat(std::span<const record_ptr> records);
  /// Nothing more is written by this process: RocksDB's own state is unknown after an error, and what the
  /// failed write left in the WAL too. A restart recovers, and redelivery meets the dedup keys.
  commit_outcome stop(std::string why, bool damaged = false);
  [[nodiscard]] unexpected<open_error> erasing_failed(std::string_view what, const std::string& why,
                                                      bool damaged) const {
    return unexpected(
        open_error{.damaged = damaged, .what = database_->path() + ": " + std::string(what) + ": " + why});
  }
  [[nodiscard]] unexpected<open_error> erasing_failed(std::string_view what,
                                                      const rocksdb::Status& why) const {
    return erasing_failed(what, why.ToString(), is_damage(why));
  }
  read_outcome fill(read_outcome&& out, partition_number of, log_sequence last, std::size_t limit,
                    std::size_t bytes_max) const;
  log_result forget(log_sequence before);

  const journal_options options_;
  const storage::identity identity_;
  const std::uint64_t epoch_;
  const cursor_codec cursors_;
  const std::unique_ptr<journal_database> database_;
  const std::unique_ptr<watermark_file> mark_;
  batch_writer writer_;          // of the committing thread
  domain::timestamp newest_at_;  // of the committing thread
  std::atomic<log_sequence> erased_;
  std::atomic<log_sequence> earliest_;
  std::atomic<log_sequence> last_;
  std::mutex hint_mutex_;
  std::function<void(log_sequence)> hint_;
  mutable std::mutex trim_mutex_;
  trim_marks needless_;  // guarded by trim_mutex_
  mutable std::mutex stop_mutex_;
  std::atomic<bool> is_stopped_ = false;
  open_error why_stopped_;  // guarded by stop_mutex_
};

commit_outcome rocks_journal::stop(std::string why, bool damaged) {
  const std::lock_guard lock(stop_mutex_);
  if (!is_stopped_.load(std::memory_order_relaxed))
    why_stopped_ = {.damaged = damaged, .what = std::move(why)};
  is_stopped_.store(true, std::memory_order_release);
  return {log_result::unavailable, 0, 0, why_stopped_.what};
}

std::optional<open_error> rocks_journal::failure() const {
  if (!is_stopped_.load(std::memory_order_acquire)) return std::nullopt;
  const std::lock_guard lock(stop_mutex_);
  return why_stopped_;
}

commit_outcome rocks_journal::commit(const claims& held, std::span<const record_ptr> records,
                                     std::span<const consumption> consumed) {
  if (mark_ == nullptr)
    return {log_result::unavailable, 0, 0, database_->path() + ": opened for reading only"};
  if (auto why = failure()) return {log_result::unavailable, 0, 0, std::move(why->what)};
  if (auto why = why_fenced(held, epoch_, records)) return {log_result::fenced, 0, 0, *std::move(why)};
  if (auto why = why_not_next(records, consumed, last())) return stop(*std::move(why));
  if (records.empty()) return {log_result::ok, last() + 1, last(), {}};
  const log_sequence first = records.front()->sequence;
  return first <= last() ? repeat(records) : write(records);
}

commit_outcome rocks_journal::write(std::span<const record_ptr> records) {
  const log_sequence first = records.front()->sequence;
  const log_sequence last = records.back()->sequence;
  if (const std::uint64_t size = batch_writer::size_of(records); size > batch_bytes_max)
    return stop("a batch of " + std::to_string(size) + " bytes is over the limit of " +
                std::to_string(batch_bytes_max));
  const domain::timestamp at = std::max(newest_at_, records.front()->at);
  const auto value = writer_.lay_out(epoch_, at, records);
  if (!value) return stop(database_->path() + ": " + value.error().what);
  const rocksdb::Status status = database_->put_batch(first, *value, options_.sync);
  if (!status.ok())
    return stop(database_->path() + ": writing sequences " + std::to_string(first) + " to " +
                    std::to_string(last) + " failed: " + status.ToString(),
                is_damage(status));  // that a compaction came upon
  if (auto marked = mark_->advance({last, epoch_}); !marked) return stop(marked.error().what);
  newest_at_ = at;
  last_.store(last, std::memory_order_release);
  {
    const std::lock_guard lock(hint_mutex_);
    if (hint_) hint_(last);
  }
  return {log_result::ok, first, last, {}};
}

commit_outcome rocks_journal::repeat(std::span<const record_ptr> records) {
  const log_sequence first = records.front()->sequence;
  const log_sequence last = records.back()->sequence;
  if (last > this->last())
    return stop("sequences " + std::to_string(first) + " to " + std::to_string(last) +
                " are neither new nor a repetition: the journal ends at " + std::to_string(this->last()));
  batch_iterator walk(*database_);
  auto batch = walk.seek(first);
  std::size_t compared = 0;
  while (batch && *batch != nullptr && compared < records.size()) {
    const batch_view& stored = **batch;
    const log_sequence want = first + compared;
    if (want < stored.first || want > stored.last()) break;
    for (std::size_t i = want - stored.first; i < stored.records.size() && compared < records.size();
         ++i, ++compared)
      if (stored.records[i].bytes != records[compared]->bytes ||
          stored.records[i].partition != records[compared]->partition)
        return {log_result::fenced, 0, 0,
                "another event is stored at sequence " + std::to_string(first + compared)};
    batch = walk.next();
  }
  if (!batch) return stop(batch.error().what, batch.error().damaged());
  if (compared < records.size())
    return stop("sequence " + std::to_string(first + compared) +
                " was trimmed or is missing: nothing to compare with");
  return {log_result::ok, first, last, {}};
}

read_outcome rocks_journal::read(partition_number of, log_sequence after, std::size_t limit,
                                 std::size_t bytes_max) const {
  read_outcome out;
  out.result = log_result::ok;
  out.up_to = after;
  const log_sequence last = this->last();
  out.earliest = earliest();
  if (after >= last || limit == 0) return out;
  if (after + 1 >= out.earliest) out = fill(std::move(out), of, last, limit, bytes_max);
  if (const log_sequence now = earliest(); after + 1 < now)  // maybe trimmed under the walk
    return trimmed_read(after, now);
  return out;
}

read_outcome rocks_journal::fill(read_outcome&& out, partition_number of, log_sequence last,
                                 std::size_t limit, std::size_t bytes_max) const {
  const auto failed = [&](std::string what, bool by_damage) {
    return read_outcome{log_result::unavailable, {}, out.earliest, std::move(what), by_damage, out.up_to};
  };
  log_sequence want = out.up_to + 1;
  std::size_t bytes = 0;
  std::size_t passed_over = 0;
  batch_iterator walk(*database_);
  for (auto batch = walk.seek(want); want <= last; batch = walk.next()) {
    if (!batch)
      return failed(batch.error().what + "; reading on from sequence " + std::to_string(want),
                    batch.error().damaged());
    if (*batch == nullptr || want < (*batch)->first || want > (*batch)->last())
      return failed(database_->path() + ": sequence " + std::to_string(want) + " is missing", true);
    const batch_view& stored = **batch;
    for (std::size_t i = want - stored.first; i < stored.records.size() && want <= last; ++i, ++want) {
      const stored_record& s = stored.records[i];
      const bool asked_for = of == every_partition || s.partition == of;
      if (asked_for
              ? out.records.size() == limit || (!out.records.empty() && bytes + s.bytes.size() > bytes_max)
              : ++passed_over > passed_over_max)
        return std::move(out);
      if (!asked_for) {
        out.up_to = want;
        continue;
      }
      auto decoded = decode_record(std::string(s.bytes));
      if (!decoded)
        return failed(database_->path() + ": the event at sequence " + std::to_string(want) +
                          " is not readable: " + decoded.error().what,
                      true);
      bytes += s.bytes.size();
      decoded->sequence = want;
      decoded->partition = s.partition;
      out.records.push_back(std::make_shared<const record>(*std::move(decoded)));
      out.up_to = want;
    }
    if (out.records.size() == limit) break;  // no need to load the next batch
  }
  return std::move(out);
}

log_result rocks_journal::trim(partition_number of, log_sequence before) {
  const std::lock_guard lock(trim_mutex_);
  if (mark_ == nullptr || failure()) return log_result::unavailable;
  return forget(needless_.raise(of, before));
}

log_result rocks_journal::forget(log_sequence before) {
  const log_sequence end = last() + 1;
  log_sequence keep = std::min(before, end);
  if (keep <= earliest()) return log_result::ok;
  if (keep < end) {
    batch_iterator walk(*database_);
    const auto batch = walk.seek(keep);
    if (!batch || *batch == nullptr) {
      static_cast<void>(stop(batch ? database_->path() + ": sequence " + std::to_string(keep) + " is missing"
                                   : batch.error().what,
                             batch || batch.error().damaged()));
      return log_result::unavailable;
    }
    keep = (*batch)->first;
    if (keep <= earliest()) return log_result::ok;
  }
  earliest_.store(keep, std::memory_order_release);  // first: a reader that misses a batch looks here again
  SWITCHBOARD_KILL_POINT("trimming");
  if (const rocksdb::Status status = database_->forget_before(keep); !status.ok()) {
    static_cast<void>(stop(database_->path() + ": trimming failed: " + status.ToString(), is_damage(status)));
    return log_result::unavailable;
  }
  SWITCHBOARD_KILL_POINT("trimmed");
  return log_result::ok;
}

log_sequence rocks_journal::first_at_or_after(domain::timestamp t) const {
  const log_sequence end = last() + 1;
  batch_iterator walk(*database_);
  // Invariant: batches that start before `low` are older than t, those that start at or behind `high` are
  // not.
  log_sequence low = earliest();
  log_sequence high = end;
  while (low < high) {
    const auto batch = walk.seek(low + (high - low) / 2);
    if (!batch || *batch == nullptr) return earliest();  // unreadable or trimmed meanwhile: forget nothing
    if ((*batch)->at >= t)
      high = (*batch)->first;
    else
      low = (*batch)->last() + 1;
  }
  if (low == earliest()) return low;
  // The batch before `low` began before t; t may fall into it.
  const auto batch = walk.seek(low - 1);
  if (!batch || *batch == nullptr) return low;
  for (std::size_t i = 0; i < (*batch)->records.size(); ++i) {
    const auto decoded = decode_record(std::string((*batch)->records[i].bytes));
    if (decoded && decoded->at >= t) return (*batch)->first + i;
  }
  return low;
}

std::uint64_t rocks_journal::disk_bytes() const {
  std::uint64_t bytes = 0;
  std::error_code error;
  std::filesystem::directory_iterator file(database_->path(), error);
  for (; !error && file != std::filesystem::directory_iterator(); file.increment(error)) {
    std::error_code vanished;  // files come and go under the walk
    const std::uint64_t size = file->file_size(vanished);
    if (!vanished) bytes += size;
  }
  return bytes;
}

expected<rewritten, open_error> rocks_journal::erase(const erased_things& what, log_sequence up_to,
                                                     const std::atomic<bool>& cancelled) {
  if (mark_ == nullptr) return erasing_failed("erasing", "opened for reading only", false);
  // A batch that was trimmed meanwhile must not come back.
  const auto put = [this](log_sequence first, std::string_view value) {
    const std::lock_guard lock(trim_mutex_);
    if (first < earliest()) return rocksdb::Status::OK();
    return database_->replace_batch(first, value);
  };
  auto done = journal_rewriter(*database_, identity_.hash_seed, put)
                  .run(what, earliest(), std::min(up_to, last()), cancelled);
  if (!done) return erasing_failed("erasing", done.error().what, done.error().damaged());
  return *done;
}

expected<bool, open_error> rocks_journal::reclaim(const rewritten& range, std::atomic<bool>& cancelled) {
  if (range.first == 0 || !options_.reclaim) return true;
  const auto before = database_->files();
  const auto status = database_->reclaim(range.first, range.last, true, cancelled);
  if (cancelled.load(std::memory_order_acquire)) return false;
  if (!status.ok()) return erasing_failed("rewriting the files", status);
  return !database_->has_leftovers(before);
}

expected<bool, open_error> rocks_journal::reclaim_trimmed(std::atomic<bool>& cancelled) {
  const auto status = database_->reclaim(0, earliest() - 1, false, cancelled);
  if (cancelled.load(std::memory_order_acquire)) return false;
  if (!status.ok()) return erasing_failed("giving back what was trimmed", status);
  return true;
}

expected<void, open_error> rocks_journal::mark_erased(log_sequence up_to) {
  if (const auto status = database_->put_erased(up_to); !status.ok()) {
    return erasing_failed("remembering what was erased", status);
  }
  erased_.store(up_to, std::memory_order_release);
  return {};
}

}  // namespace

expected<std::unique_ptr<journal>, open_error> journal::open(const journal_options& options) {
  auto recovered = recover_journal(options);
  if (!recovered) return unexpected(std::move(recovered).error());
  return std::unique_ptr<journal>(std::make_unique<rocks_journal>(options, *std::move(recovered)));
}

}  // namespace switchboard::storage
