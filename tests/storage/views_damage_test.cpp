// What a crash and a damaged disk leave: a prefix to fold on from, or a refusal that names the file.
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
  EXPECT_EQ(lost.error().exit_code, 74);
  EXPECT_NE(lost.error().what.find("CURRENT"), std::string::npos);
  std::filesystem::rename(current + ".away", current);
  for (const auto& file : std::filesystem::directory_iterator(dir_ + "/views")) {
    if (file.path().extension() != ".sst") continue;
    std::filesystem::rename(file.path(), dir_ + "/away");
    auto cut = views::open(options());
    ASSERT_FALSE(cut) << file.path();
    EXPECT_EQ(cut.error().exit_code, 74) << cut.error().what;
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
    EXPECT_EQ(opened.error().exit_code, 74);
    return;
  }
  const auto& [id, c] = *world.conversations.begin();
  EXPECT_THROW((void)(*opened)->load_thread(c.brand.value, id.thread), views_failure);
  world.run(1);
  EXPECT_FALSE((*opened)->apply(std::span<const record_ptr>(world.log).subspan((*opened)->applied())));
}

}  // namespace
}  // namespace switchboard::storage
