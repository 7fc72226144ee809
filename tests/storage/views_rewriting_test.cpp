// What rewrite_tables() takes off the disk, and what it leaves as it is.
#include "storage/views_rewriting.hpp"

#include "random_events.hpp"
#include "storage/codec.hpp"
#include "storage/views_keys.hpp"
#include "views_fixture.hpp"

#include <rocksdb/metadata.h>

#include <atomic>
#include <chrono>
#include <future>
#include <iterator>
#include <map>
#include <set>

namespace switchboard::storage::testing {
namespace {

class views_rewriting : public views_test {
 protected:
  /// Small tables, so that a column has many.
  void SetUp() override {
    views_test::SetUp();
    ASSERT_TRUE(
        db().SetOptions(messages(), {{"target_file_size_base", "4000"}, {"disable_auto_compactions", "true"}})
            .ok());
  }
  [[nodiscard]] rocksdb::DB& db() const { return v_->store().db(); }
  [[nodiscard]] rocksdb::ColumnFamilyHandle* messages() const { return v_->store().handle(column::messages); }
  void write(int threads) {
    std::vector<record_ptr> some;
    for (int i = 0; i < threads; ++i) {
      const domain::thread_id t{random_.below(~0ull), random_.below(~0ull)};
      auto r = std::make_shared<record>(encode(random_.typical_message(t, 1), "/switchboard"));
      r->sequence = ++last_;
      some.push_back(std::move(r));
    }
    ASSERT_TRUE(v_->apply(some));
    ASSERT_TRUE(v_->flush());
  }
  void move_down() {
    rocksdb::CompactRangeOptions all;
    all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    ASSERT_TRUE(db().CompactRange(all, messages(), nullptr, nullptr).ok());
  }
  [[nodiscard]] std::map<int, std::set<std::string>> tables() const {
    rocksdb::ColumnFamilyMetaData about;
    db().GetColumnFamilyMetaData(messages(), &about);
    std::map<int, std::set<std::string>> found;
    for (const auto& level : about.levels)
      for (const auto& table : level.files) found[level.level].insert(table.name);
    return found;
  }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> rows() const {
    std::vector<std::pair<std::string, std::string>> all;
    const auto i = v_->store().rows(column::messages);
    for (i->SeekToFirst(); i->Valid(); i->Next())
      all.emplace_back(i->key().ToString(), i->value().ToString());
    v_->store().check(*i, column::messages);
    return all;
  }
  /// With its deletion in a table, as erasing leaves it.
  [[nodiscard]] key_range remove(const std::string& key) const {
    rocksdb::WriteOptions unlogged;
    unlogged.disableWAL = true;
    EXPECT_TRUE(db().Delete(unlogged, messages(), key).ok());
    EXPECT_TRUE(db().Flush({}, messages()).ok());
    return {key, keys::behind(key)};
  }
  /// What all tables of the column hold, deletions included.
  [[nodiscard]] std::uint64_t entries() const {
    rocksdb::TablePropertiesCollection all;
    EXPECT_TRUE(db().GetPropertiesOfAllTables(messages(), &all).ok());
    std::uint64_t sum = 0;
    for (const auto& [name, properties] : all) sum += properties->num_entries;
    return sum;
  }

  random_events random_{3};
  log_sequence last_ = 0;
  std::atomic<bool> cancelled_{false};
};

TEST_F(views_rewriting, takes_a_deleted_row_off_the_disk_and_leaves_the_other_tables) {
  write(1'000);
  move_down();
  const auto before = tables();
  ASSERT_EQ(before.size(), 1u);
  ASSERT_GT(before.at(6).size(), 5u);
  auto left = rows();
  const auto gone = left[left.size() / 2].first;
  const std::vector<key_range> range{remove(gone)};
  ASSERT_EQ(entries(), left.size() + 1);
  ASSERT_TRUE(rewrite_tables(v_->store(), column::messages, range, cancelled_));
  std::erase_if(left, [&](const auto& row) { return row.first == gone; });
  EXPECT_EQ(rows(), left);
  EXPECT_EQ(entries(), left.size()) << "neither it nor its deletion";
  const auto after = tables();
  ASSERT_EQ(after.size(), 1u);
  std::set<std::string> untouched;
  std::ranges::set_intersection(before.at(6), after.at(6), std::inserter(untouched, untouched.end()));
  EXPECT_GE(untouched.size(), before.at(6).size() - 2);
}

TEST_F(views_rewriting, goes_down_through_all_levels) {
  write(200);
  move_down();
  for (const int level : {5, 4}) {
    write(50);
    const auto top = tables().at(0);
    ASSERT_TRUE(db().CompactFiles({}, messages(), {top.begin(), top.end()}, level).ok());
  }
  write(50);
  const auto left = rows().size() - 3;
  std::vector<key_range> ranges;
  for (const std::size_t i : {std::size_t{0}, left / 2, left - 1}) ranges.push_back(remove(rows()[i].first));
  ASSERT_EQ(tables().size(), 4u);
  ASSERT_TRUE(rewrite_tables(v_->store(), column::messages, ranges, cancelled_));
  EXPECT_EQ(rows().size(), left);
  EXPECT_EQ(entries(), left);
}

TEST_F(views_rewriting, settles_nothing_where_there_is_one_level_or_nobody_wants_it_any_more) {
  write(20);
  const std::vector<key_range> range{remove(rows().front().first)};
  EXPECT_FALSE(rewrite_tables(v_->store(), column::messages, range, cancelled_));
  move_down();
  write(20);
  cancelled_ = true;
  EXPECT_FALSE(rewrite_tables(v_->store(), column::messages, range, cancelled_));
}

TEST_F(views_rewriting, goes_on_while_others_write_and_compact) {
  write(300);
  move_down();
  ASSERT_TRUE(db().SetOptions(messages(), {{"disable_auto_compactions", "false"},
                                           {"level0_file_num_compaction_trigger", "2"}})
                  .ok());
  const auto gone = rows()[150].first;
  const std::vector<key_range> range{remove(gone)};
  auto writing = std::async(std::launch::async, [&] {
    for (int i = 0; i < 30; ++i) write(20);
  });
  const bool done = rewrite_tables(v_->store(), column::messages, range, cancelled_);
  writing.get();
  EXPECT_TRUE(done);
  const auto left = rows();
  EXPECT_EQ(left.size(), 300u - 1 + 30 * 20);
  EXPECT_TRUE(std::none_of(left.begin(), left.end(), [&](const auto& row) { return row.first == gone; }));
}

}  // namespace
}  // namespace switchboard::storage::testing
