// A9: whatever the platforms do, and whenever the engine dies, each reply arrives once at most, in its conversation's order,
// and what is said of it is true.

#include "bad_day.hpp"
#include "crash_loop.hpp"
#include "tests/full.hpp"

#include <gtest/gtest.h>

#include <cstdio>

namespace switchboard::faults {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds settled_within{600};

void run(bad_day& day, std::uint64_t replies, std::uint64_t kills) {
  SCOPED_TRACE("seed " + std::to_string(seed()));
  day.begin();
  day.answer_all(replies, kills);
  EXPECT_TRUE(day.settle(settled_within));
  const auto found = day.check();
  EXPECT_TRUE(found.none()) << found.text();
  std::printf("%s\n", day.summary().c_str());
  const auto f = day.platform().count();
  EXPECT_EQ(day.replies(), replies);
  std::uint64_t never_known = 0;
  for (const auto& [id, e] : day.ends()) never_known += e.status == "unknown" ? 1 : 0;
  // Of troubles, and of the calls that a kill cuts off: where a platform can't be asked, nobody knows what became of them.
  EXPECT_LE(never_known, replies / 5 + kills * day.in_flight_max())
      << "an engine that gives everything up as unknown loses it, too";
  EXPECT_EQ(f.limited, 0u) << "a limit of a platform was exceeded";
  EXPECT_EQ(f.refused, 0u);
  EXPECT_EQ(f.followed_redirects, 0u);
  EXPECT_EQ(f.troubles.size(), fake_platform::trouble_names.size() - 1)
      << "the day was too good to say anything";
}

TEST(replies_on_a_bad_day, arrive_once_and_in_order) {
  bad_day day({.seed = seed()});
  run(day, full() ? 10'000 : 400, 0);
}

TEST(replies_on_a_bad_day, arrive_once_and_in_order_though_the_engine_is_killed) {
  // So few under way that a kill leaves little in doubt.
  bad_day day({.seed = seed(), .in_flight_max = 4, .tls = true});
  run(day, full() ? 10'000 : 400, full() ? 100 : 5);
}

/// Of X a few only: it takes 15 messages in a quarter of an hour.
TEST(replies_on_a_bad_day, arrive_once_and_in_order_by_x_though_the_engine_is_killed) {
  for (int round = 0; round < (full() ? 20 : 2); ++round) {
    bad_day day({.seed = seed() + static_cast<std::uint64_t>(round),
                 .customers = 4,
                 .by_x = true,
                 .by_x_activity = round % 2 == 1});
    day.begin();
    day.answer_all(12, 2);
    EXPECT_TRUE(day.settle(settled_within));
    const auto found = day.check();
    EXPECT_TRUE(found.none()) << found.text() << day.summary();
    EXPECT_EQ(day.platform().count().refused, 0u);
  }
}

/// Around a call: durable as begun, called, answered, settled.
TEST(replies_on_a_bad_day, arrive_once_wherever_around_a_call_the_engine_ends) {
  for (const char* place : {"attempt-durable", "attempt-called", "attempt-answered", "attempt-settled"}) {
    for (const std::uint64_t occurrence :
         full() ? std::vector<std::uint64_t>{1, 2, 5, 20, 50} : std::vector<std::uint64_t>{7}) {
      SCOPED_TRACE(std::string(place) + ':' + std::to_string(occurrence));
      bad_day day({.program = SWITCHBOARD_WITH_KILL_POINTS,
                   .trouble_share = 0,
                   .seed = seed(),
                   .unknown_wait = "5s"});
      day.begin();
      day.answer_until_killed_at(place, occurrence);
      EXPECT_TRUE(day.settle(settled_within));
      const auto found = day.check();
      EXPECT_TRUE(found.none()) << found.text();
    }
  }
}

/// It sends again at its start what was under way when it ended.
TEST(replies_on_a_bad_day, of_an_engine_that_sends_blindly_again_are_seen_to_be_doubled) {
  bad_day day({.program = SWITCHBOARD_SENDS_AGAIN, .trouble_share = 0, .seed = seed(), .unknown_wait = "5s"});
  day.begin();
  for (int i = 0; i < 10 && day.check().doubled.empty(); ++i) {
    // With no answer to any of them all are under way when it ends.
    day.platform().next(std::vector<fake_platform::trouble>(5, fake_platform::trouble::hang_taken));
    day.answer_all(20, 1);
    (void)day.settle(settled_within);
  }
  EXPECT_FALSE(day.check().doubled.empty());
}

/// What a platform took without an answer is another message to it when it comes back, and stays one where the platform lists
/// none of it.
TEST(replies_on_a_bad_day, of_an_engine_that_does_not_know_its_own_words_are_seen_to_be_shown_twice) {
  bad_day day({.program = SWITCHBOARD_FORGETS_WORDS,
               .trouble_share = 0.5,
               .seed = seed(),
               .customers = 4,
               .unknown_wait = "3s"});
  day.begin();
  std::size_t shown_twice = 0;
  for (int i = 0; i < 10 && shown_twice == 0; ++i) {
    day.answer_all(48, 0);
    (void)day.settle(settled_within);
    shown_twice = day.check().shown_twice.size();
  }
  EXPECT_GT(shown_twice, 0u);
}

TEST(judgement_of_replies, finds_each_kind_of_fault) {
  const std::vector<accepted_reply> replies = {{"1", "c", "one"}, {"2", "c", "two"}, {"3", "d", "three"}};
  const auto book = [](std::vector<std::string> texts) {
    std::vector<fake_platform::taken> all;
    for (auto& t : texts) all.push_back({.recipient = {}, .text = std::move(t), .reference = {}, .id = {}});
    return all;
  };
  const reply_end sent{"sent", true}, failed{"failed", true}, open{"unknown", false};
  EXPECT_TRUE(judge(replies, book({"one", "three", "two"}), {{"1", sent}, {"2", sent}, {"3", sent}}).none());
  EXPECT_TRUE(judge(replies, book({"one", "two"}), {{"1", sent}, {"2", sent}, {"3", failed}}).none());
  EXPECT_EQ(judge(replies, book({"one", "two", "two", "three"}), {{"1", sent}, {"2", sent}, {"3", sent}})
                .doubled.size(),
            1u);
  EXPECT_EQ(judge(replies, book({"one", "two"}), {{"1", sent}, {"2", sent}, {"3", sent}}).untrue.size(), 1u);
  EXPECT_EQ(
      judge(replies, book({"one", "two", "three"}), {{"1", sent}, {"2", sent}, {"3", failed}}).untrue.size(),
      1u);
  EXPECT_EQ(judge(replies, book({"one", "two", "three"}), {{"1", sent}, {"2", open}}).lost.size(), 2u);
  EXPECT_EQ(judge(replies, book({"two", "one", "three"}), {{"1", sent}, {"2", sent}, {"3", sent}})
                .out_of_order.size(),
            1u);
}

TEST(judgement_of_replies, finds_what_is_shown_twice_and_what_nobody_asked_for) {
  const std::vector<accepted_reply> replies = {{"1", "c", "reply-1 & so on"}, {"2", "d", "reply-12 & so on"}};
  EXPECT_EQ(bad_day::name_in("@somebody reply-12 &amp; so on"), "reply-12");
  send_findings well;
  judge_shown(well, replies, {"c", "d"}, {{"c", "reply-1"}, {"d", "reply-12"}});
  EXPECT_TRUE(well.none()) << well.text();
  send_findings bad;
  judge_shown(bad, replies, {"c", "d"}, {{"c", "reply-1"}, {"d", "reply-12"}, {"e", "reply-12"}});
  EXPECT_EQ(bad.shown_twice, std::vector<std::string>{"reply-12 & so on"});
  EXPECT_EQ(bad.opened.size(), 1u);
}

}  // namespace
}  // namespace switchboard::faults
