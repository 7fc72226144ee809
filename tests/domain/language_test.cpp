#include "domain/language.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>

namespace switchboard::domain {
namespace {

TEST(language, is_spelled_as_rfc_5646_does_or_is_none) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 22> cases{{
      {"en", "en"},
      {"EN", "en"},
      {"pt-br", "pt-BR"},
      {"pt_BR", "pt-BR"},
      {"zh-hant-TW", "zh-Hant-TW"},
      {"es-419", "es-419"},
      {"yue", "yue"},
      {"en-GB-oxendict", "en-GB-oxendict"},
      {"", ""},
      {"und", ""},
      {"zxx", ""},
      {"mul", ""},
      {"qme", ""},
      {"qtz", ""},
      {"que", "que"},
      {"e", ""},
      {"engl", ""},
      {"en-", ""},
      {"-en", ""},
      {"en us", ""},
      {"d\xc3\xa9", ""},
      {"en-aaaaaaaa-bbbbbbbb-cccccccc-dddddddd", ""},
  }};
  for (const auto& [said, tag] : cases) EXPECT_EQ(language_tag(said), tag) << said;
}

TEST(language, is_the_same_when_it_is_said_again) {
  for (const auto* said : {"PT_br", "ZH-HANT-tw", "sr-LATN", "de-1996"}) {
    const auto once = language_tag(said);
    EXPECT_FALSE(once.empty());
    EXPECT_EQ(language_tag(once), once);
  }
}

}  // namespace
}  // namespace switchboard::domain
