// The file of routing.shadow: routing alone, read and checked as a config's own; everything else is the config's.

#include "config/digest.hpp"
#include "config/reader.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

namespace switchboard::config {
namespace {

constexpr std::array<std::string_view, 3> sections{"routing", "queue", "agent"};

/// What is not about routing; false: something is there.
bool check_sections(reader& r, const toml::table& root) {
  const auto before = r.reported();
  for (auto&& [key, node] : root) {
    if (std::find(sections.begin(), sections.end(), key.str()) != sections.end()) continue;
    r.report(key.source().begin,
             std::string(key.str()) +
                 " is not about routing; a shadow has [routing], [[queue]] and [[agent]], and all else is "
                 "that of the config that names it");
  }
  const toml::table* routing = root["routing"].as_table();
  if (routing != nullptr && routing->contains("shadow"))
    r.report(position_of(*routing, "shadow"), "a shadow has no shadow; remove it");
  return r.reported() == before;
}

/// What the brands of the config ask of the shadow.
void check_brands(reader& r, const settings& s) {
  if (s.queues.empty())
    r.report({}, "no [[queue]]: nothing would be routed; add one, or name no routing.shadow");
  for (const auto& b : s.brands) {
    const auto is_its = [&](const queue_settings& q) { return q.brand == b.id; };
    if (b.queue.empty() || std::none_of(s.queues.begin(), s.queues.end(), is_its)) continue;
    const auto* const queue = s.find_queue(b.queue.value);
    if (queue != nullptr && queue->brand == b.id) continue;
    r.report({}, "brand " + in_quotes(b.id.value) + " has queue = " + in_quotes(b.queue.value) +
                     " in the config, and no [[queue]] of it has this id here; add one");
  }
}

/// Of the config the rest.
settings read_all(reader& r, const toml::table& root, const settings& config) {
  settings s = config;
  s.queues.clear();
  s.agents.clear();
  s.routing = {};
  s.warnings.clear();
  read_properties(r, root, s);
  record_tables tables;
  read_routing_records(r, root, tables, s);
  s.index();
  check_routing(r, tables, s);
  check_brands(r, s);
  return s;
}

}  // namespace

void read_shadow(reader& r, const toml::table& root, settings& s) {
  if (s.routing.shadow.empty()) return;
  const auto path = r.resolve(s.routing.shadow);
  const auto text = read_config_text(path);
  if (!text) {
    const toml::table* routing = root["routing"].as_table();
    return r.report(position_of(*routing, "shadow"),
                    "shadow = " + in_quotes(s.routing.shadow) + ": " + path + " " + text.error());
  }
  reader of_shadow(path, std::filesystem::path(path).parent_path().string());
  try {
    const toml::table shadow = toml::parse(*text, path);
    if (check_sections(of_shadow, shadow)) {
      auto all = read_all(of_shadow, shadow, s);
      all.version = sha256_hex(effective_text(all)).substr(0, 16);
      s.shadow = std::make_shared<const settings>(std::move(all));
    }
  } catch (const toml::parse_error& e) {
    of_shadow.report(e.source().begin, syntax_problem(e));
  }
  r.append(std::move(of_shadow));
}

}  // namespace switchboard::config
