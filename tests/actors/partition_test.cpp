// The partition's protocol on CAF's testing scheduler: actors run on the test's thread, every interleaving is a seed. Its
// virtual clock has nothing to do: no actor sets a timer, time comes in with each command, and sweeps are sent here.

#include "actors/partition.hpp"

#include "storage/codec.hpp"
#include "support.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace switchboard::actors {
namespace {

using testing::received;
using testing::small_node;
using testing::text_message;

/// Sweeps that a conversation may miss with the default conversation_idle.
std::uint64_t plain_settings_idle_sweeps() {
  return static_cast<std::uint64_t>(config::limit_settings{}.conversation_idle / sweep_interval);
}

struct deterministic_config : caf::actor_system_config {
  deterministic_config() { set("scheduler.policy", caf::atom("testing")); }
};

class partition_fixture {
 public:
  explicit partition_fixture(std::uint64_t resident_max = 1'000) : node{resident_max} {
    actor = system.spawn(partition, &node.node());
  }
  ~partition_fixture() {
    node.apply();
    caf::anon_send(actor, close_atom_t::value);
    actor = {};
    scheduler.run();
  }

  ticket_ptr deliver(std::uint64_t thread, const std::string& id) {
    auto d = std::make_shared<delivery>();
    auto t = std::make_shared<testing::counting_ticket>();
    t->expect();
    d->thread = {0, thread};
    d->what = received(text_message(id, "x", std::to_string(thread)));
    d->done = t;
    caf::anon_send(actor, std::move(d));
    return t;
  }
  /// Runs one waiting actor, any of them.
  bool step(std::mt19937& random) {
    auto& jobs = scheduler.jobs;
    if (jobs.empty()) return false;
    const auto pick = random() % jobs.size();
    std::swap(jobs[0], jobs[pick]);
    return scheduler.try_run_once();
  }

