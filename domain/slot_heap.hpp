#pragma once
// A heap of slots whose owner knows each slot's place in it, so that one in the middle can be taken out: four bytes here
// and four there for each, where a tree's node has sixty-four. `Order` says less(a, b) and has place(slot) as a reference.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace switchboard::domain {

using slot_index = std::uint32_t;
inline constexpr std::uint32_t no_place = 0xffff'ffff;

class slot_heap {
 public:
  [[nodiscard]] bool empty() const { return slots_.empty(); }
  [[nodiscard]] std::size_t size() const { return slots_.size(); }
  [[nodiscard]] slot_index front() const { return slots_.front(); }
  [[nodiscard]] const std::vector<slot_index>& slots() const {
    return slots_;
  }  ///< in no order but the heap's

  template <class Order>
  void push(slot_index s, Order&& order) {
    slots_.push_back(s);
    rise(slots_.size() - 1, order);
  }
  template <class Order>
  void erase(slot_index s, Order&& order) {
    const std::size_t at = order.place(s);
    order.place(s) = no_place;
    const auto last = slots_.back();
    slots_.pop_back();
    if (at == slots_.size()) return;
    slots_[at] = last;
    order.place(last) = static_cast<std::uint32_t>(at);
    rise(at, order);
    sink(order.place(last), order);
  }
  /// Visits slots from the first on, until `f(slot)` is true: k of them cost k log k, however many there are.
  template <class Order, class F>
  void walk(Order&& order, F&& f) const {
    if (slots_.empty() || f(slots_.front())) return;
    std::vector<std::size_t> edge;
    const auto later = [&](std::size_t a, std::size_t b) { return order.less(slots_[b], slots_[a]); };
    for (std::size_t parent = 0;;) {
      for (std::size_t c = parent * width + 1; c <= parent * width + width && c < slots_.size(); ++c) {
        edge.push_back(c);
        std::push_heap(edge.begin(), edge.end(), later);
      }
      if (edge.empty()) return;
      std::pop_heap(edge.begin(), edge.end(), later);
      parent = edge.back();
      edge.pop_back();
      if (f(slots_[parent])) return;
    }
  }
  /// Visits, in no order, all for which `before(slot)` holds. It must hold for whatever goes before one for which it does.
  template <class Before, class F>
  void visit(Before&& before, F&& f, std::size_t from = 0) const {
    if (from >= slots_.size() || !before(slots_[from]) || !f(slots_[from])) return;
    for (auto c = from * width + 1; c <= from * width + width; ++c) visit(before, f, c);
  }

 private:
  static constexpr std::size_t width = 4;

  template <class Order>
  void rise(std::size_t at, Order& order) {
    const auto s = slots_[at];
    while (at > 0 && order.less(s, slots_[(at - 1) / width])) {
      slots_[at] = slots_[(at - 1) / width];
      order.place(slots_[at]) = static_cast<std::uint32_t>(at);
      at = (at - 1) / width;
    }
    slots_[at] = s;
    order.place(s) = static_cast<std::uint32_t>(at);
  }
  template <class Order>
  void sink(std::size_t at, Order& order) {
    const auto s = slots_[at];
    for (;;) {
      const auto first = at * width + 1;
      if (first >= slots_.size()) break;
      auto best = first;
      for (auto c = first + 1; c < std::min(first + width, slots_.size()); ++c) {
        if (order.less(slots_[c], slots_[best])) best = c;
      }
      if (!order.less(slots_[best], s)) break;
      slots_[at] = slots_[best];
      order.place(slots_[at]) = static_cast<std::uint32_t>(at);
      at = best;
    }
    slots_[at] = s;
    order.place(s) = static_cast<std::uint32_t>(at);
  }

  std::vector<slot_index> slots_;
};

}  // namespace switchboard::domain
