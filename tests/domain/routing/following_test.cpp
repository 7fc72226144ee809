// What the router is told of what happens to conversations, line by line, and what it is not.

#include "domain/routing/following.hpp"

#include "domain/sla/clocks.hpp"
#include "domain/sla/note.hpp"
#include "tests/domain/routing/router_fixture.hpp"

#include <map>

namespace switchboard::domain::routing {
namespace {

class following_test : public router_test {
 protected:
  following_test() {
    config.skills = {"billing", "vip"};
    config.queues.push_back({.id = {"refunds"}, .mode = offer_mode::auto_accept});
    config.queues.push_back({.id = {"hurry"}, .order = queue_order::edf});
    config.idle_after = 10min;
    add_agent("zoe");
    add_agent("anna");
    config.agents[0].skills = {{0, 1}};
    config.rules = {"money"};
    rules.rules = {{.name = "money",
                    .place = 0,
                    .keywords = {"refund"},
                    .queue = 1,
                    .set_priority = priority::urgent,
                    .required = {{0, 1}},
                    .preferred = {{1, 2}}}};
    configure();
    c.id = {{1, 1}, 1};
    c.brand = {"acme"};
    c.platform = platform::whatsapp;
    c.version = 5;
    c.last_inbound_at = now;
  }

  static message by_customer(std::string text) {
    message m;
    m.content = std::move(text);
    return m;
  }
  static message by_agent(std::string id) {
    message m;
    m.direction = direction::outbound;
    m.sender_type = sender_type::agent;
    m.sender_id = std::move(id);
    return m;
  }

  std::optional<router_command> follow_one(event_type type, const message* m = nullptr,
                                           bool text_follows = false) {
    ++c.version;
    return follow(state,
                  {.type = type,
                   .conversation = c,
                   .message = m,
                   .at = now,
                   .source = {"meta"},
                   .text_follows = text_follows},
                  rules);
  }
  /// … and the router takes it.
  bool hear(event_type type, const message* m = nullptr) {
    const auto command = follow_one(type, m);
    if (command) tell(*command);
    return command.has_value();
  }
  void come() {
    const auto m = by_customer("hello");
    ASSERT_TRUE(hear(event_type::message_received, &m));
  }
  static const conversation_facts* told(const std::optional<router_command>& command) {
    const auto* const is = command ? std::get_if<tell_conversation>(&*command) : nullptr;
    return is == nullptr ? nullptr : is->facts.get();
  }
  static const tell_left* left(const std::optional<router_command>& command) {
    return command ? std::get_if<tell_left>(&*command) : nullptr;
  }

