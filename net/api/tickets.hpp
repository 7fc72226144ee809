#pragma once
// Browsers can't send a token with EventSource or WebSocket: they trade it for a ticket that works once, soon.

#include "domain/expected.hpp"
#include "net/api/route.hpp"

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace switchboard::net::api {

/// Thread-safe; holds at most `tickets_max` at a time, and of one token a part of them.
class ticket_office {
 public:
  using clock = std::chrono::steady_clock;
  /// One token may have so many out whatever `tickets_max` is, and a tenth of `tickets_max` where that is more:
  /// a page in a loop uses up its own, not everybody's.
  static constexpr std::size_t tickets_of_a_token_min = 10;
  static constexpr std::size_t token_share = 10;
  explicit ticket_office(std::function<clock::time_point()> now = clock::now) : now_(std::move(now)) {}

  struct ticket {
    std::string text;  ///< 128 random bits
    std::chrono::seconds ttl;
  };
  enum class refusal : std::uint8_t { all_out, token_over_share, no_random };
  [[nodiscard]] expected<ticket, refusal> issue(const caller& who, std::chrono::seconds ttl,
                                                std::size_t tickets_max);
  /// The caller that it was issued to; only once, only in time.
  [[nodiscard]] std::optional<caller> redeem(std::string_view text);

 private:
  struct issued {
    caller who;
    clock::time_point until;
  };
  void forget(std::string_view token);

  std::function<clock::time_point()> now_;
  std::mutex mutex_;
  /// By their digest, as tokens are: how long a look-up takes says nothing about any ticket's own text.
  std::unordered_map<std::string, issued> issued_;
  std::unordered_map<std::string, std::size_t> of_token_;  ///< how many of issued_, by the token's digest
};

/// POST /v1/tickets
void issue_ticket(call&& c);

}  // namespace switchboard::net::api
