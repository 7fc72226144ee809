#pragma once
// A set of agents as bits: with thousands of agents, what many conditions have in common costs a few words each.

#include "domain/routing/router_config.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace switchboard::domain::routing {

class agent_bits {
 public:
  static constexpr std::size_t word_bits = 64;

  void resize(std::size_t agents) { words_.resize((agents + word_bits - 1) / word_bits); }
  void set(agent_index a, bool value = true) {
    const auto bit = std::uint64_t{1} << (a % word_bits);
    auto& w = words_[a / word_bits];
    w = value ? (w | bit) : (w & ~bit);
  }
  [[nodiscard]] bool test(agent_index a) const { return (words_[a / word_bits] >> (a % word_bits) & 1) != 0; }
  [[nodiscard]] std::size_t words() const { return words_.size(); }
  [[nodiscard]] std::uint64_t word(std::size_t i) const { return words_[i]; }
  [[nodiscard]] std::uint64_t& word(std::size_t i) { return words_[i]; }

 private:
  std::vector<std::uint64_t> words_;
};

/// How many bits are set. Not std::popcount, which is a call where the compiler may not take the instruction for granted.
[[nodiscard]] constexpr std::size_t count_bits(std::uint64_t word) {
  word -= word >> 1 & 0x5555'5555'5555'5555;
  word = (word & 0x3333'3333'3333'3333) + (word >> 2 & 0x3333'3333'3333'3333);
  word = (word + (word >> 4)) & 0x0f0f'0f0f'0f0f'0f0f;
  return word * 0x0101'0101'0101'0101 >> 56;
}

/// Few of many agents: only the words that are not 0, in order.
class agent_words {
 public:
  struct word {
    std::uint32_t at = 0;  ///< agents from at · 64 on
    std::uint64_t bits = 0;
  };
  void clear() { words_.clear(); }
  /// Behind those that are there.
  void add(std::uint32_t at, std::uint64_t bits) {
    if (bits != 0) words_.push_back({at, bits});
  }
  [[nodiscard]] bool test(agent_index a) const {
    const auto at = a / agent_bits::word_bits;
    const auto w = std::lower_bound(words_.begin(), words_.end(), at,
                                    [](const word& x, std::size_t wanted) { return x.at < wanted; });
    return w != words_.end() && w->at == at && (w->bits >> (a % agent_bits::word_bits) & 1) != 0;
  }
  [[nodiscard]] auto begin() const { return words_.begin(); }
  [[nodiscard]] auto end() const { return words_.end(); }

 private:
  std::vector<word> words_;
};

/// Calls f(agent) for each bit of a word.
template <class F>
void for_each_bit(std::uint64_t word, std::size_t index, F&& f) {
  for (; word != 0; word &= word - 1) {
    f(static_cast<agent_index>(index * agent_bits::word_bits +
                               static_cast<std::size_t>(std::countr_zero(word))));
  }
}

}  // namespace switchboard::domain::routing
