// The reader and the checker that openapi_test.cpp and asyncapi_test.cpp rely on.

#include "document.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace switchboard::net::testing {
namespace {

using ::testing::IsEmpty;

TEST(yaml, reads_what_our_documents_use) {
  const auto n = read_yaml(
      "# c\na: 1\n\"b c\": \"x: \\\"y\\\"\\n\"\nlist:\n  - one\n  - k: v\n    l: w\n  - [p, \"2\"]\nm:\n"
      "  deep: >-\n    first\n    second\nempty: []\n");
  EXPECT_EQ(n["a"].text, "1");
  EXPECT_FALSE(n["a"].quoted);
  EXPECT_EQ(n["b c"].text, "x: \"y\"\n");
  EXPECT_EQ(n["list"].items[0].text, "one");
  EXPECT_EQ(n["list"].items[1]["l"].text, "w");
  EXPECT_EQ(n["list"].items[2].items[1].text, "2");
  EXPECT_TRUE(n["list"].items[2].items[1].quoted);
  EXPECT_EQ(n["m"]["deep"].text, "first second");
  EXPECT_THAT(n["empty"].items, IsEmpty());
  for (const auto* bad : {"a:\n   b: 1\n", "a: 1\na: 2\n", "a: b: c\n", "a\n", "a:\n", "- a\nb: c\n",
                          "a: {b: 1}\n", "a: [b\n", "a:\n  b: 1\n    c: 2\n"}) {
    EXPECT_THROW((void)read_yaml(bad), std::runtime_error) << bad;
  }
}

TEST(schema_checker, finds_what_is_wrong) {
  const auto document = read_yaml(
      "s:\n  type: object\n  additionalProperties: false\n  required: [a]\n  properties:\n"
      "    a:\n      enum: [x, y]\n    b:\n      type: integer\n    c:\n      $ref: \"#/s\"\n");
  const schema_checker checker{document};
  EXPECT_THAT(checker.check(read_json(R"({"a":"x","b":1,"c":{"a":"y"}})"), document["s"]), IsEmpty());
  for (const auto* bad : {"{}", R"({"a":"z"})", R"({"a":"x","b":"1"})", R"({"a":"x","d":1})",
                          R"({"a":"x","c":{"b":1}})", "[]", R"({"a":"x","c":1})"}) {
    EXPECT_EQ(checker.check(read_json(bad), document["s"]).size(), 1u) << bad;
  }
}

}  // namespace
}  // namespace switchboard::net::testing
