// Tables that RocksDB takes over while it compacts others: what its own assertion would end the process for.
#include "domain/erasing.hpp"
#include "random_events.hpp"
#include "storage/codec.hpp"
#include "storage/views_on_disk.hpp"
#include "tests/eventually.hpp"
#include "tests/full.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace switchboard::storage {
namespace {

class views_tables : public ::testing::Test {
 protected:
  void TearDown() override {
    v_.reset();
    std::filesystem::remove_all(dir_);
  }
  void begin() {
    v_.reset();
    std::filesystem::remove_all(dir_);
    auto opened = views_on_disk::open({.data_dir = dir_, .hash_seed = 7});
    ASSERT_TRUE(opened) << opened.error().what;
    v_ = std::move(*opened);
    last_ = 0;
  }
  /// One table for each of the bulk's columns.
  void write_some() {
    std::vector<record_ptr> some;
    for (int i = 0; i < 20; ++i) {
      auto r = std::make_shared<record>(
          encode(random_.typical_message({random_.below(~0ull), random_.below(~0ull)}, 1), "/switchboard"));
      r->sequence = ++last_;
      some.push_back(std::move(r));
    }
    ASSERT_TRUE(v_->apply(some));
    ASSERT_TRUE(v_->flush());
  }
  [[nodiscard]] std::size_t tables_at(column c, int level) const {
    std::string count;
    const auto which = rocksdb::DB::Properties::kNumFilesAtLevelPrefix + std::to_string(level);
    EXPECT_TRUE(v_->store().db().GetProperty(v_->store().handle(c), which, &count));
    return std::stoul(count);
  }

  std::string dir_ = ::testing::TempDir() + "switchboard_views_tables_" + std::to_string(getpid());
  testing::random_events random_{1};
  std::unique_ptr<views_on_disk> v_;
  log_sequence last_ = 0;
};

/// What the pause in sorted_tables::ingest() relies on: a column grows deep at once, and never again.
TEST_F(views_tables, the_first_compaction_fills_the_deepest_level) {
  begin();
  for (const auto c : {column::conversations, column::inbox, column::messages, column::seen}) {
    const int deepest = v_->store().db().NumberLevels(v_->store().handle(c)) - 1;
    for (int i = 0; i < 40 && tables_at(c, deepest) == 0; ++i) write_some();
    EXPECT_TRUE(eventually([&] { return tables_at(c, deepest) > 0; })) << to_word(c);
    for (int level = 1; level < deepest; ++level) EXPECT_EQ(tables_at(c, level), 0u) << to_word(c) << level;
  }
}

/// The race itself: about one round in a few hundred ended the process, so only the long form is likely to meet it.
TEST_F(views_tables, are_taken_over_while_a_column_grows_deep) {
  const int rounds = full() ? 1'000 : 2;
  for (int round = 0; round < rounds; ++round) {
    begin();
    for (int i = 0; i < 26; ++i) ASSERT_NO_FATAL_FAILURE(write_some());
    ASSERT_EQ(v_->conversations(), last_);
  }
}

/// After a flood the compactions are behind, for as long as they take. Whoever is to be forgotten then is so all the same.
TEST_F(views_tables, an_erasure_waits_for_no_compactions) {
  begin();
  constexpr std::array bulk = {column::conversations, column::inbox, column::messages, column::seen};
  const auto compactions = [&](const char* off) {
    for (const auto c : bulk)
      ASSERT_TRUE(
          v_->store().db().SetOptions(v_->store().handle(c), {{"disable_auto_compactions", off}}).ok());
  };
  for (int i = 0; i < 40 && tables_at(column::messages, 6) == 0; ++i) write_some();
  ASSERT_TRUE(eventually([&] { return tables_at(column::messages, 6) > 0; }));
  compactions("true");
  const auto full = [&] {
    return std::ranges::any_of(bulk, [&](column c) { return tables_at(c, 0) >= level0_tables_max; });
  };
  while (!full()) ASSERT_NO_FATAL_FAILURE(write_some());

  domain::customer somebody;
  somebody.id.value = "cu_somebody";
  somebody.brand.value = "acme";
  somebody.account.value = "acme-page";
  auto promise = std::make_shared<record>(
      encode(domain::erase_customer(somebody, domain::timestamp{std::chrono::hours(1)}), "/switchboard"));
  auto before = std::make_shared<record>(encode(random_.typical_message({1, 1}, 1), "/switchboard"));
  before->sequence = ++last_;
  promise->sequence = ++last_;
  auto applied = std::async(std::launch::async, [&] {
    return v_->apply(std::vector<record_ptr>{before, promise}).has_value();
  });
  const bool at_once = applied.wait_for(std::chrono::seconds(60)) == std::future_status::ready;
  compactions("false");  // or it would never end
  write_some();
  EXPECT_TRUE(at_once);
  EXPECT_TRUE(applied.get());
  EXPECT_TRUE(v_->find_erasure("acme", "cu_somebody"));
}

}  // namespace
}  // namespace switchboard::storage
