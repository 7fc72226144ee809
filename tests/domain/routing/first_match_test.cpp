// The rules that say where a conversation goes first.

#include "domain/routing/first_match.hpp"

#include <gtest/gtest.h>

namespace switchboard::domain::routing {
namespace {

subject example() {
  return {.brand = {"acme"},
          .platform = platform::whatsapp,
          .account = {"wa"},
          .source = {"meta"},
          .kind = thread_kind::dm,
          .language = "pt-BR",
          .tags = {"vip"},
          .attributes = {{"plan", "gold"}},
          .text = "Quero um REEMBOLSO agora"};
}

TEST(FirstMatch, every_test_of_a_rule_must_hold_and_the_first_that_fails_is_named) {
  const struct {
    routing_rule rule;
    mismatch expected;
  } table[] = {
      {{}, mismatch::none},
      {{.brands = {{"other"}}, .platforms = {platform::x}}, mismatch::brand},
      {{.brands = {{"acme"}}, .platforms = {platform::x}}, mismatch::platform},
      {{.platforms = {platform::x, platform::whatsapp}}, mismatch::none},
      {{.accounts = {{"fb"}}}, mismatch::account},
      {{.sources = {{"telegram"}}}, mismatch::source},
      {{.kinds = {thread_kind::comment}}, mismatch::kind},
      {{.languages = {"PT"}}, mismatch::none},
      {{.languages = {"p"}}, mismatch::language},
      {{.languages = {"pt-PT"}}, mismatch::language},
      {{.languages = {"pt-br"}}, mismatch::none},
      {{.tags = {"new", "vip"}}, mismatch::none},
      {{.tags = {"new"}}, mismatch::tag},
      {{.priorities = {priority::urgent}}, mismatch::priority},
      {{.attributes = {{"plan", "gold"}}}, mismatch::none},
      {{.attributes = {{"plan", "gold"}, {"country", "BR"}}}, mismatch::attribute},
      {{.keywords = {"reembolso"}}, mismatch::none},
      {{.keywords = {"um reembolso"}}, mismatch::none},
      {{.keywords = {"reembols"}}, mismatch::keyword},
      {{.keywords = {""}}, mismatch::keyword},
  };
  for (const auto& row : table) EXPECT_EQ(test_rule(row.rule, example()), row.expected);
}

TEST(FirstMatch, a_keyword_is_a_word_also_behind_one_that_only_begins_alike) {
  auto s = example();
  s.text = "refunds? a refund!";
  EXPECT_EQ(test_rule({.keywords = {"refund"}}, s), mismatch::none);
  s.text = "réfund";
  EXPECT_EQ(test_rule({.keywords = {"fund"}}, s), mismatch::keyword) << "é is a letter";
}

TEST(FirstMatch, the_first_that_fits_says_where_to_and_the_rest_is_not_asked) {
  const std::vector<routing_rule> rules{{.name = "x", .platforms = {platform::x}, .queue = 1},
                                        {.name = "vip",
                                         .tags = {"vip"},
                                         .queue = 2,
                                         .set_priority = priority::urgent,
                                         .required = {{3, 1}, {1, 2}, {3, 4}},
                                         .preferred = {{2, 1}, {2, 5}}},
                                        {.name = "all", .queue = 3}};
  const auto found = first_match(rules, example(), 0);
  EXPECT_EQ(found.rule, 1u);
  EXPECT_EQ(found.queue, 2);
  EXPECT_EQ(found.priority, priority::urgent);
  EXPECT_EQ(found.required, (std::vector<skill_level>{{1, 2}, {3, 4}}));
  EXPECT_EQ(found.preferred, (std::vector<skill_weight>{{2, 6}}));
  EXPECT_EQ(found.tried, (std::vector{mismatch::platform, mismatch::none}));
}

TEST(FirstMatch, what_fits_nothing_goes_to_the_default_as_it_is) {
  const auto found = first_match({{.kinds = {thread_kind::review}, .queue = 1}}, example(), 7);
  EXPECT_EQ(found.rule, std::nullopt);
  EXPECT_EQ(found.queue, 7);
  EXPECT_EQ(found.priority, priority::medium);
}

}  // namespace
}  // namespace switchboard::domain::routing
