#pragma once
// The flat buffer that one connection reads into. Requests are views into it, so it moves only when asked to
// grow, and says by how much.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace switchboard::net::http {

class input_buffer {
 public:
  static constexpr std::size_t bytes_first = 4 << 10;
  /// An idle connection keeps no more than this.
  static constexpr std::size_t bytes_kept_max = 16 << 10;

  [[nodiscard]] std::string_view view() const { return {data_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] std::size_t size() const { return end_ - begin_; }
  [[nodiscard]] char* data() { return data_.get() + begin_; }
  [[nodiscard]] char* free_space() { return data_.get() + end_; }
  [[nodiscard]] std::size_t room() const { return capacity_ - end_; }
  void filled(std::size_t bytes) { end_ += bytes; }

  void consume(std::size_t bytes) {
    begin_ += bytes;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  /// Makes room for `bytes` in all from the first unconsumed one. Invalidates data().
  void reserve(std::size_t bytes) {
    if (capacity_ - begin_ >= bytes) return;
    if (capacity_ >= bytes) {
      std::memmove(data_.get(), data(), size());
    } else {
      const auto capacity = std::max(bytes, bytes_first);
      std::unique_ptr<char[]> bigger(new char[capacity]);  // not zeroed
      if (size() > 0) std::memcpy(bigger.get(), data(), size());
      data_ = std::move(bigger);
      capacity_ = capacity;
    }
    end_ -= begin_;
    begin_ = 0;
  }

  /// Between requests: gives back what one large body needed. Invalidates data().
  void shrink() {
    if (capacity_ <= bytes_kept_max) return;
    const auto rest = std::exchange(data_, nullptr);
    const auto from = std::exchange(begin_, 0);
    const auto bytes = std::exchange(end_, 0) - from;
    capacity_ = 0;
    if (bytes == 0) return;
    reserve(bytes);
    std::memcpy(data_.get(), rest.get() + from, bytes);
    end_ = bytes;
  }

 private:
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace switchboard::net::http
