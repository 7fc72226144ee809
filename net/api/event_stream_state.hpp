#pragma once
// What event_stream keeps for each reader; shared by its sources only.

#include "net/api/event_stream.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace switchboard::net::api {

/// A pull looks at no more records than this before others have their turn.
inline constexpr std::size_t scan_per_pull = 8'192;
inline constexpr std::uint64_t poll_limit_max = 1'000;
inline constexpr std::uint64_t poll_limit_default = 100;
inline constexpr std::uint64_t poll_wait_max_s = 60;
/// A poll whose filter matches nothing goes through the log this many pulls, then answers an empty page with
/// the cursor that it came to.
inline constexpr std::uint32_t poll_pulls_max = 64;

/// Someone connected, by SSE or WebSocket. Used on its I/O thread only, but for `position` and `filter`, which
/// a reader thread reads while `busy` keeps the I/O thread off them.
struct event_stream::subscriber {
  http::channel_ptr channel;
  caller who;
  actors::stream_filter filter;
  storage::log_sequence position = 0;  ///< everything up to here was taken by the kernel or filtered out
  bool sse = false;
  bool busy = false;  ///< a write or a read from disk is under way
  bool gone = false;
  bool quiet = true;  ///< nothing written since the last ping
};

/// A plain GET that waits for its first event. As above.
struct event_stream::poll {
  http::exchange_ptr exchange;
  caller who;
  actors::stream_filter filter;
  storage::log_sequence position = 0;
  std::size_t limit = poll_limit_default;
  std::uint64_t timer = 0;
  std::uint32_t pulls = 0;
  bool busy = false;
  bool late = false;  ///< its time is over: answer with what there is
  bool done = false;
};

/// The readers of one I/O thread. Only `woken` and `used` are touched by others.
struct event_stream::shard {
  std::uint32_t thread = 0;
  std::atomic<bool> woken{false};
  std::atomic<bool> used{false};  ///< has anyone to wake
  std::vector<subscriber_ptr> subscribers;
  std::vector<poll_ptr> polls;
  std::uint32_t seconds = 0;
};

/// 410 with the oldest cursor that still works.
[[nodiscard]] http::response cursor_expired(std::string_view earliest);

}  // namespace switchboard::net::api
