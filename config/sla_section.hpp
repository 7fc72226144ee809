#pragma once
// What the config promises: [[sla]] with its clocks. By names, as the file has them; promises_of() makes of it what conversations are
// measured by. Bounds and sentences: sla_keys.hpp.

#include "domain/ids.hpp"
#include "domain/sla/policy.hpp"

#include <memory>
#include <vector>

namespace switchboard::config {

struct settings;

struct sla_settings {
  /// But for the calendar itself and the fingerprints.
  domain::sla::policy policy = {};
};

/// The policies of these settings, with those that were in force before `since`; those themselves where they say the same. Never null.
[[nodiscard]] std::shared_ptr<const domain::sla::policies> promises_of(
    const settings& s, std::shared_ptr<const domain::sla::policies> before, domain::timestamp since);

}  // namespace switchboard::config
