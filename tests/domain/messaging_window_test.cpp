// Each platform's window, at its edges, for each sender and way.

#include "domain/messaging_window.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace switchboard::domain {
namespace {

using namespace std::chrono_literals;

constexpr timestamp word{std::chrono::hours{24 * 365 * 56}};

struct row {
  platform p;
  thread_kind kind;
  window_question q;
  std::optional<std::chrono::milliseconds> after;  ///< the customer's word; nullopt: he said none
  std::optional<send_mode> mode;                   ///< nullopt: refused …
  std::string allowed = {};                        ///< … but for this
  std::optional<std::chrono::milliseconds> closed = {};
};

constexpr auto agent = sender_type::agent;
constexpr auto bot = sender_type::bot;
constexpr auto dm = thread_kind::dm;
constexpr auto comment = thread_kind::comment;

const row rows[] = {
    {platform::facebook, dm, {.sender = bot}, 24h - 1ms, send_mode::standard},
    {platform::facebook, dm, {.sender = bot}, 24h, std::nullopt, "", 24h},
    {platform::facebook,
     dm,
     {.sender = bot, .human_agent_allowed = true},
     25h,
     std::nullopt,
     "human-agent",
     24h},
    {platform::facebook, dm, {.sender = agent}, 25h, std::nullopt, "", 24h},
    // Not a person, or nobody knows which.
    {platform::facebook,
     dm,
     {.sender = agent, .human_agent_allowed = true, .is_known_person = false},
     25h,
     std::nullopt,
     "human-agent",
     24h},
    {platform::facebook, dm, {.sender = agent, .is_known_person = false}, 25h, std::nullopt, "", 24h},
    {platform::facebook, dm, {.sender = agent, .human_agent_allowed = true}, 24h, send_mode::human_agent},
    {platform::facebook,
     dm,
     {.sender = agent, .human_agent_allowed = true},
     168h - 1ms,
     send_mode::human_agent},
    {platform::facebook, dm, {.sender = agent, .human_agent_allowed = true}, 168h, std::nullopt, "", 168h},
    {platform::facebook, dm, {.sender = agent}, std::nullopt, std::nullopt, "", std::nullopt},
    {platform::instagram, dm, {.sender = agent, .human_agent_allowed = true}, 100h, send_mode::human_agent},
    {platform::instagram, dm, {.sender = bot}, 23h, send_mode::standard},
    {platform::whatsapp,
     dm,
     {.sender = agent, .human_agent_allowed = true},
     24h,
     std::nullopt,
     "template",
     24h},
    {platform::whatsapp, dm, {.sender = bot}, 24h - 1ms, send_mode::standard},
    {platform::whatsapp, dm, {.sender = bot, .approved = true}, 500h, send_mode::approved},
    {platform::whatsapp, dm, {.sender = bot, .approved = true}, std::nullopt, send_mode::approved},
    {platform::whatsapp, dm, {.sender = bot}, std::nullopt, std::nullopt, "template", std::nullopt},
    {platform::facebook, comment, {.sender = bot}, 500h, send_mode::standard},
    {platform::facebook,
     comment,
     {.sender = agent, .privately = true, .comment_at = word},
     168h - 1ms,
     send_mode::standard},
    {platform::facebook,
     comment,
     {.sender = agent, .privately = true, .comment_at = word},
     168h,
     std::nullopt,
     "comment",
     168h},
    // It is the comment's time that counts, not that of the customer's last one.
    {platform::facebook,
     comment,
     {.sender = agent, .privately = true, .comment_at = word - 24h},
     144h - 1ms,
     send_mode::standard},
    {platform::facebook,
     comment,
     {.sender = agent, .privately = true, .comment_at = word - 24h},
     144h,
     std::nullopt,
     "comment",
     144h},
    {platform::facebook,
     comment,
     {.sender = agent, .privately = true, .comment_at = word, .replied_at = word + 1h},
     2h,
     std::nullopt,
     "comment",
     1h},
    {platform::facebook,
     comment,
     {.sender = agent, .comment_at = word, .replied_at = word + 1h},
     900h,
     send_mode::standard},
    {platform::facebook,
     comment,
     {.sender = agent, .privately = true},
     1h,
     std::nullopt,
     "comment",
     std::nullopt},
    {platform::instagram,
     comment,
     {.sender = bot, .privately = true, .comment_at = word},
     1h,
     send_mode::standard},
    {platform::instagram,
     comment,
     {.sender = bot, .privately = true, .comment_at = word, .replied_at = word},
     1h,
     std::nullopt,
     "comment",
     0h},
    {platform::linkedin,
     comment,
     {.sender = bot, .privately = true},
     1h,
     std::nullopt,
     "comment",
     std::nullopt},
    {platform::telegram, dm, {.sender = bot}, 9000h, send_mode::standard},
    {platform::x, dm, {.sender = agent}, std::nullopt, send_mode::standard},
    {platform::bluesky, dm, {.sender = agent}, 9000h, send_mode::standard},
    {platform::linkedin, comment, {.sender = agent}, 9000h, send_mode::standard},
};

TEST(messaging_window_test, each_platform_has_its_own) {
  for (const auto& r : rows) {
    conversation c;
    c.platform = r.p;
    c.kind = r.kind;
    if (r.after) c.last_inbound_at = word;
    SCOPED_TRACE(std::string(to_word(r.p)) + " " + std::string(to_word(r.kind)) + " +" +
                 std::to_string(r.after.value_or(-1ms).count()));
    const auto mode = may_say(c, r.q, word + r.after.value_or(0ms));
    ASSERT_EQ(mode.has_value(), r.mode.has_value());
    if (mode) {
      EXPECT_EQ(*mode, *r.mode);
      continue;
    }
    const auto& why = mode.error();
    EXPECT_EQ(why.allowed.empty() ? "" : why.allowed.front(), r.allowed);
    EXPECT_EQ(why.at, r.closed ? std::optional(word + *r.closed) : std::nullopt);
    EXPECT_EQ(why.used, r.q.replied_at.has_value());
    EXPECT_FALSE(why.detail.empty());
  }
}

TEST(messaging_window_test, a_window_that_was_never_open_is_not_said_to_be_over) {
  for (const auto p : {platform::facebook, platform::instagram, platform::whatsapp}) {
    conversation c;
    c.platform = p;
    c.kind = dm;
    for (const auto sender : {agent, bot}) {
      const auto mode = may_say(c, {.sender = sender, .human_agent_allowed = true}, word);
      ASSERT_FALSE(mode);
      EXPECT_EQ(mode.error().at, std::nullopt);
      EXPECT_TRUE(mode.error().detail.starts_with("the customer has not written here"))
          << mode.error().detail;
      EXPECT_EQ(mode.error().detail.find("over"), std::string::npos) << mode.error().detail;
    }
  }
}

/// Who came from an ad, and what he may be told when; times from his first message behind the click.
struct ad_row {
  platform p;
  std::optional<std::chrono::milliseconds> last_word;  ///< nullopt: none of this conversation
  window_question q;
  std::chrono::milliseconds now;
  std::optional<send_mode> mode;
  std::string allowed = {};
  std::optional<std::chrono::milliseconds> closed = {};
};

const ad_row ad_rows[] = {
    {platform::facebook, 0h, {.sender = bot}, 24h, send_mode::standard},
    {platform::facebook, 0h, {.sender = bot}, 168h - 1ms, send_mode::standard},
    {platform::facebook, 0h, {.sender = bot}, 168h, std::nullopt, "", 168h},
    {platform::instagram, 0h, {.sender = agent}, 168h - 1ms, send_mode::standard},
    {platform::instagram, 0h, {.sender = agent}, 168h, std::nullopt, "", 168h},
    // What he said later: its day may end before the ad's week does, or behind it.
    {platform::facebook, 100h, {.sender = bot}, 168h - 1ms, send_mode::standard},
    {platform::facebook, 100h, {.sender = bot}, 168h, std::nullopt, "", 168h},
    {platform::facebook,
     100h,
     {.sender = agent, .human_agent_allowed = true},
     168h - 1ms,
     send_mode::standard},
    {platform::facebook, 100h, {.sender = agent, .human_agent_allowed = true}, 168h, send_mode::human_agent},
    {platform::facebook, 100h, {.sender = agent, .human_agent_allowed = true}, 268h, std::nullopt, "", 268h},
    {platform::facebook, 160h, {.sender = bot}, 184h - 1ms, send_mode::standard},
    {platform::facebook, 160h, {.sender = bot}, 184h, std::nullopt, "", 184h},
    {platform::facebook, std::nullopt, {.sender = bot}, 168h - 1ms, send_mode::standard},
    {platform::facebook, std::nullopt, {.sender = bot}, 168h, std::nullopt, "", 168h},
    // Its 72 hours are free of charge and no window.
    {platform::whatsapp, 0h, {.sender = bot}, 24h - 1ms, send_mode::standard},
    {platform::whatsapp, 0h, {.sender = bot}, 24h, std::nullopt, "template", 24h},
};

TEST(messaging_window_test, whoever_came_from_an_ad_may_be_answered_for_seven_days) {
  for (const auto& r : ad_rows) {
    conversation c;
    c.platform = r.p;
    c.last_from_ad_at = word;
    if (r.last_word) c.last_inbound_at = word + *r.last_word;
    SCOPED_TRACE(std::string(to_word(r.p)) + " word +" + std::to_string(r.last_word.value_or(-1ms).count()) +
                 " now +" + std::to_string(r.now.count()));
    const auto mode = may_say(c, r.q, word + r.now);
    ASSERT_EQ(mode.has_value(), r.mode.has_value());
    if (mode) {
      EXPECT_EQ(*mode, *r.mode);
      continue;
    }
    const auto& why = mode.error();
    EXPECT_EQ(why.allowed.empty() ? "" : why.allowed.front(), r.allowed);
    EXPECT_EQ(why.at, r.closed ? std::optional(word + *r.closed) : std::nullopt);
  }
}

TEST(messaging_window_test, modes_have_words) {
  for (const auto mode : {send_mode::standard, send_mode::human_agent, send_mode::approved}) {
    EXPECT_EQ(send_mode_from_word(to_word(mode)), mode);
  }
  EXPECT_EQ(send_mode_from_word("tag"), std::nullopt);
}

}  // namespace
}  // namespace switchboard::domain
