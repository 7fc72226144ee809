#pragma once
// What a log must offer to be held to the seam's promises. The suite lies in two files: what is written
// (log_conformance_test.cpp, where a new implementation joins by a line at its end) and what is read and forgotten
// (log_conformance_reads_test.cpp).

#include "log_support.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <span>
#include <string>

namespace switchboard::storage::testing {

/// Where a log outlives its object, whichever it is.
struct log_place {
  temporary_directory directory;
  std::shared_ptr<memory_disk> memory = make_memory_disk();
};

struct log_under_test {
  std::string name;
  /// Opens the log that lives at `place`, with what was committed there before.
  std::function<std::unique_ptr<event_log>(log_place& place)> open;
  /// An owner that commits batches of batch_size() one by one and dies in the middle of one, after that many answers
  /// or a few more. Returns the last sequence that it was answered.
  std::function<log_sequence(log_place& place, std::uint64_t answers)> die_committing;
};

/// So that whoever finds the log knows what its owner was at.
inline std::size_t batch_size(log_sequence last) {
  return 1 + std::mt19937_64(last)() % 30;
}

class log_conformance : public ::testing::TestWithParam<log_under_test> {
 protected:
  void SetUp() override { open(); }
  /// Everything that follows holds over a restart too.
  void reopen() {
    log_.reset();
    open();
  }
  void open() {
    log_ = GetParam().open(place_);
    ASSERT_NE(log_, nullptr);
  }
  commit_outcome commit(std::span<const record_ptr> records) { return log_->commit(all_of(*log_), records); }

  log_place place_;
  std::unique_ptr<event_log> log_;
};

}  // namespace switchboard::storage::testing
