#pragma once
// One [[table]] of the config and the questions that its keys are asked. For those who read records.

#include "config/member.hpp"
#include "config/reader.hpp"
#include "config/zone_files.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchboard::config {

inline constexpr std::size_t name_bytes_max = 256;

/// 1 to 64 of a-z 0-9 _ -, a letter or digit first.
[[nodiscard]] bool is_id(std::string_view text);

/// One [[table]] and the questions that its keys are asked.
class record {
 public:
  record(reader& r, std::string_view section, const toml::table& table);

  [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }
  [[nodiscard]] const toml::node* optional(std::string_view key) const { return table_.get(key); }
  /// The node, or nullptr, reported.
  [[nodiscard]] const toml::node* required(std::string_view key) const;

  /// A string of 1 to `bytes_max` bytes, or empty, reported.
  [[nodiscard]] std::string text(std::string_view key, const toml::node* node, std::size_t bytes_max) const;

  /// Of a record: 1 to 64 of a-z 0-9 _ -; or empty, reported.
  [[nodiscard]] std::string id(std::string_view key, const toml::node* node) const;

  /// One of the words of an enum; nullopt, reported.
  template <class Enum, std::size_t N>
  [[nodiscard]] std::optional<Enum> word(std::string_view key, const std::array<Enum, N>& all) const {
    return word_at(key, required(key), all);
  }
  /// The same of a value that may be absent (nullptr) or stands in a list.
  template <class Enum, std::size_t N>
  [[nodiscard]] std::optional<Enum> word_at(std::string_view key, const toml::node* node,
                                            const std::array<Enum, N>& all) const {
    const std::string s = text(key, node, name_bytes_max);
    if (s.empty()) return std::nullopt;
    std::array<std::string_view, N> words;
    for (std::size_t i = 0; i < N; ++i) {
      words[i] = to_word(all[i]);
      if (words[i] == s) return all[i];
    }
    r_.report(node->source().begin,
              std::string(key) + " = " + shown(*node) + r_.suggest(s, words, " is none of " + listed(words)));
    return std::nullopt;
  }
  /// A list of them, each once; empty: absent, or reported.
  template <class Enum, std::size_t N>
  [[nodiscard]] std::vector<Enum> words(std::string_view key, const std::array<Enum, N>& all) const {
    std::vector<Enum> some;
    each_of(key, N, [&](const toml::node& item) {
      if (const auto one = word_at(key, &item, all)) some.push_back(*one);
    });
    return some;
  }
  /// A list of 1 to `most` texts, each once. What is none is reported, and empty in the list.
  [[nodiscard]] std::vector<std::string> texts(std::string_view key, std::size_t most) const;
  /// Calls f(item) for each of a list of 1 to `most`; what is no such list, or has something twice, is reported.
  void each_of(std::string_view key, std::size_t most, const std::function<void(const toml::node&)>& f) const;

  /// A number, duration or flag in the range of its row. Left as it is where absent, or reported.
  template <class T>
  void read(std::string_view key, T& to) const {
    const toml::node* node = optional(key);
    if (node == nullptr) return;
    const range allowed = find_record_key(section_, key)->range;
    if (auto v = read_value(r_, key, *node, allowed, step_of<T>(), to_value(to))) assign(to, std::move(*v));
  }

 private:
  /// [[source.application]] in a [[source]].
  [[nodiscard]] bool is_nested(std::string_view key) const;

  reader& r_;
  std::string_view section_;
  const toml::table& table_;
};

/// META, WHATSAPP_ACME: what an environment variable for this record could be called.
[[nodiscard]] std::string variable(std::string_view id, std::string_view ending);

/// Calls f(table) for each [[of.section]] of `table`, at most so many; what is no list of tables is reported.
void each_below(reader& r, const toml::table& table, std::string_view of, std::string_view section,
                std::size_t most, const std::function<void(const toml::table&)>& f);

[[nodiscard]] source_settings read_source(reader& r, const toml::table& table, bool demo);
[[nodiscard]] webhook_settings read_webhook(reader& r, const toml::table& table, bool demo);
[[nodiscard]] calendar_settings read_calendar(reader& r, const toml::table& table, zone_files& zones);
[[nodiscard]] queue_settings read_queue(reader& r, const toml::table& table);
[[nodiscard]] agent_settings read_agent(reader& r, const toml::table& table);
/// [[routing.channel]], [[routing.status]] and [[routing.rule]]; the numbers of [routing] are properties.
void read_routing(reader& r, const toml::table& root, record_tables& tables, routing_section& out);

/// brands, platforms, accounts, kinds, languages, tags, priorities and attributes: what rules look at.
[[nodiscard]] domain::routing::routing_rule read_tests(reader& r, const record& rec);
[[nodiscard]] sla_settings read_sla(reader& r, const toml::table& table);

/// { billing = 4 } under `key`: names of skills with what each is worth, within the range of the key's row. Names alone tell
/// languages from other skills: "language:pt-br".
[[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> read_skills(reader& r, const record& rec,
                                                                             std::string_view section,
                                                                             std::string_view key);
/// "pt-BR" as "language:pt-br"; nullopt: no language.
[[nodiscard]] std::optional<std::string> language_skill(std::string_view tag);

}  // namespace switchboard::config
