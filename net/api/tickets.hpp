#pragma once
// Browsers can't send a token with EventSource or WebSocket: they trade it for a ticket that works once, soon.

#include "net/api/route.hpp"

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace switchboard::net::api {

/// Thread-safe; holds at most `tickets_max` at a time.
class ticket_office {
 public:
  using clock = std::chrono::steady_clock;
  explicit ticket_office(std::function<clock::time_point()> now = clock::now) : now_(std::move(now)) {}

  struct ticket {
    std::string text;  ///< 128 random bits
    std::chrono::seconds ttl;
  };
  /// nullopt: too many are outstanding.
  [[nodiscard]] std::optional<ticket> issue(const caller& who, std::chrono::seconds ttl,
                                            std::size_t tickets_max);
  /// The caller that it was issued to; only once, only in time.
  [[nodiscard]] std::optional<caller> redeem(std::string_view text);

 private:
  struct issued {
    caller who;
    clock::time_point until;
  };
  std::function<clock::time_point()> now_;
  std::mutex mutex_;
  std::unordered_map<std::string, issued> issued_;
};

/// POST /v1/tickets
void issue_ticket(call&& c);

}  // namespace switchboard::net::api
