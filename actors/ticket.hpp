#pragma once
// One request whose answer waits for the journal.

#include "domain/ids.hpp"

#include <atomic>
#include <cassert>
#include <cstdint>
#include <memory>
#include <string_view>

namespace switchboard::actors {

enum class commit_state : std::uint8_t { durable, failed };

/// Elements of a body; together they are all of it.
struct ingest_counts {
  std::uint32_t events = 0;
  std::uint32_t quarantined = 0;
  std::uint32_t undecided = 0;  ///< of the quarantined: understood, but their thread could not decide them
};

/// One request whose answer waits for the journal. Whoever hands work in derives from it; the journal's
/// thread gives all tickets of a group commit back at once.
class ticket {
 public:
  virtual ~ticket() = default;
  /// One more command of this request is under way. Before it is handed in.
  void expect(std::uint32_t commands = 1) { open_.fetch_add(commands, std::memory_order_relaxed); }
  /// One command's events are durable (or failed). True for the last one.
  [[nodiscard]] bool settle(commit_state s) {
    if (s == commit_state::failed) failed_.store(true, std::memory_order_relaxed);
    const auto open = open_.fetch_sub(1, std::memory_order_acq_rel);
    assert(open > 0);  // else it was given back already, and its request answered too soon
    return open == 1;
  }
  [[nodiscard]] commit_state outcome() const {
    return failed_.load(std::memory_order_acquire) ? commit_state::failed : commit_state::durable;
  }

  // -- what came in, for an event of it that turns out not to be decidable: it is kept as a dead letter ----
  /// By engine::ingest, before the first command is handed in.
  void brings(const domain::source_id& source, std::string_view raw, bool one_brand, ingest_counts counts) {
    source_ = source;
    raw_ = raw;
    one_brand_ = one_brand;
    counts_ = counts;
  }
  [[nodiscard]] const domain::source_id& source() const { return source_; }
  [[nodiscard]] std::string_view raw() const { return raw_; }
  /// Nothing in `raw` is of another brand than the event's.
  [[nodiscard]] bool one_brand() const { return one_brand_; }
  /// Before the event's command settles.
  void count_undecided() { undecided_.fetch_add(1, std::memory_order_relaxed); }
  /// What became of the elements; final once all has settled.
  [[nodiscard]] ingest_counts counts() const {
    auto c = counts_;
    c.undecided = undecided_.load(std::memory_order_acquire);
    c.events -= c.undecided;
    c.quarantined += c.undecided;
    return c;
  }

 private:
  domain::source_id source_;
  std::string_view raw_;
  bool one_brand_ = false;
  ingest_counts counts_;
  std::atomic<std::uint32_t> undecided_{0};
  std::atomic<std::uint32_t> open_{0};
  std::atomic<bool> failed_{false};
};
using ticket_ptr = std::shared_ptr<ticket>;

}  // namespace switchboard::actors
