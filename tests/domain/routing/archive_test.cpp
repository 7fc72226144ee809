// The router's bytes: what is read is what was written, a state goes on from where it was saved, and whatever else is read
// is refused or read as something.

#include "domain/routing/archive.hpp"

#include "domain/routing/applying.hpp"
#include "domain/routing/replaying.hpp"
#include "domain/routing/router.hpp"
#include "tests/domain/routing/random_brand.hpp"
#include "tests/domain/routing/watcher.hpp"
#include "tests/full.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <string_view>
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
  EXPECT_EQ(why(decode_command(std::string("\x00\x00", 2))),
            "a router's command, byte 1: version 0, and this program reads 1 to 2");
  EXPECT_EQ(why(decode_command("\x01\x40")), "a router's command, byte 2: 64 is no command");
  EXPECT_EQ(why(decode_events("\x01\xff\xff\xff\xff", nullptr)),
            "a router's events, byte 5: a length of 4294967295 where 0 bytes are left");
  EXPECT_EQ(why(decode_command(encode(router_command{tick{}}) + "x")),
            "a router's command, byte 3: 1 bytes too many");
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

// -- what version 1 wrote: rules had no names ----------------------------------------------------------------

std::string from_hex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  return bytes;
}

/// One queue, one agent who has a skill, who came and was offered the conversation that requires it.
constexpr std::string_view old_config =
    "01050700000000000000010000000700000062696c6c696e6701000000000014000000000000010000000700000073757070"
    "6f727400000000000001000000020100000000000000000000000000000001204e0000000000000100000000000000000000"
    "00000000000000000000000000000000000000000000000100000004000000616e6e61006400000078000000010000000000"
    "0001000000000002000000000a0000001e0000003c0000003c00000000000000000000003200000014000000c0d401000000"
    "000003000000000000000000000030750000000000000000000000000000000000000001e09304000000000080841e000000"
    "010000000100e80300004000000014000000";
constexpr std::string_view old_told =
    "0101010700000000000000010000000000000001000000030000000000000000000002010000000000010000000000000000"
    "00000000000000000000000000ffffffff0000000000000000";
constexpr std::string_view old_events =
    "01020000000300204518802906000700000000000000010000000000000001000000ffffffff000000000000000000000000"
    "00000000000000000000000000004efbac7f2906000000000000000000000000000000000000000000000000000107000000"
    "0000000001000000000000000100000003000000000000000000000201000000000001000000000000000000000000000000"
    "000000000000ffffffff000000000000000000000000000000000b0020451880290600070000000000000001000000000000"
    "0001000000000000000000000000000000000400000000000000004d761980290600004efbac7f2906000000000000000000"
    "00000000000000000000000000000000000000000000000000";
constexpr std::string_view old_state =
    "01040000000000000000204518802906000700000000000000010000000700000062696c6c696e6701000000000014000000"
    "0000000100000007000000737570706f727400000000000001000000020100000000000000000000000000000001204e0000"
    "00000000010000000000000000000000000000000000000000000000000000000000000000000100000004000000616e6e61"
    "0064000000780000000100000000000001000000000002000000000a0000001e0000003c0000003c00000000000000000000"
    "003200000014000000c0d4010000000000030000000000000000000000307500000000000000000000000000000000000000"
    "01e09304000000000080841e000000010000000100e803000040000000140000000100000000000000010000000000000001"
    "0001ffffffff0000000000000000000000000000000000000000000000000000010000000000000001000000000000000000"
    "0000010000000100000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000010000000100000000000100000000010000000000000007000000000000000100"
    "000000000000010000000300000000000000004efbac7f290600030000000000000000204518802906000020451880290600"
    "00000000000000000000000000000000000000000000000000000000ffffffffffffffff0000000000000000020300000000"
    "000001000000000100000000000000140000000400000000000000004d7619802906000000000000";

TEST(Archive, what_version_1_wrote_is_read_and_goes_on_without_names_of_rules) {
  const auto config = decode_command(from_hex(old_config));
  ASSERT_TRUE(config) << config.error();
  EXPECT_EQ(config_of(*config)->agents.at(0).id.value, "anna");
  EXPECT_TRUE(config_of(*config)->rules.empty());
  const auto told = decode_command(from_hex(old_told));
  ASSERT_TRUE(told) << told.error();
  EXPECT_EQ(std::get<tell_conversation>(*told).facts->rule, no_rule);
  const auto events = decode_events(from_hex(old_events), nullptr);
  ASSERT_TRUE(events) << events.error();
  ASSERT_EQ(events->size(), 2u);
  EXPECT_EQ(events->at(0).facts->rule, no_rule);
  auto state = load(from_hex(old_state));
  ASSERT_TRUE(state) << state.error();
  const auto slot = state->items.find({{7, 1}, 1});
  ASSERT_NE(slot, no_slot);
  EXPECT_EQ(state->items[slot].state, item_state::offered);
  EXPECT_EQ(state->items[slot].rule, no_rule);
  auto again = load(save(*state));
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(contents(*again), contents(*state));

  router_state from_log;
  const timestamp at = events->front().at;
  (void)turn(from_log, *config, at);
  presence_facts anna{.epoch = 1, .online = true, .scheduled = true, .channels = all_channels};
  (void)turn(from_log, tell_presence{anna}, at);
  EXPECT_EQ(differs(from_log, from_hex(old_told), from_hex(old_events), at), std::nullopt)
      << "it is decided as it was";
  EXPECT_EQ(contents(from_log), contents(*state));
}

TEST(Archive, the_rule_that_brought_a_conversation_is_kept_with_it) {
  router_state s;
  router_config c{.version = 2, .channels = {{.units = 1}}, .queues = {{.id = {"support"}}}};
  c.rules = {"refunds", "vip"};
  (void)turn(s, tell_config{std::make_shared<const router_config>(c)}, brand_start);
  const router_command told = tell_conversation{std::make_shared<const conversation_facts>(
      conversation_facts{.id = {{1, 1}, 1}, .version = 1, .rule = 1})};
  EXPECT_EQ(std::get<tell_conversation>(*decode_command(encode(told))).facts->rule, 1);
  (void)turn(s, told, brand_start);
  auto loaded = load(save(s));
  ASSERT_TRUE(loaded) << loaded.error();
  EXPECT_EQ(loaded->items[loaded->items.find({{1, 1}, 1})].rule, 1);
  EXPECT_EQ(loaded->config->rules, c.rules);
  s.items[s.items.find({{1, 1}, 1})].rule = 2;
  EXPECT_FALSE(load(save(s))) << "a rule that its config has not";
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
