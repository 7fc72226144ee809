#pragma once
// What the views tell of promises that were broken.

#include "domain/expected.hpp"
#include "domain/time.hpp"
#include "storage/views_found.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::storage {

/// So long after its deadline a breach is told; the log may know it longer.
inline constexpr std::chrono::days breaches_kept{90};

/// Which breaches: of the brands, and of each other list any; empty: all. Those that were due from … to, both included.
struct breach_query {
  std::vector<std::string> brands;
  std::vector<std::string> queues = {};
  std::vector<std::string> assignees = {};
  std::optional<domain::timestamp> from = {}, to = {};
  std::optional<bool> open = {};  ///< true: what still waits for what was promised
  std::size_t limit = 50;
  std::string after = {};
};

/// Part of `views`; the same threads, and the same errors.
class breach_views {
 public:
  virtual ~breach_views() = default;

  /// The latest deadlines first. A page may be short, even empty, and still have a `next`: it looks at a bounded number of rows.
  [[nodiscard]] virtual expected<page, views_error> list_breaches(const breach_query& q) const {
    (void)q;
    return page{};
  }
};

}  // namespace switchboard::storage
