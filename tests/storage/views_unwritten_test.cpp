// Conversations whose rows are written late: nobody can tell, whatever is written when, and whenever it ends.
#include "simulation.hpp"
#include "storage/codec.hpp"
#include "storage/views_keys.hpp"
#include "storage/views_on_disk.hpp"
#include "storage/views_unwritten_conversations.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

namespace switchboard::storage {
namespace {

using testing::simulation;
using rows = std::vector<std::pair<std::string, std::string>>;

class views_unwritten_test : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    dir_ = ::testing::TempDir() + "switchboard_unwritten_" + test->name() + "_" + std::to_string(getpid());
    std::filesystem::remove_all(dir_);
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  [[nodiscard]] std::unique_ptr<views_on_disk> open(const std::string& name, std::size_t unwritten) const {
    views_options o;
    o.data_dir = dir_ + "/" + name;
    o.unwritten_bytes = unwritten;
    auto opened = views_on_disk::open(o);
    EXPECT_TRUE(opened) << opened.error().what;
    return opened ? std::move(*opened) : nullptr;
  }
  /// As after a crash: what was not written is gone.
  [[nodiscard]] std::unique_ptr<views_on_disk> open_again(std::unique_ptr<views_on_disk> v,
                                                          std::size_t unwritten) const {
    v.reset();
    return open("crashed", unwritten);
  }
  /// The memtables reach the disk as they are, as when RocksDB finds them full.
  static void memtables_become_files(const views_on_disk& v) {
    std::vector<rocksdb::ColumnFamilyHandle*> all;
    for (std::size_t i = 0; i < column_count; ++i) all.push_back(v.store().handle(static_cast<column>(i)));
    ASSERT_TRUE(v.store().db().Flush(rocksdb::FlushOptions(), all).ok());
  }
  static std::size_t rows_in(const views_on_disk& v, column c) {
    std::size_t count = 0;
    auto i = v.store().rows(c);
    for (i->SeekToFirst(); i->Valid(); i->Next()) ++count;
    return count;
  }
  static rows all_rows(views_on_disk& v) {
    EXPECT_TRUE(v.flush());
    rows all;
    for (std::size_t c = 0; c < column_count; ++c) {
      auto i = v.store().rows(static_cast<column>(c));
      for (i->SeekToFirst(); i->Valid(); i->Next()) {
        // A compaction drops those when it meets them.
        if (static_cast<column>(c) == column::seen && v.store().expired(i->value().ToStringView())) continue;
        all.emplace_back(std::to_string(c) + i->key().ToString(), i->value().ToString());
      }
    }
    return all;
  }
  static std::string difference(const rows& got, const rows& wanted) {
    const auto [a, b] = std::mismatch(got.begin(), got.end(), wanted.begin(), wanted.end());
    if (a == got.end() && b == wanted.end()) return {};
    const auto shown = [](auto at, auto end) { return at == end ? "the end" : keys::to_hex(at->first); };
    return shown(a, got.end()) + " instead of " + shown(b, wanted.end());
  }

