// What can't be decided is kept raw, once, and hurts nobody.

#include "actors/quarantine.hpp"

#include "storage/codec.hpp"
#include "support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchboard::actors {
namespace {

using domain::event_type;
using testing::counting_ticket;
using ::testing::HasSubstr;
using testing::poison_id;
using testing::received;
using testing::small_node;
using testing::text_message;

constexpr domain::thread_id thread{1, 2};
constexpr std::string_view raw = R"({"the":"bytes \u0000 received"})";

class poison : public ::testing::Test {
 protected:
  /// A conversation that has its past in the views only, and a rule that fails at the next message.
  poison() {
    n.node().on_problem = [this](const std::string& what) { problems.push_back(what); };
    n.node().on_fatal = [this](const std::string& why) { fatal = why; };
    deliver(text_message("wamid.1", "hello"));
    n.apply();
    owner = std::make_unique<conversation_owner>(n.node(), thread);
    n.views().poison = true;
  }

  std::shared_ptr<counting_ticket> deliver(domain::inbound_event e, bool one_brand = true) {
    auto t = std::make_shared<counting_ticket>();
    t->expect();
    t->brings({"meta"}, raw, one_brand, {.events = 1});
    delivery d{.thread = thread, .otherwise = std::nullopt, .what = received(std::move(e)), .done = t};
    owner->deliver(d);
    return t;
  }
  std::shared_ptr<counting_ticket> deliver_poison(bool one_brand = true) {
    return deliver(text_message(std::string(poison_id), "bang"), one_brand);
  }
  std::vector<domain::dead_letter> letters() {
    std::vector<domain::dead_letter> out;
    for (const auto& r : n.events()) {
      if (r->type != event_type::deadletter_added) continue;
      auto d = storage::decode_dead_letter(r->part(r->dead_letter_json));
      EXPECT_TRUE(d);
      if (d) out.push_back(std::move(*d));
    }
    return out;
  }
  std::uint64_t last_sequence() {
    std::uint64_t last = 0;
    for (const auto& r : n.events()) {
      if (r->conversation_sequence == 0) continue;
      EXPECT_EQ(r->conversation_sequence, last + 1);
      last = r->conversation_sequence;
    }
    return last;
  }

  small_node n;
  std::unique_ptr<conversation_owner> owner = std::make_unique<conversation_owner>(n.node(), thread);
  std::vector<std::string> problems;
  std::string fatal;
  command_result result;
};

TEST_F(poison, is_kept_raw_and_answered_as_durable) {
  const auto t = deliver_poison();
  EXPECT_EQ(t->counts().undecided, 1u);
  EXPECT_THAT(n.settled(), ::testing::Contains(t));
  EXPECT_EQ(t->outcome(), commit_state::durable);
  const auto kept = letters();
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].raw, raw);
  EXPECT_EQ(kept[0].reason, "undecidable");
  EXPECT_EQ(kept[0].source.value, "meta");
  EXPECT_EQ(kept[0].brand.value, "acme");
  EXPECT_THAT(kept[0].detail, HasSubstr("planted: message"));
  EXPECT_EQ(problems.size(), 1u);
  EXPECT_EQ(fatal, "") << "no fault of the disk: the node goes on";
}

TEST_F(poison, an_event_for_which_there_is_no_memory_is_none_and_comes_again) {
  n.views().poison = false;
  n.views().starved = true;
  const auto refused = deliver_poison();
  EXPECT_THAT(n.settled(), ::testing::Contains(refused));
  EXPECT_EQ(refused->outcome(), commit_state::failed);
  n.views().starved = false;
  EXPECT_EQ(deliver_poison()->outcome(), commit_state::durable);
  EXPECT_FALSE(n.settled().empty());
  EXPECT_TRUE(letters().empty());
  EXPECT_GT(last_sequence(), 0U);
  EXPECT_EQ(fatal, "");
}

TEST_F(poison, delivered_again_is_kept_once) {
  for (int i = 0; i < 10; ++i) {
    const auto t = deliver_poison();
    EXPECT_THAT(n.settled(), ::testing::Contains(t));
    EXPECT_EQ(t->outcome(), commit_state::durable);
    if (i % 3 == 0) n.apply();
  }
  EXPECT_EQ(letters().size(), 1u);
}

TEST_F(poison, leaves_its_conversation_as_it_was) {
  deliver(text_message("wamid.2", "before"));
  const auto before = *owner->state().current;
  deliver_poison();
  EXPECT_EQ(*owner->state().current, before);
  deliver(text_message("wamid.3", "after"));
  EXPECT_EQ(last_sequence(), 4u) << "created and three messages, without a gap";
}

TEST_F(poison, of_a_body_of_several_brands_is_shown_to_none) {
  deliver_poison(false);
  const auto kept = letters();
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].brand.value, "");
}

TEST_F(poison, replayed_after_the_fix_is_as_if_it_had_come_first_time) {
  deliver_poison();
  n.apply();
  n.views().poison = false;
  const auto t = deliver_poison();  // its body taken in again
  EXPECT_EQ(t->counts().undecided, 0u);
  EXPECT_EQ(last_sequence(), 3u);
  EXPECT_EQ(n.events().back()->type, event_type::message_received);
}

TEST_F(poison, act_is_answered_and_changes_nothing) {
  n.views().poison_waking = true;
  int replies = 0;
  const auto ask = [&] {
    act a{.thread = thread,
          .brand = "acme",
          .what = domain::mark_read{{thread, 1}},
          .now = {},
          .reply = [&](command_result&& r) {
            ++replies;
            result = std::move(r);
          }};
    owner->execute(a);
    n.commit();
  };
  ask();
  EXPECT_EQ(replies, 1);
  EXPECT_TRUE(result.undecided);
  EXPECT_FALSE(result.failed);
  EXPECT_EQ(last_sequence(), 2u);
  n.views().poison_waking = false;
  ask();
  EXPECT_EQ(replies, 2);
  EXPECT_FALSE(result.undecided);
  EXPECT_THAT(result.conversation, HasSubstr("\"unread\":0"));
}

TEST_F(poison, letter_that_the_disk_can_not_look_for_ends_the_node_and_is_not_acknowledged) {
  n.views().fail_letters = true;
  const auto t = deliver_poison();
  EXPECT_THAT(n.settled(), ::testing::Contains(t));
  EXPECT_EQ(t->outcome(), commit_state::failed);
  EXPECT_THAT(fatal, HasSubstr("dead letters"));
}

}  // namespace
}  // namespace switchboard::actors
