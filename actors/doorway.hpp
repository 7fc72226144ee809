#pragma once
// Where calls from other threads enter something that can end. Ending has two problems: who comes late must not
// find half of it gone, and who is inside must be out before anything goes. Closed, nobody enters; close()
// returns when nobody is inside.

#include <atomic>
#include <cassert>
#include <cstdint>
#include <utility>

namespace switchboard::actors {

/// Thread-safe. Starts closed. Costs two atomic additions a visit.
class doorway {
 public:
  /// Proof of being inside, for as long as it lives; false: the door is closed.
  class visit {
   public:
    explicit visit(doorway* d) : door_(d) {}
    visit(visit&& other) noexcept : door_(std::exchange(other.door_, nullptr)) {}
    visit& operator=(visit&&) = delete;
    ~visit() {
      if (door_) door_->leave();
    }
    explicit operator bool() const { return door_ != nullptr; }

   private:
    doorway* door_;
  };

  [[nodiscard]] visit enter() {
    if ((state_.fetch_add(1, std::memory_order_acq_rel) & closed) == 0) return visit{this};
    leave();
    return visit{nullptr};
  }
  void open() { state_.fetch_and(~closed, std::memory_order_acq_rel); }
  /// Not from inside.
  void close() {
    auto seen = state_.fetch_or(closed, std::memory_order_acq_rel) | closed;
    while (seen != closed) {
      state_.wait(seen, std::memory_order_acquire);
      seen = state_.load(std::memory_order_acquire);
    }
  }

 private:
  static constexpr std::uint64_t closed = 1ull << 63;

  void leave() {
    const auto before = state_.fetch_sub(1, std::memory_order_acq_rel);
    assert((before & ~closed) > 0);
    if (before == (closed | 1)) state_.notify_all();
  }

  std::atomic<std::uint64_t> state_{closed};  ///< `closed`, and how many are inside
};

}  // namespace switchboard::actors
