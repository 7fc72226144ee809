#include "tests/domain/thread_fixture.hpp"

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;
using status = conversation_status;

struct receiving_messages : thread_test {};

TEST_F(receiving_messages, the_first_one_opens_a_conversation) {
  auto in = text_message("wamid.1");
  in.customer_name = "Ada";
  in.customer_handle = "ada";
  in.customer_avatar_url = "https://a.example/ada.png";
  in.thread = thread_kind::comment;
  in.post_id = "p1";
  in.post_url = "https://p.example/1";
  in.reply_to = "wamid.0";
  in.payload = R"({"k":1})";
  in.attachments = {media("image", "https://m.example/1")};
  in.content_type = content_type::image;
  in.version = "v";
  in.at = at(50);
  const auto events = feed(in);
  ASSERT_EQ(types(events), "conversation.created message.received");

  const event& created = events[0];
  EXPECT_EQ(created.sequence, 1u);
  EXPECT_FALSE(created.previous);
  EXPECT_FALSE(created.message);
  EXPECT_FALSE(created.origin);
  EXPECT_EQ(created.conversation->unread, 0u);
  ASSERT_TRUE(created.customer);
  EXPECT_EQ(created.customer->id.value, "k_1");
  EXPECT_EQ(created.customer->platform_user_id, "491701234567");
  EXPECT_EQ(created.customer->name, "Ada");

  const conversation& c = *events[1].conversation;
  EXPECT_EQ(c.id, id_of(1));
  EXPECT_EQ(c.brand.value, "acme");
  EXPECT_EQ(c.account.value, "acme-whatsapp");
  EXPECT_EQ(c.customer.value, "k_1");
  EXPECT_EQ(c.platform, platform::whatsapp);
  EXPECT_EQ(c.customer_name, "Ada");
  EXPECT_EQ(c.customer_handle, "ada");
  EXPECT_EQ(c.customer_avatar_url, "https://a.example/ada.png");
  EXPECT_EQ(c.customer_platform_id, "491701234567");
  EXPECT_EQ(c.kind, thread_kind::comment);
  EXPECT_EQ(c.thread_key, "491701234567");
  EXPECT_EQ(c.post_id, "p1");
  EXPECT_EQ(c.post_url, "https://p.example/1");
  EXPECT_EQ(c.status, status::open);
  EXPECT_EQ(c.priority, priority::medium);
  EXPECT_EQ(c.previous_conversations, 0u);
  EXPECT_EQ(c.unread, 1u);
  EXPECT_EQ(c.version, 2u);
  EXPECT_EQ(c.created_at, now);
  EXPECT_EQ(c.updated_at, now);
  EXPECT_EQ(c.last_inbound_at, at(50));

  const message& m = *events[1].message;
  EXPECT_EQ(m.id, (message_id{id_of(1), 2}));
  EXPECT_EQ(m.direction, direction::inbound);
  EXPECT_EQ(m.content, "hello");
  EXPECT_EQ(m.content_type, content_type::image);
  EXPECT_EQ(m.attachments, in.attachments);
  EXPECT_EQ(m.sender_id, "491701234567");
  EXPECT_EQ(m.sender_type, sender_type::customer);
  EXPECT_EQ(m.platform_message_id, "wamid.1");
  EXPECT_EQ(m.reply_to, "wamid.0");
  EXPECT_EQ(m.payload, R"({"k":1})");
  EXPECT_EQ(m.sent_at, at(50));
  EXPECT_EQ(m.received_at, now + 3ms);
  EXPECT_FALSE(m.delivery);
  EXPECT_FALSE(m.placeholder);
  EXPECT_EQ(events[1].origin, (event_origin{"message", "wamid.1", "v"}));
}

TEST_F(receiving_messages, more_of_them_join_it) {
  feed(text_message("1"));
  now = at(200);
  const auto events = feed(text_message("2"));
  ASSERT_EQ(types(events), "message.received");
  EXPECT_EQ(events[0].sequence, 3u);
  EXPECT_EQ(events[0].previous, (previous_state{status::open, priority::medium, at(100)}));
  EXPECT_EQ(current().unread, 2u);
  EXPECT_EQ(current().created_at, at(100));
}

TEST_F(receiving_messages, a_seen_one_changes_nothing) {
  const auto in = text_message("1");
  feed(in);
  EXPECT_TRUE(feed(in).empty());
}

TEST_F(receiving_messages, one_that_is_here_already_changes_nothing_under_any_version) {
  auto in = text_message("1");
  feed(in);
  in.version = "other";
  EXPECT_TRUE(feed(in).empty());
}

// -- which conversation, in which status --------------------------------------------------------------------

enum class who { customer, agent, system };

struct placement {
  status before;
  std::chrono::seconds later;
  who speaker;
  const char* wanted;
  status after;
  std::uint32_t ordinal;
};

