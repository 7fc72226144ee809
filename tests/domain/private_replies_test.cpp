// Private replies: one to a comment, within seven days of it.

#include "tests/domain/saying_fixture.hpp"

#include <string>
#include <utility>
#include <vector>

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;
using delivery = delivery_status;

/// The thread of a comment on a Page.
class private_replies : public saying_test {
 protected:
  private_replies() : saying_test(comment("c1", epoch)) {}
  [[nodiscard]] static inbound_event comment(std::string id, timestamp made) {
    auto in = text_message(std::move(id));
    in.platform = platform::facebook;
    in.thread = thread_kind::comment;
    in.at = made;
    return in;
  }
  /// As recall() completes it.
  [[nodiscard]] say privately(const std::string& comment = "c1") const {
    auto s = reply("psst");
    s.parts[0].privately = true;
    s.parts[0].reply_to = comment;
    s.parts[0].payload = R"({"private":true})";
    if (by_platform_id.contains(comment)) s.comment = message_named(comment);
    for (const auto& [id, m] : messages) {
      if (m.direction == direction::outbound) s.answers.push_back(m);
    }
    return s;
  }
  [[nodiscard]] message_id replied(const std::string& comment = "c1") {
    const auto events = run(privately(comment));
    return events.empty() ? message_id{} : events.back().message->id;
  }
};

TEST_F(private_replies, there_is_one_to_a_comment_whatever_is_known_of_it) {
  const auto first_at = now;
  const auto id = replied();
  now += 1h;
  const auto refused_now = [&](const char* why) {
    const auto decided = decide(state, command(privately()), policy, now);
    ASSERT_FALSE(decided) << why;
    EXPECT_EQ(decided.error().why, refusal::replied_privately) << why;
    EXPECT_EQ(decided.error().closed_at, first_at) << why;
    EXPECT_EQ(decided.error().allowed, std::vector<std::string>{"comment"}) << why;
  };
  refused_now("on its way");
  run(settled(id, end::unknown));
  refused_now("it may have arrived");
  run(settled(id, end::unresolved));
  refused_now("nobody knows");
  feed(comment("c2", now));
  const auto second = replied("c2");
  run(settled(second, end::sent, "p2"));
  EXPECT_EQ(refusal_of(privately("c2")), refusal::replied_privately) << "it has arrived";
  auto below = privately();
  below.parts[0].privately = false;
  below.parts[0].payload.clear();
  EXPECT_EQ(types(run(below)), "message.queued") << "in public as often as one likes";
}

TEST_F(private_replies, on_its_way_counts_also_where_the_past_does_not_show_it_yet) {
  ASSERT_NE(replied(), message_id{});
  auto again = privately();
  again.answers.clear();
  EXPECT_EQ(refusal_of(again), refusal::replied_privately);
}

TEST_F(private_replies, one_that_failed_does_not_count_nor_does_a_public_one) {
  auto below = reply("thank you");
  below.parts[0].reply_to = "c1";
  run(below);
  const auto id = replied();
  ASSERT_NE(id, message_id{});
  auto s = settled(id, end::failed);
  s.error = {"551", "", ""};
  run(s);
  EXPECT_NE(replied(), message_id{});
}

TEST_F(private_replies, the_seven_days_are_the_comments_own) {
  const auto made = epoch;
  now = made + 24h;
  feed(comment("c2", now));
  now = made + 168h - 1ms;
  EXPECT_TRUE(decide(state, command(privately()), policy, now));
  now = made + 168h;
  const auto decided = decide(state, command(privately()), policy, now);
  ASSERT_FALSE(decided);
  EXPECT_EQ(decided.error().why, refusal::window_closed);
  EXPECT_EQ(decided.error().closed_at, made + 168h);
  EXPECT_EQ(decided.error().allowed, std::vector<std::string>{"comment"});
  EXPECT_NE(replied("c2"), message_id{}) << "the next one has its own";
  EXPECT_EQ(refusal_of(privately("somebody else's")), refusal::window_closed);
}

TEST_F(private_replies, are_one_message) {
  auto s = privately();
  s.parts.push_back(s.parts[0]);
  EXPECT_EQ(refusal_of(s), refusal::invalid);
}

}  // namespace
}  // namespace switchboard::domain
