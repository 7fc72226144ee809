#pragma once
// Names that records give and others mention: where one leads nowhere, or to another brand, is a problem with a place. For those
// who check records.

#include "config/reader.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::config {

/// The i-th of a list, for the place of a problem.
[[nodiscard]] toml::source_position item_of(const toml::table& table, std::string_view key, std::size_t i);

/// Names of one kind and whose they are.
struct known_names {
  std::string_view header;
  std::map<std::string_view, std::string_view> brand_of = {};

  [[nodiscard]] std::vector<std::string_view> of(std::string_view brand) const;
};

/// Where a name stands: `key` and `mine`, e.g. "agent", are for the message.
struct naming {
  toml::source_position at;
  std::string said;   ///< queue = "biling"
  std::string brand;  ///< whose the names must be; empty: anybody's
};

/// Reports a name that nobody has, or somebody of another brand.
void check_name(reader& r, const known_names& known, const std::string& id, const naming& n);

template <class List>
[[nodiscard]] known_names names_of(std::string_view header, const List& list) {
  known_names known{header};
  for (const auto& item : list) known.brand_of.emplace(item.id.value, item.brand.value);
  return known;
}
template <class List>
[[nodiscard]] known_names names_without_brand(std::string_view header, const List& list) {
  known_names known{header};
  for (const auto& item : list) known.brand_of.emplace(item.id.value, std::string_view{});
  return known;
}

/// Reports every name that one before it has.
template <class List, class NameOf>
void check_twice(reader& r, const std::vector<const toml::table*>& at, const List& list, std::string_view key,
                 NameOf name_of) {
  std::map<std::string_view, std::size_t> seen;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string& name = name_of(list[i]);
    const auto [first, fresh] = seen.emplace(name, i);
    if (fresh || name.empty()) continue;
    r.report(position_of(*at[i], key), std::string(key) + " " + in_quotes(name) + " is already taken on " +
                                           r.place(position_of(*at[first->second], key)));
  }
}

}  // namespace switchboard::config
