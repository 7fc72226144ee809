#include "domain/routing/router_protocol.hpp"

#include "domain/words.hpp"

namespace switchboard::domain::routing {
namespace {

constexpr word_table<27> event_words{"configured",       "presence_told",  "calendar_told", "queued",
                                     "requeued",         "changed",        "left",          "ring_opened",
                                     "pressed",          "held",           "hold_ended",    "offer_made",
                                     "offer_accepted",   "offer_declined", "offer_expired", "offer_rescinded",
                                     "assigned",         "unassigned",     "transferred",   "overflowed",
                                     "capacity_changed", "auto_away",      "ramp_begun",    "ramp_eased",
                                     "wait_told",        "wait_not_told",  "waits_looked"};
constexpr word_table<7> hold_words{"none", "sticky", "cooldown", "ramp", "delay", "closed", "pull"};
constexpr word_table<reject_count> reject_words{"none",     "presence",    "queue", "skill",
                                                "excluded", "channel_cap", "units", "ramp"};
constexpr word_table<11> refusal_words{
    "offer_gone",   "over_hard_cap", "unknown_conversation", "unknown_agent", "unknown_queue", "not_queued",
    "not_assigned", "not_eligible",  "nothing_to_pull",      "router_full",   "bulk_too_large"};
static_assert(distinct(event_words) &&
              static_cast<std::size_t>(event_kind::waits_looked) + 1 == event_words.size());
static_assert(distinct(hold_words) && static_cast<std::size_t>(hold::pull) + 1 == hold_words.size());
static_assert(distinct(reject_words) && static_cast<std::size_t>(reject::ramp) + 1 == reject_words.size());
static_assert(distinct(refusal_words) &&
              static_cast<std::size_t>(refusal::bulk_too_large) + 1 == refusal_words.size());

}  // namespace

std::string_view to_word(event_kind k) {
  return word_of(event_words, k);
}
std::string_view to_word(hold h) {
  return word_of(hold_words, h);
}
std::string_view to_word(reject r) {
  return word_of(reject_words, r);
}
std::string_view to_word(refusal r) {
  return word_of(refusal_words, r);
}

}  // namespace switchboard::domain::routing
