// A log taken again: the same rules say the same, and where they do not, it is said what.

#include "domain/routing/replaying.hpp"

#include "domain/routing/archive.hpp"
#include "tests/domain/routing/random_brand.hpp"
#include "tests/domain/routing/router_fixture.hpp"
#include "tests/domain/routing/watcher.hpp"

#include <gmock/gmock.h>

#include <functional>

namespace switchboard::domain::routing {
namespace {

TEST(Replaying, whatever_happened_happens_again) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    random_brand b(seed);
    router_state s, again;
    for (std::size_t step = 0; step < 300; ++step) {
      const auto [command, after] = step == 0 ? std::pair{b.configure(), milliseconds{0}} : b.next(s);
      b.now += after;
      const auto said = turn(s, command, b.now);
      ASSERT_EQ(differs(again, encode(command), encode(said.events), b.now), std::nullopt) << "seed " << seed;
      ASSERT_EQ(contents(again), contents(s));
    }
  }
}

class replaying_test : public router_test {
 protected:
  /// The last turn, as a log has it that was written by other rules.
  std::string after(const std::function<void(std::vector<router_event>&)>& change) {
    add_agent("a");
    add_agent("b");
    config.queues[0].mode = offer_mode::offer;
    open();
    auto before = load(save(state));
    const auto facts = conversation_facts{.id = {{7, 1}, 1}, .version = 1};
    const router_command c = tell_conversation{std::make_shared<const conversation_facts>(facts)};
    tell(c);
    auto logged = said;
    change(logged);
    return differs(*before, encode(c), encode(logged), now).value_or("the same");
  }
};

TEST_F(replaying_test, the_same_is_nothing_to_say) {
  EXPECT_EQ(after([](auto&) {}), "the same");
}

TEST_F(replaying_test, another_agent_is_named) {
  EXPECT_EQ(after([](auto& events) { events[1].agent = 1; }),
            "the turn behind sequence 3: event 2 of 2 was offer_made of c_0000000000003g000000000001-1, "
            "agent 1, and is "
            "offer_made of c_0000000000003g000000000001-1, agent 0");
}

TEST_F(replaying_test, another_place_in_the_queue_is_named) {
  EXPECT_THAT(after([](auto& events) { ++events[0].key; }), testing::HasSubstr("event 1 of 2, queued of "));
}

TEST_F(replaying_test, another_time_is_named) {
  EXPECT_THAT(after([](auto& events) { events[1].until += 1s; }), testing::HasSubstr(": until was "));
}

TEST_F(replaying_test, other_facts_are_noticed) {
  EXPECT_THAT(after([](auto& events) {
                auto f = *events[0].facts;
                f.answered = true;
                events[0].facts = std::make_shared<const conversation_facts>(f);
              }),
              testing::HasSubstr("its target, presence, facts or config is another"));
}

TEST_F(replaying_test, what_is_missing_is_named) {
  EXPECT_THAT(after([](auto& events) { events.pop_back(); }), testing::HasSubstr("is said and was not"));
}

TEST_F(replaying_test, what_is_too_much_is_named) {
  EXPECT_THAT(after([](auto& events) { events.push_back(events.back()); }),
              testing::HasSubstr("was said and is not"));
}

TEST_F(replaying_test, bytes_that_cannot_be_read_change_nothing) {
  open();
  const auto before = save(state);
  EXPECT_THAT(differs(state, "", "", now).value_or(""), testing::HasSubstr("a router's command, byte 0"));
  EXPECT_THAT(differs(state, encode(router_command{tick{}}), "\x01", now).value_or(""),
              testing::HasSubstr("a router's events, byte 1"));
  EXPECT_EQ(save(state), before);
}

}  // namespace
}  // namespace switchboard::domain::routing
