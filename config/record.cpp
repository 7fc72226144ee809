#include "config/record.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace switchboard::config {

namespace {

constexpr std::size_t id_bytes_max = 64;

bool is_list(std::string_view section) {
  const auto all = sections();
  return std::any_of(all.begin(), all.end(),
                     [&](const section_entry& e) { return e.name == section && e.list; });
}

std::string header_of(std::string_view section) {
  const std::string name(section);
  return is_list(section) ? "[[" + name + "]]" : "[" + name + "]";
}

}  // namespace

bool is_id(std::string_view text) {
  const auto letter_or_digit = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (text.empty() || text.size() > id_bytes_max || !letter_or_digit(text.front())) return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return letter_or_digit(c) || c == '_' || c == '-'; });
}

record::record(reader& r, std::string_view section, const toml::table& table)
    : r_(r), section_(section), table_(table) {
  for (auto&& [key, node] : table_) {
    if (find_record_key(section, key.str()) == nullptr && !is_nested(key.str())) {
      report_unknown_key(r_, section, is_list(section), key);
    }
  }
}

const toml::node* record::required(std::string_view key) const {
  const toml::node* node = table_.get(key);
  if (node == nullptr) {
    const record_key* row = find_record_key(section_, key);
    r_.report(table_.source().begin, header_of(section_) + " needs " + std::string(key) + ", like " +
                                         std::string(key) + " = " + std::string(row->example));
  }
  return node;
}

std::string record::text(std::string_view key, const toml::node* node, std::size_t bytes_max) const {
  if (node == nullptr) return {};
  const auto* string = node->as_string();
  const std::string name(key);
  if (string == nullptr) {
    const bool number = node->is_integer();
    r_.report(node->source().begin,
              name + " must be a string, " +
                  (number ? "so write \"" + shown(*node) + "\"" : "not " + shown(*node)));
    return {};
  }
  const std::string& s = string->get();
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (s.empty() || s.size() > bytes_max || std::any_of(s.begin(), s.end(), control)) {
    r_.report(node->source().begin, name + " = " + shown(*node) + " must have 1 to " +
                                        std::to_string(bytes_max) + " bytes and no control characters");
    return {};
  }
  return s;
}

std::string record::id(std::string_view key, const toml::node* node) const {
  std::string s = text(key, node, name_bytes_max);
  if (s.empty() || is_id(s)) return s;
  r_.report(node->source().begin, std::string(key) + " = " + shown(*node) +
                                      " must be 1 to 64 of a-z 0-9 _ -, a letter or digit first");
  return s;
}

void record::each_of(std::string_view key, std::size_t most,
                     const std::function<void(const toml::node&)>& f) const {
  const toml::node* node = optional(key);
  if (node == nullptr) return;
  const toml::array* list = node->as_array();
  const record_key* row = find_record_key(section_, key);
  if (list == nullptr || list->empty() || list->size() > most) {
    return r_.report(node->source().begin, std::string(key) + " must be a list of 1 to " +
                                               std::to_string(most) + ", like " + std::string(row->example) +
                                               (list ? "" : ", not " + shown(*node)));
  }
  std::set<std::string> seen;
  for (const toml::node& item : *list) {
    if (const auto* text = item.as_string(); text != nullptr && !seen.insert(text->get()).second) {
      r_.report(item.source().begin, shown(item) + " stands in " + std::string(key) + " twice; remove one");
    }
    f(item);
  }
}

std::vector<std::string> record::texts(std::string_view key, std::size_t most) const {
  std::vector<std::string> all;
  each_of(key, most, [&](const toml::node& item) { all.push_back(text(key, &item, name_bytes_max)); });
  return all;
}

bool record::is_nested(std::string_view key) const {
  const std::string name = std::string(section_) + '.' + std::string(key);
  const auto all = sections();
  return std::any_of(all.begin(), all.end(), [&](const section_entry& e) { return e.name == name; });
}

void each_below(reader& r, const toml::table& table, std::string_view of, std::string_view section,
                std::size_t most, const std::function<void(const toml::table&)>& f) {
  const toml::node* node = table.get(section);
  if (node == nullptr) return;
  const std::string header = "[[" + std::string(of) + "." + std::string(section) + "]]";
  const toml::array* list = node->as_array();
  if (list == nullptr ||
      std::any_of(list->begin(), list->end(), [](const auto& n) { return !n.is_table(); })) {
    return r.report(node->source().begin, std::string(section) + " is a list of tables; write " + header +
                                              " behind the " + header_of(of));
  }
  if (list->size() > most) {
    r.report((*list)[most].source().begin, "there may be " + std::to_string(most) + " " + header +
                                               " of one " + header_of(of) + "; this is one more");
  }
  for (std::size_t i = 0; i < std::min(list->size(), most); ++i) f(*(*list)[i].as_table());
}

std::string variable(std::string_view id, std::string_view ending) {
  std::string name;
  for (const char c : id) {
    const bool fits = std::isalnum(static_cast<unsigned char>(c)) != 0;
    name += fits ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : '_';
  }
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) name.insert(0, "S_");
  return name + std::string(ending);
}

}  // namespace switchboard::config
