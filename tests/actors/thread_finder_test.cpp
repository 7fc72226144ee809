// Whose an event is when its key means another thread than its own. The scenarios (tests/scenarios/whatsapp-number-*,
// whatsapp-by-user-id-*, telegram-group-becomes-*) walk the same through the whole engine.
#include "actors/thread_finder.hpp"

#include "storage/codec.hpp"
#include "storage/hash.hpp"
#include "support.hpp"

#include <atomic>
#include <map>
#include <thread>

namespace switchboard::actors {
namespace {

using namespace std::chrono_literals;
using testing::text_message;

constexpr std::uint64_t seed = 7;
const domain::account_id account{"acme-whatsapp"};

/// Events take the whole way from the finder over the rules into the views.
class ThreadFinder : public ::testing::Test {
 protected:
  void SetUp() override { restart(); }

  void restart() {
    finder_.reset();
    views_.reset();
    auto opened = storage::views::open({.data_dir = directory_.path(), .hash_seed = seed});
    ASSERT_TRUE(opened) << opened.error().what;
    views_ = std::move(*opened);
    ASSERT_TRUE(views_->apply(std::span(log_).subspan(views_->applied())));
    finder_ = std::make_unique<thread_finder>(*views_, seed, [](const std::string& why) { FAIL() << why; });
  }

  found_thread take(domain::inbound_event e) {
    auto found = finder_->find(account, e);
    auto r = testing::received(std::move(e));
    r.customer = found.customer;
    r.other_name = found.other_name;
    r.aliases = found.aliases;
    auto& state = threads_.try_emplace(found.thread, domain::thread_state{.id = found.thread, .current = {}})
                      .first->second;
    auto decided = domain::decide(state, std::move(r), {}, r.received_at);
    for (auto& event : *decided) {
      auto record = std::make_shared<storage::record>(storage::encode(event, "/switchboard"));
      record->sequence = log_.size() + 1;
      EXPECT_TRUE(views_->apply(std::vector<storage::record_ptr>{record}));
      log_.push_back(std::move(record));
      domain::apply(state, std::move(event));
    }
    return found;
  }

  static domain::inbound_event by_user_id(std::string id, const std::string& user) {
    auto e = text_message(std::move(id), "hello", user);
    e.thread_key_also = user;
    return e;
  }
  static domain::inbound_event by_both(std::string id, const std::string& number, const std::string& user) {
    auto e = text_message(std::move(id), "hello", number);
    e.thread_key_also = user;
    return e;
  }
  static domain::inbound_event move(std::string id, const std::string& from, const std::string& to) {
    auto e = text_message(std::move(id), "moved", from);
    e.kind = domain::inbound_kind::profile;
    e.sender = domain::sender_type::system;
    e.thread_key_next = e.customer_new_platform_id = to;
    return e;
  }

