// Whether an agent is here, and what becomes of his work when he is not.

#include "domain/routing/agent_presence.hpp"

#include "tests/domain/routing/router_fixture.hpp"

namespace switchboard::domain::routing {
namespace {

/// One agent with his owner's rules, whom the router hears of as it would: when the epoch grows.
class agent_presence_test : public router_test {
 protected:
  agent_presence_test() {
    config.queues[0].mode = offer_mode::auto_accept;
    add_agent("a");
    configure();
  }

  std::optional<presence_refusal> say(const presence_command& c) {
    auto decided = decide(him, c, rules, now);
    if (!decided) return decided.error();
    const bool news = decided->epoch != him.epoch;
    him = *decided;
    if (news) {
      tell(tell_presence{facts_of(him, rules, 0, now)});
      ++told;
    }
    return std::nullopt;
  }
  void advance(milliseconds by) {
    const auto until = now + by;
    for (;;) {
      const auto due = wake_at(him, rules);
      if (!due || *due > until) break;
      now = *due;
      say(tick{});
    }
    now = until;
    say(tick{});
    tell(tick{});
  }
  presence_facts facts() const { return facts_of(him, rules, 0, now); }

  presence_rules rules;
  agent_presence him;
  int told = 0;
};

TEST_F(agent_presence_test, r8_back_within_the_grace_nothing_has_happened) {
  say(open_session{"phone"});
  const auto id = arrive();
  ASSERT_EQ(owner(id), 0u);
  say(close_session{"phone"});
  EXPECT_TRUE(facts().grace);
  EXPECT_EQ(arrive(), (conversation_id{{7, 2}, 1}));
  EXPECT_EQ(owner({{7, 2}, 1}), no_agent) << "nothing new in the grace";
  const auto before = log.size();
  advance(12s);
  say(open_session{"phone"});
  for (auto i = before; i < log.size(); ++i) EXPECT_NE(log[i].conversation, id) << to_word(log[i].kind);
  EXPECT_EQ(owner(id), 0u);
  EXPECT_EQ(owner({{7, 2}, 1}), 0u);
}

TEST_F(agent_presence_test, r8_behind_the_grace_the_unanswered_seek_another_with_their_age) {
  say(open_session{"phone"});
  const auto unanswered = arrive();
  const auto answered = arrive();
  tell(tell_conversation{std::make_shared<const conversation_facts>(
      conversation_facts{.id = answered, .version = 2, .answered = true})});
  const auto key = at(unanswered).key;
  const auto since = at(unanswered).enqueued_at;
  say(close_session{"phone"});
  advance(29'999ms);
  EXPECT_EQ(owner(unanswered), 0u);
  advance(1ms);
  EXPECT_EQ(owner(unanswered), no_agent);
  EXPECT_EQ(at(unanswered).state, item_state::queued);
  EXPECT_EQ(at(unanswered).key, key);
  EXPECT_EQ(at(unanswered).enqueued_at, since);
  EXPECT_EQ(owner(answered), 0u);
}

TEST_F(agent_presence_test, he_is_online_while_any_of_his_sessions_lives) {
  say(open_session{"phone"});
  say(open_session{"desk"});
  say(close_session{"phone"});
  EXPECT_EQ(told, 1) << "nothing changed for the router";
  EXPECT_FALSE(facts().grace);
  advance(59s);
  EXPECT_EQ(say(heartbeat{"desk"}), std::nullopt);
  advance(59s);
  EXPECT_TRUE(facts().online && !facts().grace);
  advance(1s);
  EXPECT_TRUE(facts().grace);
  EXPECT_EQ(say(heartbeat{"desk"}), presence_refusal::no_session);
  advance(30s);
  EXPECT_FALSE(facts().online);
  EXPECT_EQ(wake_at(him, rules), std::nullopt);
}

TEST_F(agent_presence_test, who_stays_online_needs_no_session) {
  say(stay_online{});
  EXPECT_TRUE(facts().online);
  advance(24h);
  EXPECT_TRUE(facts().online && !facts().grace);
  say(stay_online{false});
  EXPECT_TRUE(facts().grace);
}

TEST_F(agent_presence_test, nothing_but_himself_raises_what_he_set) {
  say(open_session{"desk"});
  say(set_status{2});
  EXPECT_EQ(facts().channels, 0u);
  say(heartbeat{"desk"});
  say(conversation_ended{now});
  say(open_session{"phone"});
  EXPECT_EQ(facts().channels, 0u);
  say(set_status{0});
  EXPECT_EQ(facts().channels, all_channels);
}

TEST_F(agent_presence_test, missing_too_many_makes_him_away_unless_he_has_spoken_since) {
  config.queues[0].mode = offer_mode::offer;
  config.missed_max = 2;
  config.cooldown = 1s;
  configure();
  say(open_session{"desk"});
  const auto id = arrive();
  std::vector<router_event> away;
  for (int i = 0; i < 60 && away.empty(); ++i) {
    if (i % 30 == 0) say(heartbeat{"desk"});
    wait(1s);
    for (const auto& e : said) {
      if (e.kind == event_kind::auto_away) away.push_back(e);
    }
  }
  ASSERT_EQ(away.size(), 1u);
  EXPECT_EQ(offered(id), no_agent);
  wait(10min);
  EXPECT_EQ(offered(id), no_agent) << "also before his owner has said so";
  const auto late = missed_too_many{away[0].epoch};
  say(late);
  EXPECT_EQ(him.status, 2u);
  say(open_session{"desk"});
  say(set_status{0});
  say(late);
  EXPECT_EQ(him.status, 0u);
  EXPECT_EQ(offered(id), 0u);
}

TEST_F(agent_presence_test, wrap_up_shift_and_idleness_keep_new_work_away) {
  rules.wrap_up = 20s;
  rules.away_after = 5min;
  rules.lease = 1h;
  say(open_session{"desk"});
  say(conversation_ended{now});
  EXPECT_EQ(owner(arrive()), no_agent);
  advance(20s);
  EXPECT_EQ(owner({{7, 1}, 1}), 0u);
  say(set_shift{false});
  EXPECT_EQ(owner(arrive()), no_agent);
  say(set_shift{true});
  EXPECT_EQ(owner({{7, 2}, 1}), 0u);
  advance(5min);
  EXPECT_TRUE(him.away_by_itself);
  EXPECT_EQ(facts().channels, 0u);
  say(heartbeat{"desk"});
  EXPECT_EQ(facts().channels, 0u) << "what was set stays until he sets another";
}

TEST_F(agent_presence_test, sessions_have_a_bound) {
  for (std::size_t i = 0; i < rules.sessions_max; ++i) {
    EXPECT_EQ(say(open_session{std::to_string(i)}), std::nullopt);
  }
  EXPECT_EQ(say(open_session{"one more"}), presence_refusal::too_many_sessions);
  EXPECT_EQ(say(set_status{9}), presence_refusal::no_status);
}

}  // namespace
}  // namespace switchboard::domain::routing
