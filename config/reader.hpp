#pragma once
// What the steps of loading share: where the problems go, and the words they are told in. A step reports and
// goes on, so that one run shows everything that is wrong; the settings count only if nothing was reported.
// Private to the loader (it brings toml++ along).

#include "config/load.hpp"
#include "config/properties.hpp"

#include <toml++/toml.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::config {

class reader {
 public:
  /// `directory`: what relative file names in the config start from.
  reader(std::string file, std::string directory)
      : file_(std::move(file)), directory_(std::move(directory)) {}

  void report(const toml::source_position& at, std::string what, bool elsewhere = false);
  /// Of what loads all the same; beyond very many none is kept.
  void warn(const toml::source_position& at, std::string what);
  /// `; did you mean "listen"?`, or `otherwise` if nothing is near. Gives up once there are very many
  /// problems.
  [[nodiscard]] std::string suggest(std::string_view word, std::span<const std::string_view> known,
                                    std::string_view otherwise = {}) const;

  /// An absolute path stays, a relative one starts at the config's directory.
  [[nodiscard]] std::string resolve(std::string_view path) const;
  [[nodiscard]] std::string place(const toml::source_position& at) const;  ///< "line 12"

  /// What was said of another file, behind what is said of this one.
  void append(reader&& other);

  [[nodiscard]] bool clean() const noexcept { return problems_.empty() && other_problems_.empty(); }
  /// So many until now.
  [[nodiscard]] std::size_t reported() const noexcept { return problems_.size() + left_out_; }
  /// In the order of the file.
  [[nodiscard]] std::vector<problem> take();
  /// The warnings, likewise, as lines.
  [[nodiscard]] std::vector<std::string> take_warnings();

 private:
  std::string file_;
  std::string directory_;
  std::vector<problem> problems_;
  std::vector<problem> warnings_;
  std::vector<problem> other_problems_;
  std::vector<std::string> other_warnings_;
  std::size_t left_out_ = 0;
};

// -- words for messages
// --------------------------------------------------------------------------------------

/// In quotes, control characters escaped, long texts cut: what came from the file may not garble a terminal.
[[nodiscard]] std::string in_quotes(std::string_view text);
/// "not 10", the value as an error may show it. Never for a secret.
[[nodiscard]] std::string shown(const toml::node& node);
/// "a", "b" or "c"; each in quotes.
[[nodiscard]] std::string listed(std::span<const std::string_view> words);
/// "an integer", "a list": the type alone.
[[nodiscard]] std::string_view type_word(const toml::node& node);
/// Where the value of `key` stands, or the table itself if it has none.
[[nodiscard]] toml::source_position position_of(const toml::table& table, std::string_view key);

// -- steps
// ---------------------------------------------------------------------------------------------------

/// The value of a key in its form and range, or nullopt, reported.
[[nodiscard]] std::optional<value> read_value(reader& r, std::string_view name, const toml::node& node,
                                              range allowed, std::uint64_t step, const value& standard);
/// [server], [storage], [limits]; and every key of the top level that is nobody's.
void read_properties(reader& r, const toml::table& root, settings& out);
/// The names of hosts in a list; what is none is reported.
[[nodiscard]] std::vector<std::string> read_media_hosts(reader& r, const toml::node& node);
/// Reports keys that the section doesn't know.
void report_unknown_key(reader& r, std::string_view section, bool list, const toml::key& key);

/// The tables that the lists of the settings came from, one for one: where to point when a check over several
/// of them fails.
struct record_tables {
  std::vector<const toml::table*> brands, sources, accounts, tokens, calendars, queues, agents, channels,
      statuses, rules, promises, webhooks;
};
/// [[brand]] [[source]] [[account]] [[token]] [[calendar]], and what routing has (read_routing). Every record is kept, with what of it could be read.
[[nodiscard]] record_tables read_records(reader& r, const toml::table& root, settings& out);
/// The part of it that is about routing: [[queue]], [[agent]] and [routing].
void read_routing_records(reader& r, const toml::table& root, record_tables& tables, settings& out);
/// Reads the file that routing.shadow names into s.shadow, where it names one.
void read_shadow(reader& r, const toml::table& root, settings& s);
/// All of a config file; the error: why there is none, as a problem says it.
[[nodiscard]] expected<std::string, std::string> read_config_text(const std::string& path);
/// How toml++ says that a text is no TOML.
[[nodiscard]] std::string syntax_problem(const toml::parse_error& e);
/// Precondition: s.index() has run. What no single key can tell: duplicates, references, keys that exclude or
/// need each other.
void check_records(reader& r, const record_tables& tables, const settings& s);
/// The same for what is about routing; and warns of what can hardly be meant.
void check_routing(reader& r, const record_tables& tables, const settings& s);
/// The same for [server] and [limits]; makes the names of the TLS files absolute or relative to the working
/// directory.
void check_properties(reader& r, const toml::table& root, settings& s);

/// How a secret may be given.
struct secret_use {
  std::string_view name;  ///< the key, for messages
  bool literal = false;   ///< a plain string is accepted
  std::string variable;   ///< an environment variable to suggest
  std::size_t bytes_min = 1;
  bool may_be_unset = false;  ///< a variable that is not set gives an empty secret, not a problem
};
/// The secret itself, from a string, { env = } or { file = }; nullopt, reported. Messages never hold it.
[[nodiscard]] std::optional<std::string> read_secret(reader& r, const toml::node& node,
                                                     const secret_use& use);

/// The same of [[sla]]; and warns of what can hardly be meant.
void check_sla(reader& r, const record_tables& tables, const settings& s);
/// The same of [[webhook]].
void check_webhooks(reader& r, const record_tables& tables, const settings& s);
/// The part of effective_text() that is about one of them.
[[nodiscard]] std::string effective_sla(const sla_settings& s);
[[nodiscard]] std::string effective_webhook(const webhook_settings& w);
[[nodiscard]] std::string effective_calendar(const calendar_settings& c);
/// The text behind settings.version: every effective value that is no secret, in a fixed order.
[[nodiscard]] std::string effective_text(const settings& s);

}  // namespace switchboard::config
