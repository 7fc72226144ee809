// The rows of replies that are on their way: what a start goes on with, and what a waking thread knows of its own.

#include "domain/conversation.hpp"
#include "storage/codec.hpp"
#include "storage/hash.hpp"
#include "views_fixture.hpp"

#include <gmock/gmock.h>

namespace switchboard::storage::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using end = domain::settle_send::end;

/// A thread whose log is made by the rules themselves.
class views_outbox : public views_test {
 protected:
  void SetUp() override {
    views_test::SetUp();
    domain::receive r;
    r.inbound.platform = domain::platform::telegram;
    r.inbound.thread_key = "peer";
    r.inbound.customer_platform_id = "peer";
    r.inbound.platform_message_id = "in1";
    r.inbound.content = "hello?";
    r.brand = {"acme"};
    r.account = {"acme-bot"};
    r.customer = {"cu_1"};
    run(r);
  }
  void run(const domain::command& what) {
    now_ += std::chrono::seconds{1};
    const auto decided = domain::decide(state_, what, {}, now_);
    ASSERT_TRUE(decided) << decided.error().detail;
    for (const auto& e : *decided) {
      add(e);
      domain::apply(state_, e);
    }
  }
  void add(const domain::event& e) {
    auto r = std::make_shared<record>(encode(e, "/t"));
    r->sequence = log_.size() + 1;
    log_.push_back(std::move(r));
  }
  domain::message_id say(const std::string& text, const std::string& key = {}) {
    run(domain::say{.id = state_.current->id, .parts = {{.content = text}}, .sender_id = "a", .key = key});
    return state_.sending.back().id;
  }
  void attempt(const std::vector<domain::message_id>& ids, bool begun) {
    domain::event e;
    e.type = domain::event_type::outbox_attempted;
    e.at = now_;
    e.attempt =
        domain::outbox_attempt{.brand = {"acme"}, .account = {"acme-bot"}, .messages = ids, .begun = begun};
    add(e);
  }
  void settle(domain::message_id id, end what) {
    run(domain::settle_send{.id = id, .what = what, .platform_message_id = "p", .error = {"x", "", ""}});
  }
  /// "text" or "text*" where it was begun.
  [[nodiscard]] std::vector<std::string> rows() const {
    std::vector<std::string> found;
    v_->each_sending([&](const sending_row& row) {
      EXPECT_EQ(row.brand.value, "acme");
      EXPECT_EQ(row.account.value, "acme-bot");
      const auto m = v_->find_message("acme", row.id);
      ASSERT_TRUE(m);
      found.push_back(m->content + (row.begun ? "*" : ""));
    });
    return found;
  }
  [[nodiscard]] std::vector<std::string> of_thread(domain::thread_id t) const {
    std::vector<std::string> found;
    for (const auto& m : v_->sending("acme", t)) found.push_back(m.content);
    return found;
  }

  domain::thread_state state_{.id = {7, 8}, .current = std::nullopt};
  domain::timestamp now_{std::chrono::seconds{1'795'248'000}};
  std::vector<record_ptr> log_;
};

TEST_F(views_outbox, has_what_is_on_its_way_and_nothing_else) {
  const auto one = say("one"), two = say("two"), three = say("three"), four = say("four");
  attempt({one, two}, true);
  attempt({two}, false);
  fold(log_);
  EXPECT_THAT(rows(), ElementsAre("one*", "two", "three", "four"));
  EXPECT_THAT(of_thread(state_.id), ElementsAre("one", "two", "three", "four"));
  EXPECT_THAT(of_thread({7, 9}), IsEmpty());
  const auto before = log_.size();
  settle(one, end::sent);
  settle(two, end::unknown);
  settle(three, end::failed);
  fold(std::vector<record_ptr>(log_.begin() + static_cast<std::ptrdiff_t>(before), log_.end()));
  EXPECT_THAT(rows(), ElementsAre("two", "four"));
  settle(two, end::unresolved);
  settle(four, end::sent);
  fold(log_);
  EXPECT_THAT(rows(), IsEmpty());
  EXPECT_EQ(state_.current->sending, 0u);
}

TEST_F(views_outbox, are_the_same_after_a_crash_anywhere) {
  const auto one = say("one"), two = say("two");
  attempt({one}, true);
  settle(one, end::sent);
  say("three");
  attempt({two}, true);
  settle(two, end::failed);
  fold(log_);
  const auto expected = rows();
  const auto all = rows_of(*v_);
  for (std::size_t cut = 1; cut < log_.size(); ++cut) {
    TearDown();
    open();
    fold({log_.begin(), log_.begin() + static_cast<std::ptrdiff_t>(cut)}, 2);
    if (cut % 2 == 0) {
      ASSERT_TRUE(v_->flush());
    }
    open();  // what was not flushed is folded again
    fold(log_);
    EXPECT_EQ(rows(), expected) << "cut at " << cut;
    EXPECT_TRUE(same_rows(rows_of(*v_), all)) << "cut at " << cut;
  }
}

TEST_F(views_outbox, tell_how_far_was_read_also_after_a_crash_anywhere) {
  const auto note = [&](const std::string& reader, const std::string& feed, const std::string& position) {
    now_ += std::chrono::seconds{1};
    domain::event e;
    e.type = domain::event_type::feed_noted;
    e.at = now_;
    e.feed = domain::feed_position{.brand = {}, .reader = reader, .feed = feed, .position = position};
    add(e);
  };
  note("sky", "jetstream", "10");
  note("acme-sky", "messages", "22b");
  note("acme-sky", "notifications", "7");
  note("sky", "jetstream", "20");
  note("acme-sky", "messages", "22c \"");
  fold(log_);
  const auto all = rows_of(*v_);
  for (std::size_t cut = 1; cut < log_.size(); ++cut) {
    TearDown();
    open();
    fold({log_.begin(), log_.begin() + static_cast<std::ptrdiff_t>(cut)}, 2);
    if (cut % 2 == 0) {
      ASSERT_TRUE(v_->flush());
    }
    open();
    fold(log_);
    EXPECT_EQ(v_->feed_position("sky", "jetstream"), "20");
    EXPECT_EQ(v_->feed_position("acme-sky", "messages"), "22c \"");
    EXPECT_EQ(v_->feed_position("acme-sky", "notifications"), "7");
    EXPECT_EQ(v_->feed_position("sky", "messages"), "") << "never read";
    EXPECT_TRUE(same_rows(rows_of(*v_), all)) << "cut at " << cut;
  }
}

TEST_F(views_outbox, forget_who_is_erased) {
  say("one");
  say("two");
  run(domain::erase{.customer = {"cu_1"}, .by = 0});
  fold(log_);
  EXPECT_THAT(rows(), IsEmpty());
}

TEST_F(views_outbox, know_what_a_key_has_made) {
  say("one", "k");
  fold(log_);
  const auto made = v_->find_said("acme", state_.id, "k", 0);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->content, "one");
  EXPECT_FALSE(v_->find_said("acme", state_.id, "k", 1));
  EXPECT_FALSE(v_->find_said("acme", state_.id, "other", 0));
  ASSERT_TRUE(v_->flush());
  open();
  EXPECT_TRUE(v_->find_said("acme", state_.id, "k", 0));
}

}  // namespace
}  // namespace switchboard::storage::testing