class placing : public thread_test, public testing::WithParamInterface<placement> {};

TEST_P(placing, follows_status_and_window) {
  const placement p = GetParam();
  policy.reopen_window = 100s;
  feed(text_message("1"));
  if (p.before != status::open) set_status(p.before);
  now += p.later;
  auto in = p.speaker == who::agent ? echo("2") : text_message("2");
  if (p.speaker == who::system) in.sender = sender_type::system;
  const auto before = current().unread;
  const auto events = feed(in);
  EXPECT_EQ(types(events), p.wanted);
  EXPECT_EQ(current().status, p.after);
  EXPECT_EQ(current().id.ordinal, p.ordinal);
  EXPECT_EQ(current().previous_conversations, p.ordinal - 1);
  if (p.speaker == who::system) {
    EXPECT_EQ(current().unread, before);
  }
}

INSTANTIATE_TEST_SUITE_P(
    table, placing,
    testing::Values(placement{status::open, 1000s, who::customer, "message.received", status::open, 1},
                    placement{status::pending, 1000s, who::customer, "conversation.updated message.received",
                              status::open, 1},
                    placement{status::snoozed, 1000s, who::customer, "conversation.updated message.received",
                              status::open, 1},
                    placement{status::resolved, 100s, who::customer, "conversation.reopened message.received",
                              status::open, 1},
                    placement{status::resolved, -5s, who::customer, "conversation.reopened message.received",
                              status::open, 1},
                    placement{status::resolved, 101s, who::customer,
                              "conversation.updated conversation.created message.received", status::open, 2},
                    placement{status::closed, 0s, who::customer,
                              "conversation.updated conversation.created message.received", status::open, 2},
                    placement{status::open, 1000s, who::agent, "message.sent", status::open, 1},
                    placement{status::pending, 1000s, who::agent, "message.sent", status::pending, 1},
                    placement{status::snoozed, 1000s, who::agent, "message.sent", status::snoozed, 1},
                    placement{status::resolved, 100s, who::agent, "message.sent", status::resolved, 1},
                    placement{status::resolved, 101s, who::agent,
                              "conversation.updated conversation.created message.sent", status::open, 2},
                    placement{status::closed, 100s, who::agent, "message.sent", status::closed, 1},
                    placement{status::closed, 101s, who::agent,
                              "conversation.updated conversation.created message.sent", status::open, 2},
                    placement{status::resolved, 1000s, who::system, "message.received", status::resolved, 1},
                    placement{status::closed, 1000s, who::system, "message.received", status::closed, 1}));

TEST_F(receiving_messages, the_window_counts_from_resolving_not_from_closing) {
  policy.reopen_window = 100s;
  feed(text_message("1"));
  set_status(status::resolved);
  now += 90s;
  set_status(status::closed);
  EXPECT_EQ(current().resolved_at, at(100));
  now += 20s;
  EXPECT_EQ(types(feed(echo("2"))), "conversation.updated conversation.created message.sent");
}

TEST_F(receiving_messages, a_new_conversation_starts_afresh) {
  auto first = text_message("1");
  first.customer_name = "Ada";
  feed(first);
  patch p = change();
  p.tags = {{"vip"}};
  p.priority = priority::urgent;
  run(p);
  set_status(status::closed);
  const auto events = feed(text_message("2"));  // no name this time
  ASSERT_EQ(types(events), "conversation.updated conversation.created message.received");
  EXPECT_FALSE(events[1].previous);
  EXPECT_EQ(events[1].sequence, 1u);
  EXPECT_EQ(current().customer_name, "Ada");
  EXPECT_TRUE(current().tags.empty());
  EXPECT_EQ(current().priority, priority::medium);
  EXPECT_EQ(current().unread, 1u);
  EXPECT_EQ(current().previous_conversations, 1u);
}

TEST_F(receiving_messages, nothing_stays_unread_where_nobody_can_read_it_any_more) {
  feed(text_message("1"));
  feed(text_message("2"));
  set_status(status::closed);
  EXPECT_EQ(current().unread, 2u);
  const conversation before = current();
  now += 1h;
  const auto events = feed(text_message("3"));
  ASSERT_EQ(types(events), "conversation.updated conversation.created message.received");
  conversation wanted = before;
  wanted.unread = 0;
  wanted.version = before.version + 1;
  wanted.updated_at = now;
  EXPECT_TRUE(events[0].conversation == wanted) << "only unread changes";
  EXPECT_EQ(events[0].sequence, before.version + 1);
  EXPECT_EQ(events[0].previous, (previous_state{status::closed, priority::medium, at(100)}));
  EXPECT_FALSE(events[0].origin) << "the message is what came in";
  EXPECT_EQ(current().id, id_of(2));
  EXPECT_EQ(current().unread, 1u);
}

