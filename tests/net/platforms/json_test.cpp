#include "net/platforms/json.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <random>

namespace switchboard::net::platforms {
namespace {

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + "1" + std::string(levels, ']');
}

/// The member "v" of a document, by one of the functions under test.
template <class Function>
auto of(std::string_view value, Function function) {
  const std::string body = R"({"v":)" + std::string{value} + "}";
  const auto parsed = parse(body, {});
  EXPECT_TRUE(parsed) << body;
  return function((*parsed).root.get_object().value(), "v");
}

TEST(json, refuses_what_is_not_one_valid_document) {
  using namespace std::string_literals;
  const std::vector<std::string> bad = {
      "",  // H101
      "   ",
      "\xef\xbb\xbf{}",                  // H90
      std::string{"\xff\xfe{\0}\0", 6},  // H91
      "{\"a\":\"\xff\"}",                // H89
      "{\"a\":\"\xc0\xaf\"}",            // overlong
      "{\"a\":\"\xed\xa0\x80\"}",        // surrogate in UTF-8
      R"({"a":"\ud800"})",               // H92
      R"({"a":"\udc00"})",
      std::string{"{\"a\":\"\0\"}", 9},  // H94
      "{\"a\":\"\n\"}",
      R"({"a":18446744073709551616})",  // H97
      R"({"a":1e400})",                 // H98
      R"({"a":1)",                      // H100
      R"({"a":1} {"a":1})",
      R"({"a":1,})",
      R"({"a":1,"b":tru})",
      R"({"a":01})",
  };
  for (const std::string& body : bad) {
    const auto parsed = parse(body, {});
    ASSERT_FALSE(parsed) << body;
    EXPECT_EQ(parsed.error().reason, "invalid-json") << body;
    EXPECT_FALSE(parsed.error().detail.empty());
  }
}

TEST(json, bounds_the_depth) {
  EXPECT_TRUE(parse(nested(64), {}));
  for (const std::size_t levels : {65U, 1'023U, 1'024U, 100'000U}) {  // H95
    const auto parsed = parse(nested(levels), {});
    ASSERT_FALSE(parsed) << levels;
    EXPECT_EQ(parsed.error().reason, "too-deep");
  }
  EXPECT_FALSE(parse(nested(4), {.depth_max = 3}));
  EXPECT_TRUE(parse(nested(4), {.depth_max = 4}));
  EXPECT_TRUE(parse(nested(64), {})) << "the limit is the call's, not the thread's";
}

TEST(json, ids_keep_their_source_token) {
  const auto id = [](std::string_view value) { return of(value, member_id); };
  EXPECT_EQ(id(R"("abc")"), "abc");
  EXPECT_EQ(id("9007199254740993"), "9007199254740993");          // 2^53 + 1
  EXPECT_EQ(id("9223372036854775808"), "9223372036854775808");    // 2^63
  EXPECT_EQ(id("18446744073709551615"), "18446744073709551615");  // 2^64 - 1
  EXPECT_EQ(id("-100123"), "-100123");
  EXPECT_EQ(id(R"("12")"), id("12"));                      // H99
  EXPECT_EQ(id(R"("a\u0000b")"), std::string("a\0b", 3));  // H93
  for (const std::string_view none : {"1.5", "1e3", "1.0", "null", "true", "{}", "[1]", R"("")"}) {
    EXPECT_EQ(id(none), "") << none;
  }
}

TEST(json, members_of_another_type_are_absent) {
  EXPECT_EQ(of("12", member_text), "");
  EXPECT_EQ(of(R"("x")", member_text), "x");
  EXPECT_FALSE(of("[]", member_object).has_value());
  EXPECT_TRUE(of("{}", member_object).has_value());
  EXPECT_FALSE(of("{}", member_array).has_value());
  EXPECT_TRUE(of("[]", member_array).has_value());
  EXPECT_EQ(of("12", member_int), 12);
  EXPECT_EQ(of(R"("12")", member_int), 12);
  EXPECT_EQ(of(R"("-12")", member_int), -12);
  for (const std::string_view no_number :
       {"1.5", R"("1.5")", R"("")", R"(" 1")", R"("1 ")", R"("+1")", R"("99999999999999999999")",
        "18446744073709551615", "null", "true"}) {
    EXPECT_EQ(of(no_number, member_int), std::nullopt) << no_number;
  }
  EXPECT_TRUE(of("true", member_bool));
  EXPECT_TRUE(of(R"("true")", member_bool));
  for (const std::string_view no : {"false", R"("false")", "null", "1"}) {
    EXPECT_FALSE(of(no, member_bool)) << no;
  }
  EXPECT_TRUE(of("null", has_member));
}

TEST(json, times_have_the_unit_of_their_path_and_a_range) {
  EXPECT_EQ(of("1700000000", seconds_member), domain::timestamp{std::chrono::seconds{1'700'000'000}});
  EXPECT_EQ(of(R"("1700000000")", seconds_member), domain::timestamp{std::chrono::seconds{1'700'000'000}});
  EXPECT_EQ(of("1700000000123", milliseconds_member),
            domain::timestamp{std::chrono::milliseconds{1'700'000'000'123}});
  EXPECT_TRUE(of("253402300799", seconds_member));
  EXPECT_FALSE(of("253402300800", seconds_member)) << "year 10000";
  EXPECT_TRUE(of("253402300799999", milliseconds_member));
  EXPECT_FALSE(of("253402300800000", milliseconds_member));
  EXPECT_FALSE(of("-1", seconds_member));
  EXPECT_FALSE(of("9223372036854775807", milliseconds_member));
}

TEST(json, finds_members_that_stand_twice) {
  const auto root = [](const std::string& body) { return (*parse(body, {})).root.get_object().value(); };
  EXPECT_TRUE(has_duplicate(root(R"({"id":1,"x":2,"id":3})"), "id"));
  EXPECT_FALSE(has_duplicate(root(R"({"id":1,"x":{"id":3}})"), "id"));
  EXPECT_EQ(duplicate_member(root(R"({"id":1,"x":2,"\u0069d":3})")), "id")
      << "an escaped name is the same name";
  EXPECT_EQ(duplicate_member(root("{}")), std::nullopt);
  EXPECT_EQ(duplicate_member(root(R"({"":1,"x":2,"":3})")), "") << "the empty name is one too";
  std::string many = "{";
  for (int i = 0; i < 60; ++i) {
    many += "\"m" + std::to_string(i) + "\":1,";
  }
  EXPECT_EQ(duplicate_member(root(many + "\"z\":1}")), std::nullopt);
  EXPECT_EQ(duplicate_member(root(many + "\"m59\":1}")), "m59");
  EXPECT_EQ(duplicate_member(root(many + "\"m3\":1}")), "m3");
}

TEST(json, writes_what_it_read) {
  const std::string body =
      R"({ "a" : [ 1, -2, 18446744073709551615, 1.5, true, false, null, {} , [] ], "ä\"\u0001": "\u00e9\/\ud83d\ude00" })";
  const auto parsed = parse(body, {});
  ASSERT_TRUE(parsed);
  const std::string out = to_json((*parsed).root);
  EXPECT_EQ(out.find("  "), std::string::npos);
  const auto again = parse(out, {});
  ASSERT_TRUE(again) << out;
  EXPECT_EQ(to_json((*again).root), out);
  EXPECT_EQ(simdjson::to_string((*again).root), [&] {
    simdjson::dom::parser parser;
    return simdjson::to_string(parser.parse(body).value());
  }());
}

// Found by the fuzzer: as an integer it was larger than any, and the payload that held it no JSON to us.
TEST(json, writes_fractions_so_that_they_stay_such) {
  const std::string body = "[1.8446744073709552e19,-0.0,1.0,1e-7,-18446744073709552000.0,1e308]";
  const auto parsed = parse(body, {});
  ASSERT_TRUE(parsed);
  const std::string out = to_json((*parsed).root);
  EXPECT_EQ(out, "[18446744073709551616.0,-0.0,1.0,1e-07,-18446744073709551616.0,1e+308]");
  const auto again = parse(out, {});
  ASSERT_TRUE(again) << out;
  EXPECT_EQ(to_json((*again).root), out);
}

TEST(json, nested_documents_do_not_disturb_the_outer_one) {
  const auto outer = parse(R"({"inner":"{\"a\": [1, 2]}","rest":"still here"})", {});
  ASSERT_TRUE(outer);
  const object root = (*outer).root.get_object().value();
  EXPECT_EQ(nested_object(member_text(root, "inner"), {}), R"({"a":[1,2]})");
  EXPECT_EQ(member_text(root, "rest"), "still here");
  for (const std::string_view none : {"", "7", "[1]", "\"x\"", "{", "{} {}"}) {
    EXPECT_EQ(nested_object(none, {}), std::nullopt) << none;
  }
}

TEST(json, reads_nothing_beyond_the_body) {  // H103
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* const mapped = mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(mapped, MAP_FAILED);
  char* const bytes = static_cast<char*>(mapped);
  ASSERT_EQ(mprotect(bytes + page, page, PROT_NONE), 0);
  const std::string body = R"({"id":"at the edge"})";
  std::memcpy(bytes + page - body.size(), body.data(), body.size());
  EXPECT_TRUE(parse({bytes + page - body.size(), body.size()}, {}));
  munmap(mapped, 2 * page);
}

TEST(json, a_big_body_leaves_no_trace_in_the_next) {
  const std::string big = R"({"v":")" + std::string(3 << 20, 'x') + "\"}";  // H102, smaller
  ASSERT_TRUE(parse(big, {}));
  EXPECT_EQ(of(R"("small")", member_text), "small");
  ASSERT_TRUE(parse(big, {}));
}

TEST(json, survives_any_bytes) {
  std::mt19937 random{20261121};
  const std::string seed = R"({"a":[1,2.5,"x\u00e9",{"b":null}],"c":-0,"d":true})";
  for (int i = 0; i < 20'000; ++i) {
    std::string body = seed;
    for (auto n = random() % 4; n < 4; ++n) {
      body[random() % body.size()] = static_cast<char>(random());
    }
    if (const auto parsed = parse(body, {})) {
      const std::string out = to_json((*parsed).root);
      ASSERT_TRUE(parse(out, {})) << out;
    }
  }
}

}  // namespace
}  // namespace switchboard::net::platforms
