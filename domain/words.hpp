#pragma once
// One table of words per enum: index = value. A word added to the enum but not to its table fails to compile
// where the table's size is asserted, and reads out as "" instead of past the end.

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace switchboard::domain {

template <std::size_t N>
using word_table = std::array<std::string_view, N>;

template <class Enum, std::size_t N>
[[nodiscard]] constexpr std::string_view word_of(const word_table<N>& words, Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? words[index] : std::string_view{};
}

template <class Enum, std::size_t N>
[[nodiscard]] constexpr std::optional<Enum> value_of(const word_table<N>& words, std::string_view word) {
  for (std::size_t i = 0; i < N; ++i) {
    if (words[i] == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

/// No word is missing (empty) and none stands twice, so that both directions are functions.
template <std::size_t N>
[[nodiscard]] constexpr bool distinct(const word_table<N>& words) {
  for (std::size_t i = 0; i < N; ++i) {
    if (words[i].empty()) return false;
    for (std::size_t j = 0; j < i; ++j) {
      if (words[i] == words[j]) return false;
    }
  }
  return true;
}

}  // namespace switchboard::domain
