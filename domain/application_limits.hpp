#pragma once
// What all accounts of one application draw from together, and in which order: of the one actor that owns them all
// (actors/application.hpp).

#include "domain/outgoing.hpp"
#include "domain/rate_limit.hpp"
#include "domain/time.hpp"

#include <cstdint>
#include <map>
#include <string_view>

namespace switchboard::domain {

/// An account that could send now: its best message's lane, and when it had its turn last.
struct turn {
  domain::lane lane = domain::lane::agent;
  std::uint64_t latest = 0;
};
/// The better lane first, then who had his turn longest ago.
[[nodiscard]] constexpr bool goes_before(const turn& a, const turn& b) {
  return a.lane != b.lane ? a.lane < b.lane : a.latest < b.latest;
}

class application_limits {
 public:
  /// The one of that name; it stays where it is.
  [[nodiscard]] rate_limit& of(const quota& q) { return limits_.try_emplace(q.name, q).first->second; }
  [[nodiscard]] std::map<std::string_view, rate_limit>& all() { return limits_; }

  /// The platform wants nothing of the application before: of no account.
  void tell(timestamp until) {
    if (until <= told_until) return;
    told_until = until;
    was_told = true;
  }
  timestamp told_until{};
  bool was_told = false;  ///< since that was noted

 private:
  std::map<std::string_view, rate_limit> limits_;  ///< by quota::name, a literal
};

}  // namespace switchboard::domain
