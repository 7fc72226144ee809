#include "actors/conversation.hpp"

#include "support.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace switchboard::actors {
namespace {

using domain::event_type;
using testing::received;
using testing::small_node;
using testing::text_message;

constexpr domain::thread_id thread{1, 2};

void deliver(conversation_owner& owner, domain::inbound_event e) {
  delivery d{.thread = thread, .otherwise = std::nullopt, .what = received(std::move(e)), .done = nullptr};
  owner.deliver(d);
}

std::vector<event_type> types(const std::vector<storage::record_ptr>& records) {
  std::vector<event_type> out;
  for (const auto& r : records) out.push_back(r->type);
  return out;
}

TEST(ConversationOwner, FirstMessageCreatesAndReceives) {
  small_node n;
  conversation_owner owner{n.node(), thread};
  deliver(owner, text_message("wamid.1", "hello"));
  EXPECT_EQ(types(n.events()), (std::vector{event_type::conversation_created, event_type::message_received}));
}

/// Where the past may be: still on its way to the disk, in the views, or only there.
enum class past { submitted, applied, only_in_views };
class Redelivery : public ::testing::TestWithParam<past> {};

TEST_P(Redelivery, HasNoSecondEffect) {
  small_node n;
  auto owner = std::make_unique<conversation_owner>(n.node(), thread);
  deliver(*owner, text_message("wamid.1", "hello"));
  auto edit = text_message("wamid.1", "hello!");
  edit.kind = domain::inbound_kind::edit;
  edit.version = "1";
  deliver(*owner, edit);
  const auto before = n.events().size();
  EXPECT_EQ(before, 3u);

  if (GetParam() != past::submitted) n.apply();
  if (GetParam() == past::only_in_views) owner = std::make_unique<conversation_owner>(n.node(), thread);
  deliver(*owner, text_message("wamid.1", "hello"));
  deliver(*owner, edit);
  EXPECT_EQ(n.events().size(), before);
  EXPECT_EQ(n.node().duplicates, 2u);
}

TEST_P(Redelivery, AnOriginalFillsItsPlaceholderOnce) {
  small_node n;
  auto owner = std::make_unique<conversation_owner>(n.node(), thread);
  auto reaction = text_message("wamid.1", "");
  reaction.kind = domain::inbound_kind::reaction_added;
  reaction.reaction_emoji = "👍";
  reaction.version = "r1";
  deliver(*owner, reaction);
  if (GetParam() != past::submitted) n.apply();
  if (GetParam() == past::only_in_views) owner = std::make_unique<conversation_owner>(n.node(), thread);
  deliver(*owner, text_message("wamid.1", "hello"));
  deliver(*owner, text_message("wamid.1", "hello"));
  const auto events = n.events();
  ASSERT_EQ(types(events), (std::vector{event_type::conversation_created, event_type::reaction_added,
                                        event_type::message_received}));
  EXPECT_NE(events[2]->part(events[2]->message_json).find("👍"), std::string_view::npos);
}

INSTANTIATE_TEST_SUITE_P(Past, Redelivery,
                         ::testing::Values(past::submitted, past::applied, past::only_in_views));

TEST_P(Redelivery, OfAProfileWithoutConversationHasNoSecondEffect) {
  small_node n;
  auto owner = std::make_unique<conversation_owner>(n.node(), thread);
  auto profile = text_message("wamid.1", "");
  profile.kind = domain::inbound_kind::profile;
  profile.customer_new_platform_id = "5522";
  deliver(*owner, profile);
  ASSERT_EQ(types(n.events()), (std::vector{event_type::customer_updated}));
  if (GetParam() != past::submitted) n.apply();
  if (GetParam() == past::only_in_views) owner = std::make_unique<conversation_owner>(n.node(), thread);
  deliver(*owner, profile);
  EXPECT_EQ(n.events().size(), 1u);
  // … but what it tells anew is told.
  profile.platform_message_id = "wamid.2";
  profile.customer_new_platform_id = "5533";
  deliver(*owner, profile);
  EXPECT_EQ(n.events().size(), 2u);
}

/// The views took the message in while they were being asked: it must not be missing on both sides.
TEST(ConversationOwner, AReceiptCoversWhatTheViewsAreTakingIn) {
  small_node n;
  conversation_owner owner{n.node(), thread};
  deliver(owner, text_message("wamid.1", "hello"));
  n.apply();
  auto echo = text_message("wamid.2", "hi");
  echo.direction = domain::direction::outbound;
  deliver(owner, echo);
  n.views().after_asking_for_outbound = [&] { n.apply(); };
  auto receipt = text_message("", "");
  receipt.kind = domain::inbound_kind::status;
  receipt.status = domain::delivery_status::read;
  receipt.watermark = echo.at;
  receipt.version = "w1";
  deliver(owner, receipt);
  EXPECT_EQ(n.events().back()->type, event_type::message_read);
}

TEST(ConversationOwner, RemembersBeyondItsRecentKeys) {
  small_node n;
  conversation_owner owner{n.node(), thread};
  constexpr int messages = 100;
  for (int i = 0; i < messages; ++i) {
    deliver(owner, text_message("wamid." + std::to_string(i), "x"));
    if (i % 7 == 0) n.apply();
  }
  const auto before = n.events().size();
  for (int i = 0; i < messages; ++i) deliver(owner, text_message("wamid." + std::to_string(i), "x"));
  EXPECT_EQ(n.events().size(), before);
}

TEST(ConversationOwner, AThreadReadBackSoonAsksTheViewsNoMoreAndStillKnowsAll) {
  small_node n;
  conversation_owner first{n.node(), thread};
  for (int i = 0; i < 40; ++i) deliver(first, text_message("wamid.old" + std::to_string(i), "hello"));
  n.apply();
  conversation_owner again{n.node(), thread};
  for (int i = 0; i < 20; ++i) deliver(again, text_message("wamid.new" + std::to_string(i), "hello"));
  n.apply();
  const auto asked = n.views().asked.load();
  EXPECT_GT(asked, 0u);
  for (int i = 20; i < 120; ++i) deliver(again, text_message("wamid.new" + std::to_string(i), "hello"));
  EXPECT_LT(n.views().asked - asked, 10u) << "of new ones, now and then one has a known one's tag";
  n.apply();
  const auto before = n.events().size();
  for (int i = 0; i < 40; ++i) deliver(again, text_message("wamid.old" + std::to_string(i), "hello"));
  for (int i = 0; i < 120; ++i) deliver(again, text_message("wamid.new" + std::to_string(i), "hello"));
  EXPECT_EQ(n.events().size(), before);
}

TEST(ConversationOwner, MayLeaveOnlyWhenTheViewsShowItsLastEvent) {
  small_node n;
  conversation_owner owner{n.node(), thread};
  EXPECT_TRUE(owner.may_leave());
  deliver(owner, text_message("wamid.1", "hello"));
  EXPECT_FALSE(owner.may_leave());
  n.commit();
  EXPECT_FALSE(owner.may_leave());
  n.apply();
  EXPECT_TRUE(owner.may_leave());
}

TEST(ConversationOwner, ActsAreRefusedInAnotherBrandsName) {
  small_node n;
  conversation_owner owner{n.node(), thread};
  std::optional<command_result> result;
  act a{.thread = thread,
        .brand = "globex",
        .what = domain::mark_read{{thread, 1}},
        .now = {},
        .reply = [&](command_result&& r) { result = std::move(r); }};
  owner.execute(a);
  ASSERT_TRUE(result && result->refused);
  EXPECT_EQ(result->refused->why, domain::refusal::not_found);
  // … and the look under a wrong brand does not make the thread seem new.
  deliver(owner, text_message("wamid.1", "hello"));
  result.reset();
  a.brand = "acme";
  a.what = domain::mark_read{{thread, 1}};
  a.reply = [&](command_result&& r) { result = std::move(r); };
  owner.execute(a);
  n.commit();
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->refused);
  EXPECT_NE(result->conversation.find("\"unread\":0"), std::string::npos);
}

TEST(ConversationOwner, SequencesAreGaplessOverSleeps) {
  small_node n;
  std::mt19937 random{20261121};
  auto owner = std::make_unique<conversation_owner>(n.node(), thread);
  std::set<std::string> sent;
  for (int i = 0; i < 200; ++i) {
    const auto id = "wamid." + std::to_string(random() % 120);
    sent.insert(id);
    deliver(*owner, text_message(id, "x"));
    if (random() % 5 == 0) n.apply();
    if (random() % 5 == 0 && owner->may_leave())
      owner = std::make_unique<conversation_owner>(n.node(), thread);
  }
  std::uint64_t expected = 0;
  for (const auto& r : n.events()) EXPECT_EQ(r->conversation_sequence, ++expected);
  EXPECT_EQ(expected, 1 + sent.size()) << "one creation and each message once";
}

}  // namespace
}  // namespace switchboard::actors
