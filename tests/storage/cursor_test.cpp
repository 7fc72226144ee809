#include "storage/cursor.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <random>

namespace switchboard::storage {
namespace {

constexpr log_sequence highest = std::numeric_limits<log_sequence>::max();

TEST(cursor, text_is_fixed_in_width_and_comes_back) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 10'000; ++i) {
    const cursor_codec codec{static_cast<std::uint32_t>(random() & 0x3fff'ffff)};
    const log_sequence sequence = random() >> (random() % 64);
    const std::string text = codec.text(sequence);
    ASSERT_EQ(text.size(), cursor_width);
    ASSERT_EQ(codec.parse(text), sequence) << text;
  }
  EXPECT_EQ(cursor_codec{1}.parse(cursor_codec{1}.text(0)), 0u);
  EXPECT_EQ(cursor_codec{1}.parse(cursor_codec{1}.text(highest)), highest);
}

TEST(cursor, known_text_stays_readable_by_later_versions) {
  EXPECT_EQ(cursor_codec{1}.text(33), "0000010000000000011");
  EXPECT_EQ(cursor_codec{0x3fff'ffff}.text(highest), "zzzzzzfzzzzzzzzzzzz");
}

TEST(cursor, write_touches_exactly_its_width) {
  std::array<char, cursor_width + 2> bytes;
  bytes.fill('#');
  cursor_codec{5}.write(bytes.data() + 1, 77);
  EXPECT_EQ(bytes.front(), '#');
  EXPECT_EQ(bytes.back(), '#');
  EXPECT_EQ(std::string_view(bytes.data() + 1, cursor_width), cursor_codec{5}.text(77));
}

TEST(cursor, order_of_texts_is_order_of_sequences) {
  const cursor_codec codec{99};
  for (log_sequence s :
       {log_sequence{0}, log_sequence{31}, log_sequence{32}, log_sequence{1} << 40, highest - 1})
    EXPECT_LT(codec.text(s), codec.text(s + 1));
}

TEST(cursor, what_is_not_a_cursor_of_this_directory_is_refused) {
  const cursor_codec codec{12345};
  const std::string good = codec.text(42);
  EXPECT_EQ(cursor_codec{12346}.parse(good), std::nullopt);
  EXPECT_EQ(codec.parse(""), std::nullopt);
  EXPECT_EQ(codec.parse(good.substr(1)), std::nullopt);
  EXPECT_EQ(codec.parse(good + "0"), std::nullopt);
  EXPECT_EQ(codec.parse(good.substr(0, 18) + " "), std::nullopt);
  EXPECT_EQ(codec.parse(good.substr(0, 18) + std::string(1, '\0')), std::nullopt);
  EXPECT_EQ(codec.parse(good.substr(0, 18) + "u"), std::nullopt);  // not a Crockford digit
  EXPECT_EQ(codec.parse(good.substr(0, 18) + "A"), std::nullopt);  // one spelling only
  EXPECT_EQ(codec.parse(good.substr(0, 18) + "\xc3"), std::nullopt);
  std::string over = good;
  over[6] = 'g';  // 16: a 65th bit
  EXPECT_EQ(codec.parse(over), std::nullopt);
}

}  // namespace
}  // namespace switchboard::storage
