#pragma once
// What the normalisers' tests share: properties that hold for any body, and seeded mutation.

#include "domain/inbound.hpp"
#include "net/platforms/json.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::net::platforms::testing {

inline constexpr domain::timestamp received_at{std::chrono::seconds{1'800'000'000}};

inline domain::timestamp seconds(std::int64_t s) {
  return domain::timestamp{std::chrono::seconds{s}};
}

/// One line per event, of what tells events apart.
inline std::string described(const domain::unpacked_body& body) {
  std::ostringstream out;
  for (const auto& e : body.events) {
    out << domain::to_word(e.kind) << '|' << e.account_platform_id << '|' << e.thread_key << '|'
        << e.customer_platform_id << '|' << e.platform_message_id << '|' << e.version << '|' << e.content
        << '|' << e.payload << '|' << e.reaction_emoji << '|' << e.at.time_since_epoch().count() << '\n';
  }
  for (const auto& r : body.rejected) out << "rejected|" << r.reason << '|' << r.detail << '\n';
  return out.str();
}

/// The only event of a body; fails the test, and gives an empty one, if it isn't so.
inline domain::inbound_event only(const domain::unpacked_body& out) {
  EXPECT_EQ(out.rejected.size(), 0U) << described(out);
  EXPECT_EQ(out.events.size(), 1U) << described(out);
  return out.events.empty() ? domain::inbound_event{} : out.events[0];
}
/// Why a body without any event was rejected.
inline std::string rejection(const domain::unpacked_body& out) {
  EXPECT_EQ(out.events.size(), 0U) << described(out);
  return out.rejected.empty() ? "" : out.rejected[0].reason;
}

/// A message's own members, and what must become of them.
struct content_case {
  std::string_view rest;
  domain::content_type type;
  std::string_view content;
  std::string_view payload;    ///< somewhere in it
  std::string_view file = {};  ///< platform's id of the only attachment; empty: there is none
};
inline void expect_kept(const domain::inbound_event& e, const content_case& c) {
  EXPECT_EQ(e.kind, domain::inbound_kind::message);
  EXPECT_EQ(e.content_type, c.type);
  EXPECT_EQ(e.content, c.content);
  EXPECT_NE(e.payload.find(c.payload), std::string::npos) << e.payload;
  ASSERT_EQ(e.attachments.size(), c.file.empty() ? 0U : 1U);
  if (c.file.empty()) return;
  EXPECT_EQ(e.attachments[0].platform_media_id, c.file);
  EXPECT_EQ(e.attachments[0].type, domain::to_word(c.type));
}

/// What every normaliser promises of every body, good or bad.
inline void expect_sound(const domain::unpacked_body& body) {
  EXPECT_FALSE(body.events.empty() && body.rejected.empty()) << "the body vanished";
  for (const auto& e : body.events) {
    EXPECT_FALSE(e.thread_key.empty()) << described(body);
    EXPECT_FALSE(e.platform_message_id.empty() && !e.watermark) << described(body);
    if (e.payload.empty()) continue;
    const auto parsed = nested_object(e.payload, {.depth_max = 128});
    ASSERT_TRUE(parsed) << e.payload;
    EXPECT_EQ(*parsed, e.payload) << "not compact";
  }
  for (const auto& r : body.rejected) {
    EXPECT_FALSE(r.reason.empty());
    EXPECT_FALSE(r.raw.empty());
  }
}

/// Bytes changed, removed, doubled or exchanged, as a seed says.
inline std::string mutated(std::string text, std::mt19937_64& random) {
  static constexpr std::string_view bytes =
      "{}[]\",:0123456789-.eE\\utfn \0\xff\xc3\xa9"
      "abc";
  const std::size_t changes = 1 + random() % 4;
  for (std::size_t i = 0; i < changes && !text.empty(); ++i) {
    const std::size_t where = random() % text.size();
    switch (random() % 4) {
      case 0:
        text[where] = bytes[random() % bytes.size()];
        break;
      case 1:
        text.erase(where, 1 + random() % 8);
        break;
      case 2:
        text.insert(where, text.substr(where, 1 + random() % 16));
        break;
      default:
        std::swap(text[where], text[random() % text.size()]);
        break;
    }
  }
  return text;
}

/// The recorded payloads of a platform, where this machine has them.
std::vector<std::filesystem::path> corpus(std::string_view platform);

inline std::string contents(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace switchboard::net::platforms::testing
