#include "domain/ids.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace switchboard::domain {
namespace {

constexpr std::uint64_t all = std::numeric_limits<std::uint64_t>::max();

TEST(ids, base32_is_crockford_big_end_first) {
  std::string out;
  append_base32(out, {0, 0});
  EXPECT_EQ(out, "00000000000000000000000000");
  out.clear();
  append_base32(out, {all, all});
  EXPECT_EQ(out, "7zzzzzzzzzzzzzzzzzzzzzzzzz");
  out.clear();
  append_base32(out, {0, 32 + 31});
  EXPECT_EQ(out, "0000000000000000000000001z");
  out.clear();
  append_base32(out, {1, 0});  // 2^64 = 16 * 32^12
  EXPECT_EQ(out, "0000000000000g000000000000");
}

TEST(ids, read_back_whatever_they_are) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 2000; ++i) {
    const conversation_id c{{random() >> random() % 64, random() >> random() % 64},
                            static_cast<std::uint32_t>(random() >> random() % 64)};
    const message_id m{c, random() >> random() % 64};
    EXPECT_EQ(parse_conversation_id(to_text(c)), c) << to_text(c);
    EXPECT_EQ(parse_message_id(to_text(m)), m) << to_text(m);
    EXPECT_EQ(parse_message_id(to_text(c)), std::nullopt);
    EXPECT_EQ(parse_conversation_id(to_text(m)), std::nullopt);
    EXPECT_NE(to_text(c), to_text(conversation_id{c.thread, c.ordinal + 1}));
  }
}

TEST(ids, text_form) {
  const conversation_id c{{0, 33}, 7};
  EXPECT_EQ(to_text(c), "c_00000000000000000000000011-7");
  EXPECT_EQ(to_text(message_id{c, 42}), "m_00000000000000000000000011-7-42");
  std::string out = "x";
  append_text(out, c);
  EXPECT_EQ(out, "xc_00000000000000000000000011-7");
}

TEST(ids, refuse_all_that_they_would_not_write) {
  const char* const texts[] = {
      "",
      "c_",
      "c_-1",
      "c_00000000000000000000000011",
      "c_00000000000000000000000011-",
      "c_00000000000000000000000011-01",
      "c_00000000000000000000000011-+1",
      "c_00000000000000000000000011--1",
      "c_00000000000000000000000011- 1",
      "c_00000000000000000000000011-1 ",
      "c_00000000000000000000000011-4294967296",
      "c_0000000000000000000000011-1",
      "c_000000000000000000000000011-1",
      "c_8zzzzzzzzzzzzzzzzzzzzzzzzz-1",  // 2^128
      "c_0000000000000000000000001I-1",
      "c_0000000000000000000000001o-1",
      "c_0000000000000000000000001u-1",
      "c_0000000000000000000000001Z-1",
      "C_00000000000000000000000011-1",
      "m_00000000000000000000000011-1",
      "00000000000000000000000011-1",
  };
  for (const auto* text : texts) EXPECT_EQ(parse_conversation_id(text), std::nullopt) << text;
  const char* const messages[] = {
      "",
      "m",
      "m_",
      "m_-",
      "m-",
      "-",
      "m_00000000000000000000000011-7-",
      "m_00000000000000000000000011--7",
      "m_00000000000000000000000011-7-042",
      "m_00000000000000000000000011-7-18446744073709551616",
      "m_00000000000000000000000011-7-4-2",
      "c_00000000000000000000000011-7-42",
  };
  for (const auto* text : messages) EXPECT_EQ(parse_message_id(text), std::nullopt) << text;
  EXPECT_EQ(parse_base32(std::string(26, '\0')), std::nullopt);
  EXPECT_EQ(parse_base32(std::string(26, '\xFF')), std::nullopt);
}

TEST(ids, what_parses_is_what_is_written) {
  std::mt19937_64 random(2);
  const std::string good = to_text(message_id{{{0x0123456789abcdef, 0xfedcba9876543210}, 12}, 345});
  for (int i = 0; i < 20000; ++i) {
    std::string text = good;
    text[random() % text.size()] = static_cast<char>(random());
    if (random() % 4 == 0) text.erase(random() % text.size(), 1);
    const auto id = parse_message_id(text);
    EXPECT_TRUE(!id || to_text(*id) == text) << text;
  }
}

}  // namespace
}  // namespace switchboard::domain
