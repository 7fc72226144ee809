#pragma once
// What the views tell of how fast people were.

#include "domain/expected.hpp"
#include "domain/reports/figures.hpp"
#include "domain/time.hpp"
#include "storage/views_found.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace switchboard::storage {

/// Figures of so long ago are told, by the log's own time.
inline constexpr std::chrono::days reports_kept{400};

/// Whose figures: a brand's as a whole, or those of its agents, platforms or queues, each for itself.
enum class report_subject : std::uint8_t { overview = 'o', agents = 'a', platforms = 'p', queues = 'q' };

struct report_query {
  std::vector<std::string> brands;
  report_subject of = report_subject::overview;
  /// Where the intervals meet, rising, at whole reports::slot; at least two.
  std::vector<domain::timestamp> edges;
  std::size_t limit = 50;  ///< agents, platforms or queues, each with all its intervals
  std::string after = {};
};
struct report_row {
  std::string brand;
  std::string subject;  ///< the agent's, platform's or queue's name; empty for an overview
  domain::timestamp from, to;
  domain::reports::figures figures = {};
};
struct report_page {
  std::vector<report_row> rows;
  std::string next;  ///< opaque, belongs to the same query; empty: no more
};

/// Part of `views`; the same threads, and the same errors.
class report_views {
 public:
  virtual ~report_views() = default;

  /// By brand, subject and time; an interval in which nothing happened has no row. A page may end early, and be empty, and still
  /// have a `next`: it looks at a bounded number of half hours.
  [[nodiscard]] virtual expected<report_page, views_error> report(const report_query& q) const {
    (void)q;
    return report_page{};
  }
};

}  // namespace switchboard::storage
