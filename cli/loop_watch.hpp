#pragma once
// Do the event loops still turn?

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace switchboard::cli {

/// Asked by one thread; the loops answer on theirs. What was posted may run after the watch is gone.
class loop_watch {
 public:
  /// `post` has a loop (from 0) run something soon, from any thread.
  using poster = std::function<void(std::uint32_t loop, std::function<void()> what)>;
  loop_watch(std::uint32_t loops, poster post) : loops_(loops), post_(std::move(post)) {}

  /// True if each loop has run what the last call posted to it, or there was none; then they are asked again. A loop
  /// that hangs is not asked twice, so that nothing piles up behind it.
  [[nodiscard]] bool all_turn() {
    if (waiting_->load(std::memory_order_acquire) > 0) return false;
    waiting_->store(loops_, std::memory_order_release);
    for (std::uint32_t n = 0; n < loops_; ++n) {
      post_(n, [waiting = waiting_] { waiting->fetch_sub(1, std::memory_order_acq_rel); });
    }
    return true;
  }

 private:
  const std::uint32_t loops_;
  const poster post_;
  const std::shared_ptr<std::atomic<std::uint32_t>> waiting_ =
      std::make_shared<std::atomic<std::uint32_t>>(0);
};

}  // namespace switchboard::cli
