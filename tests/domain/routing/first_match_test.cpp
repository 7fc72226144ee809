// The rules that say where a conversation goes first.

#include "domain/routing/first_match.hpp"

#include <gtest/gtest.h>

#include <random>

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

/// A rule or subject out of few words, so that many fit.
struct dice {
  std::mt19937 random;
  std::size_t below(std::size_t n) { return random() % n; }

  template <class T>
  std::vector<T> some(const std::vector<T>& of) {
    std::vector<T> picked;
    for (const auto& one : of) {
      if (below(4) == 0) picked.push_back(one);
    }
    return picked;
  }
};

const std::vector<std::string> languages{"pt", "pt-BR", "de"}, tags{"vip", "new"},
    phrases{"refund", "a refund", "my refund please", "fund", "re"};
const std::vector<platform> on{platform::x, platform::whatsapp};
const std::vector<thread_kind> kinds_of{thread_kind::dm, thread_kind::comment};

routing_rule random_rule(dice& d) {
  routing_rule r{.platforms = d.some(on),
                 .kinds = d.some(kinds_of),
                 .languages = d.some(languages),
                 .tags = d.some(tags),
                 .priorities = d.some(std::vector{priority::low, priority::high}),
                 .keywords = d.some(phrases)};
  if (d.below(3) == 0) r.brands.push_back({"acme"});
  if (d.below(3) == 0) r.attributes.push_back({"plan", d.below(2) == 0 ? "gold" : "free"});
  if (d.below(4) == 0) r.attributes.push_back({"country", "BR"});
  return r;
}

subject random_subject(dice& d) {
  subject s{.brand = {d.below(2) == 0 ? "acme" : "globex"},
            .platform = on[d.below(2)],
            .kind = kinds_of[d.below(2)],
            .language = d.below(4) == 0 ? "" : languages[d.below(3)],
            .tags = d.some(tags),
            .priority = d.below(2) == 0 ? priority::low : priority::high};
  if (d.below(2) == 0) s.attributes["plan"] = d.below(2) == 0 ? "gold" : "free";
  if (d.below(2) == 0) s.attributes["country"] = "BR";
  for (std::size_t i = d.below(3); i > 0; --i)
    s.text += phrases[d.below(phrases.size())] + (d.below(2) == 0 ? " " : "");
  return s;
}

TEST(FirstMatch, a_rule_that_covers_another_fits_all_that_the_other_fits) {
  dice d{std::mt19937{7}};
  std::size_t covering = 0, fitting = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto earlier = random_rule(d), later = random_rule(d);
    if (!covers(earlier, later)) continue;
    ++covering;
    for (int n = 0; n < 50; ++n) {
      const auto s = random_subject(d);
      if (test_rule(later, s) != mismatch::none) continue;
      ++fitting;
      EXPECT_EQ(test_rule(earlier, s), mismatch::none)
          << "platform " << to_word(s.platform) << ", text " << s.text;
    }
  }
  EXPECT_GT(covering, 200u);
  EXPECT_GT(fitting, 200u) << "or nothing was tried";
}

TEST(FirstMatch, a_rule_covers_what_asks_the_same_or_more_and_nothing_else) {
  const struct {
    routing_rule earlier, later;
    bool expected;
  } table[] = {
      {{}, {}, true},
      {{}, {.tags = {"vip"}}, true},
      {{.tags = {"vip"}}, {}, false},
      {{.tags = {"vip", "new"}}, {.tags = {"new"}}, true},
      {{.tags = {"new"}}, {.tags = {"vip", "new"}}, false},
      {{.languages = {"pt"}}, {.languages = {"PT-br"}}, true},
      {{.languages = {"pt-BR"}}, {.languages = {"pt"}}, false},
      {{.attributes = {{"a", "1"}}}, {.attributes = {{"b", "2"}, {"a", "1"}}}, true},
      {{.attributes = {{"a", "1"}, {"b", "2"}}}, {.attributes = {{"a", "1"}}}, false},
      {{.keywords = {"refund"}}, {.keywords = {"A Refund", "refund!"}}, true},
      {{.keywords = {"a refund"}}, {.keywords = {"refund"}}, false},
      {{.keywords = {"fund"}}, {.keywords = {"refund"}}, false},
      {{.brands = {{"a"}}}, {.brands = {{"b"}}}, false},
      {{.accounts = {{"a"}}, .sources = {{"s"}}},
       {.accounts = {{"a"}}, .sources = {{"s"}}, .tags = {"x"}},
       true},
  };
  for (std::size_t i = 0; i < std::size(table); ++i)
    EXPECT_EQ(covers(table[i].earlier, table[i].later), table[i].expected) << "row " << i;
}

}  // namespace
}  // namespace switchboard::domain::routing
