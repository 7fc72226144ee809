#pragma once
// GET /v1/events as SSE, WebSocket or long poll. A subscriber is a position in the log and a filter; each
// I/O thread looks after its own. After a commit every thread is woken once and pulls for those who wait; who
// is slow simply pulls later, from the journal if need be, and costs nobody anything.

#include "actors/feed.hpp"
#include "net/api/route.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace switchboard::net::api {

class event_stream {
 public:
  event_stream(actors::engine& e, http::server& s);
  ~event_stream();  ///< stop() first, while the engine is still there
  event_stream(const event_stream&) = delete;
  event_stream& operator=(const event_stream&) = delete;

  /// Answers the exchange now, or turns it into a subscriber. On its I/O thread.
  void open(call&& c);
  /// Ends every subscriber with code 1001 and its cursor, those with a write under way behind it, and answers
  /// all polls. From any thread; returns at once: subscribers() falls to 0.
  void drain();
  /// Hears of no more commits. After the server has stopped.
  void stop();

  [[nodiscard]] std::uint64_t subscribers() const { return count_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t delivered() const { return delivered_.load(std::memory_order_relaxed); }

 private:
  struct subscriber;
  struct poll;
  struct shard;
  using subscriber_ptr = std::shared_ptr<subscriber>;
  using poll_ptr = std::shared_ptr<poll>;

  // event_subscribers.cpp
  void subscribe(call& c, actors::stream_filter f, storage::log_sequence position);
  void start(http::channel_ptr ch, caller who, actors::stream_filter f, storage::log_sequence position,
             bool sse);
  void pump(const subscriber_ptr& s);
  void take(const subscriber_ptr& s, actors::pulled&& p);
  void end(const subscriber_ptr& s, std::uint16_t code, std::string reason);
  void remove(const subscriber_ptr& s);
  void check(shard& s, const config::settings& now);

  // event_polls.cpp
  void start_poll(call& c, actors::stream_filter f, storage::log_sequence position);
  void pump(const poll_ptr& p);
  void answer(const poll_ptr& p, const actors::pulled& got);
  void finish(const poll_ptr& p, http::response r);
  void check_polls(shard& s, const config::settings& now);

  /// No room for one more.
  [[nodiscard]] bool is_full(const config::settings& now) const;
  void committed();
  void wake(shard& s);
  void tick();
  /// Somebody of this thread waits from now on; after this its pulls see what committed() no longer tells.
  void occupy(shard& s);

  actors::engine& engine_;
  http::server& server_;
  actors::feed& feed_;
  std::vector<std::unique_ptr<shard>> shards_;  ///< one for each I/O thread
  std::uint64_t wake_key_ = 0;                  ///< 0: none
  std::atomic<std::uint32_t> chunk_bytes_;      ///< limits.stream_chunk_bytes, as of the last tick
  std::atomic<bool> draining_{false};
  std::atomic<std::uint64_t> count_{0}, polls_{0}, delivered_{0};
};

/// The filter that a request asks for, within what its token may see. A problem names the bad parameter.
[[nodiscard]] expected<actors::stream_filter, std::string> read_filter(const http::request& r,
                                                                       const caller& who);

/// GET /v1/events
void stream_events(call&& c);

}  // namespace switchboard::net::api
