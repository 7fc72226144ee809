#include "domain/webhooks/note.hpp"

#include "domain/words.hpp"

namespace switchboard::domain::webhooks {

namespace {
constexpr word_table<outcome_count> outcome_words{"delivered", "failed", "given_up", "waiting"};
static_assert(distinct(outcome_words));
}  // namespace

std::string_view to_word(outcome v) {
  return word_of(outcome_words, v);
}

std::optional<outcome> outcome_from_word(std::string_view word) {
  return value_of<outcome>(outcome_words, word);
}

}  // namespace switchboard::domain::webhooks
