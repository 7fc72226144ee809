#pragma once
// How Bluesky is read: what Jetstream and an account's own server are asked, and as much of their answers as tells
// whether it is ours and where to go on. What happened in them is the normaliser's (bluesky.hpp); what was read goes
// to it as it came, in an envelope that says for whom. Pure.

#include "net/platforms/sending.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::net::platforms {

/// {"accounts":[…],"payload":…}; `payload` is JSON.
[[nodiscard]] std::string bluesky_envelope(std::span<const std::string> accounts, std::string_view payload);

/// Path and query of Jetstream's posts from a time on; nullopt: from now on. Larger ones than `message_bytes_max` are left out
/// by the server: met by us, they would end the connection, again and again.
[[nodiscard]] std::string jetstream_target(std::optional<domain::timestamp> from,
                                           std::uint64_t message_bytes_max);

struct jetstream_frame {
  domain::timestamp at;               ///< time_us
  std::vector<std::string> concerns;  ///< of the accounts that were asked about, in their order
  /// A post was deleted that concerns whoever has it: its name. Nobody in `concerns` is told then but its author.
  std::string deleted = {};
};
/// nullopt: no frame. `accounts`: the DIDs of ours.
[[nodiscard]] std::optional<jetstream_frame> read_jetstream_frame(std::string_view frame,
                                                                  std::span<const std::string> accounts,
                                                                  const parse_limits& limits);

/// What of a feed could not be taken: the normaliser makes a dead letter of it (too-large), so that a person sees that something
/// is missing, and what.
[[nodiscard]] std::string bluesky_passed_over(std::string_view feed, std::string_view what);

/// As many rows as the platform gives at most.
inline constexpr std::uint32_t notification_rows_max = 100;
/// `account` carries its session's token. `cursor`: a page's, or empty: the newest.
[[nodiscard]] call list_notifications(const sending_account& account, std::string_view cursor,
                                      std::uint32_t rows);
struct notification_page {
  std::vector<std::string> names;  ///< "uri cid" of each, newest first
  std::optional<domain::timestamp> newest, oldest;
  std::string cursor;  ///< of the next, older page; empty: there is none
};
[[nodiscard]] std::optional<notification_page> read_notification_page(std::string_view body,
                                                                      const parse_limits& limits);

/// `cursor` empty: as far back as it goes.
[[nodiscard]] call read_chat_log(const sending_account& account, std::string_view cursor);
struct chat_log_page {
  std::size_t entries = 0;
  std::string cursor;
};
[[nodiscard]] std::optional<chat_log_page> read_chat_log_page(std::string_view body,
                                                              const parse_limits& limits);

/// What an answer to one of the two means beyond its body: of a good one `end` says nothing.
[[nodiscard]] domain::attempt_outcome read_bluesky_outcome(const answer& from, domain::timestamp now);

}  // namespace switchboard::net::platforms
