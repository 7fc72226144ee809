// A thread whose customer was erased, at each of the moments at which its past may be looked for; and what memory and
// feed still hold of it.
#include "storage/erasing.hpp"

#include "actors/conversation.hpp"
#include "actors/log_feed.hpp"
#include "storage/codec.hpp"
#include "support.hpp"

#include <gtest/gtest.h>

#include <memory>

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

void erase(conversation_owner& owner) {
  act a;
  a.thread = thread;
  a.brand = "acme";
  a.what = domain::erase{.customer = {"cu_1"}, .by = 1};
  a.now = domain::timestamp{std::chrono::seconds{1'795'250'000}};
  a.reply = [](const command_result& r) { EXPECT_FALSE(r.refused || r.failed || r.undecided); };
  owner.execute(a);
}

enum class past { submitted, applied, only_in_views };
class ErasedThread : public ::testing::TestWithParam<past> {};

TEST_P(ErasedThread, IsWokenByNothingThatWasInIt) {
  small_node n;
  auto owner = std::make_unique<conversation_owner>(n.node(), thread);
  // So many that the actor has forgotten the first itself.
  for (int i = 0; i < 40; ++i) deliver(*owner, text_message("wamid." + std::to_string(i), "hello"));
  auto edit = text_message("wamid.39", "hello!");
  edit.kind = domain::inbound_kind::edit;
  edit.version = "1";
  deliver(*owner, edit);
  if (GetParam() != past::submitted) n.apply();
  erase(*owner);
  const auto before = n.events().size();
  EXPECT_EQ(n.events().back()->type, event_type::customer_erased);
  if (GetParam() != past::submitted) n.apply();
  if (GetParam() == past::only_in_views) owner = std::make_unique<conversation_owner>(n.node(), thread);

  for (const int i : {0, 20, 39}) deliver(*owner, text_message("wamid." + std::to_string(i), "hello"));
  deliver(*owner, edit);
  edit.version = "2";  // a new one, of what is gone
  deliver(*owner, edit);
  auto reaction = text_message("wamid.3", "");
  reaction.kind = domain::inbound_kind::reaction_added;
  reaction.reaction_emoji = "👍";
  deliver(*owner, reaction);
  EXPECT_EQ(n.events().size(), before);

  deliver(*owner, text_message("wamid.new", "hello again"));
  ASSERT_EQ(n.events().size(), before + 2);
  EXPECT_EQ(n.events().back()->conversation, (domain::conversation_id{thread, 2}));
  EXPECT_EQ(n.events().back()->conversation_sequence, 2u);
  deliver(*owner, text_message("wamid.new", "hello again"));
  EXPECT_EQ(n.events().size(), before + 2);
}

INSTANTIATE_TEST_SUITE_P(Everywhere, ErasedThread,
                         ::testing::Values(past::submitted, past::applied, past::only_in_views));

/// A log of one conversation's records, some of them in memory.
struct hidden_log {
  small_node n;
  storage::erased_things things;
  hidden_log() {
    conversation_owner owner{n.node(), thread};
    deliver(owner, text_message("wamid.1", "secret"));
    deliver(owner, text_message("wamid.2", "secret"));
    things.add_thread(thread, 1, 1);
  }
};

TEST(Hidden, IsEmptiedInTheTail) {
  hidden_log l;
  l.n.apply();
  auto& t = *l.n.node().tail;
  t.replace(t.applied(), [&](const storage::record& r) {
    return l.things.covers(r.bytes, r.sequence) ? without_contents(r, 7) : nullptr;
  });
  for (const auto& r : l.n.events()) {
    EXPECT_EQ(r->bytes.find("secret"), std::string::npos);
    EXPECT_FALSE(r->erased_json.empty());
  }
}

TEST(Hidden, IsShownEmptiedByTheFeedFromMemoryAndFromTheLog) {
  hidden_log l;
  const auto records = l.n.events();
  const tail forgetful{records.size(), 0};  // all must be read from the log
  for (const tail* t : {static_cast<const tail*>(l.n.node().tail), &forgetful}) {
    log_feed feed{l.n.log(), *t, nullptr, [](const std::string& why) { FAIL() << why; }};
    stream_filter all;
    all.all_brands = true;
    EXPECT_NE(feed.pull(0, all, 9, 1 << 20, 99).records.back()->bytes.find("secret"), std::string::npos);
    feed.hide(std::make_shared<const storage::erased_things>(l.things), 7);
    const auto got = feed.pull(0, all, 9, 1 << 20, 99).records;
    ASSERT_EQ(got.size(), records.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(got[i]->bytes.find("secret"), std::string::npos);
      EXPECT_EQ(got[i]->sequence, records[i]->sequence);
      EXPECT_EQ(got[i]->conversation, records[i]->conversation);
    }
    feed.hide(nullptr, 7);
    EXPECT_NE(feed.pull(0, all, 9, 1 << 20, 99).records.back()->bytes.find("secret"), std::string::npos);
  }
}

}  // namespace
}  // namespace switchboard::actors
