// The state of an attachment: what a fetch makes of it, what it does not touch, and how little of it there can be.

#include "domain/media_rules.hpp"

#include "thread_fixture.hpp"

#include <array>

namespace switchboard::domain {
namespace {

using enum media_state;
constexpr std::array all_states{pending, ready, failed, expired};

TEST(media_state_of_an_attachment, goes_forward_only) {
  struct step {
    media_state from, fetched, to;
  };
  constexpr step steps[] = {
      {pending, ready, ready},   {pending, failed, failed},  {pending, expired, expired},
      {failed, ready, ready},    {failed, failed, failed},   {failed, expired, expired},
      {ready, ready, ready},     {ready, failed, ready},     {ready, expired, expired},
      {expired, ready, expired}, {expired, failed, expired}, {expired, expired, expired}};
  for (const auto& s : steps)
    EXPECT_EQ(settled(s.from, s.fetched), s.to) << to_word(s.from) << to_word(s.fetched);
}

TEST(media_state_of_an_attachment, changes_three_times_at_the_most_whatever_comes) {
  for (const auto start : all_states) {
    for (unsigned seed = 0; seed < 4 * 4 * 4 * 4 * 4 * 4; ++seed) {
      auto now = start;
      unsigned changes = 0;
      for (unsigned rest = seed, n = 0; n < 6; ++n, rest /= 4) {
        const auto next = settled(now, all_states.at(rest % 4));
        changes += next != now;
        now = next;
      }
      ASSERT_LE(changes, 3u);
    }
  }
}

class media_rules : public thread_test {
 protected:
  void SetUp() override {
    auto in = text_message("m1");
    in.attachments = {media("image", "https://a.example/1"), media("image", "https://a.example/2")};
    feed(in);
  }
  [[nodiscard]] settle_media fetched(media_state to, std::size_t index = 0) const {
    const auto& m = message_named("m1");
    return {.id = m.id, .index = index, .fetched = m.attachments.at(index), .to = to, .target = m};
  }
};

TEST_F(media_rules, a_fetch_changes_one_attachment_and_nothing_that_anybody_is_shown) {
  const auto before = current();
  now = at(200);
  const auto events = run(fetched(ready, 1));
  ASSERT_EQ(events.size(), 1u);
  const auto& e = events[0];
  EXPECT_EQ(e.type, event_type::media_settled);
  EXPECT_FALSE(is_public(e.type));
  EXPECT_EQ(e.sequence, 0u) << "the numbers that are shown have no gap";
  EXPECT_EQ(e.message->attachments[0].state, pending);
  EXPECT_EQ(e.message->attachments[1].state, ready);
  EXPECT_EQ(e.conversation, before);
  EXPECT_EQ(current(), before);
  EXPECT_EQ(current().updated_at, before.updated_at);
  EXPECT_EQ(e.previous->updated_at, before.updated_at);
  // … and what comes next goes on from there.
  EXPECT_EQ(feed(text_message("m2")).front().sequence, before.version + 1);
}

TEST_F(media_rules, what_changes_nothing_leaves_no_event) {
  run(fetched(ready));
  EXPECT_TRUE(run(fetched(ready)).empty());
  EXPECT_TRUE(run(fetched(failed)).empty());
  EXPECT_EQ(run(fetched(expired)).size(), 1u);
  EXPECT_TRUE(run(fetched(ready)).empty());
}

TEST_F(media_rules, an_attachment_that_an_edit_brought_meanwhile_is_another_one) {
  const auto late = fetched(ready);
  auto edit = edit_of("m1", "new words", "2");
  edit.attachments = {media("image", "https://a.example/other")};
  feed(edit);
  auto what = late;
  what.target = message_named("m1");
  EXPECT_TRUE(run(what).empty());
  what.index = 1;
  EXPECT_TRUE(run(what).empty()) << "there is none any more";
}

TEST_F(media_rules, a_message_of_an_earlier_conversation_has_its_attachments_too) {
  const auto what = fetched(expired);
  set_status(conversation_status::closed);
  feed(text_message("m2"));
  ASSERT_EQ(current().id.ordinal, 2u);
  const auto events = run(what);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].message->id.conversation.ordinal, 1u);
  EXPECT_EQ(events[0].conversation->id.ordinal, 2u);
}

TEST_F(media_rules, what_was_erased_or_never_was_is_refused) {
  auto what = fetched(ready);
  what.id.conversation.ordinal = 7;
  EXPECT_EQ(refusal_of(what), refusal::not_found);
  what = fetched(ready);
  state.erased = 1;
  EXPECT_EQ(refusal_of(what), refusal::not_found);
  state.current.reset();
  EXPECT_EQ(refusal_of(what), refusal::not_found);
}

TEST_F(media_rules, a_reply_on_its_way_is_not_overtaken) {
  auto what = fetched(ready);
  what.target->direction = direction::outbound;
  what.target->delivery = delivery_status::queued;
  EXPECT_TRUE(run(what).empty());
  what.target.reset();
  EXPECT_TRUE(run(what).empty()) << "nor what nobody knows by its platform's id";
}

}  // namespace
}  // namespace switchboard::domain
