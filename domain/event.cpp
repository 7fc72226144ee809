#include "domain/event.hpp"

#include "domain/words.hpp"

namespace switchboard::domain {
namespace {

constexpr word_table<event_type_count> type_words{"conversation.created",
                                                  "conversation.updated",
                                                  "conversation.queued",
                                                  "conversation.assigned",
                                                  "conversation.unassigned",
                                                  "conversation.transferred",
                                                  "conversation.resolved",
                                                  "conversation.reopened",
                                                  "conversation.closed",
                                                  "message.received",
                                                  "message.queued",
                                                  "message.sent",
                                                  "message.delivered",
                                                  "message.read",
                                                  "message.failed",
                                                  "message.unknown",
                                                  "message.edited",
                                                  "message.deleted",
                                                  "reaction.added",
                                                  "reaction.removed",
                                                  "note.added",
                                                  "customer.updated",
                                                  "customer.linked",
                                                  "customer.unlinked",
                                                  "customer.erased",
                                                  "offer.made",
                                                  "offer.accepted",
                                                  "offer.declined",
                                                  "offer.expired",
                                                  "offer.rescinded",
                                                  "agent.presence",
                                                  "sla.armed",
                                                  "sla.paused",
                                                  "sla.resumed",
                                                  "sla.warning",
                                                  "sla.met",
                                                  "sla.breached",
                                                  "sla.cancelled",
                                                  "bot.state",
                                                  "bot.handoff",
                                                  "suggestion.ready",
                                                  "suggestion.dropped",
                                                  "survey.answered",
                                                  "deadletter.added",
                                                  "deadletter.replayed",
                                                  "config.applied",
                                                  "account.updated",
                                                  "outbox.attempted",
                                                  "feed.noted",
                                                  "media.settled",
                                                  "routing.turned",
                                                  "routing.saved",
                                                  "routing.decided",
                                                  "agent.noted",
                                                  "webhook.noted"};
static_assert(static_cast<std::size_t>(event_type::webhook_noted) + 1 == event_type_count);
static_assert(static_cast<std::size_t>(event_type::account_updated) + 1 == public_event_type_count);
static_assert(distinct(type_words));

}  // namespace

std::string_view to_word(event_type v) {
  return word_of(type_words, v);
}

std::optional<event_type> event_type_from_word(std::string_view word) {
  return value_of<event_type>(type_words, word);
}

}  // namespace switchboard::domain
