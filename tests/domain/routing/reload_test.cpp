// Another config while conversations are here: what each of them is and costs stays, and nothing waits where nobody serves.

#include "domain/routing/archive.hpp"
#include "domain/routing/strategies.hpp"
#include "tests/domain/routing/router_fixture.hpp"

namespace switchboard::domain::routing {
namespace {

class reload_test : public router_test {
 protected:
  /// As the file has it now; configure() keeps what is aligned in `config`.
  void reload(router_config next) {
    next.version = config.version;
    config = std::move(next);
    configure();
  }
};

TEST_F(reload_test, a_channel_is_what_it_is_about_wherever_it_stands) {
  config.channels = {{.platform = platform::whatsapp, .units = 2}, {.units = 1}};
  config.agents.clear();
  add_agent("a", 10);
  const auto written = config;
  open();
  const auto id = arrive({.channel = channel_of(*state.config, platform::whatsapp, thread_kind::dm)});
  EXPECT_EQ(state.loads[0].used, 2u);
  auto next = written;
  next.channels = {
      {.platform = platform::x, .units = 7}, {.platform = platform::whatsapp, .units = 3}, {.units = 1}};
  reload(next);
  EXPECT_EQ(at(id).channel, channel_of(*state.config, platform::whatsapp, thread_kind::comment));
  EXPECT_EQ(state.config->channels[channel_of(*state.config, platform::x, thread_kind::dm)].units, 7u);
  EXPECT_EQ(state.config->channels[channel_of(*state.config, platform::telegram, thread_kind::dm)].units, 1u);
  EXPECT_EQ(state.config->channels[at(id).channel].units, 3u);
  const auto back = decode_command(encode(router_command{tell_config{state.config}}));
  ASSERT_TRUE(back) << back.error();
  EXPECT_EQ(std::get<tell_config>(*back).config->channel_order, state.config->channel_order);
}

TEST_F(reload_test, what_a_status_takes_are_the_same_channels_as_before_and_those_that_are_gone) {
  router_config before;
  before.queues.emplace_back().id = {"q"};
  before.channels = {{.platform = platform::whatsapp}, {.platform = platform::x}, {}};
  router_config written;
  written.channels = {{.platform = platform::telegram}, {.platform = platform::whatsapp}, {}};
  const auto aligned = align(written, before);
  ASSERT_EQ(aligned.channels.size(), 4u);
  const auto bit = [&](const router_config& c, platform p) {
    return std::uint32_t{1} << channel_of(c, p, thread_kind::dm);
  };
  const auto is = align_channels(bit(written, platform::telegram), written, aligned);
  EXPECT_NE(is & bit(aligned, platform::telegram), 0u);
  EXPECT_EQ(is & bit(aligned, platform::whatsapp), 0u);
  EXPECT_NE(is >> 1 & 1, 0u) << "x is gone: what came by it is taken by whoever takes anything";
  EXPECT_EQ(align_channels(0, written, aligned), 0u);
  EXPECT_EQ(align_channels(all_channels, written, aligned), all_channels);
}

TEST_F(reload_test, whom_a_queue_speaks_to_are_the_same_channels_as_before) {
  router_config before;
  before.queues.emplace_back().id = {"q"};
  before.channels = {{.platform = platform::whatsapp}, {.platform = platform::x}, {}};
  auto next = before;
  next.channels = {{.platform = platform::x}, {.platform = platform::whatsapp}, {}};
  next.queues[0].tell.channels = 0b001;
  next.queues[0].overflow.message_channels = 0b010;
  const auto aligned = align(next, before);
  EXPECT_EQ(aligned.queues[0].tell.channels, 0b010u) << "x";
  EXPECT_EQ(aligned.queues[0].overflow.message_channels, 0b001u) << "whatsapp";
}

TEST_F(reload_test, no_reload_gives_more_channels_than_there_are_bits) {
  router_config c;
  for (unsigned round = 0; round < 12; ++round) {
    router_config next;
    next.queues.emplace_back().id = {"q"};
    next.channels.clear();
    for (const auto kind :
         {thread_kind::dm, thread_kind::comment, thread_kind::mention, thread_kind::review}) {
      next.channels.push_back({.platform = static_cast<platform>(round % 7), .kind = kind, .units = round});
    }
    c = align(next, c);
    ASSERT_LE(c.channels.size(), channels_max);
    for (const auto kind :
         {thread_kind::dm, thread_kind::comment, thread_kind::mention, thread_kind::review}) {
      EXPECT_EQ(c.channels[channel_of(c, static_cast<platform>(round % 7), kind)].units, round);
    }
  }
}

TEST_F(reload_test, what_waits_in_a_queue_that_is_removed_goes_to_the_default_by_its_age) {
  config.queues.push_back({.id = {"old"}, .mode = offer_mode::auto_accept});
  config.default_queue = 0;
  const auto a = add_agent("a");
  configure();
  const auto waits = arrive({.queue = 1});
  const auto has = arrive({.queue = 1});
  tell(assign{has, a, true});
  wait(5min);
  auto next = config;
  next.queues.resize(1);
  reload(next);
  EXPECT_EQ(at(waits).queue, 0);
  EXPECT_EQ(at(waits).enqueued_at, start);
  EXPECT_EQ(owner(has), a) << "whose it is, his it stays";
  online(a);
  EXPECT_EQ(owner(waits), a);
  tell(unassign{has});
  EXPECT_EQ(at(has).queue, 0);
}

TEST_F(reload_test, another_order_counts_for_those_who_wait) {
  add_agent("a", 1);
  configure();
  const auto low = arrive({.priority = domain::priority::low});
  wait(20min);
  const auto high = arrive({.priority = domain::priority::high});
  const auto next_is = [&](const conversation_id& expected) {
    auto loaded = load(save(state));
    auto& then = *loaded;
    (void)turn(
        then, tell_presence{{.agent = 0, .epoch = 1, .online = true, .scheduled = true, .channels = 1}}, now);
    return then.items[then.items.find(expected)].owner == 0;
  };
  EXPECT_TRUE(next_is(high)) << "30 minutes ahead, 20 behind";
  auto next = config;
  next.priority_minutes = {0, 10, 15, 60};
  reload(next);
  EXPECT_TRUE(next_is(low)) << "15 minutes ahead";
  next = config;
  next.queues[0].order = queue_order::strict;
  reload(next);
  EXPECT_TRUE(next_is(high));
  next = config;
  next.queues[0].order = queue_order::aged;
  reload(next);
  EXPECT_TRUE(next_is(low));
}

TEST_F(reload_test, more_for_a_priority_leaves_a_transfer_its_minutes) {
  config.queues.push_back({.id = {"other"}, .mode = offer_mode::auto_accept});
  const auto a = add_agent("a");
  open();
  const auto id = arrive();
  ASSERT_EQ(owner(id), a);
  tell(transfer{.id = id, .queue = 1});
  const auto key = at(id).key;
  ASSERT_LT(key, queue_key(config, queue_order::aged, at(id).priority, at(id).enqueued_at, {}));
  auto next = config;
  next.priority_minutes[static_cast<std::size_t>(at(id).priority)] += 5;
  reload(next);
  EXPECT_EQ(at(id).key, key - std::chrono::microseconds{5min}.count());
}

TEST_F(reload_test, what_costs_too_much_again_goes_by_the_default_where_its_queue_is_removed) {
  config.channels = {{.units = 10}};
  config.idle_after = 1min;
  config.queues[0].overflow = {.when_closed = true, .targets = {{overflow_target::to::agent, 1}}};
  config.queues.push_back({.id = {"old"}, .mode = offer_mode::auto_accept});
  config.default_queue = 0;
  const auto a = add_agent("a", 10), b = add_agent("b", 10);
  for (auto& agent : config.agents) {
    agent.units_hard = 10;
    agent.queues.push_back({.queue = 1});
  }
  open();
  const auto id = arrive({.queue = 1});
  ASSERT_EQ(owner(id), a);
  tell(tell_conversation{std::make_shared<const conversation_facts>(
      conversation_facts{.id = id, .version = 2, .queue = 1, .waiting_since = now, .answered = true})});
  wait(1min);
  tell(assign{arrive(), a, true});
  tell(tell_calendar{0, false});
  auto next = config;
  next.queues.resize(1);
  for (auto& agent : next.agents) agent.queues.resize(1);
  reload(next);
  tell(tell_conversation{std::make_shared<const conversation_facts>(
      conversation_facts{.id = id, .version = 3, .answered = true})});
  EXPECT_EQ(owner(id), b) << "whom the closed queue names";
  EXPECT_EQ(at(id).hold, hold::none);
  EXPECT_EQ(at(id).state, item_state::resting);
}

TEST_F(reload_test, what_was_offered_at_a_price_is_taken_at_it) {
  config.queues[0].mode = offer_mode::offer;
  const auto a = add_agent("a", 10);
  open();
  const auto id = arrive();
  ASSERT_EQ(offered(id), a);
  auto next = config;
  next.channels[0].units = 100;
  reload(next);
  tell(accept_offer{id, a, offer_epoch(id)});
  EXPECT_EQ(owner(id), a);
  EXPECT_EQ(state.loads[a].used, 1u);
}

}  // namespace
}  // namespace switchboard::domain::routing
