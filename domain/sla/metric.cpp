#include "domain/sla/metric.hpp"

#include "domain/words.hpp"

namespace switchboard::domain::sla {
namespace {

constexpr word_table<metric_count> metric_words{"firstResponse",  "nextResponse",  "update",
                                                "pausableUpdate", "requesterWait", "agentWork",
                                                "resolution",     "queueWait",     "assigneeResponse"};
static_assert(distinct(metric_words) &&
              static_cast<std::size_t>(metric::assignee_response) + 1 == metric_words.size());

constexpr word_table<5> action_words{"raise_priority", "add_tag", "move_queue", "notify", "webhook"};
static_assert(distinct(action_words) &&
              static_cast<std::size_t>(action_kind::webhook) + 1 == action_words.size());

}  // namespace

std::string_view to_word(metric m) {
  return word_of(metric_words, m);
}
std::optional<metric> metric_from_word(std::string_view word) {
  return value_of<metric>(metric_words, word);
}
std::string_view to_word(action_kind k) {
  return word_of(action_words, k);
}
std::optional<action_kind> action_kind_from_word(std::string_view word) {
  return value_of<action_kind>(action_words, word);
}

}  // namespace switchboard::domain::sla