TEST_F(receiving_messages, what_was_read_before_needs_no_clearing) {
  feed(text_message("1"));
  run(mark_read{current().id});
  set_status(status::closed);
  EXPECT_EQ(types(feed(text_message("2"))), "conversation.created message.received");
}

TEST_F(receiving_messages, a_system_message_opens_only_the_first_conversation) {
  auto in = text_message("1");
  in.sender = sender_type::system;
  EXPECT_EQ(types(feed(in)), "conversation.created message.received");
  EXPECT_EQ(current().unread, 0u);
  EXPECT_FALSE(current().last_inbound_at);
  EXPECT_EQ(current().status, status::open);
}

TEST_F(receiving_messages, unsupported_ones_count) {
  auto in = text_message("1", "");
  in.content_type = content_type::unsupported;
  feed(in);
  EXPECT_EQ(current().unread, 1u);
}

// -- our own side
// ---------------------------------------------------------------------------------------------

TEST_F(receiving_messages, an_echo_is_sent_by_an_agent_unless_told_otherwise) {
  feed(echo("1"));
  EXPECT_EQ(types(history), "conversation.created message.sent");
  EXPECT_EQ(message_named("1").sender_type, sender_type::agent);
  EXPECT_EQ(message_named("1").delivery, delivery_status::sent);
  auto bot = echo("2");
  bot.sender = sender_type::bot;
  feed(bot);
  EXPECT_EQ(message_named("2").sender_type, sender_type::bot);
}

TEST_F(receiving_messages, first_response_is_the_first_human_answer) {
  feed(echo("0"));
  EXPECT_FALSE(current().first_response_at) << "nobody had asked";
  feed(text_message("1"));
  feed(text_message("2"));
  auto bot = echo("3");
  bot.sender = sender_type::bot;
  feed(bot);
  EXPECT_FALSE(current().first_response_at);
  EXPECT_EQ(current().unread, 2u) << "a bot has read nothing";
  run(mark_read{current().id});
  now = at(300);
  feed(echo("4"));
  EXPECT_EQ(current().first_response_at, at(300)) << "reading first makes no difference";
  now = at(400);
  feed(text_message("5"));
  EXPECT_EQ(current().unread, 1u);
  feed(echo("6"));
  EXPECT_EQ(current().first_response_at, at(300));
  EXPECT_EQ(current().unread, 0u);
}

TEST_F(receiving_messages, an_echo_later_than_its_receipt_starts_where_that_was) {
  feed(text_message("1"));
  feed(watermark_at(delivery_status::read, at(10)));
  feed(watermark_at(delivery_status::delivered, at(20)));
  auto read = echo("2");
  read.at = at(10);
  feed(read);
  auto delivered = echo("3");
  delivered.at = at(11);
  feed(delivered);
  auto later = echo("4");
  later.at = at(21);
  feed(later);
  EXPECT_EQ(message_named("2").delivery, delivery_status::read);
  EXPECT_EQ(message_named("3").delivery, delivery_status::delivered);
  EXPECT_EQ(message_named("4").delivery, delivery_status::sent);
}

// -- the customer
// ---------------------------------------------------------------------------------------------

TEST_F(receiving_messages, a_changed_customer_is_told_first) {
  auto in = text_message("1");
  in.customer_name = "Ada";
  feed(in);
  in = text_message("2");
  in.customer_name = "Ada L.";
  const auto events = feed(in);
  ASSERT_EQ(types(events), "customer.updated message.received");
  EXPECT_EQ(events[0].customer->name, "Ada L.");
  EXPECT_EQ(events[0].conversation->customer_name, "Ada L.");
  EXPECT_FALSE(events[0].origin);
  EXPECT_EQ(events[0].customer->updated_at, now);
  in.platform_message_id = "3";
  EXPECT_EQ(types(feed(in)), "message.received");
  EXPECT_EQ(types(feed(text_message("4"))), "message.received") << "no name says nothing";
  EXPECT_EQ(current().customer_name, "Ada L.");
}

TEST_F(receiving_messages, a_changed_customer_and_a_status_and_a_message) {
  feed(text_message("1"));
  set_status(status::resolved);
  auto in = text_message("2");
  in.customer_handle = "ada";
  EXPECT_EQ(types(feed(in)), "customer.updated conversation.reopened message.received");
  set_status(status::closed);
  in = text_message("3");
  in.customer_avatar_url = "https://a.example/2";
  EXPECT_EQ(types(feed(in)), "conversation.updated conversation.created customer.updated message.received");
  EXPECT_EQ(current().customer_handle, "ada");
  EXPECT_EQ(current().customer_avatar_url, "https://a.example/2");
}

