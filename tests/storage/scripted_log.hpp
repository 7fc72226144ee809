#pragma once
// A log, any of them, whose answers a test decides: what a disk or another machine would answer on a bad day.

#include "storage/log.hpp"

#include <atomic>
#include <cstdint>
#include <functional>

namespace switchboard::storage::testing {

/// The answer to the n-th commit (from 1); none: as the log says.
struct log_script {
  std::function<log_result(std::uint64_t nth)> before;  ///< other than ok: not written, that result
  std::function<log_result(std::uint64_t nth)> after;   ///< other than ok: written, that result
};

[[nodiscard]] inline log_script answers_once(std::uint64_t nth, log_result result, bool written) {
  const auto step = [=](std::uint64_t n) { return n == nth ? result : log_result::ok; };
  return written ? log_script{{}, step} : log_script{step, {}};
}

class scripted_log final : public event_log {
 public:
  scripted_log(event_log& under, log_script script) : under_(under), script_(std::move(script)) {}

  commit_outcome commit(const claims& held, std::span<const record_ptr> records,
                        std::span<const consumption> consumed = {}) override {
    const auto nth = ++nth_;
    if (unavailable_) return {log_result::unavailable, 0, 0, "scripted, for ever"};
    if (const log_result r = ask(script_.before, nth); r != log_result::ok)
      return {r, 0, 0, "scripted, not written"};
    auto outcome = under_.commit(held, records, consumed);
    if (outcome.result != log_result::ok) return outcome;
    if (const log_result r = ask(script_.after, nth); r != log_result::ok)
      return {r, 0, 0, "scripted, written"};
    return outcome;
  }
  log_result ingest(std::span<const handover> commands) override { return under_.ingest(commands); }
  read_outcome read(partition_number of, log_sequence after, std::size_t limit,
                    std::size_t bytes_max) const override {
    return under_.read(of, after, limit, bytes_max);
  }
  void watch(std::function<void(log_sequence)> hint) override { under_.watch(std::move(hint)); }
  log_result trim(partition_number of, log_sequence before) override { return under_.trim(of, before); }
  log_sequence earliest() const override { return under_.earliest(); }
  log_sequence last() const override { return under_.last(); }
  std::uint64_t epoch() const override { return under_.epoch(); }
  partition_number partitions() const override { return under_.partitions(); }
  const cursor_codec& cursors() const override { return under_.cursors(); }

 private:
  /// Unavailable is for ever, scripted or not: that is what the word promises.
  log_result ask(const std::function<log_result(std::uint64_t)>& step, std::uint64_t nth) {
    const log_result result = step ? step(nth) : log_result::ok;
    if (result == log_result::unavailable) unavailable_ = true;
    return result;
  }

  event_log& under_;
  const log_script script_;
  std::atomic<std::uint64_t> nth_{0};
  std::atomic<bool> unavailable_{false};
};

}  // namespace switchboard::storage::testing
