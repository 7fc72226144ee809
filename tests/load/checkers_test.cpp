// The checkers of these tests, fed with what they must catch.

#include "account.hpp"
#include "overload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchboard::load {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

std::string event(std::string_view subject, std::uint64_t sequence, std::uint64_t number) {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(number));
  return R"({"type":"message.received","subject":")" + std::string(subject) +
         R"(","cursor":"c","sequence":)" + std::to_string(sequence) +
         R"(,"data":{"message":{"platformMessageId":"m.)" + digits + R"(BIA"}}})";
}

/// Messages 0, 1 and 2, sent one after the other, each when the one before was acknowledged.
const std::vector<acknowledgement> sent_in_order{{0, 0, 10}, {1, 20, 30}, {2, 40, 50}};

std::vector<std::string> findings(const std::vector<std::string>& events) {
  account a("m.", 1);
  for (const auto& e : events) a.take(e);
  return a.compare(sent_in_order);
}

TEST(account, finds_nothing_where_all_is_there_once_in_order) {
  EXPECT_THAT(findings({event("a", 1, 0), event("b", 1, 1), event("a", 2, 2)}), IsEmpty());
}

TEST(account, finds_what_is_lost_doubled_disordered_or_missing_in_between) {
  EXPECT_THAT(findings({event("a", 1, 0), event("a", 2, 1)}),
              Contains(HasSubstr("message 2 was acknowledged and is lost")));
  EXPECT_THAT(findings({event("a", 1, 0), event("a", 2, 1), event("a", 3, 2), event("a", 4, 1)}),
              Contains(HasSubstr("message 1 is there twice")));
  EXPECT_THAT(findings({event("a", 1, 0), event("a", 2, 2), event("a", 3, 1)}),
              Contains(HasSubstr("message 1 was acknowledged before")));
  EXPECT_THAT(findings({event("a", 1, 0), event("a", 2, 1), event("a", 4, 2)}),
              Contains(HasSubstr("sequence 4 behind 2")));
}

TEST(account, looks_into_each_message_of_a_body) {
  account a("m.", 2);
  for (const auto& e : {event("a", 1, 0), event("a", 2, 1), event("a", 3, 2)}) a.take(e);
  EXPECT_THAT(a.compare({{0, 0, 10}, {1, 20, 30}}),
              Contains(HasSubstr("message 3 was acknowledged and is lost")));
}

TEST(overload, is_judged_by_each_promise) {
  using namespace std::chrono_literals;
  const overload_plan plan;
  overload_figures good;
  good.capacity = 100;
  good.goodput = 91;
  good.refused = 200;
  good.refusal_max = 200ms;
  good.taken_max = 2s;
  good.back_after_s = 2;
  good.resident_most = 600 << 20;
  EXPECT_THAT(judge(good, plan), IsEmpty());
  EXPECT_THAT(judge_times(good), IsEmpty());
  const auto one_wrong = [&](auto&& change) {
    auto f = good;
    change(f);
    return judge(f, plan).size() + judge_times(f).size();
  };
  EXPECT_EQ(one_wrong([](auto& f) { f.goodput = 89; }), 1u);
  EXPECT_EQ(one_wrong([](auto& f) { f.wrong = 1; }), 1u);
  EXPECT_EQ(one_wrong([](auto& f) { f.no_answer = 1; }), 1u);
  EXPECT_EQ(one_wrong([](auto& f) { f.refused = 0; }), 1u);
  EXPECT_EQ(one_wrong([](auto& f) { f.refusal_max = 251ms; }), 1u);
  EXPECT_EQ(one_wrong([](auto& f) { f.taken_max = 2'501ms; }), 1u);
  EXPECT_EQ(one_wrong([](auto& f) { f.back_after_s = -1; }), 1u);
  EXPECT_EQ(one_wrong([](auto& f) { f.back_after_s = 6; }), 1u);
  EXPECT_EQ(one_wrong([](auto& f) { f.resident_most = (1ull << 30) + 1; }), 1u);
  EXPECT_EQ(one_wrong([](auto& f) { f.slope_bytes_a_minute = 2 << 20; }), 1u);
  EXPECT_EQ(one_wrong([](auto& f) { f.account = {"lost"}; }), 1u);
  EXPECT_EQ(one_wrong([](auto& f) { f.is_void = "the generator was late"; }), 1u);
}

}  // namespace
}  // namespace switchboard::load