TEST_F(receiving_messages, that_the_customer_came_from_an_ad_is_known_for_the_thread) {
  const auto says = [&](const std::string& id, std::int64_t when, bool from_ad) {
    auto in = text_message(id);
    in.at = at(when);
    in.from_ad = from_ad;
    return in;
  };
  feed(says("1", 50, false));
  EXPECT_FALSE(current().last_from_ad_at);
  feed(says("2", 60, true));
  feed(says("3", 70, false));
  EXPECT_EQ(current().last_from_ad_at, at(60));
  feed(says("4", 40, true));
  EXPECT_EQ(current().last_from_ad_at, at(60)) << "an older one that came later";
  auto ours = echo("5");
  ours.at = at(80);
  ours.from_ad = true;
  feed(ours);
  EXPECT_EQ(current().last_from_ad_at, at(60)) << "we came from none";
  set_status(status::closed);
  feed(says("6", 90, false));
  EXPECT_EQ(current().id.ordinal, 2u);
  EXPECT_EQ(current().last_from_ad_at, at(60)) << "the next case is in the same window";
}

TEST_F(receiving_messages, a_customer_is_known_since_the_first_conversation) {
  feed(text_message("1"));
  for (int n = 2; n < 5; ++n) {
    set_status(status::closed);
    now += 1h;
    auto in = text_message(std::to_string(n));
    in.customer_name = "name " + std::to_string(n);
    const auto events = feed(in);
    ASSERT_GE(events.size(), 3u);
    EXPECT_EQ(current().created_at, now);
    EXPECT_EQ(current().customer_since, at(100));
    for (const event& e : events) {
      if (!e.customer) continue;
      EXPECT_EQ(e.customer->created_at, at(100)) << to_word(e.type);
      EXPECT_EQ(e.customer->updated_at, now);
    }
  }
}

TEST_F(receiving_messages, a_language_is_the_last_that_was_told_until_somebody_sets_it) {
  const auto says = [&](std::string id, std::string language) {
    auto in = text_message(std::move(id));
    in.language = std::move(language);
    feed(in);
    return current().language;
  };
  EXPECT_EQ(says("1", ""), "");
  EXPECT_EQ(says("2", "de"), "de");
  EXPECT_EQ(says("3", ""), "de");
  EXPECT_EQ(says("4", "en"), "en");
  patch p = change();
  p.language = "pt_br";
  run(p);
  EXPECT_EQ(says("5", "en"), "pt-BR");
  set_status(status::closed);
  EXPECT_EQ(says("6", "en"), "pt-BR") << "the next conversation begins with it";
  EXPECT_EQ(current().id.ordinal, 2u);
  p = change();
  p.language = "";
  run(p);
  EXPECT_EQ(says("7", "en"), "en");
}

TEST_F(receiving_messages, a_language_is_not_taken_from_our_side) {
  feed(text_message("1"));
  auto ours = echo("2");
  ours.language = "de";
  feed(ours);
  EXPECT_EQ(current().language, "");
}

TEST_F(receiving_messages, what_is_known_of_a_customer_goes_on_in_the_next_conversation) {
  feed(text_message("1"));
  patch p = change();
  p.customer_attributes = {{"plan", "gold"}};
  run(p);
  set_status(status::closed);
  feed(text_message("2"));
  EXPECT_EQ(current().id.ordinal, 2u);
  EXPECT_EQ(current().customer_attributes, (std::vector<customer_attribute>{{"plan", "gold"}}));
}

TEST_F(receiving_messages, a_profile_updates_name_and_address) {
  feed(text_message("1"));
  auto in = inbound_of(inbound_kind::profile, "wamid.profile");
  in.customer_name = "Ada";
  in.customer_new_platform_id = "491709999999";
  const auto events = feed(in);
  ASSERT_EQ(types(events), "customer.updated");
  EXPECT_EQ(events[0].customer->platform_user_id, "491709999999");
  EXPECT_EQ(events[0].origin, (event_origin{"profile", "wamid.profile", ""}));
  EXPECT_EQ(current().customer_platform_id, "491709999999");
  EXPECT_EQ(current().customer_name, "Ada");
  EXPECT_EQ(current().unread, 1u);
  EXPECT_TRUE(feed(in).empty());
}

TEST_F(receiving_messages, a_profile_of_an_unknown_customer_opens_nothing) {
  auto in = inbound_of(inbound_kind::profile, "wamid.profile");
  in.customer_name = "Ada";
  const auto events = feed(in);
  ASSERT_EQ(types(events), "customer.updated");
  EXPECT_FALSE(events[0].conversation);
  EXPECT_EQ(events[0].sequence, 0u);
  EXPECT_EQ(events[0].customer->name, "Ada");
  EXPECT_EQ(events[0].customer->brand.value, "acme");
  EXPECT_EQ(events[0].customer->account.value, "acme-whatsapp");
  EXPECT_FALSE(state.current);
}

}  // namespace
}  // namespace switchboard::domain
