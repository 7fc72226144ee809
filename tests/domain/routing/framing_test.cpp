// A save's numbers and texts, one behind the other.

#include "domain/routing/framing.hpp"

#include <gtest/gtest.h>

namespace switchboard::domain::routing {
namespace {

TEST(Framing, is_read_as_it_was_written) {
  std::string bytes;
  append_text(bytes, "state");
  append_number(bytes, 0x0102030405060708);
  append_text(bytes, "");
  EXPECT_EQ(bytes, std::string("\5\0\0\0\0\0\0\0state\x08\7\6\5\4\3\2\1\0\0\0\0\0\0\0\0", 29))
      << "what is in journals is so";
  std::string_view from = bytes;
  EXPECT_EQ(take_text(from), "state");
  EXPECT_EQ(take_number(from), 0x0102030405060708u);
  EXPECT_EQ(take_text(from), "");
  EXPECT_TRUE(from.empty());
}

TEST(Framing, what_is_cut_is_not_taken_and_stays) {
  std::string bytes;
  append_text(bytes, "state");
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    std::string_view from = std::string_view(bytes).substr(0, n);
    EXPECT_EQ(take_text(from), std::nullopt) << n;
    EXPECT_EQ(from.size(), n);
  }
  std::string_view seven = "1234567";
  EXPECT_EQ(take_number(seven), std::nullopt);
  EXPECT_EQ(seven.size(), 7u);
  std::string_view huge = "\xff\xff\xff\xff\xff\xff\xff\xffx";
  EXPECT_EQ(take_text(huge), std::nullopt);
}

}  // namespace
}  // namespace switchboard::domain::routing
