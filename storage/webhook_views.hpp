#pragma once
// What the views tell of deliveries to webhooks: how far each has come, what waits for it, and what came of the latest.

#include "domain/expected.hpp"
#include "domain/time.hpp"
#include "domain/webhooks/note.hpp"
#include "storage/record.hpp"
#include "storage/views_found.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::storage {

/// Where a webhook begins after a start.
struct webhook_row {
  log_sequence settled = 0;
  bool gone = false;
};

/// Of one webhook so many that were delivered are kept, and so many that were given up, which only a replay delivers: the latest
/// events' of each. What waits is kept all.
inline constexpr std::size_t deliveries_max = 2'000;
inline constexpr std::size_t given_up_max = 100'000;
inline constexpr log_sequence every_delivery = ~log_sequence{0};

/// What came of one event last. Nothing of what it says is here.
struct delivery_row {
  domain::webhooks::attempt last;
  domain::timestamp at;  ///< when that was
};

/// Part of `views`; the same threads, and the same errors.
class webhook_views {
 public:
  virtual ~webhook_views() = default;

  /// nullopt: nothing was ever written down about it.
  [[nodiscard]] virtual std::optional<webhook_row> webhook(std::string_view brand,
                                                           std::string_view id) const {
    (void)brand, (void)id;
    return std::nullopt;
  }
  /// Shows each delivery of an event before `before`, those of the latest events first, until `each` says false.
  virtual void each_delivery(std::string_view brand, std::string_view id, log_sequence before,
                             const std::function<bool(delivery_row&&)>& each) const {
    (void)brand, (void)id, (void)before, (void)each;
  }
};

}  // namespace switchboard::storage
