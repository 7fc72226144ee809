// docs/sending.md tells users what can be sent where. Its table is made here of the shapes that fitting reads, and of the calls
// that are made, so that it is as true as they are. SWITCHBOARD_WRITE_REFERENCE=1 writes it anew.

#include "net/platforms/sending_parts.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace switchboard::net::platforms {
namespace {

using domain::platform;
using domain::thread_kind;

constexpr std::string_view file_name = SWITCHBOARD_SOURCE_DIR "/docs/sending.md";
constexpr std::string_view begins =
    "<!-- from here on made by tests/net/platforms/sendable_table_test.cpp -->\n";

struct offer {
  platform which;
  const char* name;
  const sending_functions& (*functions)();
};
constexpr std::array<offer, 7> offers = {{{platform::facebook, "Facebook", facebook_sending},
                                          {platform::instagram, "Instagram", instagram_sending},
                                          {platform::whatsapp, "WhatsApp", whatsapp_sending},
                                          {platform::x, "X", x_sending},
                                          {platform::linkedin, "LinkedIn", linkedin_sending},
                                          {platform::bluesky, "Bluesky", bluesky_sending},
                                          {platform::telegram, "Telegram", telegram_sending}}};

struct place {
  thread_kind kind;
  bool privately;
  const char* name;
};
constexpr std::array<place, 6> places = {{{thread_kind::dm, false, "direct message"},
                                          {thread_kind::comment, false, "comment"},
                                          {thread_kind::mention, false, "answer to a mention"},
                                          {thread_kind::review, false, "answer to a review"},
                                          {thread_kind::comment, true, "private answer to a comment"},
                                          {thread_kind::mention, true, "private answer to a mention"}}};

std::string number(std::size_t n) {
  std::string digits = std::to_string(n);
  constexpr std::size_t group = 3;
  for (std::size_t at = digits.size(); at > group; at -= group) digits.insert(at - group, ",");
  return digits;
}

std::string limit_text(const text_limit& l) {
  std::string text = number(l.max) + ' ' + std::string(to_word(l.unit));
  return l.bytes_max > 0 ? text + ", " + number(l.bytes_max) + " bytes" : text;
}

std::string attachments_text(const message_shape& s) {
  if (s.attachments.empty()) return "none";
  std::string text;
  for (const auto& each : s.attachments) {
    (text += text.empty() ? "" : ", ") += each.type;
  }
  text += s.by_url && s.by_id ? "; by url or media id" : s.by_url ? "; by url" : "; by media id only";
  if (s.attachments_max > 1) text += "; up to " + number(s.attachments_max);
  return text;
}

std::string choices_text(const choice_shape& c) {
  return c.max == 0 ? "no" : number(c.max) + (c.links_max > 0 ? ", links" : "");
}

std::string more_text(const message_shape& s) {
  std::string text = s.list.rows_max > 0 ? "list of " + number(s.list.rows_max) : "";
  if (s.templates) text += text.empty() ? "templates" : ", templates";
  if (s.flows) text += text.empty() ? "flows" : ", flows";
  return text.empty() ? "no" : text;
}

std::string answers_text(const message_shape& s) {
  if (s.privately) return "names it";
  return s.below ? "stands below it" : s.replies ? "`replyTo`" : "no";
}

/// Does the platform hear of it, in such a thread, of which everything is known?
bool hears(std::optional<call> (*what)(const thread_request&), const offer& of, const place& at) {
  domain::conversation c;
  c.platform = of.which;
  c.kind = at.kind;
  c.thread_key = c.customer_platform_id = "7";
  domain::message last;
  last.platform_message_id = "8";
  const sending_account account{.platform_id = "9", .access_token = "t"};
  return !at.privately && what({.conversation = c, .account = account, .last_inbound = &last}).has_value();
}

/// One row for each kind of message of a platform: places that take the same are one.
std::string table() {
  std::string out =
      "| platform | as | text | attachments | quick replies | buttons | more | what it answers | typing | "
      "read "
      "|\n|---|---|---|---|---|---|---|---|---|---|\n";
  for (const auto& of : offers) {
    std::vector<std::pair<const message_shape*, std::string>> rows;
    std::map<const message_shape*, const place*> first;
    for (const auto& at : places) {
      const auto* const shape = of.functions().shape(at.kind, at.privately);
      if (shape == nullptr) continue;
      if (first.emplace(shape, &at).second) {
        rows.emplace_back(shape, at.name);
      } else {
        for (auto& [known, names] : rows) {
          if (known == shape) (names += ", ") += at.name;
        }
      }
    }
    for (const auto& [shape, names] : rows) {
      const auto yes = [&, of_shape = shape](auto what) {
        return hears(what, of, *first.at(of_shape)) ? "yes" : "no";
      };
      out += std::string("| ") + of.name + " | " + names;
      for (const std::string& cell :
           {limit_text(shape->text), attachments_text(*shape), choices_text(shape->quick_replies),
            choices_text(shape->buttons), more_text(*shape), answers_text(*shape),
            std::string(yes(of.functions().typing)), std::string(yes(of.functions().mark_read))}) {
        out += " | " + cell;
      }
      out += " |\n";
    }
  }
  return out;
}

TEST(sendable_table, is_what_the_code_sends) {
  std::ifstream in{std::string(file_name)};
  std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto at = text.find(begins);
  ASSERT_NE(at, std::string::npos) << file_name << " has no place for the table";
  const std::string made = text.substr(0, at + begins.size()) + '\n' + table();
  if (std::getenv("SWITCHBOARD_WRITE_REFERENCE") != nullptr)
    std::ofstream{std::string(file_name)} << (text = made);
  EXPECT_EQ(text, made) << "SWITCHBOARD_WRITE_REFERENCE=1 build/test/tests/test_platforms writes it anew";
}

/// What the page says in words above the table.
TEST(sendable_table, is_told_in_words_truly) {
  for (const auto kind : {thread_kind::dm, thread_kind::comment}) {
    EXPECT_FALSE(x_sending().shape(kind, false)->by_url);
    EXPECT_TRUE(x_sending().shape(kind, false)->by_id);
    EXPECT_TRUE(bluesky_sending().shape(kind, false)->attachments.empty());
  }
  domain::conversation business;
  business.platform = platform::telegram;
  business.thread_key = "7/bconnection";
  domain::message last;
  last.platform_message_id = "7:8";
  const sending_account bot{.platform_id = "9", .access_token = "9:t"};
  EXPECT_TRUE(
      telegram_sending().mark_read({.conversation = business, .account = bot, .last_inbound = &last}));
  for (const auto& of : offers) {
    const auto* const comment = of.functions().shape(thread_kind::comment, false);
    if (comment != nullptr && of.which != platform::x) {
      EXPECT_TRUE(comment->attachments.empty()) << of.name;
    }
  }
}

}  // namespace
}  // namespace switchboard::net::platforms
