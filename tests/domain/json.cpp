#include "domain/json.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <random>

namespace switchboard::domain {
namespace {

std::string literal(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

/// An independent, slow reader: the code points of well-formed UTF-8, or nullopt.
std::optional<std::u32string> code_points(std::string_view bytes) {
  std::u32string out;
  for (std::size_t i = 0; i < bytes.size();) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    const std::size_t length = lead < 0x80       ? 1
                               : lead >> 5 == 6  ? 2
                               : lead >> 4 == 14 ? 3
                               : lead >> 3 == 30 ? 4
                                                 : 0;
    if (length == 0 || i + length > bytes.size()) return std::nullopt;
    char32_t point = length == 1 ? lead : lead & (0x7Fu >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(bytes[i + k]);
      if (next >> 6 != 2) return std::nullopt;
      point = point << 6 | (next & 0x3Fu);
    }
    const char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < least[length] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
      return std::nullopt;
    out += point;
    i += length;
  }
  return out;
}

/// The value of a JSON string literal that must be strictly valid.
std::optional<std::string> unquoted(std::string_view json) {
  if (json.size() < 2 || json.front() != '"' || json.back() != '"' || !code_points(json)) return std::nullopt;
  json = json.substr(1, json.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (static_cast<unsigned char>(json[i]) < 0x20 || json[i] == '"') return std::nullopt;
    if (json[i] != '\\') {
      out += json[i];
      continue;
    }
    if (++i == json.size()) return std::nullopt;
    const std::string_view names = "\"\\/bfnrt";
    const std::string_view values = "\"\\/\b\f\n\r\t";
    if (const auto at = names.find(json[i]); at != std::string_view::npos) {
      out += values[at];
    } else if (json[i] == 'u' && i + 4 < json.size() && json.substr(i + 1, 2) == "00") {
      out += static_cast<char>(std::stoi(std::string(json.substr(i + 1, 4)), nullptr, 16));
      i += 4;
    } else {
      return std::nullopt;
    }
  }
  return out;
}

TEST(json, escapes_what_json_must) {
  EXPECT_EQ(literal(""), R"("")");
  EXPECT_EQ(literal("plain"), R"("plain")");
  EXPECT_EQ(literal("say \"no\" \\ maybe /"), R"("say \"no\" \\ maybe /")");
  EXPECT_EQ(literal("a\nb\rc\td\be\ff"), R"("a\nb\rc\td\be\ff")");
  EXPECT_EQ(literal(std::string_view("\0\x01\x1f\x7f", 4)), "\"\\u0000\\u0001\\u001f\x7f\"");
}

TEST(json, every_single_byte_at_every_place_of_a_word) {
  for (int byte = 0; byte < 0x80; ++byte) {
    for (std::size_t place = 0; place < 17; ++place) {
      std::string text(17, 'x');
      text[place] = static_cast<char>(byte);
      EXPECT_EQ(unquoted(literal(text)), text) << byte << " at " << place;
    }
  }
}

TEST(json, leaves_well_formed_text_alone) {
  for (const char* text : {"Grüße", "日本語のテキスト", "👍🏽 ok", "\xEF\xBF\xBD", "\xF4\x8F\xBF\xBF",
                           "\xED\x9F\xBF", "ascii then é then more ascii text"}) {
    EXPECT_EQ(literal(text), "\"" + std::string(text) + "\"");
  }
}

TEST(json, replaces_each_broken_character_once) {
  const std::string u = "\xEF\xBF\xBD";
  const struct {
    std::string text, wanted;
  } cases[] = {
      {"a\x80z", "a" + u + "z"},
      {"a\xFFz", "a" + u + "z"},
      {"\xC3", u},
      {"\xC3(", u + "("},
      {"\xC0\xAF", u + u},  // overlong slash
      {"\xE2\x82", u},      // cut off
      {"\xE2\x82x", u + "x"},
      {"\xE0\x80\x80", u + u + u},  // overlong
      {"\xED\xA0\x80", u + u + u},  // a surrogate
      {"\xF0\x9F\x91", u},
      {"\xF0\x9F\x91\"", u + "\\\""},       // the quote must not be swallowed
      {"\xF4\x90\x80\x80", u + u + u + u},  // above U+10FFFF
      {"\xF8\x88\x80\x80\x80", u + u + u + u + u},
  };
  for (const auto& c : cases) EXPECT_EQ(literal(c.text), "\"" + c.wanted + "\"");
}

TEST(json, random_bytes_make_a_valid_string) {
  std::mt19937_64 random(5);
  const std::string alphabet("\x00\x1f\"\\a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x91\x8D\xED\xA0\xFF\x80", 18);
  for (int i = 0; i < 20000; ++i) {
    std::string text(random() % 40, '\0');
    const bool dense = random() % 2 == 0;
    for (auto& c : text) c = dense ? alphabet[random() % alphabet.size()] : static_cast<char>(random());
    const auto json = literal(text);
    const auto back = unquoted(json);
    ASSERT_TRUE(back) << testing::PrintToString(text) << " became " << testing::PrintToString(json);
    if (code_points(text)) {
      EXPECT_EQ(*back, text);
    } else {
      EXPECT_NE(back->find("\xEF\xBF\xBD"), std::string::npos);
    }
    EXPECT_EQ(literal(*back), json) << "what is valid stays as it is";
  }
}

TEST(json, numbers) {
  std::string out;
  append_json_number(out, std::numeric_limits<std::uint64_t>::max());
  out += ' ';
  append_json_number(out, std::numeric_limits<std::int64_t>::min());
  out += ' ';
  append_json_number(out, std::uint64_t{0});
  EXPECT_EQ(out, "18446744073709551615 -9223372036854775808 0");
}

TEST(json, objects_put_their_own_commas) {
  std::string out = "[";
  json_object o{out};
  o.text_if("absent", "");
  o.text("a", "x\"");
  o.text("empty", "");
  o.number("n", 7);
  o.boolean("yes", true);
  o.boolean("no", false);
  o.raw("data", R"({"k":[1]})");
  o.key("nested");
  json_object inner{out};
  inner.end();
  o.text_if("present", "p");
  o.end();
  EXPECT_EQ(
      out,
      R"([{"a":"x\"","empty":"","n":7,"yes":true,"no":false,"data":{"k":[1]},"nested":{},"present":"p"})");
}

}  // namespace
}  // namespace switchboard::domain
