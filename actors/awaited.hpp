#pragma once
// Answers that one thread waits for while others give them. The one that waits may give up (the node ends), and an
// answer may still come: what is shared lives as long as either needs it.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>

namespace switchboard::actors {

class awaited {
 public:
  explicit awaited(std::size_t answers) : shared_(std::make_shared<shared>()) { shared_->open = answers; }

  /// To be called once with the answer; `is_good` says whether it is what was hoped for.
  template <class Good>
  [[nodiscard]] auto settled(Good is_good) const {
    return [state = shared_, is_good = std::move(is_good)](auto&& answer) {
      const bool good = is_good(answer);
      const std::lock_guard lock{state->mutex};
      state->good = state->good && good;
      if (--state->open == 0) state->all.notify_one();
    };
  }

  /// True: all came, and all were good. False as soon as `given_up` is set.
  [[nodiscard]] bool wait(const std::atomic<bool>& given_up) const {
    constexpr std::chrono::milliseconds look_again{20};
    std::unique_lock lock{shared_->mutex};
    while (shared_->open > 0) {
      if (given_up.load(std::memory_order_acquire)) return false;
      shared_->all.wait_for(lock, look_again);
    }
    return shared_->good;
  }

 private:
  struct shared {
    std::mutex mutex;
    std::condition_variable all;
    std::size_t open = 0;
    bool good = true;
  };
  std::shared_ptr<shared> shared_;
};

}  // namespace switchboard::actors
