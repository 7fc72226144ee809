#pragma once
// What the views tell of routing: how agents were last, why conversations went where they went, and from where on a router
// needs the log.

#include "domain/expected.hpp"
#include "domain/ids.hpp"
#include "storage/record.hpp"
#include "storage/views_found.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::storage {

/// What an agent's owner noted of him last.
struct agent_row {
  domain::agent_id id;
  std::string state;  ///< bytes: domain::agent_note::state
};

/// Where a brand's router begins.
struct router_saved_row {
  log_sequence first = 0;  ///< its routing.saved with part 0 …
  log_sequence last = 0;  ///< … and the last; 0: it turned and was never saved, and `first` is its first turn
};

/// Of one conversation so many are kept, the latest.
inline constexpr std::size_t decisions_max = 100;

/// Part of `views`; the same threads, and the same errors.
class routing_views {
 public:
  virtual ~routing_views() = default;

  /// Of all agents of a brand, by their ids.
  [[nodiscard]] virtual std::vector<agent_row> agents(std::string_view brand) const {
    (void)brand;
    return {};
  }
  /// Where the brand's router was saved whole last.
  [[nodiscard]] virtual std::optional<router_saved_row> router_saved(std::string_view brand) const {
    (void)brand;
    return std::nullopt;
  }
  /// Brands whose router ever turned or was saved.
  [[nodiscard]] virtual std::vector<std::string> routed_brands() const { return {}; }
  /// Over all of these brands the earliest of that place and of what the router had not read of the log then, as of the last
  /// flush: nothing from there on may be trimmed. Nullopt: no router needs anything.
  [[nodiscard]] virtual std::optional<log_sequence> routers_need() const { return std::nullopt; }
  /// Why the conversation went where it went, oldest first, each an object (domain::routing_decision); at most decisions_max
  /// in all.
  [[nodiscard]] virtual expected<page, views_error> list_decisions(std::string_view brand,
                                                                   domain::conversation_id c,
                                                                   std::size_t limit,
                                                                   std::string_view after) const {
    (void)brand, (void)c, (void)limit, (void)after;
    return page{};
  }
};

}  // namespace switchboard::storage
