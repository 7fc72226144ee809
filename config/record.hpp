#pragma once
// One [[table]] of the config and the questions that its keys are asked. For those who read records.

#include "config/reader.hpp"
#include "config/zone_files.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::config {

inline constexpr std::size_t name_bytes_max = 256;

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
    const toml::node* node = required(key);
    const std::string s = text(key, node, name_bytes_max);
    if (s.empty()) return std::nullopt;
    std::array<std::string_view, N> words;
    std::string listed;
    for (std::size_t i = 0; i < N; ++i) {
      words[i] = to_word(all[i]);
      if (words[i] == s) return all[i];
      listed += (i == 0 ? "" : i + 1 == N ? " or " : ", ") + in_quotes(words[i]);
    }
    r_.report(node->source().begin,
              std::string(key) + " = " + shown(*node) + r_.suggest(s, words, " is none of " + listed));
    return std::nullopt;
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

[[nodiscard]] source_settings read_source(reader& r, const toml::table& table, bool demo);
[[nodiscard]] calendar_settings read_calendar(reader& r, const toml::table& table, zone_files& zones);

}  // namespace switchboard::config
