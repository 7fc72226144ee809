#pragma once
// Deadlines of thousands of connections for the price of a store each. A steady_timer per operation would
// cost a heap operation per request; deadlines of seconds need no such precision. A ring of slots, one per
// 100 ms; moving a deadline later only notes it, and the slot's turn finds out.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <limits>

namespace switchboard::net::http {

/// Base of what has a deadline. Leaves its wheel when destroyed.
class deadline_node {
 public:
  deadline_node() = default;
  deadline_node(const deadline_node&) = delete;
  deadline_node& operator=(const deadline_node&) = delete;
  /// Its time has come; the deadline is cleared before.
  virtual void on_deadline() = 0;

 protected:
  virtual ~deadline_node() { unlink(); }

 private:
  friend class timer_wheel;
  static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();
  void unlink() {
    if (next_ == nullptr) return;
    next_->previous_link_ = previous_link_;
    *previous_link_ = next_;
    next_ = nullptr;
  }
  // A doubly linked ring: previous_link_ is the pointer that points here.
  deadline_node* next_ = nullptr;
  deadline_node** previous_link_ = nullptr;
  std::uint64_t deadline_ = never;
  std::uint64_t slot_tick_ = 0;
};

/// One per I/O thread, used on it only.
class timer_wheel {
 public:
  static constexpr std::chrono::milliseconds tick{100};

  timer_wheel() {
    for (auto& s : slots_) {
      s.next_ = &s;
      s.previous_link_ = &s.next_;
    }
  }
  ~timer_wheel() {
    for (auto& s : slots_) {
      while (s.next_ != &s) s.next_->unlink();
      s.next_ = nullptr;
    }
  }
  timer_wheel(const timer_wheel&) = delete;
  timer_wheel& operator=(const timer_wheel&) = delete;

  [[nodiscard]] std::uint64_t now() const { return now_; }

  /// Not before `after` has passed, and at most two ticks later.
  void arm(deadline_node& n, std::chrono::milliseconds after) {
    const auto ticks = static_cast<std::uint64_t>(std::max<std::int64_t>(after.count(), 0)) /
                       static_cast<std::uint64_t>(tick.count());
    n.deadline_ = now_ + ticks + 2;
    if (n.next_ == nullptr || n.slot_tick_ > n.deadline_) link(n);
  }
  static void disarm(deadline_node& n) { n.deadline_ = deadline_node::never; }

  /// A tick has passed.
  void advance() {
    ++now_;
    auto& s = slots_[now_ % slots_.size()];
    slot_node due;  // taken out first: a node may be armed again into this very slot
    if (s.next_ == &s) return;
    due.next_ = s.next_;
    due.previous_link_ = s.previous_link_;
    due.next_->previous_link_ = &due.next_;
    *due.previous_link_ = &due;
    s.next_ = &s;
    s.previous_link_ = &s.next_;
    while (due.next_ != &due) {
      auto& n = *due.next_;
      n.unlink();
      if (n.deadline_ == deadline_node::never) continue;
      if (n.deadline_ > now_) {
        link(n);
        continue;
      }
      n.deadline_ = deadline_node::never;
      n.on_deadline();
    }
    due.next_ = nullptr;
  }

 private:
  struct slot_node final : deadline_node {
    void on_deadline() override {}
  };

  void link(deadline_node& n) {
    n.unlink();
    n.slot_tick_ = std::min(n.deadline_, now_ + slots_.size() - 1);
    n.slot_tick_ = std::max(n.slot_tick_, now_ + 1);
    auto& s = slots_[n.slot_tick_ % slots_.size()];
    n.next_ = s.next_;
    n.previous_link_ = &s.next_;
    n.next_->previous_link_ = &n.next_;
    s.next_ = &n;
  }

  std::uint64_t now_ = 0;
  std::array<slot_node, 1024> slots_;
};

}  // namespace switchboard::net::http
