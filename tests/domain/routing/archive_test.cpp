// The router's bytes: what is read is what was written, a state goes on from where it was saved, and whatever else is read
// is refused or read as something.

#include "domain/routing/archive.hpp"

#include "domain/routing/applying.hpp"
#include "domain/routing/router.hpp"
#include "tests/domain/routing/random_brand.hpp"
#include "tests/domain/routing/watcher.hpp"
#include "tests/full.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::domain::routing {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t steps = 400;

config_ptr config_of(const router_command& c) {
  const auto* const told = std::get_if<tell_config>(&c);
  return told == nullptr ? nullptr : told->config;
}

std::string canonical(const std::vector<router_event>& events) {
  std::string bytes;
  for (const auto& e : events) append_canonical(bytes, e);
  return bytes;
}

/// What a brand does for a while; f(state before, command, now, what came of it) may say what is wrong.
template <class F>
std::string run(unsigned seed, F&& f) {
  random_brand b(seed);
  router_state s;
  for (std::size_t step = 0; step < steps; ++step) {
    auto [command, after] = step == 0 ? std::pair{b.configure(), 0ms} : b.next(s);
    b.now += after;
    const auto before = step % 97 == 0 ? std::optional(save(s)) : std::nullopt;
    const auto said = turn(s, command, b.now);
    if (std::string wrong = f(before, command, b.now, said.events, s); !wrong.empty())
      return wrong + ", seed " + std::to_string(seed) + ", step " + std::to_string(step);
  }
  return {};
}

unsigned brands() {
  return full() ? 1'000 : 60;
}

TEST(Archive, a_state_that_is_saved_in_the_midst_goes_on_as_if_nothing_had_been) {
  for (unsigned seed = 1; seed <= brands(); ++seed) {
    std::optional<router_state> other;
    const auto wrong =
        run(seed,
            [&](const std::optional<std::string>& saved, const router_command& c, timestamp now,
                const std::vector<router_event>& events, const router_state& s) -> std::string {
              if (saved) {
                auto loaded = load(*saved);
                if (!loaded) return loaded.error();
                if (save(*loaded) != *saved) return "what was loaded is saved as something else";
                other = std::move(*loaded);
              }
              if (canonical(turn(*other, c, now).events) != canonical(events))
                return "it says something else";
              return contents(*other) == contents(s) ? "" : "it is something else";
            });
    ASSERT_EQ(wrong, "");
  }
}

TEST(Archive, a_state_that_is_loaded_stands_up_to_the_watcher) {
  for (unsigned seed = 1; seed <= brands() / 2; ++seed) {
    std::optional<watcher> w;
    const auto wrong = run(seed,
                           [&](const std::optional<std::string>& saved, const router_command&, timestamp,
                               const std::vector<router_event>& events, const router_state&) -> std::string {
                             if (saved) {
                               auto loaded = load(*saved);
                               if (!loaded) return loaded.error();
                               w.emplace(std::move(*loaded));
                             }
                             w->see(events);
                             return w->complaint();
                           });
    ASSERT_EQ(wrong, "");
  }
}

TEST(Archive, commands_and_events_are_read_as_they_were_and_fold_to_the_same_state) {
  for (unsigned seed = 1; seed <= brands(); ++seed) {
    router_state folded;
    const auto wrong =
        run(seed,
            [&](const auto&, const router_command& c, timestamp now, const std::vector<router_event>& events,
                const router_state& s) -> std::string {
              const auto command = decode_command(encode(c));
              if (!command) return command.error();
              if (encode(*command) != encode(c)) return "another command is read";
              const auto read = decode_events(encode(events), config_of(*command));
              if (!read) return read.error();
              if (encode(*read) != encode(events)) return "other events are read";
              apply_turn(folded, *read);
              (void)now;
              return contents(folded) == contents(s) ? "" : "they fold to something else";
            });
    ASSERT_EQ(wrong, "");
  }
}

