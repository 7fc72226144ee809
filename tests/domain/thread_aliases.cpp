// Keys that come to mean another thread.
#include "domain/thread_alias.hpp"
#include "thread_fixture.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;

constexpr timestamp noon{1'795'248'000s};

/// A key's own thread, as if it were hashed; and its name again.
class aliases : public ::testing::Test {
 protected:
  thread_id named(std::string_view key) {
    const auto number = numbers_.try_emplace(std::string(key), numbers_.size() + 1).first->second;
    return {0, number};
  }
  std::vector<thread_alias> told_by(const inbound_event& e, thread_id thread) {
    return aliases_told_by(e, thread, {"k_1"},
                           {[this](std::string_view key) { return named(key); },
                            [](std::string_view key) { return customer_id{"k " + std::string(key)}; }});
  }
  static inbound_event event(domain::platform p, std::string key) {
    inbound_event e;
    e.platform = p;
    e.thread_key = std::move(key);
    e.at = noon;
    return e;
  }
  std::map<std::string, std::uint64_t> numbers_;
};

TEST_F(aliases, most_events_tell_of_none) {
  auto e = event(platform::whatsapp, "49151");
  e.thread_key_also = "DE.1";
  EXPECT_TRUE(told_by(e, named("49151")).empty());
}

TEST_F(aliases, a_changed_number_leads_to_its_owners_thread_and_the_old_one_to_a_strangers) {
  auto e = event(platform::whatsapp, "49151");
  e.thread_key_next = "49159";
  e.thread_key_also_next = "DE.2";
  const auto told = told_by(e, named("49151"));
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[0], (thread_alias{named("49159"), named("49151"), noon, {"k_1"}}));
  EXPECT_EQ(told[1].key, named("49151"));
  EXPECT_EQ(told[1].since, noon + 1ms);
  EXPECT_EQ(told[1].thread, named(next_owner_key("49151", noon + 1ms)));
  EXPECT_NE(told[1].thread, named("49151"));
  EXPECT_EQ(told[1].customer.value, "k " + next_owner_key("49151", noon + 1ms));
  EXPECT_EQ(told[2], (thread_alias{named("DE.2"), named("49151"), std::nullopt, {"k_1"}}));
}

TEST_F(aliases, a_supergroups_id_is_its_groups_thread_whatever_the_clocks_say) {
  auto e = event(platform::telegram, "-99");
  e.thread_key_next = "-100155";
  const auto told = told_by(e, named("-99"));
  ASSERT_EQ(told.size(), 1u);  // the old id is given to nobody
  EXPECT_EQ(told[0].key, named("-100155"));
  EXPECT_EQ(move_at(told, noon - 1h)->thread, named("-99"));
}

TEST_F(aliases, the_latest_move_by_the_platforms_clock_decides) {
  const std::vector<thread_alias> moves = {{{0, 9}, {0, 2}, noon + 2s, {}}, {{0, 9}, {0, 1}, noon, {}}};
  EXPECT_EQ(move_at(moves, noon - 1us), nullptr);
  EXPECT_EQ(move_at(moves, noon)->thread, (thread_id{0, 1}));
  EXPECT_EQ(move_at(moves, noon + 1s)->thread, (thread_id{0, 1}));
  EXPECT_EQ(move_at(moves, noon + 1h)->thread, (thread_id{0, 2}));
}

TEST_F(aliases, who_moves_there_and_back_keeps_the_thread) {
  const auto home = named("1");
  std::map<thread_id, std::vector<thread_alias>> known;
  const auto thread_at = [&](const std::string& key, timestamp at) {
    const auto own = named(key);
    const auto* const move = move_at(known[own], at);
    return move ? move->thread : own;
  };
  auto at = noon;
  for (const auto& [from, to] : {std::pair{"1", "2"}, {"2", "3"}, {"3", "1"}, {"1", "2"}}) {
    auto e = event(platform::whatsapp, from);
    e.at = at;
    e.thread_key_next = to;
    ASSERT_EQ(thread_at(from, at), home) << from;
    for (const auto& a : told_by(e, thread_at(from, at))) known[a.key].push_back(a);
    EXPECT_EQ(thread_at(to, at), home) << from;
    EXPECT_EQ(thread_at(to, at + 1h), home) << from;
    EXPECT_NE(thread_at(from, at + 1h), home) << from;
    at += 24h;
  }
}

class aliased_thread : public thread_test {};

TEST_F(aliased_thread, a_number_spelled_as_a_handle_undoes_no_username) {
  const auto called = [](std::string id, std::string handle) {
    auto in = text_message(std::move(id));
    in.customer_handle = std::move(handle);
    return in;
  };
  feed(called("1", "+4917"));
  feed(called("2", "+4918"));
  EXPECT_EQ(current().customer_handle, "+4918");
  feed(called("3", "ana"));
  EXPECT_EQ(types(feed(called("4", "+4918"))), "message.received");
  EXPECT_EQ(current().customer_handle, "ana");
  feed(called("5", "ana.souza"));
  EXPECT_EQ(current().customer_handle, "ana.souza");
}

TEST_F(aliased_thread, the_first_event_of_the_decision_carries_what_was_told) {
  auto r = command_of(text_message("1"));
  r.aliases = {{{0, 5}, state.id, std::nullopt, {}}};
  const auto events = run(r);
  ASSERT_EQ(types(events), "conversation.created message.received");
  EXPECT_EQ(events[0].aliases.size(), 1u);
  EXPECT_TRUE(events[1].aliases.empty());
}

TEST_F(aliased_thread, the_customer_is_known_by_the_other_name_too) {
  feed(text_message("1"));
  auto in = text_message("2");
  in.customer_platform_id = "DE.1";
  in.thread_key = "DE.1";
  in.customer_name = "Ana Maria";
  auto r = command_of(in);
  r.other_name = true;
  EXPECT_EQ(types(run(r)), "customer.updated message.received");
  EXPECT_EQ(current().customer_name, "Ana Maria");
  EXPECT_NE(current().customer_platform_id, "DE.1");  // what answers go to stays
  EXPECT_NE(current().thread_key, "DE.1");
}

TEST_F(aliased_thread, answers_go_to_the_new_key_once_it_has_moved) {
  feed(text_message("1"));
  auto in = text_message("2");
  in.sender = sender_type::system;
  in.thread_key_next = "-100155";
  EXPECT_EQ(types(feed(in)), "message.received");
  EXPECT_EQ(current().thread_key, "-100155");
  inbound_event moved;
  moved.kind = inbound_kind::profile;
  moved.platform_message_id = "3";
  moved.thread_key_next = moved.customer_new_platform_id = "49159";
  EXPECT_EQ(types(feed(moved)), "customer.updated");
  EXPECT_EQ(current().thread_key, "49159");
  EXPECT_EQ(current().customer_platform_id, "49159");
}

}  // namespace
}  // namespace switchboard::domain
