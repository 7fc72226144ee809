// What every log behind the seam must give to those who read it, trim it and watch it.

#include "log_conformance.hpp"
#include "storage/verify.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace switchboard::storage::testing {
namespace {

TEST_P(log_conformance, reads_keep_to_their_limits) {
  ASSERT_EQ(commit_next(*log_, 10).result, log_result::ok);
  ASSERT_EQ(commit_next(*log_, 10).result, log_result::ok);
  const std::size_t size = make_record(log_->cursors(), 10)->bytes.size();
  EXPECT_EQ(log_->read(every_partition, 0, 0, 1 << 20).records.size(), 0u);
  EXPECT_EQ(log_->read(every_partition, 0, 3, 1 << 20).records.size(), 3u);
  EXPECT_EQ(log_->read(every_partition, 0, 100, 1 << 20).records.size(), 20u);
  EXPECT_EQ(log_->read(every_partition, 8, 4, 1 << 20).records.size(), 4u) << "over the end of a batch";
  EXPECT_EQ(log_->read(every_partition, 8, 4, 1 << 20).records.front()->sequence, 9u);
  EXPECT_EQ(log_->read(every_partition, 10, 100, 1).records.size(), 1u) << "at least one";
  EXPECT_EQ(log_->read(every_partition, 10, 100, 2 * size).records.size(), 2u);
  EXPECT_EQ(log_->read(every_partition, 10, 100, 2 * size - 1).records.size(), 1u);
  EXPECT_EQ(log_->read(every_partition, 20, 100, 1 << 20).records.size(), 0u);
  EXPECT_EQ(log_->read(every_partition, ~log_sequence{0}, 100, 1 << 20).result, log_result::ok)
      << "behind the end there is nothing yet";
}

TEST_P(log_conformance, trims_whole_batches_and_says_so_to_late_readers) {
  for (int i = 0; i < 5; ++i) ASSERT_EQ(commit_next(*log_, 10).result, log_result::ok);
  EXPECT_EQ(log_->trim(every_partition, 0), log_result::ok);
  EXPECT_EQ(log_->trim(every_partition, 10), log_result::ok);
  EXPECT_EQ(log_->earliest(), 1u) << "sequence 10 itself is to be kept, and its batch with it";
  EXPECT_EQ(log_->trim(every_partition, 25), log_result::ok);
  EXPECT_EQ(log_->earliest(), 21u);
  for (int round = 0; round < 2; ++round) {
    const read_outcome late = log_->read(every_partition, 19, 5, 1 << 20);
    EXPECT_EQ(late.result, log_result::trimmed);
    EXPECT_EQ(late.earliest, 21u);
    EXPECT_TRUE(late.records.empty());
    EXPECT_EQ(log_->read(every_partition, 20, 5, 1 << 20).records.size(), 5u);
    EXPECT_EQ(log_->last(), 50u);
    EXPECT_TRUE(holds_everything(*log_));
    EXPECT_TRUE(verify_log(*log_).has_value());
    reopen();
    EXPECT_EQ(log_->earliest(), 21u);
  }
  EXPECT_EQ(log_->trim(every_partition, 15), log_result::ok) << "trimming less than before is nothing";
  EXPECT_EQ(log_->earliest(), 21u);
}

TEST_P(log_conformance, trimmed_to_nothing_it_goes_on_counting) {
  for (int i = 0; i < 3; ++i) ASSERT_EQ(commit_next(*log_, 4).result, log_result::ok);
  EXPECT_EQ(log_->trim(every_partition, 1000), log_result::ok);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(log_->last(), 12u);
    EXPECT_EQ(log_->earliest(), 13u);
    EXPECT_EQ(log_->read(every_partition, 5, 5, 1 << 20).result, log_result::trimmed);
    EXPECT_TRUE(log_->read(every_partition, 12, 5, 1 << 20).records.empty());
    reopen();
  }
  EXPECT_EQ(commit_next(*log_, 2).result, log_result::ok);
  reopen();
  EXPECT_EQ(log_->last(), 14u);
  EXPECT_TRUE(holds_everything(*log_));
}

TEST_P(log_conformance, hints_the_new_end_after_it_can_be_read) {
  std::vector<log_sequence> hints;
  log_->watch([&](log_sequence last) {
    hints.push_back(last);
    EXPECT_EQ(log_->last(), last);
    EXPECT_EQ(log_->read(every_partition, last - 1, 1, 1).records.size(), 1u);
  });
  ASSERT_EQ(commit_next(*log_, 3).result, log_result::ok);
  ASSERT_EQ(commit(make_batch(log_->cursors(), 1, 3)).result, log_result::ok);
  ASSERT_EQ(commit_next(*log_, 1).result, log_result::ok);
  EXPECT_EQ(hints, (std::vector<log_sequence>{3, 4})) << "a repetition is no news";
}

