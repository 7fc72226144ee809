// Walks the file, not the table: so every key that the file has is either taken or reported.

#include "config/reader.hpp"

#include <algorithm>

namespace switchboard::config {
namespace {

const section_entry* find_section(std::string_view name) {
  const auto all = sections();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const section_entry& e) { return e.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::string header(const section_entry& e) {
  return (e.list ? "[[" : "[") + std::string(e.name) + (e.list ? "]]" : "]");
}

/// The section that knows a key of this name, for keys that stand in the wrong one.
const section_entry* home_of(std::string_view key) {
  for (const property& p : properties()) {
    if (p.name == key) return find_section(p.section);
  }
  for (const record_key& k : record_keys()) {
    if (k.name == key) return find_section(k.section);
  }
  return nullptr;
}

void report_unknown_top(reader& r, const toml::key& key, const toml::node& node) {
  std::vector<std::string_view> known;
  for (const section_entry& e : sections()) {
    if (e.name.find('.') == std::string_view::npos && e.present) known.push_back(e.name);
  }
  const section_entry* home = home_of(key.str());
  if (!node.is_table() && !node.is_array_of_tables() && home != nullptr) {
    r.report(key.source().begin,
             "key " + in_quotes(key.str()) + " stands before any section; it belongs in " + header(*home));
    return;
  }
  r.report(key.source().begin, "unknown section " + in_quotes(key.str()) +
                                   r.suggest(key.str(), known, "; config/reference.toml lists them all"));
}

void read_section(reader& r, const section_entry& entry, const toml::node& node, settings& out) {
  const toml::table* table = node.as_table();
  if (table == nullptr) {
    r.report(node.source().begin, "section " + in_quotes(entry.name) + " is written once, as [" +
                                      std::string(entry.name) + "], not as " + std::string(type_word(node)));
    return;
  }
  for (auto&& [key, child] : *table) {
    const std::string nested = std::string(entry.name) + "." + std::string(key.str());
    if (const section_entry* below = find_section(nested)) {
      if (!below->list) read_section(r, *below, child, out);  // lists are records (read_records)
    } else if (const property* p = find_property(entry.name, key.str())) {
      if (auto v = read_value(r, p->name, child, p->range, p->step, default_of(*p)))
        p->set(out, std::move(*v));
    } else {
      report_unknown_key(r, entry.name, false, key);
    }
  }
}

}  // namespace

void report_unknown_key(reader& r, std::string_view section, bool list, const toml::key& key) {
  std::vector<std::string_view> known;
  const std::string prefix = std::string(section) + ".";
  for (const property& p : properties()) {
    if (p.section == section) known.push_back(p.name);
  }
  for (const record_key& k : record_keys()) {
    if (k.section == section) known.push_back(k.name);
  }
  for (const section_entry& e : sections()) {
    if (e.name.starts_with(prefix)) known.push_back(e.name.substr(prefix.size()));
  }
  std::string otherwise = " in " + header({section, {}, list}) + "; config/reference.toml lists them all";
  if (const section_entry* home = home_of(key.str())) {
    otherwise = " in " + header({section, {}, list}) + "; it belongs in " + header(*home);
  }
  r.report(key.source().begin,
           "unknown key " + in_quotes(key.str()) + r.suggest(key.str(), known, otherwise));
}

void read_properties(reader& r, const toml::table& root, settings& out) {
  for (auto&& [key, node] : root) {
    const section_entry* entry = find_section(key.str());
    if (entry == nullptr || entry->name.find('.') != std::string_view::npos) {
      report_unknown_top(r, key, node);
    } else if (!entry->present) {
      r.report(key.source().begin, "section " + header(*entry) + " is not in this version; remove it");
    } else if (!entry->list) {
      read_section(r, *entry, node, out);
    }
  }
}

}  // namespace switchboard::config
