// What becomes of messages that were sent: delivered, read, failed; told one by one or by a watermark.
#include "domain/message_rules.hpp"
#include "tests/domain/thread_fixture.hpp"

#include <algorithm>

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;
using status = conversation_status;
using delivery = delivery_status;

using receiving_amendments = thread_test;  // one suite, in two files

TEST(delivery_lattice, moves_forward_only) {
  const std::optional<delivery> none;
  const struct {
    std::optional<delivery> from;
    std::vector<delivery> to;
  } cases[] = {
      {none,
       {delivery::queued, delivery::sent, delivery::delivered, delivery::read, delivery::failed,
        delivery::unknown}},
      {delivery::queued,
       {delivery::sent, delivery::delivered, delivery::read, delivery::failed, delivery::unknown}},
      {delivery::unknown, {delivery::sent, delivery::delivered, delivery::read, delivery::failed}},
      {delivery::sent, {delivery::delivered, delivery::read, delivery::failed}},
      {delivery::delivered, {delivery::read}},
      {delivery::read, {}},
      {delivery::failed, {}},
  };
  for (const auto& c : cases) {
    for (int to = 0; to < 6; ++to) {
      const auto value = static_cast<delivery>(to);
      EXPECT_EQ(moves_forward(c.from, value), std::ranges::find(c.to, value) != c.to.end())
          << (c.from ? to_word(*c.from) : "none") << " to " << to_word(value);
    }
  }
}

TEST_F(receiving_amendments, a_status_moves_its_message_forward) {
  feed(echo("1"));
  EXPECT_EQ(types(feed(status_of("1", delivery::delivered))), "message.delivered");
  EXPECT_EQ(types(feed(status_of("1", delivery::sent))), "");
  EXPECT_EQ(types(feed(status_of("1", delivery::read))), "message.read");
  EXPECT_EQ(types(feed(status_of("1", delivery::delivered))), "");
  EXPECT_EQ(types(feed(status_of("1", delivery::failed))), "");
  EXPECT_EQ(message_named("1").delivery, delivery::read);
}

TEST_F(receiving_amendments, nothing_leaves_failed_and_the_reason_is_kept) {
  feed(echo("1"));
  auto failed = status_of("1", delivery::failed);
  failed.error = delivery_error{"131026", "undeliverable", "no such user"};
  ASSERT_EQ(types(feed(failed)), "message.failed");
  for (const auto late : {delivery::sent, delivery::delivered, delivery::read, delivery::unknown}) {
    EXPECT_TRUE(feed(status_of("1", late)).empty());
  }
  EXPECT_EQ(message_named("1").error, failed.error);
}

TEST_F(receiving_amendments, a_receipt_for_a_customers_message_says_nothing) {
  feed(text_message("1"));
  EXPECT_TRUE(feed(status_of("1", delivery::read)).empty());
}

TEST_F(receiving_amendments, a_watermark_covers_what_was_sent_up_to_it) {
  feed(text_message("0"));
  for (int i = 1; i <= 3; ++i) {
    auto e = echo(std::to_string(i));
    e.at = at(i);
    feed(e);
  }
  const auto events = feed(watermark_at(delivery::delivered, at(2)));
  ASSERT_EQ(types(events), "message.delivered message.delivered");
  for (const auto& e : events) {
    EXPECT_EQ(e.conversation->delivered_up_to, at(2));
    EXPECT_EQ(e.origin->kind, "status");
    EXPECT_EQ(e.origin->id, "");
  }
  EXPECT_EQ(message_named("3").delivery, delivery::sent);
  EXPECT_FALSE(current().read_up_to);
  EXPECT_EQ(types(feed(watermark_at(delivery::read, at(3)))), "message.read message.read message.read");
  EXPECT_EQ(current().read_up_to, at(3));
  EXPECT_EQ(current().delivered_up_to, at(3)) << "what was read was delivered";
  EXPECT_EQ(types(feed(watermark_at(delivery::delivered, at(3)))), "");
  EXPECT_EQ(types(feed(watermark_at(delivery::read, at(2)))), "");
  EXPECT_EQ(current().unread, 0u);
}

TEST_F(receiving_amendments, a_watermark_is_about_messages_to_the_customer_only) {
  feed(text_message("1"));
  run(add_note{current().id, "a note", "ann"});
  receive all = command_of(watermark_at(delivery::read, at(200)));
  all.covered.clear();
  for (const auto& [id, m] : messages) all.covered.push_back(m);
  ASSERT_EQ(all.covered.size(), 2u);
  EXPECT_EQ(types(run(all)), "conversation.updated");
}

TEST_F(receiving_amendments, a_watermark_that_covers_nothing_is_kept_for_what_is_to_come) {
  EXPECT_TRUE(feed(watermark_at(delivery::read, at(5))).empty()) << "no conversation, no effect";
  EXPECT_FALSE(state.current);
  feed(text_message("0"));
  EXPECT_EQ(types(feed(watermark_at(delivery::read, at(5)))), "conversation.updated");
  EXPECT_EQ(current().read_up_to, at(5));
  EXPECT_EQ(current().delivered_up_to, at(5));
  EXPECT_EQ(current().unread, 1u);
  EXPECT_EQ(types(feed(watermark_at(delivery::delivered, at(9)))), "conversation.updated");
  EXPECT_EQ(current().read_up_to, at(5));
  EXPECT_TRUE(feed(watermark_at(delivery::sent, at(99))).empty());
  auto nothing = status_of("", delivery::read);
  EXPECT_TRUE(feed(nothing).empty());
}

}  // namespace
}  // namespace switchboard::domain
