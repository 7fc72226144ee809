#pragma once
// What a platform lets through: counted at the platform's end, in the strictest reading of what is documented. A window is
// any stretch of that length, wherever it begins; a bucket holds some at once and refills evenly.

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace switchboard::fake_platform {

using instant = std::chrono::steady_clock::time_point;

struct limit {
  std::string_view name;  ///< a literal
  std::uint32_t units = 0;
  std::chrono::milliseconds per{0};
  std::uint32_t burst = 0;  ///< 0: a window
};

/// What was counted under one name, over all of whom it counts.
struct limit_figures {
  std::uint64_t taken = 0;     ///< units
  std::uint64_t exceeded = 0;  ///< requests beyond it, which were refused
  std::uint32_t fullest = 0;   ///< the most units in one window, or at once out of a bucket
  std::uint32_t allowed = 0;
};

struct standing {
  std::uint32_t remaining = 0;
  std::chrono::milliseconds reset{0};  ///< until all of it is back
};

class limit_book {
 public:
  /// Takes the units, or says how long they have to be waited for. `whom`: the account, the recipient.
  [[nodiscard]] std::optional<std::chrono::milliseconds> take(const limit& of, const std::string& whom,
                                                              std::uint32_t units, instant now);
  [[nodiscard]] standing of(const limit& l, const std::string& whom, instant now) const;
  [[nodiscard]] const std::map<std::string_view, limit_figures>& figures() const { return figures_; }

 private:
  struct counted {
    std::deque<std::pair<instant, std::uint32_t>> in_window;
    std::uint32_t sum = 0;
    instant full_at{};  ///< of a bucket: when all that was taken is back
  };
  std::map<std::pair<std::string_view, std::string>, counted> counted_;
  std::map<std::string_view, limit_figures> figures_;
};

}  // namespace switchboard::fake_platform
