#include "domain/outgoing.hpp"

#include "domain/words.hpp"

namespace switchboard::domain {
namespace {

constexpr word_table<3> lane_words{"agent", "bot", "bulk"};
static_assert(distinct(lane_words));

}  // namespace

std::string_view to_word(lane value) {
  return word_of(lane_words, value);
}
std::optional<lane> lane_from_word(std::string_view word) {
  return value_of<lane>(lane_words, word);
}

}  // namespace switchboard::domain
