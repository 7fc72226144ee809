#pragma once
// What a platform's event does to its thread: decide() for `receive`. One object decides one event.

#include "domain/conversation.hpp"
#include "domain/draft.hpp"

#include <optional>
#include <vector>

namespace switchboard::domain {

class receiving {
 public:
  /// Takes the texts out of `what`. Keeps references to all four for its own lifetime.
  receiving(const thread_state& state, receive& what, const conversation_policy& policy, timestamp now)
      : state_(state), what_(what), in_(what.inbound), policy_(policy), now_(now), draft_(state, now) {}

  [[nodiscard]] std::vector<event> decide() &&;

 private:
  // -- messages (receiving.cpp)
  void said();
  [[nodiscard]] std::optional<message> our_reply() const;
  void echoed(message&& ours);
  void place();
  void follow_customer();
  void profile();
  void open_conversation(conversation_status status);
  [[nodiscard]] bool is_about_customer_of(const conversation& c) const;
  [[nodiscard]] bool is_better_handle(const conversation& c) const;
  void take_customer_into(conversation& c) const;
  [[nodiscard]] bool customer_changed(const conversation& c) const;
  [[nodiscard]] bool within_reopen_window(const conversation& c) const;
  [[nodiscard]] sender_type sender() const;
  [[nodiscard]] customer customer_of(const conversation& c) const;
  [[nodiscard]] message new_message(const conversation& c);
  void count(conversation& c) const;

  // -- what happens to messages (receiving_amendments.cpp)
  void edited();
  void deleted();
  void reacted();
  void unreacted();
  void status();
  void reply_failed(message&& m);
  void watermark();
  void watermark_reaches(conversation& c) const;
  [[nodiscard]] message target_or_placeholder();
  event& about(event_type type, message&& m);

  [[nodiscard]] event_origin origin();

  const thread_state& state_;
  receive& what_;
  inbound_event& in_;
  const conversation_policy& policy_;
  const timestamp now_;
  draft draft_;
};

}  // namespace switchboard::domain