  small_node node;
  deterministic_config config;
  caf::actor_system system{config};
  caf::scheduler::test_coordinator& scheduler =
      dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  caf::actor actor;
};

TEST(Partition, AHundredFirstMessagesMakeOneConversation) {
  partition_fixture f;
  for (int i = 0; i < 100; ++i) f.deliver(1, "wamid." + std::to_string(i));
  f.scheduler.run();
  std::size_t created = 0;
  for (const auto& r : f.node.events()) created += r->type == domain::event_type::conversation_created;
  EXPECT_EQ(created, 1u);
  EXPECT_EQ(f.node.events().size(), 101u);
  EXPECT_EQ(f.node.node().resident, 1u);
}

TEST(Partition, IdleConversationsLeaveMemory) {
  partition_fixture f;
  f.deliver(1, "wamid.1");
  f.scheduler.run();
  f.node.apply();
  const auto idle = plain_settings_idle_sweeps();
  for (std::uint64_t i = 0; i < idle; ++i) caf::anon_send(f.actor, sweep_atom::value);
  f.scheduler.run();
  EXPECT_EQ(f.node.node().resident, 1u) << "not before its time is over";
  caf::anon_send(f.actor, sweep_atom::value);
  f.scheduler.run();
  EXPECT_EQ(f.node.node().resident, 0u);
  f.deliver(1, "wamid.2");
  f.scheduler.run();
  EXPECT_EQ(f.node.events().back()->conversation_sequence, 3u) << "woken where it was";
}

TEST(Partition, StaysWhileTheViewsAreBehind) {
  partition_fixture f;
  f.deliver(1, "wamid.1");
  f.scheduler.run();
  for (std::uint64_t i = 0; i < 2 * plain_settings_idle_sweeps(); ++i) {
    caf::anon_send(f.actor, sweep_atom::value);
    f.scheduler.run();
  }
  EXPECT_EQ(f.node.node().resident, 1u);
  EXPECT_EQ(f.node.node().passivated, 0u);
}

TEST(Partition, ResidentActorsAreBounded) {
  constexpr std::uint64_t most = 10;
  partition_fixture f{most};
  for (std::uint64_t t = 1; t <= 500; ++t) {
    f.deliver(t, "wamid." + std::to_string(t));
    f.scheduler.run();
    f.node.apply();
  }
  EXPECT_LE(f.node.node().resident, most + 1);
  EXPECT_EQ(f.node.events().size(), 1000u);
}

/// Many asked to leave, none run yet: the next to leave must still be found (they once hid behind the first
/// eight that were leaving already, and memory grew without bound under load).
TEST(Partition, ManyLeaveAtOnce) {
  constexpr std::uint64_t most = 10;
  partition_fixture f{most};
  for (std::uint64_t t = 1; t <= 200; ++t) f.deliver(t, "wamid." + std::to_string(t));
  f.scheduler.run();
  f.node.apply();
  for (std::uint64_t t = 201; t <= 400; ++t) f.deliver(t, "wamid." + std::to_string(t));
  f.scheduler.run();
  f.node.apply();
  f.deliver(500, "wamid.last");
  f.scheduler.run();
  f.node.apply();
  caf::anon_send(f.actor, sweep_atom::value);
  f.scheduler.run();
  EXPECT_LE(f.node.node().resident, most + 1);
}

/// While the views are behind nobody may leave; each new one asked all the others again, and all answered.
TEST(Partition, AsksFewWhileNobodyMayLeave) {
  constexpr std::uint64_t most = 10;
  constexpr std::size_t threads = 400;
  partition_fixture f{most};
  std::size_t messages = 0;
  for (std::uint64_t t = 1; t <= threads; ++t) {
    f.deliver(t, "wamid." + std::to_string(t));
    messages += f.scheduler.run();
  }
  EXPECT_EQ(f.node.node().resident, threads);
  EXPECT_LT(messages, 30 * threads);
  // As soon as they may, they do.
  f.node.apply();
  for (std::uint64_t t = 1; t <= threads / 4; ++t) {
    f.deliver(threads + t, "wamid." + std::to_string(threads + t));
    f.scheduler.run();
    f.node.apply();
  }
  EXPECT_LE(f.node.node().resident, most + 1);
}

/// A successor could begin from views that are behind, and number its events a second time.
TEST(Partition, AConversationThatEndsByAnExceptionEndsTheNode) {
  partition_fixture f;
  std::string fatal;
  f.node.node().on_fatal = [&](const std::string& why) { fatal = why; };
  auto a = std::make_shared<act>();
  a->thread = {0, 1};
  a->brand = "acme";
  a->what = domain::mark_read{{a->thread, 1}};
  a->reply = [](command_result&&) { throw std::runtime_error("planted: reply"); };
  caf::anon_send(f.actor, std::move(a));
  f.scheduler.run();
  EXPECT_NE(fatal, "");
}

/// The node stops while one leaves memory, and another of its messages waits for that.
TEST(Partition, WhatIsParkedIsDoneBeforeTheEnd) {
  for (const bool views_are_behind : {false, true}) {
    partition_fixture f;
    f.deliver(1, "wamid.1");
    f.scheduler.run();
    if (!views_are_behind) f.node.apply();
    for (std::uint64_t i = 0; i <= plain_settings_idle_sweeps(); ++i) {
      caf::anon_send(f.actor, sweep_atom::value);
    }
    const auto parked = f.deliver(1, "wamid.2");
    caf::anon_send(f.actor, close_atom_t::value);
    const auto late = f.deliver(1, "wamid.3");
    f.scheduler.run();
    EXPECT_EQ(f.node.events().back()->conversation_sequence, 3u);
    const auto settled = f.node.settled();
    ASSERT_EQ(settled.size(), 3u) << "everyone is answered";
    EXPECT_EQ(parked->outcome(), commit_state::durable);
    EXPECT_EQ(late->outcome(), commit_state::failed);
    EXPECT_EQ(f.node.node().resident, 0u) << "nobody is left behind";
  }
}

/// Whatever order the mailboxes run in, with actors leaving and waking all the time: each message has its
/// effect once, and each conversation its sequence without a gap.
TEST(Partition, NoInterleavingLosesOrDoubles) {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    std::mt19937 random{seed};
    partition_fixture f{3};
    std::set<std::string> sent;
    std::size_t handed_in = 0;
    for (int i = 0; i < 300; ++i) {
      switch (random() % 8) {
        case 0:
          caf::anon_send(f.actor, sweep_atom::value);
          break;
        case 1:
          f.node.apply();
          break;
        case 2:
        case 3: {
          const auto thread = 1 + random() % 6;
          const auto id = std::to_string(thread) + "." + std::to_string(random() % 40);
          sent.insert(id);
          f.deliver(thread, id);
          ++handed_in;
          break;
        }
        default:
          f.step(random);
      }
    }
    // Half of the times the node stops in the middle of it.
    if (seed % 2 == 0) caf::anon_send(f.actor, close_atom_t::value);
    while (f.step(random)) {
    }
    EXPECT_EQ(f.node.settled().size(), handed_in) << "seed " << seed;
    std::map<domain::conversation_id, std::uint64_t> last;
    std::multiset<std::string> got;
    for (const auto& r : f.node.events()) {
      EXPECT_EQ(r->conversation_sequence, ++last[r->conversation]) << "seed " << seed;
      if (r->type != domain::event_type::message_received) continue;
      const auto m = storage::decode_message(r->part(r->message_json));
      ASSERT_TRUE(m);
      got.insert(m->platform_message_id);
    }
    EXPECT_EQ(got.size(), sent.size()) << "seed " << seed;
    for (const auto& id : sent) EXPECT_EQ(got.count(id), 1u) << "seed " << seed << " id " << id;
  }
}

}  // namespace
}  // namespace switchboard::actors