TEST_P(log_conformance, cursors_name_places_of_this_log) {
  ASSERT_EQ(commit_next(*log_, 3).result, log_result::ok);
  const std::string third = log_->cursors().text(3);
  reopen();
  EXPECT_EQ(log_->cursors().parse(third), 3u);
  const record_ptr r = log_->read(every_partition, 2, 1, 1).records.at(0);
  EXPECT_EQ(r->bytes.substr(r->cursor_at, cursor_width), third);
}

TEST_P(log_conformance, readers_beside_the_writer_see_gapless_prefixes) {
  constexpr log_sequence target = 3000;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i)
    readers.emplace_back([&] {
      for (log_sequence after = 0; after < target;) {
        const read_outcome part = log_->read(every_partition, after, 100, 1 << 20);
        if (part.result == log_result::trimmed) {
          after = part.earliest - 1;
          continue;
        }
        if (part.result != log_result::ok) ++wrong;
        for (const record_ptr& r : part.records)
          if (r->sequence != ++after) ++wrong;
        if (wrong != 0) return;
      }
    });
  for (log_sequence next = 1; next <= target; next += 20) {
    EXPECT_EQ(commit_next(*log_, 20, 10).result, log_result::ok);
    if (next % 1000 == 1) {
      EXPECT_EQ(log_->trim(every_partition, next / 2), log_result::ok);
    }
  }
  for (std::thread& t : readers) t.join();
  EXPECT_EQ(wrong, 0);
}

TEST_P(log_conformance, reads_one_partition_alone) {
  for (int i = 0; i < 10; ++i) ASSERT_EQ(commit_next(*log_, 20).result, log_result::ok);
  for (const auto p : std::initializer_list<partition_number>{0, 1, 7, 63}) {
    std::vector<log_sequence> found;
    for (log_sequence after = 0; after < log_->last();) {
      const read_outcome part = log_->read(p, after, 2, 1 << 20);
      ASSERT_EQ(part.result, log_result::ok) << part.detail;
      ASSERT_LE(part.records.size(), 2u);
      ASSERT_GT(part.up_to, after) << "a reader must get on, also where nothing is for it";
      for (const record_ptr& r : part.records) {
        EXPECT_EQ(r->partition, p);
        found.push_back(r->sequence);
      }
      after = part.up_to;
    }
    std::vector<log_sequence> expected;
    for (log_sequence s = 1; s <= 200; ++s)
      if (make_record(log_->cursors(), s)->partition == p) expected.push_back(s);
    EXPECT_EQ(found, expected);
  }
  EXPECT_TRUE(log_->read(64, 0, 10, 1 << 20).records.empty()) << "there is no such partition";
}

TEST_P(log_conformance, looks_at_so_many_records_of_others_and_says_how_far_it_came) {
  while (log_->last() <= passed_over_max) ASSERT_EQ(commit_next(*log_, 4096, 1).result, log_result::ok);
  const read_outcome first = log_->read(64, 0, 10, 1 << 20);
  EXPECT_EQ(first.result, log_result::ok) << first.detail;
  EXPECT_TRUE(first.records.empty());
  EXPECT_EQ(first.up_to, passed_over_max);
  EXPECT_EQ(log_->read(64, first.up_to, 10, 1 << 20).up_to, log_->last());
}

TEST_P(log_conformance, forgets_only_what_no_partition_needs) {
  for (int i = 0; i < 5; ++i) ASSERT_EQ(commit_next(*log_, 10).result, log_result::ok);
  for (partition_number p = 1; p < log_->partitions(); ++p) EXPECT_EQ(log_->trim(p, 31), log_result::ok);
  EXPECT_EQ(log_->earliest(), 1u) << "partition 0 has not said what it needs";
  EXPECT_EQ(log_->trim(0, 11), log_result::ok);
  EXPECT_EQ(log_->earliest(), 11u);
  EXPECT_EQ(log_->trim(0, 1000), log_result::ok);
  EXPECT_EQ(log_->earliest(), 31u);
  EXPECT_TRUE(holds_everything(*log_));
}

}  // namespace
}  // namespace switchboard::storage::testing
