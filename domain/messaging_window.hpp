#pragma once
// May this be said to the customer now? Some platforms let a business speak only for so long after the customer did.
// Answered before anything is queued, so that an agent hears why, since when, and what he may do instead.
//
//   Messenger, Instagram DM   24 hours from the customer's last word, and 7 days from his first message behind a click on an
//                             ad (up to 7, says Meta: where it is less, the platform refuses); then, for people only,
//                             7 days from his last word with the tag HUMAN_AGENT (the other tags are retired since
//                             2026-04-27)
//   WhatsApp                  24 hours; then approved templates only. Behind an ad 72 hours are free of charge, which opens
//                             no window
//   private reply             to who wrote a comment (Facebook, Instagram): one for each comment, within 7 days of it; to
//                             one of an Instagram live only while that lasts, which is the platform's to say
//   all others                at any time
// Sources: Meta's "Messenger Platform and IG Messaging API policy", "WhatsApp customer service windows", "Private replies".

#include "domain/expected.hpp"
#include "domain/model.hpp"
#include "domain/outgoing.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::domain {

inline constexpr std::chrono::hours standard_window{24};
inline constexpr std::chrono::hours ad_window{24 * 7};
inline constexpr std::chrono::hours human_agent_window{24 * 7};
inline constexpr std::chrono::hours private_reply_window{24 * 7};

/// In which of the platform's ways a message goes out.
enum class send_mode : std::uint8_t {
  standard,     ///< as an answer
  human_agent,  ///< with the tag HUMAN_AGENT
  approved      ///< a template, which needs no window
};
[[nodiscard]] std::string_view to_word(send_mode);
[[nodiscard]] std::optional<send_mode> send_mode_from_word(std::string_view word);

struct window_closed {
  /// When; nullopt: the customer never said anything here. With `used`: when the one private reply was.
  std::optional<timestamp> at;
  std::vector<std::string> allowed;  ///< what may be sent all the same: "template", "human-agent", "comment"
  std::string detail;                ///< a sentence for a person
  bool used = false;                 ///< the comment has had its private reply
};

/// What the rule must know beside the conversation.
struct window_question {
  sender_type sender = sender_type::agent;
  bool approved = false;   ///< it is a template
  bool privately = false;  ///< to who wrote a comment …
  std::optional<timestamp> comment_at =
      {};  ///< … when that was; nullopt: the customer has no such comment here
  std::optional<timestamp> replied_at = {};  ///< … when he was answered privately; nullopt: he was not
  bool human_agent_allowed = false;          ///< the account's app may use the tag
  bool is_known_person =
      true;  ///< of an agent: who says it is known; a token that is nobody's may be a program's
};

[[nodiscard]] expected<send_mode, window_closed> may_say(const conversation& c, const window_question& q,
                                                         timestamp now);

}  // namespace switchboard::domain
