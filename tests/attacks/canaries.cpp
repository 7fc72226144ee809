#include "canaries.hpp"

#include <cstdio>

namespace switchboard::attacks {

namespace {
constexpr std::string_view beginning = "cnry";
/// Shorter ones could stand anywhere by chance.
constexpr std::size_t learned_bytes_min = 12;
}  // namespace

canaries::canaries(char letter, std::uint64_t seed) : letter_(letter) {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%08llx",
                static_cast<unsigned long long>((seed * 0x9e3779b97f4a7c15ull) >> 32));
  stem_ = std::string(beginning) + letter + digits;
}

void canaries::learn(std::string text) {
  if (text.size() >= learned_bytes_min) learned_.insert(std::move(text));
}

std::vector<std::string> foreign_words(std::string_view text, char mine, std::string_view said,
                                       const std::vector<const canaries*>& others) {
  std::vector<std::string> found;
  const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  for (auto at = text.find(beginning); at != std::string_view::npos; at = text.find(beginning, at + 1)) {
    auto end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    const auto word = text.substr(at, end - at);
    const char owner = word.size() > beginning.size() ? word[beginning.size()] : '\0';
    if (owner != mine && said.find(word) == std::string_view::npos) found.emplace_back(word);
  }
  for (const auto* other : others) {
    for (const auto& id : other->learned()) {
      if (text.find(id) != std::string_view::npos && said.find(id) == std::string_view::npos)
        found.push_back(id);
    }
  }
  return found;
}

}  // namespace switchboard::attacks
