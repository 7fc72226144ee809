#include "domain/reports/fact.hpp"

#include "domain/event.hpp"
#include "domain/words.hpp"

namespace switchboard::domain::reports {
namespace {

constexpr word_table<7> words = {"created", "reopened", "resolved", "met", "missed", "breached", "cancelled"};
static_assert(distinct(words));

std::optional<kind> kind_of(event_type type, const sla::clock_note* note) {
  switch (type) {
    case event_type::conversation_created:
      return kind::created;
    case event_type::conversation_reopened:
      return kind::reopened;
    case event_type::conversation_resolved:
      return kind::resolved;
    case event_type::sla_breached:
      return kind::breached;
    case event_type::sla_cancelled:
      return kind::cancelled;
    case event_type::sla_met:  // also said of what was done too late
      return note != nullptr && note->clock.breached ? kind::missed : kind::met;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::string_view to_word(kind k) {
  return word_of(words, k);
}

std::optional<kind> kind_from_word(std::string_view word) {
  return value_of<kind>(words, word);
}

bool may_count(event_type type) {
  return kind_of(type, nullptr).has_value();
}

std::optional<fact> fact_of(event_type type, timestamp at, platform on, std::string_view queue,
                            std::string_view assignee, const sla::clock_note* note) {
  const auto k = kind_of(type, note);
  if (!k || is_of_clock(*k) != (note != nullptr)) return std::nullopt;
  fact f{.kind = *k, .platform = on, .at = std::chrono::floor<std::chrono::milliseconds>(at)};
  f.queue.value = queue;
  f.agent.value = assignee;
  if (note == nullptr) return f;
  const auto& clock = note->clock;
  f.at = note->at;
  f.what = clock.what;
  f.again = clock.cycle > 1;
  if (!note->by.empty())
    f.agent = note->by;
  else if (!clock.agent.empty())
    f.agent = clock.agent;
  if (*k != kind::met && *k != kind::missed) return f;
  f.elapsed = note->elapsed;
  f.by_bot = note->reason == "bot";
  return f;
}

}  // namespace switchboard::domain::reports
