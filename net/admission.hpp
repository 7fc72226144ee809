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
    // Of a brand; milliseconds of the steady clock, 0: not.
    std::atomic<std::int64_t> standing_since{
        0};  ///< it has had more than a few in flight, and all waited, from then on
    std::atomic<std::int64_t> held_until{0};  ///< it is held until then
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

  // A brand whose events stand in line makes all brands' events stand behind them, long before its share of the
  // memory is used up. So while others are there and webhooks wait longer than they should, a brand that has had
  // more than a few in flight for a while is held: to its share of what one commit carries. A burst that is over
  // before is let in whole.
  static constexpr double waits_ms_min = 20;       ///< shorter waits are nobody's fault
  static constexpr double waits_times_least = 4;   ///< longer than this many times the shortest there were
  static constexpr std::uint64_t few_events = 64;  ///< in flight
  static constexpr std::uint64_t held_events_min = 32;
  static constexpr std::int64_t standing_ms_max = 200;
  static constexpr std::int64_t held_ms = 1'000;  ///< since it last wanted more
  static constexpr std::int64_t neighbour_ms =
      1'000;  ///< another brand's webhook within this: others are there

  static constexpr std::uint64_t event_bytes_typical =
      512;  ///< of a batch: a short message and what is around it
  static constexpr std::uint64_t large_body_bytes = 64 << 10;  ///< more is a large body

  /// Milliseconds of a clock that never goes back; right to a few of them.
  using clock_ms = std::int64_t (*)();
  [[nodiscard]] static std::int64_t coarse_ms();

  explicit admission(const config::settings& s, clock_ms now = coarse_ms) : now_(now) { apply_settings(s); }

  /// Empty: the node is full. Before a body has come, its announced length counts, though nobody has proven
  /// yet who sends it: so large bodies together may take half of the bytes, and a stranger who announces many
  /// and sends them slowly does not keep the small ones out, which most webhooks are. `held`: events that the
  /// same body holds already; when nothing else is in flight it is let through whole.
  [[nodiscard]] credit take(std::uint64_t events, std::uint64_t bytes, std::uint64_t held = 0);
  /// Is there room for what a body of this length may hold? Asked before it is read: its events are known, and taken,
  /// only when everything has been done for it but to keep it. When nothing is in flight there always is.
  [[nodiscard]] bool has_room_for_body(std::uint64_t bytes) const {
    const auto held = all_.events.load(std::memory_order_relaxed);
    return held == 0 || held + bytes / event_bytes_typical <= events_max_.load(std::memory_order_relaxed);
  }
  /// Makes it `bytes` in all, of a credit of the node's that holds fewer; its events are those `held`. False: the
  /// node is full, and the credit is as it was.
  [[nodiscard]] bool grow(credit& c, std::uint64_t bytes);
  /// Empty: that brand is over its share. One body is always let through when the brand has nothing in
  /// flight.
  [[nodiscard]] credit take(std::string_view brand, std::uint64_t events, std::uint64_t bytes);

  /// A group of `events` has become durable together, and their webhooks waited so long on average. One thread.
  void committed(std::uint64_t events, double waited_ms);

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

  [[nodiscard]] bool is_held(counters& c, std::uint64_t events);
  [[nodiscard]] bool has_neighbours(const counters& c, std::int64_t now);

  const clock_ms now_;
  counters all_;
  std::atomic<bool> waits_{false};  ///< webhooks wait longer than they should
  std::atomic<std::uint64_t> held_events_{held_events_min}, share_percent_{100};
  double waited_ms_ = 0,
         waited_least_ms_ = waits_ms_min;  ///< lately, and ever, forgotten slowly; committed() only
  double commit_events_ = 0;               ///< lately, a commit; committed() only
  std::atomic<const counters*> last_brand_{nullptr};
  std::atomic<std::int64_t> last_change_{-neighbour_ms};  ///< when another brand came than the one before
  std::atomic<std::uint64_t> events_max_{0}, bytes_max_{0}, brand_events_max_{0}, brand_bytes_max_{0};
  std::atomic<std::shared_ptr<const brand_table>> brands_;
};

}  // namespace switchboard::net