  following_rules rules;
  conversation c;
};

TEST_F(following_test, what_nobody_knows_is_told_when_its_customer_writes_or_it_opens_without_words) {
  const auto text = by_customer("hello"), answer = by_agent("zoe");
  auto placed = by_customer("hello");
  placed.sender_type = sender_type::bot;
  const struct {
    event_type type;
    const message* words;
    bool text_follows;
    conversation_status status;
    bool expected;
  } table[] = {
      {event_type::message_received, &text, false, conversation_status::open, true},
      {event_type::message_received, &text, false, conversation_status::pending, false},
      {event_type::message_received, &text, false, conversation_status::resolved, false},
      {event_type::message_received, &placed, false, conversation_status::open, false},
      {event_type::message_received, nullptr, false, conversation_status::open, false},
      {event_type::message_queued, &answer, false, conversation_status::open, false},
      {event_type::message_sent, &answer, false, conversation_status::open, false},
      {event_type::conversation_created, nullptr, false, conversation_status::open, false},
      {event_type::conversation_reopened, nullptr, false, conversation_status::open, true},
      {event_type::conversation_reopened, nullptr, true, conversation_status::open, false},
      {event_type::conversation_updated, nullptr, false, conversation_status::open, true},
      {event_type::conversation_updated, nullptr, true, conversation_status::open, false},
      {event_type::conversation_updated, nullptr, false, conversation_status::snoozed, false},
      {event_type::conversation_queued, nullptr, false, conversation_status::open, false},
      {event_type::conversation_assigned, nullptr, false, conversation_status::open, false},
      {event_type::note_added, &answer, false, conversation_status::open, false},
      {event_type::customer_erased, nullptr, false, conversation_status::open, false},
  };
  for (const auto& row : table) {
    c.status = row.status;
    EXPECT_EQ(follow_one(row.type, row.words, row.text_follows).has_value(), row.expected)
        << "event " << static_cast<int>(row.type) << ", status " << to_word(row.status);
  }
}

TEST_F(following_test, what_only_we_wrote_waits_for_nobody_whatever_is_noted_about_it) {
  c.last_inbound_at.reset();
  EXPECT_FALSE(follow_one(event_type::conversation_updated));
  EXPECT_TRUE(follow_one(event_type::conversation_reopened)) << "somebody wants it to be seen";
}

TEST_F(following_test, rules_see_the_language_and_what_is_known_of_the_customer) {
  rules.rules = {{.languages = {"pt"}, .queue = 1},
                 {.attributes = {{"plan", "gold"}}, .set_priority = priority::high}};
  const auto text = by_customer("oi");
  c.language = "pt-BR";
  auto command = follow_one(event_type::message_received, &text);
  ASSERT_NE(told(command), nullptr);
  EXPECT_EQ(told(command)->queue, 1);
  c.language = "de";
  c.customer_attributes = {{"age", "7"}, {"plan", "gold"}};
  command = follow_one(event_type::message_received, &text);
  ASSERT_NE(told(command), nullptr);
  EXPECT_EQ(told(command)->queue, 0);
  EXPECT_EQ(told(command)->priority, priority::high);
}

TEST_F(following_test, the_first_rule_that_fits_says_where_it_goes_and_the_default_where_none_does) {
  c.priority = priority::high;
  auto text = by_customer("I want a refund");
  auto command = follow_one(event_type::message_received, &text);
  const auto* f = told(command);
  ASSERT_NE(f, nullptr);
  EXPECT_EQ(*f, (conversation_facts{.id = c.id,
                                    .version = c.version,
                                    .queue = 1,
                                    .priority = priority::urgent,
                                    .required = {{0, 1}},
                                    .preferred = {{1, 2}},
                                    .rule = 0,
                                    .had = priority::high}));
  text.content = "hello";
  command = follow_one(event_type::message_received, &text);
  f = told(command);
  ASSERT_NE(f, nullptr);
  EXPECT_EQ(*f,
            (conversation_facts{.id = c.id, .version = c.version, .queue = 0, .priority = priority::high}));
}

TEST_F(following_test, rules_see_source_account_kind_and_tags_and_the_channel_is_the_conversations) {
  config.channels = {
      {.platform = platform::x, .units = 3}, {.kind = thread_kind::comment, .units = 1}, {.units = 2}};
  configure();
  rules.rules = {{.platforms = {platform::whatsapp},
                  .accounts = {{"wa"}},
                  .sources = {{"meta"}},
                  .kinds = {thread_kind::comment},
                  .tags = {"vip"},
                  .queue = 1}};
  c.account = {"wa"};
  c.kind = thread_kind::comment;
  c.tags = {"vip"};
  const auto command = follow_one(event_type::conversation_reopened);
  ASSERT_NE(told(command), nullptr);
  EXPECT_EQ(told(command)->queue, 1);
  EXPECT_EQ(told(command)->channel, channel_of(*state.config, c.platform, thread_kind::comment));
  EXPECT_EQ(state.config->channels[told(command)->channel].units, 1u);
}

TEST_F(following_test, its_last_agent_is_named_where_he_is_one_of_ours) {
  config.agents.erase(config.agents.begin());  // zoe is gone
  configure();
  const struct {
    const char* last;
    bool at;
    agent_index expected;
  } table[] = {{"anna", true, 1},
               {"anna", false, no_agent},
               {"zoe", true, no_agent},
               {"bob", true, no_agent},
               {"", true, no_agent}};
  for (const auto& row : table) {
    c.last_agent = {row.last};
    c.last_agent_at = row.at ? std::optional(now - 1h) : std::nullopt;
    const auto command = follow_one(event_type::conversation_reopened);
    ASSERT_NE(told(command), nullptr);
    EXPECT_EQ(told(command)->last_agent, row.expected) << row.last;
    EXPECT_EQ(told(command)->last_agent_at, row.expected == no_agent ? timestamp{} : now - 1h) << row.last;
  }
}

TEST_F(following_test, agents_are_found_by_their_ids_whatever_order_they_stand_in) {
  for (int n = 0; n < 50; ++n) add_agent("agent" + std::to_string(n * 7 % 50));
  configure();
  for (agent_index a = 0; a < config.agents.size(); ++a) EXPECT_EQ(find_agent(state, config.agents[a].id), a);
  EXPECT_EQ(find_agent(state, {"agent"}), no_agent);
  EXPECT_EQ(find_agent(state, {"zzz"}), no_agent);
  EXPECT_EQ(find_agent({}, {"anna"}), no_agent);
}

TEST_F(following_test, of_what_is_known_only_news_is_told) {
  come();
  const auto text = by_customer("refund!");
  EXPECT_FALSE(hear(event_type::message_received, &text)) << "rules are asked once";
  EXPECT_FALSE(hear(event_type::conversation_updated));
  EXPECT_FALSE(hear(event_type::message_delivered));
  c.priority = priority::low;
  c.routed = at(c.id).sequence;
  auto command = follow_one(event_type::conversation_updated);
  ASSERT_NE(told(command), nullptr);
  EXPECT_EQ(told(command)->priority, priority::low);
  EXPECT_EQ(told(command)->version, c.version);
  tell(*command);
  EXPECT_EQ(at(c.id).priority, priority::low);
  EXPECT_EQ(follow_one(event_type::conversation_updated), std::nullopt) << "told already";
}

TEST_F(following_test, what_comes_again_or_late_is_told_no_more) {
  come();
  c.status = conversation_status::resolved;
  c.version = at(c.id).version - 1;
  EXPECT_EQ(follow_one(event_type::conversation_resolved), std::nullopt) << "its version is known";
  EXPECT_NE(left(follow_one(event_type::conversation_resolved)), nullptr);
}

TEST_F(following_test, what_a_rule_made_of_the_priority_stays_until_the_conversation_knows_of_it) {
  const auto text = by_customer("a refund");
  ASSERT_TRUE(hear(event_type::message_received, &text));
  ASSERT_EQ(at(c.id).priority, priority::urgent);
  const auto more = by_customer("please");
  EXPECT_FALSE(hear(event_type::message_received, &more)) << "the conversation still says medium";
  c.routed = at(c.id).sequence;
  c.priority = priority::urgent;
  EXPECT_FALSE(hear(event_type::conversation_updated));
  c.priority = priority::medium;
  EXPECT_TRUE(hear(event_type::conversation_updated)) << "somebody has set it since";
}

TEST_F(following_test, what_it_needs_and_its_queue_stay_as_the_router_has_them) {
  const auto text = by_customer("a refund");
  ASSERT_TRUE(hear(event_type::message_received, &text));
  auto f = conversation_facts{.id = c.id, .version = ++c.version, .priority = priority::urgent};
  f.required = {{0, 1}};
  f.preferred = {{1, 2}};
  tell(tell_conversation{std::make_shared<const conversation_facts>(f)});
  tell(transfer{.id = c.id, .queue = 0});
  c.routed = state.sequence;
  c.priority = priority::low;
  const auto command = follow_one(event_type::conversation_updated);
  ASSERT_NE(told(command), nullptr);
  EXPECT_EQ(told(command)->required, f.required);
  EXPECT_EQ(told(command)->preferred, f.preferred);
  EXPECT_EQ(told(command)->queue, 0);
}

TEST_F(following_test, a_queue_by_deadlines_hears_of_them_and_no_other) {
  const auto promised = [&](timestamp due) {
    const sla::clock k{.started = now, .target = 1h, .from = now, .due = due};
    c.sla = sla::kept_clocks(sla::clocks{.policy = "gold", .cycle = 1, .all = {k}});
  };
  for (const queue_index queue : {queue_index{0}, queue_index{2}}) {
    c.id = {{7, queue}, 1};
    tell(tell_conversation{std::make_shared<const conversation_facts>(
        conversation_facts{.id = c.id, .version = ++c.version, .queue = queue, .priority = c.priority})});
    promised(now + 1h);
    const auto command = follow_one(event_type::sla_armed);
    ASSERT_EQ(told(command) != nullptr, queue == 2);
    if (queue != 2) continue;
    EXPECT_EQ(told(command)->due, now + 1h);
    tell(*command);
    EXPECT_EQ(follow_one(event_type::sla_warning), std::nullopt) << "the same";
    c.sla = {};
    EXPECT_EQ(told(follow_one(event_type::sla_met))->due, timestamp{});
  }
}

TEST_F(following_test, a_warning_or_a_breach_may_move_it) {
  come();
  const auto heard = [&](std::vector<sla::action> actions) {
    ++c.version;
    const sla::clock_note n{.type = event_type::sla_breached, .actions = std::move(actions)};
    return follow(state, {.type = n.type, .conversation = c, .at = now, .source = {}, .clock = &n}, rules);
  };
  using enum sla::action_kind;
  EXPECT_EQ(heard({{notify, "assignee"}}), std::nullopt);
  EXPECT_EQ(heard({{move_queue, "nowhere"}}), std::nullopt);
  const auto command = heard({{add_tag, "late"}, {move_queue, "refunds"}});
  const auto* const moved = command ? std::get_if<transfer>(&*command) : nullptr;
  ASSERT_NE(moved, nullptr);
  EXPECT_EQ(moved->id, c.id);
  EXPECT_EQ(moved->queue, 1);
  tell(*command);
  EXPECT_EQ(heard({{move_queue, "refunds"}}), std::nullopt) << "it is there";
}

TEST_F(following_test, what_is_over_leaves_and_so_does_what_waits_for_its_customer_and_has_no_owner) {
  const struct {
    event_type type;
    conversation_status status;
    bool owned;
    bool leaves;
  } table[] = {
      {event_type::conversation_resolved, conversation_status::resolved, false, true},
      {event_type::conversation_resolved, conversation_status::resolved, true, true},
      {event_type::conversation_closed, conversation_status::closed, true, true},
      {event_type::customer_erased, conversation_status::open, true, true},
      {event_type::conversation_updated, conversation_status::pending, false, true},
      {event_type::conversation_updated, conversation_status::pending, true, false},
      {event_type::conversation_updated, conversation_status::snoozed, false, true},
      {event_type::conversation_updated, conversation_status::snoozed, true, false},
      {event_type::conversation_updated, conversation_status::open, false, false},
      {event_type::conversation_unassigned, conversation_status::pending, false, false},
      {event_type::conversation_transferred, conversation_status::resolved, false, false},
  };
  for (const auto& row : table) {
    ++c.id.ordinal;
    c.status = conversation_status::open;
    come();
    if (row.owned) tell(assign{c.id, 0, true});
    c.status = row.status;
    const auto command = follow_one(row.type);
    EXPECT_EQ(left(command) != nullptr, row.leaves)
        << "status " << to_word(row.status) << ", owned " << row.owned;
    if (!row.leaves) continue;
    tell(*command);
    EXPECT_EQ(state.items.find(c.id), no_slot);
    EXPECT_EQ(follow_one(row.type), std::nullopt) << "it left";
  }
}

TEST_F(following_test, who_is_erased_leaves_also_where_his_last_event_is_known_already) {
  come();
  --c.version;
  const auto command = follow_one(event_type::customer_erased);
  ASSERT_NE(left(command), nullptr);
  tell(*command);
  EXPECT_EQ(state.items.find(c.id), no_slot);
}

TEST_F(following_test, it_is_on_the_customer_from_our_first_word_until_he_writes) {
  come();
  tell(assign{c.id, 0});
  const auto answer = by_agent("zoe"), text = by_customer("thanks");
  const auto begun = now;
  ASSERT_TRUE(hear(event_type::message_queued, &answer));
  EXPECT_EQ(at(c.id).waiting_since, begun);
  wait(1min);
  EXPECT_FALSE(hear(event_type::message_queued, &answer)) << "he is silent since the first";
  EXPECT_FALSE(hear(event_type::message_sent, &answer));
  wait(10min);
  EXPECT_TRUE(at(c.id).idle);
  ASSERT_TRUE(hear(event_type::message_received, &text));
  EXPECT_EQ(at(c.id).waiting_since, timestamp{});
  EXPECT_FALSE(at(c.id).idle);
}

TEST_F(following_test, what_is_pending_is_on_the_customer_and_without_an_idle_cost_nobody_is_told) {
  come();
  tell(assign{c.id, 0});
  auto nobody = by_agent("a bot");
  nobody.sender_type = sender_type::bot;
  EXPECT_FALSE(hear(event_type::message_queued, &nobody)) << "a bot's words are not an agent's";
  c.status = conversation_status::pending;
  ASSERT_TRUE(hear(event_type::conversation_updated));
  EXPECT_EQ(at(c.id).waiting_since, now);
  config.idle_after = 0ms;
  configure();
  ASSERT_TRUE(hear(event_type::conversation_updated)) << "it is not on him any more";
  EXPECT_EQ(at(c.id).waiting_since, timestamp{});
  EXPECT_FALSE(hear(event_type::conversation_updated));
}

TEST_F(following_test, it_is_answered_when_its_owner_has_written_since_he_got_it) {
  config.idle_after = 0ms;
  configure();
  come();
  const auto by_zoe = by_agent("zoe"), by_anna = by_agent("anna");
  EXPECT_FALSE(hear(event_type::message_queued, &by_zoe)) << "nobody has it";
  tell(assign{c.id, 0});
  EXPECT_FALSE(hear(event_type::message_queued, &by_anna)) << "he is not its owner";
  ASSERT_TRUE(hear(event_type::message_queued, &by_zoe));
  EXPECT_TRUE(at(c.id).answered);
  EXPECT_FALSE(hear(event_type::message_queued, &by_zoe));
  tell(assign{c.id, 1});
  EXPECT_FALSE(at(c.id).answered);
  ASSERT_TRUE(hear(event_type::message_queued, &by_anna));
  EXPECT_TRUE(at(c.id).answered);
}

TEST_F(following_test, what_waits_for_its_customer_can_be_given_to_somebody_and_is_his_when_it_opens) {
  c.status = conversation_status::snoozed;
  c.tags = {"vip"};
  rules.rules.push_back(
      {.name = "vip", .place = 0, .tags = {"vip"}, .queue = 1, .set_priority = priority::high});
  c.priority = priority::low;
  const followed seen{.type = event_type::conversation_updated, .conversation = c, .at = now};
  auto f = std::make_shared<const conversation_facts>(facts_by_hand(state, seen, rules));
  EXPECT_EQ(f->queue, 1);
  EXPECT_EQ(f->priority, priority::low) << "somebody may have set it; a rule did, when it came";
  EXPECT_EQ(f->waiting_since, now);
  EXPECT_EQ(tell(assign{c.id, 0}), refusal::unknown_conversation);
  ASSERT_EQ(tell(assign{c.id, 0, false, f}), std::nullopt);
  EXPECT_EQ(at(c.id).owner, 0);
  EXPECT_EQ(at(c.id).state, item_state::resting);
  c.status = conversation_status::open;
  const auto text = by_customer("hello");
  ASSERT_TRUE(hear(event_type::message_received, &text));
  EXPECT_EQ(at(c.id).owner, 0);
  tell(tell_left{c.id, 100});
  EXPECT_EQ(tell(assign{c.id, 0, true, f}), refusal::unknown_conversation) << "it went on since";
  c.id.ordinal = 2;
  EXPECT_EQ(tell(assign{c.id, 9, true, f}), refusal::unknown_agent);
}

TEST_F(following_test, an_answer_counts_until_the_customer_writes_again) {
  come();
  tell(assign{c.id, 0, true});
  const auto ours = by_agent("zoe"), his = by_customer("and?");
  EXPECT_TRUE(hear(event_type::message_queued, &ours));
  EXPECT_TRUE(at(c.id).answered);
  EXPECT_TRUE(hear(event_type::message_received, &his));
  EXPECT_FALSE(at(c.id).answered);
}

TEST_F(following_test, a_priority_that_somebody_sets_before_the_router_has_spoken_counts) {
  come();
  c.priority = priority::high;
  EXPECT_TRUE(hear(event_type::conversation_updated)) << "no rule set one";
  EXPECT_EQ(at(c.id).priority, priority::high);
}

TEST_F(following_test, rules_go_by_the_places_of_the_config_that_the_router_has) {
  // Written anew: the queues the other way round, a skill less and one more.
  router_config written;
  written.skills = {"french", "billing"};
  written.rules = {"new", "money"};
  written.queues = {{.id = {"refunds"}}, {.id = {"new"}}, {.id = {"support"}}};
  const auto aligned = align(written, *state.config);
  const auto moved = align_rules({{.queue = 0, .required = {{1, 2}}, .preferred = {{0, 3}}},
                                  {.queue = 1},
                                  {.name = "money", .queue = 2},
                                  {.name = "new"}},
                                 written, aligned);
  ASSERT_EQ(moved.size(), 4u);
  EXPECT_EQ(moved[0].queue, 1);
  EXPECT_EQ(moved[0].required, (std::vector<skill_level>{{0, 2}}));
  EXPECT_EQ(moved[0].preferred, (std::vector<skill_weight>{{2, 3}}));
  EXPECT_EQ(moved[1].queue, 3);
  EXPECT_EQ(moved[2].queue, 0);
  EXPECT_EQ(moved[3].queue, std::nullopt);
  EXPECT_EQ(aligned.skills[2], "french");
  EXPECT_EQ(aligned.rules, (std::vector<std::string>{"money", "new"}));
  EXPECT_EQ(moved[2].place, 0);
  EXPECT_EQ(moved[3].place, 1);
}

}  // namespace
}  // namespace switchboard::domain::routing
