// A 200 means durable: the engine is killed at random under load, started again, and held against the ledger
// of its clients. SWITCHBOARD_SEED repeats a run, SWITCHBOARD_CRASH_CYCLES makes it longer.

#include "json_text.hpp"
#include "load.hpp"
#include "scratch.hpp"
#include "tests/eventually.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <random>

namespace switchboard::e2e {
namespace {

using namespace std::chrono_literals;

constexpr auto recovery_max = 5s;  ///< from the start of the process to its first 200

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::stoull(text) : otherwise;
}

std::uint64_t seed() {
  static const auto value = number_from("SWITCHBOARD_SEED", std::random_device{}());
  return value;
}

/// Little memory for everything, so that flushes, compactions and passivation happen while it is killed.
setup small() {
  setup s;
  s.storage =
      "journal_memtable_bytes = \"1MiB\"\nviews_memtable_bytes = \"1MiB\"\nblock_cache_bytes = \"1MiB\"\n"
      "tail_bytes = \"1MiB\"\n";
  s.limits = "conversation_idle = \"1s\"\nresident_conversations_max = 64\n";
  return s;
}

class crash_loop {
 public:
  explicit crash_loop(const std::string& program)
      : engine_(scratch_.path(), program),
        book_(scratch_.path() / "ledger"),
        load_(book_, seed()),
        random_(seed()) {
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed()));
    engine_.configure(small().toml(engine_.data()));
    engine_.start();
  }

  /// Load, and a kill in the midst of it.
  void load_and_kill(unsigned at_least, unsigned at_most) {
    load_until_answered(at_least, at_most);
    engine_.kill();
    load_.stop();
  }

  /// Load, and a kill at the moment in which a large body is answered: whoever answers too early is in the midst
  /// of writing it.
  void load_and_kill_at_an_answer() {
    constexpr unsigned messages = 400;
    constexpr std::string_view customer = "4922222222";
    load_until_answered(60, 180);
    std::vector<std::string> ids;
    for (unsigned i = 0; i < messages; ++i) {
      ids.push_back("wamid.large." + std::to_string(++large_));
      book_.intend(ids.back(), customer, 998, large_, hash_of("text of " + ids.back()));
    }
    const auto answered = deliver(engine_, "meta", whatsapp_texts(acme_number, customer, ids));
    engine_.kill();
    load_.stop();
    for (const auto& id : ids) book_.answered(id, answered.status);
  }

  /// Starts again; returns how long it took from there to the first 200.
  std::chrono::milliseconds recover() {
    const auto began = std::chrono::steady_clock::now();
    engine_.start();
    ledger_entry probe{
        .customer = "4911111111", .connection = 999, .n = ++probes_, .hash = 0, .acknowledged = false};
    const std::string id = "wamid.probe." + std::to_string(probes_);
    probe.hash = hash_of(text_of(id));
    http_connection c(engine_.port());
    EXPECT_EQ(load_.resend(c, id, probe), 200);
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  }

  /// Takes what is new on the stream and compares.
  findings check() {
    for (const auto& e : read_log(engine_, cursor_)) account_.take(e);
    return compare(read_ledger(book_.file()), account_);
  }

  /// The platform delivers again what it got no 200 for; with `percent`, also of what it did.
  void redeliver(unsigned percent) {
    http_connection c(engine_.port());
    for (const auto& [id, entry] : read_ledger(book_.file())) {
      if (entry.acknowledged && random_() % 100 >= percent) continue;
      EXPECT_EQ(load_.resend(c, id, entry), 200) << id;
    }
  }

  /// What REST shows is what the stream said.
  void compare_with_rest() {
    std::size_t rows = 0;
    for (const auto& [conversation, ids] : account_.conversations) {
      const auto row = get(engine_, "/v1/conversations/" + conversation);
      ASSERT_EQ(row.status, 200) << conversation;
      ASSERT_EQ(text_at(row.body, "/version"), std::to_string(account_.last_sequence[conversation]))
          << conversation;
      const auto messages = read_list(engine_, "/v1/conversations/" + conversation + "/messages", "messages");
      ASSERT_EQ(messages.size(), ids.size()) << conversation;
      for (const auto& m : messages) {
        const auto known = account_.messages.find(text_at(m, "/platformMessageId").value_or(""));
        ASSERT_NE(known, account_.messages.end()) << m;
        ASSERT_EQ(known->second.conversation, conversation) << m;
        ASSERT_EQ(known->second.hash, hash_of(text_at(m, "/content").value_or(""))) << m;
        ++rows;
      }
    }
    EXPECT_EQ(rows, account_.messages.size());
  }

  /// The log from its beginning says what it said event by event.
  void compare_with_whole_log() {
    account_of_engine whole;
    std::string cursor = "earliest";
    for (const auto& e : read_log(engine_, cursor)) whole.take(e);
    EXPECT_EQ(whole.conversations, account_.conversations);
    EXPECT_EQ(whole.last_sequence, account_.last_sequence);
    EXPECT_TRUE(compare(read_ledger(book_.file()), whole).none());
  }

  void verify_offline() {
    EXPECT_EQ(engine_.terminate().code, 0);
    const auto verified = run_command({"verify", "--data-dir", engine_.data().string()}, scratch_.path());
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  }

  [[nodiscard]] const load& clients() const { return load_; }
  [[nodiscard]] std::size_t messages() const { return account_.messages.size(); }

 private:
  /// Load, until so many more were answered 200.
  void load_until_answered(unsigned at_least, unsigned at_most) {
    load_plan plan;
    plan.connections = 16 + static_cast<unsigned>(random_() % 49);
    const auto enough = load_.accepted() + at_least + random_() % (at_most - at_least);
    load_.start(engine_.port(), plan);
    EXPECT_TRUE(eventually([&] { return load_.accepted() >= enough; }));
  }

  scratch scratch_;
  engine_process engine_;
  ledger book_;
  load load_;
  std::mt19937_64 random_;
  std::uint64_t probes_ = 0, large_ = 0;
  std::string cursor_ = "earliest";
  account_of_engine account_;
};

