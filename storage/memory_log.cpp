#include "storage/journal.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <mutex>

namespace switchboard::storage {
namespace {

/// The twin of the journal without a disk: the same answers to the same calls, and a script for the answers
/// that a disk or another machine would give. Any thread: one mutex over all.
class memory_log final : public event_log {
 public:
  memory_log(std::uint64_t epoch, memory_log_script script) : epoch_(epoch), script_(std::move(script)) {}

  commit_outcome commit(claim c, std::span<const record_ptr> records) override {
    std::uint64_t nth = 0;
    {
      const std::lock_guard lock(mutex_);
      nth = ++nth_;
      if (!failed_.empty()) return {log_result::unavailable, 0, 0, failed_};
    }
    if (const log_result r = ask(script_.before, nth); r != log_result::ok)
      return {r, 0, 0, "scripted, not written"};
    commit_outcome outcome;
    std::function<void(log_sequence)> hint;
    {
      const std::lock_guard lock(mutex_);
      const log_sequence before = end() - 1;
      outcome = write(c, records);
      if (end() - 1 > before) hint = hint_;
    }
    if (outcome.result == log_result::ok) {
      if (const log_result r = ask(script_.after, nth); r != log_result::ok)
        outcome = {r, 0, 0, "scripted, written"};
    }
    if (hint) hint(last());
    return outcome;
  }

  log_result ingest(std::uint16_t, std::span<const std::string>) override { return log_result::unavailable; }

  read_outcome read(log_sequence after, std::size_t limit, std::size_t bytes_max) const override {
    const std::lock_guard lock(mutex_);
    read_outcome out{log_result::ok, {}, earliest_, {}};
    if (after >= end() - 1 || limit == 0) return out;
    if (after + 1 < earliest_) {
      out.result = log_result::trimmed;
      out.detail = "sequence " + std::to_string(after + 1) + " is no longer kept";
      return out;
    }
    std::size_t bytes = 0;
    for (log_sequence s = after + 1; s < end() && out.records.size() < limit; ++s) {
      const record_ptr& r = records_[s - earliest_];
      if (!out.records.empty() && bytes + r->bytes.size() > bytes_max) break;
      bytes += r->bytes.size();
      out.records.push_back(r);
    }
    return out;
  }

  void watch(std::function<void(log_sequence)> hint) override {
    const std::lock_guard lock(mutex_);
    hint_ = std::move(hint);
  }

  log_result trim(log_sequence before) override {
    const std::lock_guard lock(mutex_);
    if (!failed_.empty()) return log_result::unavailable;
    const log_sequence limit = std::min(before, end());
    while (!batches_.empty() && earliest_ + batches_.front() <= limit) {
      records_.erase(records_.begin(), records_.begin() + static_cast<std::ptrdiff_t>(batches_.front()));
      earliest_ += batches_.front();
      batches_.pop_front();
    }
    return log_result::ok;
  }

  log_sequence earliest() const override {
    const std::lock_guard lock(mutex_);
    return earliest_;
  }
  log_sequence last() const override {
    const std::lock_guard lock(mutex_);
    return end() - 1;
  }
  std::uint64_t epoch() const override { return epoch_; }
  const cursor_codec& cursors() const override { return cursors_; }

 private:
  log_sequence end() const { return earliest_ + records_.size(); }

  commit_outcome stop(std::string why) {
    failed_ = std::move(why);
    return {log_result::unavailable, 0, 0, failed_};
  }

  /// Not under the lock: a script may wait for what a test asks of this log meanwhile. Unavailable is for ever, scripted
  /// or not: that is what the word promises.
  log_result ask(const std::function<log_result(std::uint64_t)>& step, std::uint64_t nth) {
    const log_result result = step ? step(nth) : log_result::ok;
    if (result == log_result::unavailable) {
      const std::lock_guard lock(mutex_);
      failed_ = "scripted failure of commit " + std::to_string(nth);
    }
    return result;
  }

  commit_outcome write(claim c, std::span<const record_ptr> records) {
    if (c.epoch != epoch_)
      return {
          log_result::fenced, 0, 0,
          "the claim is of epoch " + std::to_string(c.epoch) + ", the log's is " + std::to_string(epoch_)};
    if (records.empty()) return {log_result::ok, end(), end() - 1, {}};
    const log_sequence first = records.front()->sequence;
    for (std::size_t i = 0; i < records.size(); ++i)
      if (records[i]->sequence != first + i) return stop("sequences of a batch must be consecutive");
    if (first == 0 || first > end())
      return stop("the batch starts at sequence " + std::to_string(first) + ", the log ends at " +
                  std::to_string(end() - 1));
    if (first < end()) return repeat(records);
    records_.insert(records_.end(), records.begin(), records.end());
    batches_.push_back(records.size());
    return {log_result::ok, first, end() - 1, {}};
  }

  commit_outcome repeat(std::span<const record_ptr> records) {
    const log_sequence first = records.front()->sequence;
    if (records.back()->sequence >= end()) return stop("neither new nor a repetition");
    if (first < earliest_) return stop("trimmed: nothing to compare with");
    for (const record_ptr& r : records) {
      const record_ptr& stored = records_[r->sequence - earliest_];
      if (stored->bytes != r->bytes || stored->partition != r->partition)
        return {log_result::fenced, 0, 0,
                "another event is stored at sequence " + std::to_string(r->sequence)};
    }
    return {log_result::ok, first, records.back()->sequence, {}};
  }

  const std::uint64_t epoch_;
  const memory_log_script script_;
  const cursor_codec cursors_{0x2a};  // fixed: a test may compare whole texts
  mutable std::mutex mutex_;
  std::deque<record_ptr> records_;   // earliest_, earliest_ + 1, …
  std::deque<std::size_t> batches_;  // sizes of the commits that records_ came in
  log_sequence earliest_ = 1;
  std::uint64_t nth_ = 0;
  std::string failed_;
  std::function<void(log_sequence)> hint_;
};

}  // namespace

std::unique_ptr<event_log> make_memory_log(std::uint64_t epoch, memory_log_script script) {
  return std::make_unique<memory_log>(epoch, std::move(script));
}

}  // namespace switchboard::storage
