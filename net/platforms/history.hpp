#pragma once
// What a platform still has of the past, for an account whose webhooks were missed or that is new here: asked for page by page,
// and given back as the platform would have delivered it by webhook, so that it goes the one way that everything goes, and what
// is known already is known by its ids. Pure.
//   Facebook, Instagram   the Conversations API: the last 25 messages of each conversation; comments have no list of this kind
//   X                     direct messages of 30 days
//   LinkedIn              notifications of 60 days, as they were delivered
// WhatsApp and Telegram have none; Bluesky is read all the time (net/feeds.hpp).

#include "domain/expected.hpp"
#include "net/platforms/sending.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::net::platforms {

struct history_page {
  std::string body = {};       ///< of one webhook; empty: nothing in it
  std::uint32_t elements = 0;  ///< that it holds
  std::uint32_t skipped = 0;   ///< that can't be given so: on X a group's, and what has an attachment
  bool cut = false;            ///< of some conversation not all messages were listed
  std::string next = {};       ///< of ask_history(); empty: this was the last
};
struct history_failure {
  bool no_access = false;  ///< the token is dead, or may not read this
  /// The same page may be asked for again so much later: the account's limit, or the platform's trouble.
  std::optional<std::chrono::milliseconds> again_in = {};
  std::string detail = {};  ///< for a person
};

/// `next`: of the page before; empty: the first. nullopt: the platform has no history.
[[nodiscard]] std::optional<call> ask_history(domain::platform platform, const sending_account& account,
                                              std::string_view next);
[[nodiscard]] expected<history_page, history_failure> read_history(domain::platform platform,
                                                                   const sending_account& account,
                                                                   const answer& from, domain::timestamp now);

}  // namespace switchboard::net::platforms
