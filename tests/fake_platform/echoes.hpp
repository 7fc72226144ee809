#pragma once
// What platforms tell of the messages that they took: first the message itself, as it comes back to whoever said it, then
// who got and read it.
//   Facebook    direct messages and private answers as echoes (with our reference), comments below the page's posts as feed
//   Instagram   the same without a reference; comments below its own media
//   X           direct messages, posts in whichever of the two APIs the app has
//   LinkedIn    ADMIN_COMMENT
//   Bluesky     in the account's log of messages, and in everybody's stream of posts
//   WhatsApp    only receipts: what is typed in the Business app comes back, not what the API sent
//   Telegram    nothing

#include "tests/fake_platform/world.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace switchboard::fake_platform {

/// How it comes to whoever listens.
enum class way : std::uint8_t { webhook, chat_log, stream };

struct word {
  way by = way::webhook;
  std::string body = {};
};

/// In order. It may be shortly behind the message that it is told.
[[nodiscard]] std::vector<word> words_of(const world& w, const taken& t);

}  // namespace switchboard::fake_platform
