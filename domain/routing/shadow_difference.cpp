// A difference between the live router and its shadow, for whoever reads it.
#include "domain/json.hpp"
#include "domain/routing/shadowing.hpp"
#include "domain/words.hpp"

namespace switchboard::domain::routing {
namespace {

constexpr word_table<shadow_outcomes> outcome_words{
    "same", "other_queue", "other_priority", "other_skills", "other_agent", "only_live", "only_shadow"};
static_assert(distinct(outcome_words) &&
              static_cast<std::size_t>(shadow_outcome::only_shadow) + 1 == outcome_words.size());

std::string side_of(const shadow_side& side) {
  const auto& [s, place, ask] = side;
  std::string out;
  json_object o{out};
  o.text("queue", s.rules(place.queue).id.value);
  if (place.rule != no_rule) o.text("rule", s.config->rules[place.rule]);
  o.text("priority", domain::to_word(place.priority));
  add_needs(o, place.needs, s);
  if (ask != nullptr) {
    o.text("agent", s.config->agents[ask->winner].id.value);
    o.text("by", to_word(ask->by));
    o.text_if("decidedBy", decided_by(ask->explained, s));
    o.number("ring", ask->explained.ring);
    o.text("at", to_rfc3339(ask->at));
  }
  o.end();
  return out;
}

}  // namespace

std::string_view to_word(shadow_outcome o) {
  return word_of(outcome_words, o);
}

std::string to_json(const conversation_id& id, shadow_outcome outcome, timestamp at, const shadow_side& live,
                    const shadow_side& own) {
  std::string out;
  json_object o{out};
  o.text("conversation", to_text(id));
  o.text("outcome", to_word(outcome));
  o.text("at", to_rfc3339(at));
  o.raw("live", side_of(live));
  o.raw("shadow", side_of(own));
  o.end();
  return out;
}

}  // namespace switchboard::domain::routing
