#pragma once
// What a platform still has of the past, for an account whose webhooks were missed or that is new here: asked for page by page,
// and given back as the platform would have delivered it by webhook, so that it goes the one way that everything goes, and what
// is known already is known by its ids. Pure.
//   Facebook, Instagram   the Conversations API: each conversation's messages page by page, as far as the platform gives them;
//                         comments have no list of this kind
//   X                     direct messages of 30 days, their media by the addresses beside them
//   LinkedIn              notifications of 60 days, as they were delivered
// WhatsApp and Telegram have none; Bluesky is read all the time (net/feeds.hpp).

#include "domain/expected.hpp"
#include "net/platforms/sending.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::net::platforms {

struct history_page {
  std::string body = {};       ///< of one webhook; empty: nothing in it
  std::uint32_t elements = 0;  ///< that it holds
  std::uint32_t skipped = 0;   ///< that can't be given so: on X a group's, and media without an address
  bool cut = false;  ///< of some conversation not all messages were listed, and nothing says how to go on
  std::string next = {};  ///< of ask_history(); empty: this was the last of its list
  /// … each of them the older messages of one conversation of this page.
  std::vector<std::string> deeper = {};
};
struct history_failure {
  bool no_access = false;  ///< the token is dead, or may not read this
  bool refused = false;    ///< this page is not given, now or later
  /// The same page may be asked for again so much later: the account's limit, or the platform's trouble.
  std::optional<std::chrono::milliseconds> again_in = {};
  std::string detail = {};  ///< for a person
};

/// `next`: of a page before, or one of its `deeper`; empty: the first. read_history() is told the same as `asked`. nullopt: the platform has no history.
[[nodiscard]] std::optional<call> ask_history(domain::platform platform, const sending_account& account,
                                              std::string_view next);
/// Is it one of a page's `deeper`?
[[nodiscard]] bool is_inside_conversation(std::string_view next);
[[nodiscard]] expected<history_page, history_failure> read_history(domain::platform platform,
                                                                   const sending_account& account,
                                                                   std::string_view asked, const answer& from,
                                                                   domain::timestamp now);

}  // namespace switchboard::net::platforms
