#include "domain/inbound.hpp"

#include "domain/words.hpp"

namespace switchboard::domain {
namespace {

constexpr word_table<7> kind_words{"message",          "edit",   "deletion", "reaction_added",
                                   "reaction_removed", "status", "profile"};
static_assert(static_cast<std::size_t>(inbound_kind::profile) + 1 == kind_words.size() &&
              distinct(kind_words));

}  // namespace

std::string_view to_word(inbound_kind v) {
  return word_of(kind_words, v);
}

}  // namespace switchboard::domain
