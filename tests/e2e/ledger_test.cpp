// The ledger's comparison, on accounts made up by hand: a checker that has never failed is no evidence.

#include "ledger.hpp"

#include "json_text.hpp"
#include "scratch.hpp"

#include <gtest/gtest.h>

namespace switchboard::e2e {
namespace {

std::string received(std::string_view conversation, unsigned sequence, std::string_view id,
                     std::string_view text, std::string_view customer = "100") {
  return R"({"type":"message.received","subject":)" + json_string(conversation) + R"(,"sequence":)" +
         std::to_string(sequence) + R"(,"data":{"message":{"platformMessageId":)" + json_string(id) +
         R"(,"content":)" + json_string(text) + R"(},"conversation":{"metadata":{"customerPlatformId":)" +
         json_string(customer) + "}}}}";
}

class comparison : public testing::Test {
 protected:
  comparison() : ledger_(scratch_.path() / "ledger") {
    intend("a", 1);
    intend("b", 2);
    ledger_.answered("a", 200);
    ledger_.answered("b", 0);
  }
  void intend(std::string_view id, std::uint64_t n, unsigned connection = 7) {
    ledger_.intend(id, "100", connection, n, hash_of("text of " + std::string(id)));
  }
  void happened(std::string_view conversation, unsigned sequence, std::string_view id) {
    engine_.take(received(conversation, sequence, id, "text of " + std::string(id)));
  }
  findings compared() { return compare(read_ledger(ledger_.file()), engine_); }

  scratch scratch_;
  ledger ledger_;
  account_of_engine engine_;
};

TEST_F(comparison, what_has_no_answer_may_be_there_or_not) {
  happened("c", 1, "a");
  EXPECT_TRUE(compared().none()) << compared().text();
  happened("c", 2, "b");
  EXPECT_TRUE(compared().none()) << compared().text();
}

TEST_F(comparison, finds_what_was_lost) {
  happened("c", 1, "b");
  EXPECT_EQ(compared().lost, std::vector<std::string>{"a"});
}

TEST_F(comparison, finds_what_is_there_twice) {
  happened("c", 1, "a");
  happened("d", 1, "a");
  EXPECT_EQ(compared().duplicated, std::vector<std::string>{"a"});
}

TEST_F(comparison, finds_what_nobody_sent) {
  happened("c", 1, "a");
  happened("c", 2, "x");
  EXPECT_EQ(compared().phantom, std::vector<std::string>{"x"});
}

TEST_F(comparison, finds_what_was_altered) {
  engine_.take(received("c", 1, "a", "another text"));
  engine_.take(received("c", 2, "b", "text of b", "another customer"));
  EXPECT_EQ(compared().altered, (std::vector<std::string>{"a", "b"}));
}

TEST_F(comparison, finds_a_gap) {
  happened("c", 1, "a");
  happened("c", 3, "b");
  EXPECT_EQ(compared().gaps.size(), 1U);
}

TEST_F(comparison, finds_what_changed_places) {
  happened("c", 1, "b");
  happened("c", 2, "a");
  EXPECT_EQ(compared().disordered.size(), 1U);
}

TEST_F(comparison, has_no_opinion_about_the_order_between_two_senders) {
  intend("z", 1, 8);
  happened("c", 1, "a");
  happened("c", 2, "z");
  happened("c", 3, "b");
  EXPECT_TRUE(compared().none()) << compared().text();
}

}  // namespace
}  // namespace switchboard::e2e
