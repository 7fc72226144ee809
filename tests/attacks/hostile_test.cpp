// H89 to H120 against the real engine over real sockets, plain and TLS; and that the table would notice.

#include "hostile_round.hpp"
#include "tests/e2e/scratch.hpp"
#include "tests/e2e/setup.hpp"
#include "tests/full.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <set>

namespace switchboard::attacks {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(hostile, the_table_has_a_row_for_each_number) {
  std::set<int> numbers;
  std::set<std::string> names;
  for (const auto& row : hostile_webhooks()) {
    numbers.insert(row.number);
    EXPECT_NE(row.head.empty(), row.told_by.empty()) << row.name;
    EXPECT_TRUE(names.insert(std::to_string(row.number) + row.name).second) << row.name << " stands twice";
  }
  for (int n = 89; n <= 120; ++n) EXPECT_TRUE(numbers.contains(n)) << "H" << n;
}

class hostile_table : public testing::TestWithParam<bool> {};

TEST_P(hostile_table, cut_anywhere_is_answered_as_listed_and_stores_nothing_else) {
  // In the short form every byte of the usual webhook; the larger ones in samples.
  const std::size_t every_byte_of = full() ? 8'192 : 700;
  e2e::scratch place;
  hostile_round round(place.path(), GetParam());
  for (const auto& row : hostile_webhooks()) round.strike(row, cuts_of(row, every_byte_of));
  round.conclude();
  EXPECT_THAT(round.findings(), IsEmpty());
  std::printf("%zu requests\n", round.requests());
}

INSTANTIATE_TEST_SUITE_P(over, hostile_table, testing::Bool(),
                         [](const auto& over) { return over.param ? "tls" : "plain"; });

// H116
TEST(hostile, a_thousand_replays_have_one_effect) {
  e2e::scratch place;
  hostile_round round(place.path(), false);
  hostile row;
  row.number = 116;
  row.name = "replay";
  row.body = e2e::whatsapp_text(e2e::acme_number, "116", "s.116", "hello");
  row.head = post_head("meta", signature_line(row.body), row.body);
  row.answer = R"({"events":1,"quarantined":0})";
  row.ids = {"s.116"};
  row.conversations = 1;
  round.repeat(row, 1'000);
  hostile letter = row;
  letter.body = R"({"object":"page","entry":[{"id":"116"}]})";
  letter.head = post_head("meta", signature_line(letter.body), letter.body);
  letter.answer = R"({"events":0,"quarantined":1})";
  letter.ids.clear();
  letter.conversations = 0;
  letter.reason = "empty";
  round.repeat(letter, 1'000);
  round.conclude();
  EXPECT_THAT(round.findings(), IsEmpty());
}

/// The findings of the table in one piece.
std::vector<std::string> found_in(const std::string& program) {
  e2e::scratch place;
  hostile_round round(place.path(), false, program);
  for (const auto& row : hostile_webhooks()) {
    if (row.body.size() < 100'000) round.strike(row, {});
  }
  round.conclude();
  return round.findings();
}

TEST(hostile, finds_a_build_that_compares_half_a_digest) {
  const auto found = found_in(SWITCHBOARD_HALF_A_DIGEST);
  EXPECT_THAT(found, Contains(HasSubstr("H112 right but for digit 63")));
  EXPECT_THAT(found, Not(Contains(HasSubstr("H112 right but for digit 0:"))));
}

TEST(hostile, finds_a_build_that_believes_the_first_of_two) {
  const auto found = found_in(SWITCHBOARD_FIRST_OF_TWO);
  EXPECT_THAT(found, Contains(HasSubstr("H96 message id twice:")));
  EXPECT_THAT(found, Contains(HasSubstr("H96 page twice:")));
}

}  // namespace
}  // namespace switchboard::attacks
