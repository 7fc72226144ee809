#pragma once
// Look-ups by text that may not allocate: a webhook asks with views into its body, twice an event. The keys
// own their text and the values are positions, so that a copy of the settings is whole by itself.

#include "domain/model.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace switchboard::config {

struct text_hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};
/// id → position in its list
using text_index = std::unordered_map<std::string, std::uint32_t, text_hash, std::equal_to<>>;

/// What a payload tells of its account.
struct route_view {
  std::string_view source;
  domain::platform platform;
  std::string_view platform_id;
  bool operator==(const route_view&) const = default;
};
struct route_key {
  std::string source;
  domain::platform platform;
  std::string platform_id;
  operator route_view() const noexcept { return {source, platform, platform_id}; }
};
struct route_hash {
  using is_transparent = void;
  std::size_t operator()(const route_view& r) const noexcept {
    constexpr std::size_t spread = 0x9e3779b97f4a7c15ull;
    const std::size_t source = std::hash<std::string_view>{}(r.source) + static_cast<std::size_t>(r.platform);
    return (source * spread) ^ std::hash<std::string_view>{}(r.platform_id);
  }
};
struct route_equal {
  using is_transparent = void;
  bool operator()(const route_view& a, const route_view& b) const noexcept { return a == b; }
};
using route_index = std::unordered_map<route_key, std::uint32_t, route_hash, route_equal>;

}  // namespace switchboard::config