  testing::temporary_directory directory_;
  std::vector<storage::record_ptr> log_;
  std::unique_ptr<storage::views> views_;
  std::unique_ptr<thread_finder> finder_;
  std::map<domain::thread_id, domain::thread_state> threads_;
};

TEST_F(ThreadFinder, ANameOfItsOwnIsToldOnce) {
  EXPECT_EQ(take(by_both("1", "55", "BR.1")).aliases.size(), 1u);
  EXPECT_TRUE(take(by_both("2", "55", "BR.1")).aliases.empty());
  restart();
  EXPECT_TRUE(take(by_both("3", "55", "BR.1")).aliases.empty());
}

TEST_F(ThreadFinder, AReceiptLearnsNothingSinceItMayBecomeNoRecord) {
  auto status = by_both("1", "55", "BR.1");
  status.kind = domain::inbound_kind::status;
  EXPECT_TRUE(finder_->find(account, status).aliases.empty());
  EXPECT_EQ(take(by_both("2", "55", "BR.1")).aliases.size(), 1u);
}

TEST_F(ThreadFinder, TwoWhoMeetAPersonAtOnceAgree) {
  for (int round = 0; round < 50; ++round) {
    const auto number = std::to_string(round), user = "BR." + number;
    std::atomic<int> ready{0};
    std::array<domain::thread_id, 4> threads;
    std::array<std::size_t, 4> told{};
    {
      std::vector<std::jthread> both;
      for (std::size_t i = 0; i < threads.size(); ++i) {
        both.emplace_back([&, i] {
          const auto e = i % 2 == 0 ? by_both("m", number, user) : by_user_id("m", user);
          ++ready;
          while (ready < 4) std::this_thread::yield();
          const auto found = finder_->find(account, e);
          threads[i] = found.thread;
          for (const auto& a : found.aliases) told[i] += !a.since && a.thread != found.thread;
        });
      }
    }
    for (std::size_t i = 0; i < threads.size(); ++i) {
      EXPECT_EQ(threads[i], threads[0]) << round;
      EXPECT_EQ(told[i], 0u) << "told of a thread that it is not in";
    }
  }
}

TEST_F(ThreadFinder, WhoseKeyLeadsElsewhereIsAskedFirstWhetherItHasTheEvent) {
  const auto home = take(text_message("1", "hello", "55"));
  EXPECT_FALSE(home.unless_in);
  auto early = text_message("2", "from the new number", "56");
  early.at += 5s;
  const auto apart = take(early).thread;  // its change of number is still on its way
  EXPECT_NE(apart, home.thread);
  EXPECT_EQ(take(move("3", "55", "56")).thread, home.thread);
  const auto again = finder_->find(account, early);
  EXPECT_EQ(again.thread, home.thread);
  EXPECT_EQ(again.unless_in, apart);
  const auto by_name = by_user_id("4", "BR.1");
  take(by_both("5", "57", "BR.1"));
  EXPECT_TRUE(finder_->find(account, by_name).unless_in);
}

TEST_F(ThreadFinder, ANumberBesideAnotherUserIdIsSomebodyElses) {
  const auto ana = take(by_both("1", "55", "BR.1"));
  restart();
  auto zeds = by_both("2", "55", "BR.2");
  zeds.at += 1h;
  const auto zed = take(zeds);
  EXPECT_NE(zed.thread, ana.thread);
  EXPECT_NE(zed.customer, ana.customer);
  EXPECT_FALSE(zed.other_name);
  EXPECT_EQ(take(by_both("3", "55", "BR.1")).thread, ana.thread);
  auto later = text_message("4", "hello", "55");
  later.at += 2h;
  EXPECT_EQ(finder_->find(account, later).thread, zed.thread);
  restart();
  EXPECT_EQ(finder_->find(account, later).thread, zed.thread);
  later.thread_key_also = "BR.2";
  EXPECT_EQ(finder_->find(account, later).thread, zed.thread);
}

TEST_F(ThreadFinder, AMoveOfSomebodyWithoutConversationIsFollowedAfterARestartAsBefore) {
  EXPECT_EQ(threads_.size(), 0u);
  const auto home = take(move("1", "55", "56"));
  const auto before = finder_->find(account, text_message("2", "hello", "56"));
  restart();
  const auto after = finder_->find(account, text_message("2", "hello", "56"));
  EXPECT_EQ(before.thread, home.thread);
  EXPECT_EQ(after.thread, home.thread);
  EXPECT_EQ(before.customer, home.customer) << "one person is one customer";
  EXPECT_EQ(after.customer, home.customer);
}

TEST_F(ThreadFinder, WhoIsGivenAnOldNumberIsAnotherCustomer) {
  const auto first = take(text_message("1", "hello", "55"));
  take(move("2", "55", "56"));
  auto e = text_message("3", "hello", "55");
  e.at += 1h;
  const auto second = take(e);
  EXPECT_NE(second.thread, first.thread);
  EXPECT_NE(second.customer, first.customer);
  restart();
  e.platform_message_id = "4";
  const auto again = finder_->find(account, e);
  EXPECT_EQ(again.thread, second.thread);
  EXPECT_EQ(again.customer, second.customer);
}

TEST_F(ThreadFinder, AReceiptOfBeforeTheMoveTakesTheNumberFromNobody) {
  const auto ana = take(by_both("1", "55", "BR.1")).thread;
  take(move("2", "55", "56"));
  auto bos = by_both("3", "55", "BR.9");
  bos.at += 1h;
  const auto bo = take(bos).thread;
  EXPECT_NE(bo, ana);
  auto receipt = by_both("1", "55", "BR.1");
  receipt.kind = domain::inbound_kind::status;
  receipt.at += 2h;
  EXPECT_EQ(take(receipt).thread, ana);
  auto by_number = text_message("4", "hello", "55");
  by_number.at += 3h;
  EXPECT_EQ(take(by_number).thread, bo);
}

TEST_F(ThreadFinder, InAGroupThatMovedNobodyIsTakenForTheCustomer) {
  auto move = text_message("1", "the group moved", "-99");
  move.platform = domain::platform::telegram;
  move.customer_platform_id = "777";
  move.thread_key_next = "-100155";
  const auto home = take(move).thread;
  auto e = text_message("2", "me", "-100155");
  e.platform = domain::platform::telegram;
  e.customer_platform_id = "778";
  const auto found = finder_->find(account, e);
  EXPECT_EQ(found.thread, home);
  EXPECT_FALSE(found.other_name);
}

TEST_F(ThreadFinder, WhatIsSaidAboutAMessageInAGroupFindsItByItsId) {
  auto message = text_message("1", "hello", "-100/t7");
  message.thread_shared = true;
  const auto topic = take(message).thread;
  auto reaction = text_message("1", "", "-100");
  reaction.kind = domain::inbound_kind::reaction_added;
  reaction.thread_shared = true;
  reaction.thread_parent = "1";
  EXPECT_EQ(finder_->find(account, reaction).thread, topic);
  restart();
  EXPECT_EQ(finder_->find(account, reaction).thread, topic);
}

TEST_F(ThreadFinder, ACommentThatWasWithdrawnBeforeItCameIsAskedForThereEachTime) {
  auto comment = text_message("1", "regretted", "post/ana");
  comment.thread = domain::thread_kind::comment;
  auto removal = comment;
  removal.kind = domain::inbound_kind::deletion;
  removal.thread_key = "post/page";
  removal.thread_parent = "1";
  const auto page = take(removal).thread;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(finder_->find(account, comment).unless_in, page) << i;
  auto like = removal;
  like.kind = domain::inbound_kind::reaction_added;
  like.thread_key = "post/bo";
  EXPECT_EQ(finder_->find(account, like).unless_in, page);
  restart();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(finder_->find(account, comment).unless_in, page) << i;
}

TEST_F(ThreadFinder, WhoTellsOfANumberIsAloneWhileTheNameIsKnown) {
  const auto user = take(by_user_id("1", "BR.1")).thread;
  const auto both = by_both("2", "55", "BR.1");
  ASSERT_TRUE(finder_->may_tell(account, both));
  const auto found = take(both);
  EXPECT_EQ(found.thread, user);
  EXPECT_EQ(found.aliases.size(), 1u);
  EXPECT_FALSE(finder_->may_tell(account, both));
  EXPECT_TRUE(take(by_both("3", "55", "BR.1")).aliases.empty());
}

TEST_F(ThreadFinder, CommentsHaveNoOtherNames) {
  auto e = text_message("1", "hello", "55");
  e.thread = domain::thread_kind::comment;
  e.platform_message_id = "2";
  e.thread_key_also = "BR.1";
  EXPECT_TRUE(finder_->find(account, e).aliases.empty());
}

}  // namespace
}  // namespace switchboard::actors