TEST(crash, nothing_acknowledged_is_lost_doubled_or_reordered) {
  const auto cycles = number_from("SWITCHBOARD_CRASH_CYCLES", 25);
  crash_loop loop{engine_binary()};
  std::chrono::milliseconds slowest{};
  for (std::uint64_t cycle = 1; cycle <= cycles; ++cycle) {
    SCOPED_TRACE("cycle " + std::to_string(cycle) + ", seed " + std::to_string(seed()));
    loop.load_and_kill(150, 2'000);
    const auto took = loop.recover();
    slowest = std::max(slowest, took);
    EXPECT_LE(took, recovery_max);
    const auto found = loop.check();
    ASSERT_TRUE(found.none()) << found.text();
    if (cycle % 5 == 0) {
      loop.compare_with_rest();
      if (testing::Test::HasFailure()) return;
    }
    loop.redeliver(0);
  }
  loop.redeliver(10);
  const auto found = loop.check();
  ASSERT_TRUE(found.none()) << found.text();
  loop.compare_with_rest();
  loop.compare_with_whole_log();
  EXPECT_EQ(loop.clients().refused(), 0U);
  std::printf("%llu cycles, %zu messages, slowest start to first 200 %lld ms\n",
              static_cast<unsigned long long>(cycles), loop.messages(),
              static_cast<long long>(slowest.count()));
  RecordProperty("slowest_recovery_ms", static_cast<int>(slowest.count()));
  loop.verify_offline();
}

// The same check over a build that answers before the commit: it must be caught, or the check is worth
// nothing.
TEST(crash, a_build_that_answers_before_the_commit_is_caught) {
  constexpr unsigned cycles_max = 50;
  std::optional<unsigned> caught;
  crash_loop loop{SWITCHBOARD_FAULTY};
  for (unsigned cycle = 1; cycle <= cycles_max && !caught; ++cycle) {
    loop.load_and_kill_at_an_answer();
    loop.recover();
    const auto found = loop.check();
    if (!found.lost.empty()) caught = cycle;
  }
  ASSERT_TRUE(caught) << "not within " << cycles_max << " cycles, seed " << seed();
  std::printf("caught in cycle %u\n", *caught);
}

}  // namespace
}  // namespace switchboard::e2e
