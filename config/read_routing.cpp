// [[routing.channel]], [[routing.status]] and [[routing.rule]].

#include "config/record.hpp"

#include <algorithm>
#include <array>

namespace switchboard::config {
namespace {

namespace routing = domain::routing;

constexpr std::size_t statuses_max = 32;
// Each conversation goes through those of its brand, and each is held against all before it when they are loaded.
constexpr std::size_t rules_max = 5'000;
constexpr std::size_t names_max = 100;
constexpr std::size_t accounts_max = 1'000;
constexpr std::size_t attributes_max = 32;
constexpr std::size_t keywords_max = 1'000;

constexpr std::array platforms{domain::platform::facebook, domain::platform::instagram,
                               domain::platform::whatsapp, domain::platform::telegram,
                               domain::platform::x,        domain::platform::linkedin,
                               domain::platform::bluesky};
constexpr std::array kinds{domain::thread_kind::dm, domain::thread_kind::comment,
                           domain::thread_kind::mention, domain::thread_kind::review};
constexpr std::array priorities{domain::priority::low, domain::priority::medium, domain::priority::high,
                                domain::priority::urgent};

routing::channel read_channel(reader& r, const toml::table& table) {
  const record rec(r, "routing.channel", table);
  routing::channel c;
  if (rec.has("platform")) c.platform = rec.word("platform", platforms);
  if (rec.has("kind")) c.kind = rec.word("kind", kinds);
  rec.read("units", c.units);
  rec.read("interruptible", c.interruptible);
  rec.read("at_once_max", c.at_once_max);
  return c;
}

status_settings read_status(reader& r, const toml::table& table) {
  const record rec(r, "routing.status", table);
  status_settings s;
  s.name = rec.id("name", rec.required("name"));
  const auto read = [&](std::string_view key, const auto& all, auto& to) {
    const toml::node* node = rec.optional(key);
    if (node == nullptr) return;
    to.emplace();
    const toml::array* list = node->as_array();
    if (list == nullptr || !list->empty()) to = rec.words(key, all);  // of nothing he is offered nothing
  };
  read("platforms", platforms, s.platforms);
  read("kinds", kinds, s.kinds);
  return s;
}

std::vector<std::string> read_languages(reader& r, const record& rec) {
  std::vector<std::string> languages;
  rec.each_of("languages", names_max, [&](const toml::node& item) {
    const auto* text = item.as_string();
    if (text != nullptr && language_skill(text->get())) {
      languages.push_back(text->get());
    } else {
      r.report(item.source().begin, shown(item) + " is no language; write it like \"de\" or \"pt-BR\"");
    }
  });
  return languages;
}

std::vector<routing::attribute_test> read_attributes(reader& r, const record& rec) {
  std::vector<routing::attribute_test> tests;
  const toml::node* node = rec.optional("attributes");
  if (node == nullptr) return tests;
  const toml::table* table = node->as_table();
  if (table == nullptr || table->empty() || table->size() > attributes_max) {
    r.report(node->source().begin, "attributes must be a table of 1 to " + std::to_string(attributes_max) +
                                       ", like { plan = \"gold\" }" + (table ? "" : ", not " + shown(*node)));
    return tests;
  }
  for (auto&& [name, value] : *table)
    tests.push_back({std::string(name.str()), rec.text(name.str(), &value, name_bytes_max)});
  return tests;
}

template <class Id>
std::vector<Id> read_ids(const record& rec, std::string_view key, std::size_t most) {
  std::vector<Id> ids;
  for (auto& text : rec.texts(key, most)) ids.push_back({std::move(text)});
  return ids;
}

rule_settings read_rule(reader& r, const toml::table& table, std::size_t number) {
  const record rec(r, "routing.rule", table);
  rule_settings s;
  auto& rule = s.rule;
  rule = read_tests(r, rec);
  rule.name = rec.has("name") ? rec.text("name", rec.optional("name"), name_bytes_max)
                              : "rule-" + std::to_string(number);
  rule.sources = read_ids<domain::source_id>(rec, "sources", names_max);
  rule.keywords = rec.texts("keywords", keywords_max);
  if (rec.has("queue")) s.queue.value = rec.id("queue", rec.optional("queue"));
  if (rec.has("set_priority")) rule.set_priority = rec.word("set_priority", priorities);
  for (const auto& [name, level] : read_skills(r, rec, "routing.rule", "required"))
    s.required.push_back({name, static_cast<std::uint8_t>(level)});
  for (const auto& [name, weight] : read_skills(r, rec, "routing.rule", "preferred"))
    s.preferred.push_back({name, static_cast<std::uint16_t>(weight)});
  return s;
}

}  // namespace

routing::routing_rule read_tests(reader& r, const record& rec) {
  routing::routing_rule rule;
  rule.brands = read_ids<domain::brand_id>(rec, "brands", names_max);
  rule.platforms = rec.words("platforms", platforms);
  rule.accounts = read_ids<domain::account_id>(rec, "accounts", accounts_max);
  rule.kinds = rec.words("kinds", kinds);
  rule.languages = read_languages(r, rec);
  rule.tags = rec.texts("tags", names_max);
  rule.priorities = rec.words("priorities", priorities);
  rule.attributes = read_attributes(r, rec);
  return rule;
}

void read_routing(reader& r, const toml::table& root, record_tables& tables, routing_section& out) {
  const toml::node* node = root.get("routing");
  const toml::table* section = node == nullptr ? nullptr : node->as_table();
  if (section == nullptr) return;  // absent, or reported (read_properties)
  std::vector<routing::channel> channels;
  each_below(r, *section, "routing", "channel", routing::channels_max, [&](const toml::table& t) {
    tables.channels.push_back(&t);
    channels.push_back(read_channel(r, t));
  });
  if (!channels.empty()) out.router.channels = std::move(channels);
  each_below(r, *section, "routing", "status", statuses_max, [&](const toml::table& t) {
    tables.statuses.push_back(&t);
    out.statuses.push_back(read_status(r, t));
  });
  each_below(r, *section, "routing", "rule", rules_max, [&](const toml::table& t) {
    tables.rules.push_back(&t);
    out.rules.push_back(read_rule(r, t, out.rules.size() + 1));
  });
}

}  // namespace switchboard::config
