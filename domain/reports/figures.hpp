#pragma once
// What a report says of a stretch of time: how many conversations, and of each clock how often and how fast. Figures add up, so
// those of a month are those of its half hours.

#include "domain/reports/fact.hpp"
#include "domain/reports/spread.hpp"

#include <cstdint>
#include <vector>

namespace switchboard::domain::reports {

struct clock_figures {
  sla::metric what{};
  std::uint64_t met = 0;
  std::uint64_t missed = 0;     ///< done, but too late
  std::uint64_t breached = 0;   ///< ran out, done since or not
  std::uint64_t cancelled = 0;  ///< came to nothing
  std::uint64_t by_bots = 0;    ///< of met and missed: what no person did
  std::uint64_t again = 0;      ///< of met and missed: of a cycle behind the first
  spread times = {};            ///< business milliseconds of what people did, met or missed
  bool operator==(const clock_figures&) const = default;
};

struct figures {
  std::uint64_t created = 0, reopened = 0, resolved = 0;
  std::vector<clock_figures> clocks = {};  ///< in the order of metrics, those of which something happened

  void add(const fact& f);
  void merge(const figures& other);
  /// May it be `part` and something more? By the counts of everything.
  [[nodiscard]] bool may_hold(const figures& part) const;
  bool operator==(const figures&) const = default;

 private:
  clock_figures& of(sla::metric what);
};

}  // namespace switchboard::domain::reports
