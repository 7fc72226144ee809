// What the engine makes of a log that does not answer as it should: another node has claimed the partitions, or the disk
// is stuck.

#include "actors/local_engine.hpp"
#include "fencing_journal.hpp"
#include "support.hpp"
#include "tests/eventually.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

namespace switchboard::actors {
namespace {

struct waiting_ticket final : ticket {};

class fenced_engine_test : public ::testing::Test {
 protected:
  void SetUp() override {
    storage::journal_options options;
    options.data_dir = directory_.path();
    auto opened = storage::journal::open(options);
    ASSERT_TRUE(opened) << opened.error().what;
    auto log = std::make_unique<testing::fencing_journal>(std::move(*opened));
    journal_ = log.get();
    storage::views_options vo;
    vo.data_dir = directory_.path();
    vo.hash_seed = log->identity().hash_seed;
    auto rows = storage::views::open(vo);
    ASSERT_TRUE(rows) << rows.error().what;
    auto settings = std::make_shared<config::settings>(*testing::plain_settings(1'000));
    settings->storage.data_dir = directory_.path();
    settings->storage.free_space_min_bytes = 0;
    settings->brands.push_back({.id = {"acme"}, .name = {}, .conversations = {}});
    settings->sources.push_back(
        {.id = {"meta"}, .kind = config::source_kind::meta, .secrets = {"s"}, .verify_token = "v"});
    settings->accounts.push_back({.id = {"wa"},
                                  .brand = {"acme"},
                                  .source = {"meta"},
                                  .platform = domain::platform::whatsapp,
                                  .platform_id = "106",
                                  .access_token = {}});
    settings->index();
    engine_ = std::make_unique<local_engine>(
        std::move(settings), std::move(log), std::move(*rows),
        [this](std::vector<ticket_ptr>&& done) {
          const std::lock_guard lock{mutex_};
          for (const auto& t : done) outcomes_.push_back(t->outcome());
          changed_.notify_all();
        },
        nullptr);
    engine_->on_fatal([this](const std::string& why, bool damaged) {
      const std::lock_guard lock{mutex_};
      fatal_ = why;
      EXPECT_FALSE(damaged) << "what is stored is as it was written";
    });
  }

  commit_state deliver(const std::string& id) {
    domain::unpacked_body body;
    body.events.push_back(testing::text_message(id, "x"));
    body.events.back().account_platform_id = "106";
    std::unique_lock lock{mutex_};
    const auto before = outcomes_.size();
    lock.unlock();
    engine_->ingest(*engine_->settings(), {"meta"}, std::move(body), "{}",
                    domain::timestamp{std::chrono::seconds{1'795'248'000}},
                    std::make_shared<waiting_ticket>());
    lock.lock();
    changed_.wait(lock, [&] { return outcomes_.size() > before; });
    return outcomes_.back();
  }

  testing::temporary_directory directory_;
  testing::fencing_journal* journal_ = nullptr;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<commit_state> outcomes_;
  std::string fatal_;
  std::unique_ptr<local_engine> engine_;
};

TEST_F(fenced_engine_test, ends_the_actors_of_its_partition_and_answers_nothing_more) {
  EXPECT_EQ(deliver("wamid.1"), commit_state::durable);
  EXPECT_EQ(engine_->stats().resident_conversations, 1u);
  const auto written = journal_->last();
  journal_->fence();
  EXPECT_EQ(deliver("wamid.2"), commit_state::failed);
  EXPECT_TRUE(eventually([this] { return engine_->stats().resident_conversations == 0; }))
      << "before anybody stopped the engine";
  EXPECT_EQ(engine_->state(), health::failed);
  {
    const std::lock_guard lock{mutex_};
    EXPECT_NE(fatal_.find("fenced: another node has claimed it"), std::string::npos) << fatal_;
  }
  EXPECT_FALSE(engine_->stop(std::chrono::seconds{30}));
  EXPECT_EQ(journal_->last(), written);
}

using stuck_engine_test = fenced_engine_test;

/// A disk that does not come back must not keep whoever asked for a reload; what is in force, he is told.
TEST_F(stuck_engine_test, puts_a_config_in_force_and_says_that_it_is_not_recorded) {
  auto next = std::make_shared<config::settings>(*engine_->settings());
  next->version = "next";
  bool rest = false;
  journal_->be_stuck(true);
  const auto before = journal_->last();
  EXPECT_EQ(engine_->apply_settings(
                next, [&] { rest = true; }, std::chrono::milliseconds{20}),
            settings_state::unrecorded);
  EXPECT_TRUE(rest);
  EXPECT_EQ(engine_->settings(), next);
  EXPECT_EQ(journal_->last(), before);
  journal_->be_stuck(false);
  EXPECT_TRUE(eventually([&] { return journal_->last() == before + 1; })) << "config.applied follows";
  EXPECT_TRUE(engine_->stop(std::chrono::seconds{30}));
  EXPECT_EQ(engine_->apply_settings(
                next, [] {}, std::chrono::milliseconds{20}),
            settings_state::refused);
}

TEST_F(fenced_engine_test, says_that_a_config_is_not_recorded) {
  auto next = std::make_shared<config::settings>(*engine_->settings());
  journal_->fence();
  EXPECT_EQ(engine_->apply_settings(
                next, [] {}, std::chrono::seconds{60}),
            settings_state::unrecorded);
}

}  // namespace
}  // namespace switchboard::actors
