// What fit() promises of any message on any platform, and what the quotas promise of any window.

#include "net/platforms/text_units.hpp"
#include "sending_support.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <set>

namespace switchboard::net::platforms::testing {
namespace {

using domain::platform;
using domain::thread_kind;

struct place {
  platform on;
  thread_kind kind;
  text_limit limit;
};
constexpr std::array<place, 10> places = {{
    {platform::facebook, thread_kind::dm, {text_unit::utf16, 2000}},
    {platform::facebook, thread_kind::comment, {text_unit::utf16, 8000}},
    {platform::instagram, thread_kind::dm, {text_unit::bytes, 1000}},
    {platform::whatsapp, thread_kind::dm, {text_unit::utf16, 4096}},
    {platform::x, thread_kind::dm, {text_unit::utf16, 10'000}},
    {platform::x, thread_kind::mention, {text_unit::weighted, 280}},
    {platform::linkedin, thread_kind::comment, {text_unit::utf16, 1250}},
    {platform::telegram, thread_kind::dm, {text_unit::utf16, 4096}},
    {platform::bluesky, thread_kind::dm, {text_unit::graphemes, 1000, 10'000}},
    {platform::bluesky, thread_kind::mention, {text_unit::graphemes, 300, 3000}},
}};

std::string long_text(std::mt19937_64& random, std::size_t pieces_max) {
  constexpr std::array<std::string_view, 12> pieces = {
      "word ",   "e\u0301", "\U0001f468\u200d\U0001f469\u200d\U0001f467",
      "\n\n",    ". ",      "\u306e\u3002",
      "longer ", "\u00e9",  "https://example.com/a?b=c ",
      "x",       "\u20ac ", "\U0001f44d\U0001f3ff"};
  std::string text = "a";
  for (std::size_t n = random() % pieces_max; n > 0; --n) text += pieces[random() % pieces.size()];
  return text;
}

std::string without_space(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\n') out += c;
  }
  return out;
}

TEST(FitProperty, EveryPartFitsAndNothingButWhiteSpaceIsLost) {
  std::mt19937_64 random(20261122);
  std::size_t cuts = 0;
  for (int round = 0; round < 25; ++round) {
    for (const auto& at : places) {
      const std::string text = long_text(random, 1200);
      const auto parts = fit(at.on, at.kind, said(text), split_policy::split);
      if (!parts) {
        EXPECT_EQ(parts.error().code, "too-many-parts");
        continue;
      }
      std::string joined;
      for (const auto& each : *parts) {
        ASSERT_TRUE(fits(each.text, at.limit)) << domain::to_word(at.on) << each.text;
        joined += each.text;
        const auto again = fit(at.on, at.kind, domain::outgoing{each}, split_policy::refuse);
        ASSERT_TRUE(again) << again.error().detail;
        ASSERT_EQ(again->size(), 1u);
      }
      ASSERT_EQ(without_space(joined), without_space(text));
      cuts += parts->size() - 1;
      const bool whole = parts->size() == 1;
      EXPECT_EQ(unfit_code(at.on, at.kind, said(text), split_policy::refuse), whole ? "" : "text-too-long");
    }
  }
  EXPECT_GT(cuts, 150u);
}

TEST(Quotas, HaveNamesOfTheirOwnWhichCallsDraw) {
  std::set<std::string_view> names;
  for (const auto on : {platform::facebook, platform::instagram, platform::whatsapp, platform::x,
                        platform::linkedin, platform::bluesky, platform::telegram}) {
    for (const auto& each : quotas(on)) {
      EXPECT_TRUE(names.insert(each.name).second) << each.name;
      EXPECT_TRUE(each.name.starts_with(domain::to_word(on))) << each.name;
      EXPECT_GT(each.units, 0u);
      EXPECT_GT(each.per.count(), 0);
    }
  }
  EXPECT_EQ(names.size(), 25u);
}

struct window_case {
  platform on;
  std::string_view name;
  std::size_t limit;
  std::chrono::milliseconds window;
};
TEST(Quotas, AreWindowsOfWhatThePlatformAllows) {
  constexpr std::chrono::seconds second{1};
  constexpr std::chrono::hours day{24};
  constexpr std::chrono::minutes quarter{15};
  const std::array<window_case, 20> cases = {
      {{platform::facebook, "facebook.messages", 300, second},
       {platform::facebook, "facebook.media", 10, second},
       {platform::facebook, "facebook.conversations", 2, second},
       {platform::facebook, "facebook.private_replies", 750, std::chrono::hours{1}},
       {platform::instagram, "instagram.messages", 300, second},
       {platform::instagram, "instagram.private_replies", 750, std::chrono::hours{1}},
       {platform::whatsapp, "whatsapp.messages", 80, second},
       {platform::x, "x.dm", 15, quarter},
       {platform::x, "x.dm_day", 1440, day},
       {platform::x, "x.dm_app_day", 1440, day},
       {platform::x, "x.posts", 100, quarter},
       {platform::x, "x.posts_app_day", 10'000, day},
       {platform::x, "x.post_reads", 900, quarter},
       {platform::telegram, "telegram.messages", 30, second},
       {platform::telegram, "telegram.group", 20, std::chrono::minutes{1}},
       {platform::bluesky, "bluesky.ip", 3000, std::chrono::minutes{5}},
       {platform::bluesky, "bluesky.writes", 5000, std::chrono::hours{1}},
       {platform::bluesky, "bluesky.writes_day", 35'000, day},
       {platform::bluesky, "bluesky.sessions", 30, std::chrono::minutes{5}},
       {platform::bluesky, "bluesky.sessions_day", 300, day}}};
  for (const auto& c : cases) {
    const auto all = quotas(c.on);
    const auto q =
        std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name == c.name; });
    ASSERT_NE(q, all.end()) << c.name;
    EXPECT_EQ(q->units, c.limit) << c.name;
    EXPECT_EQ(q->per, c.window) << c.name;
    EXPECT_EQ(q->burst, 0u) << c.name;
  }
}

}  // namespace
}  // namespace switchboard::net::platforms::testing
