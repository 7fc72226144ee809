#pragma once
// What a thread must know of the past before it decides about a platform's event (decide() for `receive`). Platforms
// deliver again, days later too, and in any order:
//
//   what had its effect has no second one   a message is known by being here, everything else by its dedup key
//   what was erased does not come back      nothing about an erased message has an effect any more, and no profile that
//                                           was told before its customer was erased, and nothing of a platform's
//                                           history from before that: it may be older than every dedup key
//   what may lie in two threads             stays in the one that took it in (found_thread::unless_in)
//
// Pure: where the past is kept is thread_past's affair.

#include "domain/conversation.hpp"

#include <optional>
#include <string>
#include <vector>

namespace switchboard::domain {

/// What one thread, and its brand, have kept. Each is asked only where the answer decides something: most cost a hash,
/// and some a read of the disk.
class thread_past {
 public:
  virtual ~thread_past() = default;

  /// The message that a platform's id names, placeholder included. Until the past is rid of it, an erased one too.
  [[nodiscard]] virtual std::optional<message> find_message(const std::string& platform_message_id) const = 0;
  /// A message by our own id, if it was taken in a while ago.
  [[nodiscard]] virtual std::optional<message> find_own(const message_id& id) const = 0;
  /// Was there a message of that id, whatever became of it?
  [[nodiscard]] virtual bool had_message(const std::string& platform_message_id) const = 0;
  /// Had the event its effect, by its dedup key? Of messages only what had_message() says is sure.
  [[nodiscard]] virtual bool had_effect(const inbound_event& e) const = 0;
  [[nodiscard]] virtual std::optional<customer> find_customer(const customer_id& id) const = 0;
  /// The latest time that the customer was erased.
  [[nodiscard]] virtual std::optional<timestamp> erased_at(const customer_id& id) const = 0;
  /// What a key of POST …/messages has made, in order.
  [[nodiscard]] virtual std::vector<message> made_by(const std::string& idempotency_key) const = 0;
  /// Was a reply of ours that is on its way handed to its platform, as far as anybody can tell?
  [[nodiscard]] virtual bool may_have_arrived(const message_id& reply) const = 0;
  /// The customer's last message of a conversation, by the platform's id.
  [[nodiscard]] virtual std::optional<std::string> last_inbound(const conversation_id& c) const = 0;
  /// What our side said in answer to this message, in its conversation and the later ones up to `newest`.
  [[nodiscard]] virtual std::vector<message> answers_to(const message& said,
                                                        const conversation_id& newest) const = 0;
  /// The outbound messages of a conversation that were sent up to a time and whose delivery is below a status; some
  /// that are not below it may be among them.
  [[nodiscard]] virtual std::vector<message> outbound_up_to(const conversation_id& c, timestamp up_to,
                                                            delivery_status below) const = 0;
};

/// Completes what decide() must be told: r.seen, r.target, r.covered, r.not_begun.
void recall(receive& r, const thread_state& state, const thread_past& past);

/// … r.made, r.below, r.comment and r.answers; and r.same_id: what is kept under the platform's id of a reply that was sent.
void recall(say& r, const thread_state& state, const thread_past& past);
void recall(settle_send& r, const thread_past& past);

/// … r.target.
void recall(settle_media& r, const thread_past& past);

/// Of an event that is another thread's unless this one has it: did this one take it in, or what it is about? Then `r`
/// says no more what was about the other one.
[[nodiscard]] bool stays_here(receive& r, const thread_state& state, const thread_past& past);

/// An account was taken from one brand and given to another. What the one's customers say now must not be told to the
/// other.
[[nodiscard]] bool is_another_brands(const thread_state& state, const brand_id& brand);

/// For outbound_up_to() and answers_to() from two places: puts what was decided since into what the slower one shows.
void take_newer(std::vector<message>& found, message&& newer, const conversation_id& c, timestamp up_to);
void take_newer_answer(std::vector<message>& found, message&& newer, const std::string& to);

}  // namespace switchboard::domain