/// Refused or read: nobody looks at which.
template <class Decode>
std::size_t read_damaged(const std::string& bytes, Decode&& decode, std::mt19937_64& random) {
  std::size_t refused = 0;
  const auto cuts = std::min<std::size_t>(bytes.size(), 3'000);
  for (std::size_t i = 0; i < cuts; ++i) {
    const auto at = cuts == bytes.size() ? i : random() % bytes.size();
    const std::string cut(bytes.substr(0, at));  // its own memory: reading behind its end is noticed
    EXPECT_FALSE(decode(cut)) << "cut at " << at << " of " << bytes.size();
  }
  EXPECT_FALSE(decode(bytes + '\0'));
  for (int i = 0; i < 2'000; ++i) {
    auto flipped = bytes;
    for (auto n = 1 + random() % 3; n > 0; --n) {
      flipped[random() % bytes.size()] ^= static_cast<char>(1 + random() % 255);
    }
    if (!decode(flipped)) ++refused;
  }
  return refused;
}

TEST(Archive, what_is_cut_is_refused_and_what_is_damaged_does_no_harm) {
  std::mt19937_64 random(1);
  for (unsigned seed = 1; seed <= 4; ++seed) {
    random_brand b(seed);
    router_state s;
    const auto told = b.configure();
    (void)turn(s, told, b.now);
    std::vector<router_event> said;
    router_command of_conversation;
    for (std::size_t step = 0; step < 150; ++step) {
      const auto [command, after] = b.next(s);
      b.now += after;
      auto r = turn(s, command, b.now);
      if (r.events.size() > said.size()) said = std::move(r.events);
      if (std::holds_alternative<tell_conversation>(command)) of_conversation = command;
    }
    const auto refused = read_damaged(
        save(s), [](const auto& bytes) { return load(bytes).has_value(); }, random);
    EXPECT_GT(refused, 100u) << "is anything held against anything?";
    const auto command = [](const auto& bytes) { return decode_command(bytes).has_value(); };
    EXPECT_GT(read_damaged(encode(told), command, random), 100u);
    EXPECT_GT(read_damaged(encode(of_conversation), command, random), 100u);
    const auto events = [&](const auto& bytes) { return decode_events(bytes, config_of(told)).has_value(); };
    EXPECT_GT(read_damaged(encode(said), events, random), 100u);
    const agent_presence him{
        .epoch = 3, .sessions = {{"phone", b.now}, {"desk", b.now + 1s}}, .seen_at = b.now};
    read_damaged(
        encode(him), [](const auto& bytes) { return decode_presence(bytes).has_value(); }, random);
  }
}

TEST(Archive, what_is_wrong_is_said_with_its_place) {
  const auto why = [](const auto& read) { return read ? std::string() : read.error(); };
  EXPECT_EQ(why(decode_command("")), "a router's command, byte 0: ends within a number");
  EXPECT_EQ(why(decode_command(std::string("\x03\x00", 2))),
            "a router's command, byte 1: version 3, and this program reads 1 to 2");
  EXPECT_EQ(why(decode_command("\x02\x40")), "a router's command, byte 2: 64 is no command");
  EXPECT_EQ(why(decode_events("\x01\xff\xff\xff\xff", nullptr)),
            "a router's events, byte 5: a length of 4294967295 where 0 bytes are left");
  EXPECT_EQ(why(decode_command(encode(router_command{tick{}}) + "x")),
            "a router's command, byte 2: 1 bytes too many");
  const auto config = std::make_shared<const router_config>(router_config{.version = 7});
  const std::vector<router_event> events{{.kind = event_kind::configured, .config = config}};
  EXPECT_TRUE(decode_events(encode(events), config));
  EXPECT_THAT(why(decode_events(encode(events), nullptr)),
              testing::HasSubstr("names config 7, which came with no command here"));
}

TEST(Archive, a_config_that_leads_nowhere_is_refused_by_name) {
  const auto why = [](router_config c) {
    return decode_command(
        encode(router_command{tell_config{std::make_shared<const router_config>(std::move(c))}}));
  };
  router_config c;
  c.queues = {{.id = {"support"}}};
  c.agents = {{.id = {"anna"}, .queues = {{.queue = 0}}}};
  ASSERT_TRUE(why(c));
  const auto refused = [&](auto&& spoil, const std::string& text) {
    auto spoilt = c;
    spoil(spoilt);
    const auto read = why(spoilt);
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error(), testing::HasSubstr(text));
  };
  refused([](auto& x) { x.agents[0].queues[0].queue = 1; }, "agent anna is in queue 1, which is not there");
  refused([](auto& x) { x.agents[0].skills = {{3, 1}}; }, "agent anna has skill 3, which is not there");
  refused([](auto& x) { x.queues[0].rings.clear(); }, "queue support has no ring");
  refused([](auto& x) { x.queues[0].strategies.clear(); }, "queue support has no strategy");
  refused([](auto& x) { x.queues[0].offers_at_once = 0; }, "queue support asks nobody");
  refused(
      [](auto& x) {
        x.queues[0].overflow.targets = {{overflow_target::to::agent, 1}};
      },
      "queue support overflows to 1, which is not there");
  refused([](auto& x) { x.channels.clear(); }, "0 channels");
}

TEST(Archive, two_configs_are_compared_without_their_versions) {
  router_config a{.version = 1}, b{.version = 2};
  EXPECT_EQ(encode(a), encode(b));
  b.cooldown = 1s;
  EXPECT_NE(encode(a), encode(b));
}

TEST(Archive, an_agents_presence_is_read_as_it_was) {
  const agent_presence him{.epoch = 9,
                           .sessions = {{"phone", brand_start}, {"desk", brand_start + 5s}},
                           .stays_online = true,
                           .status = 2,
                           .away_by_itself = true,
                           .grace_until = brand_start + 1s,
                           .wrap_up_until = brand_start + 2s,
                           .seen_at = brand_start + 3s,
                           .scheduled = false};
  const auto read = decode_presence(encode(him));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, him);
}

/// Conversations that come and leave, each with needs of its own.
TEST(Archive, needs_and_signatures_are_forgotten_with_the_conversations_that_had_them) {
  router_state s;
  router_config c{
      .version = 2, .channels = {{.units = 1}}, .queues = {{.id = {"support"}}}, .signatures_max = 10};
  for (int k = 0; k < 60'000; ++k) c.skills.push_back(std::to_string(k));
  (void)turn(s, tell_config{std::make_shared<const router_config>(c)}, brand_start);
  for (std::uint32_t n = 1; n <= 60'000; ++n) {
    conversation_facts f{.id = {{1, n}, 1}, .version = 1, .required = {{static_cast<skill_index>(n - 1), 1}}};
    (void)turn(s, tell_conversation{std::make_shared<const conversation_facts>(f)}, brand_start);
    if (n > 5) (void)turn(s, tell_left{{{1, n - 5}, 1}, 2}, brand_start);
  }
  EXPECT_EQ(s.items.size(), 5u);
  EXPECT_LE(s.needs.size(), 20u);
  EXPECT_LE(s.needs_of.size(), 20u);
  EXPECT_LE(s.signatures.size(), 20u);
}

}  // namespace
}  // namespace switchboard::domain::routing
