#pragma once
// The property table: one row a key. What a value means, which values make sense and whether a reload can
// change it is said here once; the loader, the check for unknown keys, reference.toml, needs_restart() and
// the version of the settings all read it.

#include "config/settings.hpp"

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace switchboard::config {

/// How a value is written in TOML.
enum class form : std::uint8_t {
  flag,       ///< true | false
  count,      ///< an integer
  size,       ///< bytes: "64MiB", or an integer
  duration,   ///< "250ms", "72h"
  path,       ///< a string, may be empty
  address,    ///< "host:port"
  addresses,  ///< a list of IP addresses
  origins,    ///< a list of https://host[:port]
  word        ///< one of some words
};

struct range {
  config::form form = form::flag;
  std::uint64_t min = 0;  ///< count, size in bytes, duration in milliseconds; for a path 1: not empty
  std::uint64_t max = 0;
  std::span<const std::string_view> words = {};  ///< those of a word
};

/// A value in the unit of its form, whatever the type of the member that holds it.
using value = std::variant<bool, std::uint64_t, std::string, endpoint, std::vector<std::string>>;

struct property {
  std::string_view section;  ///< "server", "server.tls"
  std::string_view name;
  std::string_view sentence;
  config::range range;
  std::uint64_t step;  ///< the unit of the member: a duration in whole hours can't hold 90 minutes
  bool reloadable;
  value (*get)(const settings&);
  /// Precondition: of the alternative that get() gives, within the range and a multiple of the step.
  void (*set)(settings&, value&&);
};

/// In the order of reference.toml; the keys of a section stand together.
[[nodiscard]] std::span<const property> properties();
/// The rows of [routing] (routing_properties.cpp), behind the others.
void add_routing(std::vector<property>& out);
/// nullptr if there is none.
[[nodiscard]] const property* find_property(std::string_view section, std::string_view name);
[[nodiscard]] value default_of(const property&);
/// As it would stand in a TOML file, quotes included: "10s", 64, true, ["10.0.0.1"].
[[nodiscard]] std::string to_toml(const value& v, form f);

/// A key of the [[tables]]. They are lists of records, so there is no one value to get or set.
struct record_key {
  std::string_view section;  ///< "brand"
  std::string_view name;
  std::string_view sentence;
  std::string_view spelling;  ///< type and bounds for a person: string, 1 to 64 of a-z 0-9 _ -
  std::string_view standard;  ///< the default in TOML, or "required", or "none"
  std::string_view example;   ///< in TOML
  config::range range;        ///< for durations
  bool reloadable = true;     ///< false: of a record that stays, it cannot change (needs_restart, load.cpp)
};
[[nodiscard]] std::span<const record_key> record_keys();
[[nodiscard]] const record_key* find_record_key(std::string_view section, std::string_view name);

/// A section and what it is for, in the order of reference.toml.
struct section_entry {
  std::string_view name;
  std::string_view sentence;
  bool list = false;    ///< [[name]]
  bool present = true;  ///< false: the contract names it, this version doesn't have it
};
[[nodiscard]] std::span<const section_entry> sections();

}  // namespace switchboard::config
