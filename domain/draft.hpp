#pragma once
// The events of one decision while it is being made. Each begins as a copy of the conversation as it was
// after the one before, with the next sequence; the rule then writes into that copy what the event changes.
// So the commonest decision (one message into an open conversation) copies the conversation exactly once.

#include "domain/conversation.hpp"

#include <utility>
#include <vector>

namespace switchboard::domain {

class draft {
 public:
  /// Keeps a reference to `state` for its own lifetime.
  draft(const thread_state& state, timestamp now) : state_(state), now_(now) {}
  /// Goes on with events of the same state.
  draft(const thread_state& state, std::vector<event>&& so_far, timestamp now)
      : state_(state), now_(now), events_(std::move(so_far)) {}

  [[nodiscard]] bool has_conversation() const { return !events_.empty() || state_.current.has_value(); }
  /// As it is after the last event. Precondition: has_conversation(). Valid until the next event.
  [[nodiscard]] const conversation& latest() const;

  /// The next event of the present conversation. Precondition: has_conversation(). Valid until the next
  /// event.
  event& add(event_type type);
  /// conversation.created: `fresh` becomes the thread's newest conversation.
  event& open(conversation&& fresh);
  /// An event of the present conversation that is shown to nobody, and leaves it as it is: no number, no new version.
  /// Precondition: has_conversation(). Valid until the next event.
  event& add_hidden(event_type type);
  /// The event of a thread that has no conversation, and gets none; the last of its decision.
  event& add_without_conversation(event_type type);

  [[nodiscard]] bool has_events() const { return !events_.empty(); }
  [[nodiscard]] const std::vector<event>& events() const { return events_; }
  /// Precondition: has_events().
  [[nodiscard]] event& last() { return events_.back(); }
  /// Of the decision. Precondition: there is one. Valid until the next event.
  [[nodiscard]] event& first() { return events_.front(); }
  void expect(std::size_t events) { events_.reserve(events); }
  [[nodiscard]] std::vector<event> take() && { return std::move(events_); }

 private:
  const thread_state& state_;
  timestamp now_;
  std::vector<event> events_;
};

}  // namespace switchboard::domain
