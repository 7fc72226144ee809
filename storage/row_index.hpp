#pragma once
// Finds rows of a vector by a hash of their key: the vector holds the keys, this only their numbers, so that
// a look-up costs one cache line here and one there. Not for keys that a stranger chooses, unless hashed with
// a secret seed before.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace switchboard::storage {

class row_index {
 public:
  /// The row with this hash for which `same(row)` holds; may be changed through the pointer. Null: none.
  template <class Same>
  [[nodiscard]] std::uint32_t* find(std::uint64_t hash, Same&& same) {
    if (slots_.empty()) return nullptr;
    const auto tag = tag_of(hash);
    for (auto at = tag & mask(); slots_[at].used; at = (at + 1) & mask()) {
      if (slots_[at].tag == tag && same(slots_[at].row)) return &slots_[at].row;
    }
    return nullptr;
  }
  template <class Same>
  [[nodiscard]] const std::uint32_t* find(std::uint64_t hash, Same&& same) const {
    return const_cast<row_index*>(this)->find(hash, std::forward<Same>(same));
  }

  /// `row` must not be there yet.
  void add(std::uint64_t hash, std::uint32_t row) {
    if (size_ * 2 >= slots_.size()) grow();
    place({tag_of(hash), row, true});
    ++size_;
  }

  /// Keeps the memory.
  void clear() {
    slots_.assign(slots_.size(), {});
    size_ = 0;
  }
  [[nodiscard]] std::size_t bytes() const { return slots_.size() * sizeof(slot); }

 private:
  struct slot {
    std::uint32_t tag = 0;
    std::uint32_t row = 0;
    bool used = false;
  };

  [[nodiscard]] static std::uint32_t tag_of(std::uint64_t hash) {
    return static_cast<std::uint32_t>((hash ^ hash >> 32) * 0x9e3779b97f4a7c15ull >> 32);
  }
  [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }
  void place(slot s) {
    auto at = s.tag & mask();
    while (slots_[at].used) at = (at + 1) & mask();
    slots_[at] = s;
  }
  void grow() {
    std::vector<slot> before(slots_.empty() ? 1024 : slots_.size() * 2);
    before.swap(slots_);
    for (const auto& s : before) {
      if (s.used) place(s);
    }
  }

  std::vector<slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace switchboard::storage