  std::string dir_;
};

TEST_F(views_unwritten_test, rows_wait_for_a_flush_and_readers_do_not) {
  simulation world(31);
  world.run(400);
  const auto v = open("v", 64 << 20);
  ASSERT_TRUE(v->apply(world.log));
  EXPECT_EQ(rows_in(*v, column::conversations), 0u);
  EXPECT_EQ(rows_in(*v, column::inbox), 0u);
  EXPECT_EQ(rows_in(*v, column::messages), 0u);
  EXPECT_EQ(rows_in(*v, column::seen), 0u);
  conversation_query q;
  q.limit = page_rows_max;
  const auto before = v->list_conversations(q);
  ASSERT_TRUE(before);
  EXPECT_EQ(before->rows.size(), world.conversations.size());
  ASSERT_TRUE(v->flush());
  EXPECT_EQ(rows_in(*v, column::conversations), world.conversations.size());
  EXPECT_EQ(rows_in(*v, column::inbox), world.conversations.size());
  const auto after = v->list_conversations(q);
  ASSERT_TRUE(after);
  EXPECT_TRUE(before->rows == after->rows);
}

TEST_F(views_unwritten_test, where_there_is_little_room_the_longest_waiting_are_written) {
  simulation world(32);
  world.run(900);
  const auto v = open("v", 16 << 10);
  for (const auto& r : world.log) ASSERT_TRUE(v->apply(std::span(&r, 1)));
  EXPECT_GT(rows_in(*v, column::conversations), 0u);
  for (const auto& [id, c] : world.conversations) {
    const auto json = v->conversation_json(c.brand.value, id);
    ASSERT_TRUE(json);
    EXPECT_TRUE(*decode_conversation(*json) == c);
  }
}

// A page is of one moment, whatever is folded and written while it is read.
TEST_F(views_unwritten_test, a_list_never_shows_what_its_filter_leaves_out) {
  simulation world(36);
  world.run(1200);
  const auto v = open("v", 1 << 20);
  std::atomic<bool> folded{false};
  std::atomic<std::size_t> shown{0}, wrong{0};
  std::thread reader([&] {
    for (bool last = false; !last;) {
      last = folded;
      for (const auto status : {domain::conversation_status::open, domain::conversation_status::closed}) {
        conversation_query q;
        q.statuses = {status};
        q.limit = page_rows_max;
        const auto page = v->list_conversations(q);
        for (const auto& row : page->rows) {
          ++shown;
          if (decode_conversation(row)->status != status) ++wrong;
        }
      }
    }
  });
  std::span<const record_ptr> rest = world.log;
  for (std::size_t call = 0; !rest.empty(); ++call) {
    const auto n = std::min<std::size_t>(rest.size(), 3);
    EXPECT_TRUE(v->apply(rest.first(n)));
    rest = rest.subspan(n);
    if (call % 40 == 0) {
      EXPECT_TRUE(v->flush());
    }
  }
  folded = true;
  reader.join();
  EXPECT_EQ(wrong, 0u) << "of " << shown;
  EXPECT_GT(shown, 100u);
}

// Conversations are written while what is complete is not yet said: then they are ahead of the log's replay.
TEST_F(views_unwritten_test, conversations_ahead_of_the_replay_are_caught_up_with) {
  simulation world(35);
  world.run(400);
  const auto last = world.log.size();
  const auto straight = open("straight", 64 << 20);
  ASSERT_TRUE(straight->apply(world.log));
  const auto wanted = all_rows(*straight);
  auto v = open("crashed", 64 << 20);
  ASSERT_TRUE(v->apply(std::span<const record_ptr>(world.log).first(150)));
  ASSERT_TRUE(v->flush());
  v = open_again(std::move(v), 1);  // no room: everything is written at once
  ASSERT_TRUE(v->apply(std::span<const record_ptr>(world.log).subspan(150)));
  v = open_again(std::move(v), 64 << 20);
  ASSERT_EQ(v->applied(), 150u);
  ASSERT_EQ(v->reached(), last);
  ASSERT_TRUE(v->apply(std::span<const record_ptr>(world.log).subspan(150, 100)));
  v = open_again(std::move(v), 1);
  ASSERT_EQ(v->reached(), last) << "a second crash on the way must not forget it";
  for (std::size_t at = 150; at < last; at += 50) {
    const auto n = std::min<std::size_t>(50, last - at);
    ASSERT_TRUE(v->apply(std::span<const record_ptr>(world.log).subspan(at, n)));
  }
  ASSERT_EQ(v->conversations(), straight->conversations());
  ASSERT_EQ(difference(all_rows(*v), wanted), "");
}

// A crash at any time, with whatever was in files by then: the rest of the log makes the same rows of it.
TEST_F(views_unwritten_test, after_a_crash_the_log_folds_on_to_the_same_rows) {
  simulation world(33);
  world.run(400);
  const auto straight = open("straight", 64 << 20);
  ASSERT_TRUE(straight->apply(world.log));
  const auto wanted = all_rows(*straight);
  testing::random_events random(34);
  for (int round = 0; round < 3; ++round) {
    std::filesystem::remove_all(dir_ + "/crashed");
    auto v = open("crashed", (10 + random.below(100)) << 10);
    std::span<const record_ptr> rest = world.log;
    while (!rest.empty()) {
      const auto n = std::min<std::size_t>(rest.size(), 1 + random.below(60));
      ASSERT_TRUE(v->apply(rest.first(n)));
      rest = rest.subspan(n);
      const auto what = random.below(8);
      if (what == 0) {
        ASSERT_TRUE(v->flush());
      }
      if (what <= 2) memtables_become_files(*v);
      if (what != 1 && what != 4) continue;
      v = open_again(std::move(v), (10 + random.below(100)) << 10);
      ASSERT_LE(v->applied(), world.log.size() - rest.size());
      rest = std::span<const record_ptr>(world.log).subspan(v->applied());
    }
    ASSERT_EQ(v->conversations(), straight->conversations()) << "round " << round;
    ASSERT_EQ(difference(all_rows(*v), wanted), "") << "round " << round;
  }
}

}  // namespace
}  // namespace switchboard::storage
