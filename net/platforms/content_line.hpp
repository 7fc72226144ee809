#pragma once
// What no platform sends as text, in one line that a person reads: a place, a card, a list of names.

#include "net/platforms/json.hpp"

#include <string>
#include <string_view>

namespace switchboard::net::platforms {

/// "Pier" and "Sea 1" become "Pier, Sea 1"; what is empty is left out.
inline void append_item(std::string& line, std::string_view item) {
  if (item.empty()) return;
  if (!line.empty()) line += ", ";
  line += item;
}

/// "1.5, -2", with the digits that were sent; nothing unless both are there.
inline void append_coordinates(std::string& line, object location) {
  element latitude;
  element longitude;
  if (location.at_key("latitude").get(latitude) == simdjson::SUCCESS &&
      location.at_key("longitude").get(longitude) == simdjson::SUCCESS) {
    append_json(line, latitude);
    line += ", ";
    append_json(line, longitude);
  }
}

}  // namespace switchboard::net::platforms
