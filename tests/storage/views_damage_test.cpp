// What a crash and a damaged disk leave: a prefix to fold on from, or a refusal that names the file.
#include "storage/memory_log.hpp"
#include "storage/refold.hpp"
#include "views_fixture.hpp"

#include <fstream>

namespace switchboard::storage {
namespace {

using testing::simulation;
using testing::views_test;

TEST_F(views_test, a_crash_leaves_a_prefix_from_which_the_log_folds_on) {
  simulation world(4);
  world.run(900);
  const auto at = world.log.size() / 3;
  fold({world.log.begin(), world.log.begin() + static_cast<std::ptrdiff_t>(at)});
  ASSERT_TRUE(v_->flush());
  EXPECT_EQ(v_->flushed(), at);
  ASSERT_TRUE(v_->apply(world.log));
  EXPECT_EQ(v_->flushed(), at);
  open();  // closed without a flush: what is in memory only is gone
  ASSERT_EQ(v_->applied(), at);
  EXPECT_EQ(v_->flushed(), at);
  ASSERT_TRUE(v_->apply(std::span<const record_ptr>(world.log).subspan(v_->applied())));
  const auto folded_on = rows_of(*v_);
  v_.reset();
  std::filesystem::remove_all(dir_);
  open();
  fold(world.log);
  EXPECT_TRUE(same_rows(rows_of(*v_), folded_on));
}

TEST_F(views_test, damage_is_named_and_not_opened) {
  simulation world(14);
  world.run(300);
  fold(world.log);
  ASSERT_TRUE(v_->flush());
  v_.reset();
  const auto current = dir_ + "/views/CURRENT";
  std::filesystem::rename(current, current + ".away");
  auto lost = views::open(options());
  ASSERT_FALSE(lost);
  EXPECT_TRUE(lost.error().damaged);
  EXPECT_NE(lost.error().what.find("CURRENT"), std::string::npos);
  std::filesystem::rename(current + ".away", current);
  for (const auto& file : std::filesystem::directory_iterator(dir_ + "/views")) {
    if (file.path().extension() != ".sst") continue;
    std::filesystem::rename(file.path(), dir_ + "/away");
    auto cut = views::open(options());
    ASSERT_FALSE(cut) << file.path();
    EXPECT_TRUE(cut.error().damaged) << cut.error().what;
    std::filesystem::rename(dir_ + "/away", file.path());
    break;
  }
  open();
}

// The power went while it was made: there are no rows to lose, and refusing to start would help nobody.
TEST_F(views_test, a_database_that_was_only_begun_is_begun_again) {
  v_.reset();
  std::filesystem::remove_all(dir_);
  std::filesystem::create_directories(dir_ + "/views");
  std::ofstream(dir_ + "/views/MANIFEST-000001") << "half of it";
  open();
  simulation world(16);
  world.run(100);
  fold(world.log);
  EXPECT_EQ(v_->applied(), world.log.size());
}

// A reader that took a damaged row for none would make a second conversation of the same thread.
TEST_F(views_test, a_flipped_byte_is_never_read_around) {
  simulation world(15);
  world.run(600);
  fold(world.log);
  ASSERT_TRUE(v_->flush());
  v_.reset();
  for (const auto& file : std::filesystem::directory_iterator(dir_ + "/views")) {
    if (file.path().extension() != ".sst") continue;
    std::fstream f(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    f.seekg(20);
    const char c = static_cast<char>(f.get() ^ 4);
    f.seekp(20);
    f.put(c);
  }
  auto opened = views_on_disk::open(options());
  if (!opened) {
    EXPECT_TRUE(opened.error().damaged);
    return;
  }
  const auto& [id, c] = *world.conversations.begin();
  EXPECT_FALSE((*opened)->failure());
  try {
    (void)(*opened)->load_thread(c.brand.value, id.thread);
    ADD_FAILURE() << "it was read";
  } catch (const views_failure& e) {
    EXPECT_TRUE(e.damaged) << e.what();
  }
  world.run(1);
  const auto applied = (*opened)->apply(std::span<const record_ptr>(world.log).subspan((*opened)->applied()));
  ASSERT_FALSE(applied);
  EXPECT_TRUE(applied.error().damaged) << applied.error().what;
  ASSERT_TRUE((*opened)->failure());
  EXPECT_TRUE((*opened)->failure()->damaged);
}

// A row may have the right checksum and yet not be what was written: a bug's, or another program's.
TEST_F(views_test, a_row_that_cannot_be_decoded_is_damage) {
  simulation world(17);
  world.run(50);
  fold(world.log);
  ASSERT_TRUE(v_->flush());
  const auto& [id, c] = *world.conversations.begin();
  const auto key = keys::conversation(c.brand.value, id);
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  ASSERT_TRUE(v_->store().db().Put(unlogged, v_->store().handle(column::conversations), key, "\1{").ok());
  EXPECT_THROW((void)v_->load_thread(c.brand.value, id.thread), views_failure);
  ASSERT_TRUE(v_->failure());
  EXPECT_TRUE(v_->failure()->damaged) << v_->failure()->what;
}

// Else a full disk would end the node for good, although it starts again once there is room.
TEST_F(views_test, trouble_of_the_machine_is_no_damage) {
  simulation world(18);
  world.run(50);
  fold(world.log);
  std::filesystem::remove_all(dir_ + "/views/incoming");
  std::ofstream(dir_ + "/views/incoming") << "no folder";  // no table can be made in it
  const auto flushed = v_->flush();
  ASSERT_FALSE(flushed);
  EXPECT_FALSE(flushed.error().damaged) << flushed.error().what;
  ASSERT_TRUE(v_->failure());
  EXPECT_FALSE(v_->failure()->damaged);
}

// What a start folds in, it folds into rows, which may be damaged.
TEST_F(views_test, a_start_tells_damaged_rows_from_trouble_of_the_machine) {
  for (const bool damage : {true, false}) {
    simulation world(19);
    world.run(900);  // more than waits in memory
    v_.reset();
    std::filesystem::remove_all(dir_);
    open();
    const auto log = make_memory_log();
    ASSERT_EQ(log->commit(claims(log->partitions(), log->epoch()), world.log).result, log_result::ok);
    if (damage) {
      const auto& who = world.conversations.begin()->second;
      rocksdb::WriteOptions unlogged;
      unlogged.disableWAL = true;
      ASSERT_TRUE(v_->store()
                      .db()
                      .Put(unlogged, v_->store().handle(column::customers),
                           keys::customer(who.brand.value, who.customer.value), "\1{")
                      .ok());
    } else {
      std::filesystem::remove_all(dir_ + "/views/incoming");
      std::ofstream(dir_ + "/views/incoming") << "no folder";
    }
    const auto done = refold_views(*log, *v_, dir_);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().damaged, damage) << done.error().what;
    EXPECT_EQ(done.error().what.find("remove " + dir_ + "/views") != std::string::npos, damage);
  }
}

}  // namespace
}  // namespace switchboard::storage
