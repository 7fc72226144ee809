#include "config/record.hpp"

#include <algorithm>
#include <cctype>

namespace switchboard::config {

namespace {

constexpr std::size_t id_bytes_max = 64;

bool is_id(std::string_view text) {
  const auto letter_or_digit = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (text.empty() || text.size() > id_bytes_max || !letter_or_digit(text.front())) return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return letter_or_digit(c) || c == '_' || c == '-'; });
}

}  // namespace

record::record(reader& r, std::string_view section, const toml::table& table)
    : r_(r), section_(section), table_(table) {
  for (auto&& [key, node] : table_) {
    if (find_record_key(section, key.str()) == nullptr && !is_nested(key.str())) {
      report_unknown_key(r_, section, true, key);
    }
  }
}

const toml::node* record::required(std::string_view key) const {
  const toml::node* node = table_.get(key);
  if (node == nullptr) {
    const record_key* row = find_record_key(section_, key);
    r_.report(table_.source().begin, "[[" + std::string(section_) + "]] needs " + std::string(key) +
                                         ", like " + std::string(key) + " = " + std::string(row->example));
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

bool record::is_nested(std::string_view key) const {
  const std::string name = std::string(section_) + '.' + std::string(key);
  const auto all = sections();
  return std::any_of(all.begin(), all.end(), [&](const section_entry& e) { return e.name == name; });
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
