#pragma once
// What asks a thread to say something, and what tells it what became of that: the two commands of the way out.
// Rules: saying.hpp.

#include "domain/model.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace switchboard::domain {

/// One message to be: fitted to its platform already, so that one call of its API sends it.
struct said {
  std::string content;
  domain::content_type content_type = content_type::text;
  std::vector<attachment> attachments = {};
  std::string reply_to = {};  ///< the platform's id of the message that it answers
  std::string payload = {};  ///< the rest of it, as a JSON object, or empty (net/platforms/outgoing_json.hpp)
  bool approved = false;     ///< it is a template
  bool privately = false;    ///< to who wrote a comment, instead of below it
};

/// POST …/messages, and what a brand's router says by itself.
struct say {
  conversation_id id;
  std::vector<said> parts;  ///< in order; all of them or none are queued
  /// agent: a person; bot; system: what many get (bulk). In this order they go first.
  sender_type sender = sender_type::agent;
  std::string sender_id = {};
  std::string key = {};              ///< Idempotency-Key, or empty: the same one says nothing twice
  bool human_agent_allowed = false;  ///< the account's app may use the tag
  bool is_known_person = true;       ///< as in window_question
  bool has_room = true;  ///< else nothing new is queued; what the key has made before is still its answer
  std::vector<message> made = {};  ///< what this key has made before, as it is now
  /// Outside direct messages: the customer's last message by the platform's id (or empty), which whatever names none answers. It
  /// is settled here, so that every attempt, and every question about one, goes to the same place.
  std::optional<std::string> below = {};
  /// What a part is to answer (said::reply_to) and nobody knows here; or empty.
  std::string not_here = {};
  /// For a private reply: the customer's comment that it answers, and what we have answered to that one before, in any
  /// order; more may be among them.
  std::optional<message> comment = {};
  std::vector<message> answers = {};
  /// The router's sequence, where it is the router that says it. Said again until it is in the log: what is not newer than
  /// conversation::routed says nothing, nor does it in a conversation that is over or of none of these kinds.
  std::optional<std::uint64_t> routed = {};
  std::vector<thread_kind> only_in = {};
  bool account_can_send = true;  ///< where nobody has asked before
};

/// Of one message that was queued.
struct settle_send {
  enum class end : std::uint8_t {
    sent,
    failed,
    unknown,    ///< it may have arrived; who knows is being asked
    unresolved  ///< … and nobody knows: it stays so, and is asked about no more
  };
  message_id id;
  end what = end::unknown;
  std::string platform_message_id = {};
  delivery_error error = {};
  /// What is kept under that id already: a receipt, or an echo that nobody took for this message.
  std::optional<message> same_id = std::nullopt;
};

/// Replies of one conversation that are on their way, at most.
inline constexpr std::size_t sending_max = 200;
inline constexpr std::size_t idempotency_key_bytes_max = 255;

}  // namespace switchboard::domain
