#include "config/known_names.hpp"

namespace switchboard::config {

toml::source_position item_of(const toml::table& table, std::string_view key, std::size_t i) {
  const toml::node* node = table.get(key);
  const toml::array* list = node == nullptr ? nullptr : node->as_array();
  return list != nullptr && i < list->size() ? (*list)[i].source().begin : position_of(table, key);
}

std::vector<std::string_view> known_names::of(std::string_view brand) const {
  std::vector<std::string_view> some;
  for (const auto& [id, of_brand] : brand_of) {
    if (brand.empty() || brand == of_brand) some.push_back(id);
  }
  return some;
}

void check_name(reader& r, const known_names& known, const std::string& id, const naming& n) {
  if (id.empty()) return;
  const std::string header(known.header);
  const auto found = known.brand_of.find(id);
  if (found == known.brand_of.end()) {
    r.report(n.at, n.said + ": no " + header + " has this id" +
                       r.suggest(id, known.of(n.brand), "; add one, or name one that there is"));
  } else if (!n.brand.empty() && !found->second.empty() && found->second != n.brand) {
    r.report(n.at, n.said + ": this " + header + " is of brand " + in_quotes(found->second) + ", not " +
                       in_quotes(n.brand) + "; name one of the same brand");
  }
}

}  // namespace switchboard::config
