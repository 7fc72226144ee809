#pragma once
// What Messenger and Instagram share when something is sent (platforms.md §2 and §4): the body of
// POST …/messages, sender actions, the list of a conversation's messages, comments below a post.

#include "net/platforms/graph_api.hpp"

#include <string>
#include <string_view>

namespace switchboard::net::platforms {

/// Of each list that is asked for.
inline constexpr std::size_t lookup_rows = 50;
/// message.metadata [K].
inline constexpr std::size_t metadata_bytes_max = 1000;

/// {"recipient","messaging_type","tag"?,"message","reply_to"?}. `recipient_member` is id, or comment_id for the private
/// answer to a comment; an empty `metadata` is left out.
[[nodiscard]] std::string message_body(const send_request& request, std::string_view recipient_member,
                                       std::string_view recipient, std::string_view metadata);
[[nodiscard]] std::string sender_action_body(std::string_view recipient, std::string_view action);

/// The comment or post below which an answer stands: what it names, else what it answers, else the post.
[[nodiscard]] std::string_view comment_target(const send_request& request);

/// Video and sound have a limit of their own; pictures and files, of which nothing is said, count as they do.
[[nodiscard]] bool has_media(const domain::outgoing& what);

/// The field expression for a conversation's last messages; to be encoded.
[[nodiscard]] std::string listed_messages();
/// Reads {"data":[{"id","<text>","from":{"id"},"<time>"}]} at `list`. `others`: whose it is not, where our own id
/// among them is not known.
struct listed_as {
  std::string_view text;
  std::string_view time;
  std::string_view own_id;
  std::string_view not_by;  ///< used where own_id is empty
};
[[nodiscard]] finding find_listed(const lookup_request& request, array list, const listed_as& as);
/// The messages of data[0] of …/conversations.
[[nodiscard]] finding find_in_conversation(const lookup_request& request, const answer& from);

}  // namespace switchboard::net::platforms
