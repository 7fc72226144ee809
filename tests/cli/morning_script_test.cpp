// The script of a morning and how its people behave: by the seed alone.

#include "cli/morning_script.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace switchboard::cli {
namespace {

const std::vector<cast_member> cast{
    {"ana", "support"}, {"finn", "support"}, {"karl", "german"}, {"quinn", "billing"}};

std::string written(const morning_script& s) {
  std::string out;
  for (const auto& a : s.arrivals) {
    out += std::to_string(a.at.count()) + ' ' + a.account + ' ' + a.name + ' ' + a.text +
           (a.in_public ? " in public\n" : "\n");
  }
  for (const auto& l : s.logins) out += std::to_string(l.at.count()) + ' ' + l.agent + '\n';
  return out;
}

TEST(morning_script, is_the_same_for_the_same_seed_and_another_for_another) {
  const auto first = written({{.seed = 1}, cast});
  EXPECT_EQ(written({{.seed = 1}, cast}), first);
  EXPECT_NE(written({{.seed = 2}, cast}), first);
}

TEST(morning_script, has_as_many_customers_as_it_is_told_each_once_and_in_the_order_of_time) {
  for (const std::uint32_t many : {20u, 137u, 500u}) {
    const morning_script s({.conversations = many, .pace = 10}, cast);
    ASSERT_EQ(s.arrivals.size(), many);
    std::set<std::uint32_t> numbers;
    std::set<std::string> names;
    for (std::size_t i = 0; i < s.arrivals.size(); ++i) {
      numbers.insert(s.arrivals[i].number);
      names.insert(s.arrivals[i].name);
      EXPECT_LE(s.arrivals[i > 0 ? i - 1 : 0].at, s.arrivals[i].at);
    }
    EXPECT_EQ(numbers.size(), many);
    EXPECT_EQ(names.size(), many) << "two customers with one name can't be told apart in the timeline";
    EXPECT_NEAR(static_cast<double>(s.span.count()), many * 100.0, 300) << "the pace";
  }
}

TEST(morning_script, brings_every_account_and_its_share_of_each_theme_for_any_seed) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const morning_script s({.conversations = 200, .seed = seed}, cast);
    std::map<std::string, int> of;
    for (const auto& a : s.arrivals) ++of[a.account];
    EXPECT_EQ(of.size(), 8u) << seed;
    EXPECT_EQ(of["acme-concierge"], 10) << seed;
    EXPECT_EQ(of["globex-bot"] + of["globex-bluesky"], 50) << seed;
  }
}

TEST(morning_script, lets_billing_and_german_come_late_enough_for_their_queues_to_overflow) {
  const morning_script s({.conversations = 20, .pace = 100}, cast);
  std::map<std::string, milliseconds> at;
  for (const auto& l : s.logins) at[l.agent] = l.at;
  ASSERT_EQ(at.size(), cast.size());
  EXPECT_LT(at["ana"], milliseconds(1'000));
  EXPECT_GE(at["quinn"], milliseconds(4'000));
  EXPECT_GE(at["karl"], milliseconds(7'500));
}

TEST(morning_people, mostly_accept_some_decline_some_miss) {
  std::map<offer_answer::what, int> of;
  for (std::uint32_t asked = 0; asked < 10'000; ++asked) {
    const auto a = answer_of(7, "ana", asked);
    ++of[a.does];
    EXPECT_GE(a.after, milliseconds(150));
    EXPECT_LE(a.after, milliseconds(900));
  }
  EXPECT_NEAR(of[offer_answer::what::accept], 9'100, 200);
  EXPECT_NEAR(of[offer_answer::what::decline], 600, 150);
  EXPECT_NEAR(of[offer_answer::what::miss], 300, 120);
}

TEST(morning_people, two_of_them_show_with_their_first_offer_what_declining_and_missing_is) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    EXPECT_EQ(answer_of(seed, "finn", 0).does, offer_answer::what::decline);
    EXPECT_EQ(answer_of(seed, "gwen", 0).does, offer_answer::what::miss);
  }
}

TEST(morning_people, are_not_all_the_same_and_a_comment_is_done_sooner) {
  EXPECT_NE(handling_of(1, "ana", "4711", false), handling_of(1, "ben", "4711", false));
  EXPECT_EQ(handling_of(1, "ana", "4711", false), handling_of(1, "ana", "4711", false));
  for (int i = 0; i < 1'000; ++i) {
    const auto who = std::to_string(i);
    EXPECT_LE(handling_of(1, "ana", who, true), milliseconds(2'000));
    EXPECT_GE(handling_of(1, "ana", who, false), milliseconds(1'500));
    EXPECT_LE(handling_of(1, "ana", who, false), milliseconds(4'000));
  }
}

}  // namespace
}  // namespace switchboard::cli
