#pragma once
// Mailboxes have no bound, so what comes in has: credit in events and bytes, for the node and for each brand,
// taken at the gate and given back when the answer is decided. Beyond it nothing is stored and the platform
// delivers again.

#include "config/settings.hpp"

#include <atomic>
#include <cassert>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace switchboard::net {

/// Thread-safe. Outlives every credit.
class admission {
 public:
  struct counters {
    std::atomic<std::uint64_t> events{0}, bytes{0};
  };

  /// Credit held; gives itself back.
  class credit {
   public:
    credit() = default;
    credit(counters* from, std::uint64_t events, std::uint64_t bytes)
        : from_(from), events_(events), bytes_(bytes) {}
    credit(credit&& other) noexcept { *this = std::move(other); }
    credit& operator=(credit&& other) noexcept {
      if (this == &other) return *this;
      release();
      from_ = std::exchange(other.from_, nullptr);
      events_ = other.events_;
      bytes_ = other.bytes_;
      return *this;
    }
    ~credit() { release(); }
    explicit operator bool() const { return from_ != nullptr; }

   private:
    friend class admission;
    void release() {
      if (!from_) return;
      [[maybe_unused]] const auto events = from_->events.fetch_sub(events_, std::memory_order_relaxed);
      [[maybe_unused]] const auto bytes = from_->bytes.fetch_sub(bytes_, std::memory_order_relaxed);
      assert(events >= events_ && bytes >= bytes_);  // what is given back was taken
      from_ = nullptr;
    }
    counters* from_ = nullptr;
    std::uint64_t events_ = 0, bytes_ = 0;
  };

  static constexpr std::uint64_t large_body_bytes = 64 << 10;  ///< more is a large body

  explicit admission(const config::settings& s) { apply_settings(s); }

  /// Empty: the node is full. Before a body has come, its announced length counts, though nobody has proven
  /// yet who sends it: so large bodies together may take half of the bytes, and a stranger who announces many
  /// and sends them slowly does not keep the small ones out, which most webhooks are. `held`: events that the
  /// same body holds already; when nothing else is in flight it is let through whole.
  [[nodiscard]] credit take(std::uint64_t events, std::uint64_t bytes, std::uint64_t held = 0);
  /// Makes it `bytes` in all, of a credit of the node's that holds fewer; its events are those `held`. False: the
  /// node is full, and the credit is as it was.
  [[nodiscard]] bool grow(credit& c, std::uint64_t bytes);
  /// Empty: that brand is over its share. One body is always let through when the brand has nothing in
  /// flight.
  [[nodiscard]] credit take(std::string_view brand, std::uint64_t events, std::uint64_t bytes);

  /// New limits for what is taken from now on; brands that are new get counters.
  void apply_settings(const config::settings& s);

  [[nodiscard]] std::uint64_t events_in_flight() const { return all_.events.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t bytes_in_flight() const { return all_.bytes.load(std::memory_order_relaxed); }

 private:
  struct hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  using brand_table = std::unordered_map<std::string, std::shared_ptr<counters>, hash, std::equal_to<>>;

  [[nodiscard]] static credit take(counters& c, std::uint64_t events, std::uint64_t bytes,
                                   std::uint64_t events_max, std::uint64_t bytes_max, std::uint64_t held);

  counters all_;
  std::atomic<std::uint64_t> events_max_{0}, bytes_max_{0}, brand_events_max_{0}, brand_bytes_max_{0};
  std::atomic<std::shared_ptr<const brand_table>> brands_;
};

}  // namespace switchboard::net
