// Lengths in each platform's unit, and cuts where a reader would make them. Weights after the examples that twitter-text
// publishes for its version 3 (conformance/validate.yml and X's page on counting characters).

#include "net/platforms/text_units.hpp"

#include "net/platforms/links.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>

namespace switchboard::net::platforms {
namespace {

struct weight_case {
  std::string_view text;
  std::size_t weight;
};

class weight : public ::testing::TestWithParam<weight_case> {};
TEST_P(weight, IsWhatXCounts) {
  EXPECT_EQ(measure(GetParam().text, text_unit::weighted), GetParam().weight) << GetParam().text;
}
INSTANTIATE_TEST_SUITE_P(
    TwitterText, weight,
    ::testing::Values(
        weight_case{"", 0}, weight_case{"This is a test.", 15}, weight_case{"Test\n", 5},
        weight_case{"http://test.com", 23}, weight_case{"https://test.com", 23}, weight_case{"test.com", 23},
        weight_case{"Test https://test.com test https://test.com test.com test", 86},
        weight_case{"HTTPS://www.ExaMPLE.COM/index.html", 23},
        weight_case{"https://example.com/path/to/resource?search=foo&lang=en", 23},
        weight_case{"(https://example.com/a_(b))",
                    25},  // the balanced bracket is the address's, the outer is not
        weight_case{"https://example.com.", 24}, weight_case{"mail me@example.com", 19},
        weight_case{"@example.com", 12}, weight_case{"\U00010000\U0010ffff", 4},
        weight_case{"\uc800\ucc00\ucbff\ucfff", 8}, weight_case{"\u306e\u306e", 4},
        weight_case{"H\U0001f431\u263a", 5},
        weight_case{"H\U0001f431\u263a\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", 7},
        weight_case{"\U0001f468\u200d\U0001f3a4", 2}, weight_case{"\U0001f44d\U0001f3ff", 2},
        weight_case{"\U0001f1e9\U0001f1ea", 2}, weight_case{"1\ufe0f\u20e3", 2}, weight_case{"#\u20e3", 2},
        weight_case{"\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 2},
        weight_case{"caf\u00e9", 4}, weight_case{"cafe\u0301", 4},  // counted in normal form C
        weight_case{"\u20ac", 2}, weight_case{"\u201cquoted\u201d", 8}, weight_case{"\u0416", 1},
        weight_case{"\u1100", 2}, weight_case{"\u10ff", 1}));

TEST(Weight, OfWhatMayOrMayNotBeAnAddressIsTheGreater) {
  EXPECT_EQ(measure("http://\u2603.net/", text_unit::weighted), 23u);
  EXPECT_EQ(measure("end.Next", text_unit::weighted), 23u);
  const std::string path(40, 'a');
  EXPECT_EQ(measure("http://server.internal/" + path, text_unit::weighted), 63u);
}

struct unit_case {
  std::string_view text;
  std::size_t bytes;
  std::size_t utf16;
  std::size_t graphemes;
};
TEST(Units, EachCountsItsOwn) {
  constexpr std::array<unit_case, 7> cases = {{{"", 0, 0, 0},
                                               {"abc", 3, 3, 3},
                                               {"\u00e9", 2, 1, 1},
                                               {"e\u0301", 3, 2, 1},
                                               {"\U0001f600", 4, 2, 1},
                                               {"\U0001f468\u200d\U0001f469\u200d\U0001f467", 18, 8, 1},
                                               {"a\r\nb", 4, 4, 3}}};
  for (const auto& c : cases) {
    EXPECT_EQ(measure(c.text, text_unit::bytes), c.bytes) << c.text;
    EXPECT_EQ(measure(c.text, text_unit::utf16), c.utf16) << c.text;
    EXPECT_EQ(measure(c.text, text_unit::graphemes), c.graphemes) << c.text;
  }
}

std::vector<std::string> split(std::string_view text, text_limit limit) {
  const auto parts = split_text(text, limit, 1000);
  if (!parts) return {"failed"};
  return {parts->begin(), parts->end()};
}
using strings = std::vector<std::string>;

TEST(Split, CutsWhereAReaderWould) {
  const auto at = [](std::size_t max) { return text_limit{text_unit::utf16, max}; };
  EXPECT_EQ(split("all of it", at(9)), strings{"all of it"});
  EXPECT_EQ(split("one two three", at(9)), (strings{"one two", "three"}));
  EXPECT_EQ(split("First one. Second two", at(16)), (strings{"First one.", "Second two"}));
  EXPECT_EQ(split("a line.\nof two words", at(15)), (strings{"a line.", "of two words"}));
  EXPECT_EQ(split("a\n\nb c\nd e f g h", at(9)), (strings{"a\n\nb c", "d e f g h"}));
  EXPECT_EQ(split("para one\n\nnext\nline here", at(16)), (strings{"para one", "next\nline here"}));
  EXPECT_EQ(split("abcdefghij", at(4)), (strings{"abcd", "efgh", "ij"}));
  EXPECT_EQ(split("\u3042\u3044\u3046\u3002\u3048\u304a\u304b", at(6)),
            (strings{"\u3042\u3044\u3046\u3002", "\u3048\u304a\u304b"}));
}

TEST(Split, KeepsWhatIsOneCharacterAndWhatIsOneAddress) {
  const std::string family = "\U0001f468\u200d\U0001f469\u200d\U0001f467";
  EXPECT_EQ(split(family + family, {text_unit::bytes, 20}), (strings{family, family}));
  EXPECT_EQ(split("see https://example.com/a", {text_unit::bytes, 22}),
            (strings{"see", "https://example.com/a"}));
  EXPECT_EQ(split_text(family, {text_unit::bytes, 10}, 5).error(), split_failure::one_character);
  EXPECT_EQ(split_text("aaaa bbbb cccc", {text_unit::bytes, 4}, 2).error(), split_failure::too_many_parts);
  EXPECT_EQ(split("e\u0301e\u0301", {text_unit::graphemes, 10, 3}), (strings{"e\u0301", "e\u0301"}));
}

/// A text of all that is difficult.
std::string random_text(std::mt19937_64& random) {
  constexpr std::array<std::string_view, 24> pieces = {"a",
                                                       "word ",
                                                       "e\u0301",
                                                       "\U0001f468\u200d\U0001f469\u200d\U0001f467",
                                                       "\U0001f1e9\U0001f1ea",
                                                       "\r\n",
                                                       "\n\n",
                                                       ". ",
                                                       "! ",
                                                       "\u3002",
                                                       "\u00e9",
                                                       "https://example.com/a?b=c ",
                                                       "example.org",
                                                       " ",
                                                       "\u3000",
                                                       "1\ufe0f\u20e3",
                                                       "\u0e01\u0e33",
                                                       "\u0915\u094d\u0937",
                                                       "\u1112\u1161\u11ab",
                                                       "\u200d",
                                                       "(",
                                                       "\u00a0",
                                                       "@name",
                                                       "http://\u2603.net"};
  std::string text;
  for (std::size_t n = 1 + random() % 60; n > 0; --n) {
    const auto piece = pieces[random() % pieces.size()];
    for (std::size_t k = random() % 8 == 0 ? 1 + random() % 30 : 1; k > 0; --k) text += piece;
  }
  return text;
}

bool between(const std::vector<std::size_t>& boundaries, std::size_t at) {
  return at == 0 || std::binary_search(boundaries.begin(), boundaries.end(), at);
}

TEST(SplitProperty, PartsFitAndLoseNothingButWhiteSpaceAndBreakNoCharacter) {
  std::mt19937_64 random(20261122);
  std::size_t cuts = 0;
  for (int round = 0; round < 4000; ++round) {
    const std::string text = random_text(random);
    const auto unit = static_cast<text_unit>(random() % 4);
    const text_limit limit{unit, 24 + random() % 80, random() % 3 == 0 ? 40 + random() % 100 : 0};
    const auto parts = split_text(text, limit, 1000);
    if (!parts) continue;  // one character is too long
    const auto boundaries = grapheme_ends(text);
    std::size_t at = 0;
    for (const auto part : *parts) {
      ASSERT_TRUE(fits(part, limit)) << text << "\n" << part << " " << measure(part, unit);
      if (part.empty()) continue;
      const auto begin = static_cast<std::size_t>(part.data() - text.data());
      ASSERT_GE(begin, at);
      ASSERT_TRUE(is_blank(std::string_view{text}.substr(at, begin - at))) << text;
      ASSERT_TRUE(between(boundaries, begin) && between(boundaries, begin + part.size())) << text;
      at = begin + part.size();
    }
    ASSERT_TRUE(is_blank(std::string_view{text}.substr(at)) || at == text.size()) << text;
    cuts += parts->size() - 1;
  }
  EXPECT_GT(cuts, 2000u) << "hardly anything was cut";
}

TEST(SplitProperty, IsSeenToCatchACutThroughACharacter) {
  const std::string text = "e\u0301e\u0301";
  EXPECT_FALSE(between(grapheme_ends(text), 1));
  EXPECT_TRUE(between(grapheme_ends(text), 3));
}

TEST(Links, AreFoundWithoutWhatStandsAroundThem) {
  const std::string_view text =
      "(see https://a.example.com/x_(1), b.org/q?r=1! and me@c.com @d.com 1.2.3 e.g)";
  std::vector<std::string> found;
  for (const auto& each : links_in(text)) found.emplace_back(text.substr(each.begin, each.end - each.begin));
  EXPECT_EQ(found, (strings{"https://a.example.com/x_(1)", "b.org/q?r=1"}));
}

TEST(Links, OfALongChainOfLabelsAreFoundInTime) {
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += "1.";
  EXPECT_TRUE(links_in(text).empty());
}

}  // namespace
}  // namespace switchboard::net::platforms
