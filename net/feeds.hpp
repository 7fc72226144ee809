#pragma once
// What nobody pushes to us: Bluesky's posts by Jetstream, and each account's notifications and direct messages by asking.
//
// What is read is handed to the engine as a webhook's body is, and only when it is durable is it noted in the log how far
// was read (engine::note). A crash at any moment costs some reading twice, which the dedup removes, and never a gap. When
// the engine is full, a reader waits with what it has in hand. Each reads by itself: what stops one stops no other.

#include "net/feed_parts.hpp"

#include <memory>
#include <vector>

namespace switchboard::net {

class feeds {
 public:
  /// All of them outlive it.
  feeds(actors::engine& e, webhook& w, outbound& calls);
  ~feeds();  ///< stop()
  feeds(const feeds&) = delete;
  feeds& operator=(const feeds&) = delete;

  /// Reads what the settings say, from the next moment on; what they no longer say is not read any more. Any thread.
  void apply_settings(config::settings_ptr s);
  /// Ends all readers and the thread. What was handed over may still become durable; nothing is noted of it.
  void stop();

  /// One for each that is read now. Any thread.
  [[nodiscard]] std::vector<feed_figures_ptr> figures() const;

 private:
  class running;
  std::unique_ptr<running> running_;
};

}  // namespace switchboard::net
