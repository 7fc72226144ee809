// [[brand]] [[source]] [[account]] [[token]]: each record is read for itself; how they fit together is
// check_records' affair.

#include "config/digest.hpp"
#include "config/reader.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace switchboard::config {
namespace {

constexpr std::size_t name_bytes_max = 256;
constexpr std::size_t id_bytes_max = 64;
constexpr std::size_t token_bytes_min = 16;  // 128 bits, were they random bytes

constexpr std::array kinds{source_kind::meta, source_kind::telegram, source_kind::x, source_kind::linkedin,
                           source_kind::bluesky};
constexpr std::array roles{role::reader, role::agent, role::supervisor, role::admin};
constexpr std::array platforms{domain::platform::facebook, domain::platform::instagram,
                               domain::platform::whatsapp, domain::platform::telegram,
                               domain::platform::x,        domain::platform::linkedin,
                               domain::platform::bluesky};

bool is_id(std::string_view text) {
  const auto letter_or_digit = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (text.empty() || text.size() > id_bytes_max || !letter_or_digit(text.front())) return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return letter_or_digit(c) || c == '_' || c == '-'; });
}

/// What setWebhook accepts as secret_token.
bool is_telegram_secret(std::string_view secret) {
  return secret.size() <= 256 && std::all_of(secret.begin(), secret.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
                  c == '-';
         });
}

/// One [[table]] and the questions that its keys are asked.
class record {
 public:
  record(reader& r, std::string_view section, const toml::table& table)
      : r_(r), section_(section), table_(table) {
    for (auto&& [key, node] : table_) {
      if (find_record_key(section, key.str()) == nullptr && !is_nested(key.str())) {
        report_unknown_key(r_, section, true, key);
      }
    }
  }

  [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }
  [[nodiscard]] const toml::node* optional(std::string_view key) const { return table_.get(key); }
  /// The node, or nullptr, reported.
  [[nodiscard]] const toml::node* required(std::string_view key) const {
    const toml::node* node = table_.get(key);
    if (node == nullptr) {
      const record_key* row = find_record_key(section_, key);
      r_.report(table_.source().begin, "[[" + std::string(section_) + "]] needs " + std::string(key) +
                                           ", like " + std::string(key) + " = " + std::string(row->example));
    }
    return node;
  }

  /// A string of 1 to `bytes_max` bytes, or empty, reported.
  [[nodiscard]] std::string text(std::string_view key, const toml::node* node, std::size_t bytes_max) const {
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

  [[nodiscard]] std::string id(std::string_view key, const toml::node* node) const {
    std::string s = text(key, node, name_bytes_max);
    if (s.empty() || is_id(s)) return s;
    r_.report(node->source().begin, std::string(key) + " = " + shown(*node) +
                                        " must be 1 to 64 of a-z 0-9 _ -, a letter or digit first");
    return s;
  }

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
  [[nodiscard]] bool is_nested(std::string_view key) const {
    const std::string name = std::string(section_) + '.' + std::string(key);
    const auto all = sections();
    return std::any_of(all.begin(), all.end(), [&](const section_entry& e) { return e.name == name; });
  }

  reader& r_;
  std::string_view section_;
  const toml::table& table_;
};

/// META, WHATSAPP_ACME: what an environment variable for this record could be called.
std::string variable(std::string_view id, std::string_view ending) {
  std::string name;
  for (const char c : id) {
    const bool fits = std::isalnum(static_cast<unsigned char>(c)) != 0;
    name += fits ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : '_';
  }
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) name.insert(0, "S_");
  return name + std::string(ending);
}

brand_settings read_brand(reader& r, const toml::table& table) {
  const record rec(r, "brand", table);
  brand_settings b;
  b.id.value = rec.id("id", rec.required("id"));
  b.name = rec.has("name") ? rec.text("name", rec.optional("name"), name_bytes_max) : b.id.value;
  if (const toml::node* node = rec.optional("reopen_window")) {
    const range allowed = find_record_key("brand", "reopen_window")->range;
    const value standard = static_cast<std::uint64_t>(milliseconds(b.conversations.reopen_window).count());
    if (auto v = read_value(r, "reopen_window", *node, allowed, 1000, standard)) {
      b.conversations.reopen_window =
          std::chrono::duration_cast<seconds>(milliseconds(std::get<std::uint64_t>(*v)));
    }
  }
  if (const toml::node* node = rec.optional("redact_deleted")) {
    if (auto v = read_value(r, "redact_deleted", *node, {form::flag}, 1, true)) {
      b.conversations.redact_deleted = std::get<bool>(*v);
    }
  }
  return b;
}

/// `variable`: of the environment, to suggest.
std::vector<std::string> read_secrets(reader& r, const record& rec, source_kind kind, std::string variable,
                                      bool demo) {
  std::vector<std::string> secrets;
  // Nothing that Bluesky sends is signed: secrets are for a relay of the user's own, and else nobody may post.
  const toml::node* node = kind == source_kind::bluesky ? rec.optional("secrets") : rec.required("secrets");
  if (node == nullptr) return secrets;
  const secret_use use{"secrets", demo, std::move(variable)};
  const toml::array* list = node->as_array();
  if (list == nullptr) {
    r.report(node->source().begin, "secrets must be a list, like [{ env = \"" + use.variable + "\" }], not " +
                                       std::string(type_word(*node)));
    return secrets;
  }
  if (list->empty()) {
    r.report(node->source().begin,
             "secrets is empty, so nothing could be verified; write [{ env = \"" + use.variable + "\" }]");
  }
  for (const toml::node& item : *list) {
    if (auto secret = read_secret(r, item, use)) {
      // Two of the same would only cost a second HMAC for each webhook.
      if (std::find(secrets.begin(), secrets.end(), *secret) != secrets.end()) {
        r.report(item.source().begin, "the same secret stands here twice; remove one");
      }
      if (kind == source_kind::telegram && !is_telegram_secret(*secret)) {
        r.report(item.source().begin,
                 "a Telegram secret_token has 1 to 256 of A-Z a-z 0-9 _ -; Telegram could never "
                 "send this one");
      }
      secrets.push_back(std::move(*secret));
    }
  }
  return secrets;
}

/// [[source.application]]
void read_applications(reader& r, const toml::table& table, source_settings& s, bool demo) {
  const toml::node* node = table.get("application");
  if (node == nullptr) return;
  const toml::array* list = node->as_array();
  if (list == nullptr ||
      std::any_of(list->begin(), list->end(), [](const auto& n) { return !n.is_table(); })) {
    r.report(node->source().begin,
             "application is a list of tables; write [[source.application]] behind the [[source]]");
    return;
  }
  if (s.kind != source_kind::linkedin) {
    r.report(node->source().begin, "only a source of kind \"linkedin\" has child applications");
  }
  for (const toml::node& item : *list) {
    const toml::table& each = *item.as_table();
    const record rec(r, "source.application", each);
    application_settings app;
    app.id = rec.text("id", rec.required("id"), name_bytes_max);
    app.secrets = read_secrets(r, rec, s.kind, variable(s.id.value, "_CHILD_SECRET"), demo);
    const auto same = [&](const application_settings& other) {
      return !app.id.empty() && other.id == app.id;
    };
    if (std::any_of(s.applications.begin(), s.applications.end(), same)) {
      r.report(position_of(each, "id"), "application " + in_quotes(app.id) + " stands in this source twice");
    }
    s.applications.push_back(std::move(app));
  }
}

void read_verify_token(reader& r, const record& rec, source_settings& s) {
  const toml::node* verify =
      s.kind == source_kind::meta ? rec.required("verify_token") : rec.optional("verify_token");
  if (verify == nullptr) return;
  if (s.kind == source_kind::telegram) {
    r.report(verify->source().begin, "Telegram has no handshake, so no verify_token; remove it");
  } else if (s.kind != source_kind::meta) {
    r.report(verify->source().begin, "the handshake of kind " + in_quotes(to_word(s.kind)) +
                                         " is answered with a secret, so it has no verify_token; remove it");
  }
  // It proves nothing about a payload, only answers the handshake: so it may be written out.
  if (auto word = read_secret(r, *verify, {"verify_token", true, variable(s.id.value, "_VERIFY_TOKEN")})) {
    s.verify_token = std::move(*word);
  }
}

/// X asks hourly, LinkedIn every two hours (platforms.md §6, §7): a little more than what three of them are apart.
void read_handshakes(reader& r, const record& rec, source_settings& s) {
  if (s.kind == source_kind::x) s.handshakes_apart_max = std::chrono::hours{3};
  if (s.kind == source_kind::linkedin) s.handshakes_apart_max = std::chrono::hours{5};
  const toml::node* node = rec.optional("handshakes_apart_max");
  if (node == nullptr) return;
  if (s.handshakes_apart_max.count() == 0) {
    return r.report(node->source().begin, "kind " + in_quotes(to_word(s.kind)) +
                                              " has no handshakes that come again; "
                                              "remove handshakes_apart_max");
  }
  const range allowed = find_record_key("source", "handshakes_apart_max")->range;
  if (auto v = read_value(r, "handshakes_apart_max", *node, allowed, 1000, std::uint64_t{0})) {
    s.handshakes_apart_max = std::chrono::duration_cast<seconds>(milliseconds(std::get<std::uint64_t>(*v)));
  }
}

/// What is read there is public, but who could answer in its place could make up customers: so wss, except on this
/// machine.
void read_jetstream_url(reader& r, const record& rec, source_settings& s) {
  const toml::node* node = rec.optional("jetstream_url");
  if (node == nullptr) return;
  if (s.kind != source_kind::bluesky) {
    return r.report(node->source().begin, "only a source of kind \"bluesky\" has a jetstream_url");
  }
  s.jetstream_url = rec.text("jetstream_url", node, name_bytes_max);
  constexpr std::string_view plain = "ws://", secure = "wss://";
  const std::string_view url = s.jetstream_url;
  const bool is_plain = url.starts_with(plain);
  const auto host = url.substr(std::min(url.size(), is_plain ? plain.size() : secure.size()));
  const bool whole = (is_plain || url.starts_with(secure)) && !host.empty() &&
                     host.find_first_of("/?#@ \"\\") == std::string_view::npos;
  const auto name = host.substr(0, host.rfind(':'));
  const bool here = name == "127.0.0.1" || name == "localhost" || name == "[::1]";
  if (!whole) {
    r.report(node->source().begin,
             "jetstream_url is wss:// and a host, e.g. \"wss://jetstream.example.com\", and no more");
  } else if (is_plain && !here) {
    r.report(node->source().begin,
             "jetstream_url is plain ws, where anybody on the way could make up posts; use wss");
  }
}

/// Where it is a URL that a platform could deliver to: https, a host, no query.
void read_public_url(reader& r, const record& rec, source_settings& s) {
  const toml::node* node = rec.optional("public_url");
  if (node == nullptr) return;
  s.public_url = rec.text("public_url", node, name_bytes_max);
  constexpr std::string_view secure = "https://";
  const std::string_view url = s.public_url;
  const auto rest = url.substr(std::min(url.size(), secure.size()));
  if (!url.starts_with(secure) || rest.empty() || rest.front() == '/' ||
      rest.find_first_of("?#@ \"\\") != std::string_view::npos) {
    r.report(node->source().begin,
             "public_url is the whole https URL of this source's webhook, e.g. "
             "\"https://hooks.example.com/webhooks/" +
                 s.id.value + "\"");
  }
}

/// What says to a platform which app asks.
void read_app(reader& r, const record& rec, source_settings& s, bool demo) {
  const auto only_of = [&](std::string_view key, bool fits, std::string_view whose) {
    const toml::node* node = rec.optional(key);
    if (node != nullptr && !fits) {
      r.report(node->source().begin,
               "only a source of kind " + std::string(whose) + " has " + std::string(key) + "; remove it");
    }
    return node;
  };
  const bool x = s.kind == source_kind::x;
  const bool has_id = s.kind == source_kind::meta || s.kind == source_kind::linkedin;
  if (const auto* node = only_of("app_id", has_id, "\"meta\" or \"linkedin\""))
    s.app_id = rec.text("app_id", node, name_bytes_max);
  if (const auto* node = only_of("consumer_key", x, "\"x\""))
    s.consumer_key = rec.text("consumer_key", node, name_bytes_max);
  if (const auto* node = only_of("app_token", x, "\"x\"")) {
    if (auto token = read_secret(r, *node, {"app_token", demo, variable(s.id.value, "_APP_TOKEN"), 1, true}))
      s.app_token = std::move(*token);
  }
}

source_settings read_source(reader& r, const toml::table& table, bool demo) {
  const record rec(r, "source", table);
  source_settings s;
  s.id.value = rec.id("id", rec.required("id"));
  const auto kind = rec.word("kind", kinds);
  if (kind) s.kind = *kind;
  s.secrets = read_secrets(r, rec, s.kind, variable(s.id.value, "_SECRET"), demo);
  if (!kind) return s;
  read_verify_token(r, rec, s);
  read_handshakes(r, rec, s);
  read_jetstream_url(r, rec, s);
  read_public_url(r, rec, s);
  read_app(r, rec, s, demo);
  read_applications(r, table, s, demo);
  return s;
}

/// Tokens go there: nobody reads them on the way, except on this machine.
void check_api_url(reader& r, const toml::node& node, std::string_view url, bool demo) {
  constexpr std::string_view plain = "http://", secure = "https://";
  const bool is_plain = url.starts_with(plain);
  const auto rest = url.substr(std::min(url.size(), is_plain ? plain.size() : secure.size()));
  const bool whole = (is_plain || url.starts_with(secure)) && !rest.empty() &&
                     rest.find_first_of("/?#@ \"\\") == std::string_view::npos;
  if (!whole) {
    r.report(node.source().begin,
             "api_url is a scheme and a host, e.g. \"https://pds.example.com\", and no more");
  } else if (is_plain && !demo) {
    r.report(node.source().begin,
             "api_url is plain http, over which the token could be read; use https (demo = true allows it)");
  }
}

/// One without the other signs nothing. Their variables may be unset until media are to be fetched.
void read_oauth1(reader& r, const record& rec, account_settings& a, bool demo) {
  const toml::node* token = rec.optional("oauth1_token");
  const toml::node* secret = rec.optional("oauth1_token_secret");
  if ((token == nullptr) != (secret == nullptr)) {
    r.report((token ? token : secret)->source().begin,
             "oauth1_token and oauth1_token_secret go together; one of them is missing");
  }
  const auto read = [&](std::string_view key, const toml::node* node, std::string_view ending,
                        std::string& to) {
    if (node == nullptr) return;
    if (auto found = read_secret(r, *node, {key, demo, variable(a.id.value, ending), 1, true}))
      to = std::move(*found);
  };
  read("oauth1_token", token, "_OAUTH1_TOKEN", a.oauth1_token);
  read("oauth1_token_secret", secret, "_OAUTH1_SECRET", a.oauth1_token_secret);
}

account_settings read_account(reader& r, const toml::table& table, bool demo) {
  const record rec(r, "account", table);
  account_settings a;
  a.id.value = rec.id("id", rec.required("id"));
  a.brand.value = rec.text("brand", rec.required("brand"), name_bytes_max);
  a.source.value = rec.text("source", rec.required("source"), name_bytes_max);
  if (const auto platform = rec.word("platform", platforms)) a.platform = *platform;
  a.platform_id = rec.text("platform_id", rec.required("platform_id"), name_bytes_max);
  if (const toml::node* node = rec.optional("access_token")) {
    // The contract: optional until something is sent. So a variable that is not set yet stops nobody.
    if (auto token = read_secret(r, *node, {"access_token", demo, variable(a.id.value, "_TOKEN"), 1, true})) {
      a.access_token = std::move(*token);
    }
  }
  const auto text = [&](std::string_view key, std::string& to) {
    if (rec.has(key)) to = rec.text(key, rec.optional(key), name_bytes_max);
  };
  read_oauth1(r, rec, a, demo);
  const auto flag = [&](std::string_view key, bool& to) {
    const toml::node* node = rec.optional(key);
    if (node == nullptr) return;
    if (auto v = read_value(r, key, *node, {form::flag}, 1, true)) to = std::get<bool>(*v);
  };
  text("api_url", a.api_url);
  text("api_version", a.api_version);
  text("page_id", a.page_id);
  text("business_id", a.business_id);
  text("subscriber", a.subscriber);
  flag("human_agent_tag", a.human_agent_tag);
  flag("read_receipts", a.read_receipts);
  flag("split_long_texts", a.split_long_texts);
  if (const toml::node* node = rec.optional("media_hosts")) a.media_hosts = read_media_hosts(r, *node);
  if (!a.api_url.empty()) check_api_url(r, *rec.optional("api_url"), a.api_url, demo);
  return a;
}

/// The token's hash, from either key.
std::string read_token_hash(reader& r, const record& rec, const toml::table& table, bool demo) {
  const toml::node* value_node = rec.optional("value");
  const toml::node* hash_node = rec.optional("sha256");
  if ((value_node == nullptr) == (hash_node == nullptr)) {
    r.report(value_node ? hash_node->source().begin : table.source().begin,
             "[[token]] needs either value or sha256, " +
                 std::string(value_node ? "not both" : "and has neither"));
    return {};
  }
  if (value_node != nullptr) {
    const secret_use use{"value", demo, "SWITCHBOARD_TOKEN", demo ? 1 : token_bytes_min};
    const auto token = read_secret(r, *value_node, use);
    return token ? sha256_hex(*token) : std::string{};
  }
  const auto* text = hash_node->as_string();
  std::string hash = text ? text->get() : std::string{};
  for (char& c : hash) c = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  if (hash.size() == 64 && hash.find_first_not_of("0123456789abcdef") == std::string::npos) return hash;
  // Not shown: it may be the token itself.
  r.report(hash_node->source().begin,
           "sha256 must be a string of 64 hex digits, from: printf %s \"$TOKEN\" | sha256sum");
  return {};
}

token_settings read_token(reader& r, const toml::table& table, bool demo) {
  const record rec(r, "token", table);
  token_settings t;
  t.sha256 = read_token_hash(r, rec, table, demo);
  t.brand = rec.text("brand", rec.required("brand"), name_bytes_max);
  const auto role = rec.word("role", roles);
  if (role) t.role = *role;
  const toml::node* agent = rec.optional("agent");
  if (role && t.role == config::role::agent) agent = rec.required("agent");
  t.agent.value = rec.id("agent", agent);
  return t;
}

/// Calls `read` for each [[section]].
template <class Read>
void each_record(reader& r, const toml::table& root, std::string_view section,
                 std::vector<const toml::table*>& tables, Read read) {
  const toml::node* node = root.get(section);
  if (node == nullptr) return;
  const std::string header = "[[" + std::string(section) + "]]";
  const toml::array* list = node->as_array();
  if (list == nullptr) {
    r.report(node->source().begin, std::string(section) + " is a list; write " + header +
                                       ", once for each, not " +
                                       (node->is_table() ? "[" + std::string(section) + "]" : shown(*node)));
    return;
  }
  for (const toml::node& item : *list) {
    if (const toml::table* table = item.as_table()) {
      tables.push_back(table);
      read(*table);
    } else {
      r.report(item.source().begin, std::string(section) + " is a list of tables; write " + header +
                                        ", not " + std::string(type_word(item)));
    }
  }
}

}  // namespace

record_tables read_records(reader& r, const toml::table& root, settings& out) {
  record_tables tables;
  const bool demo = out.server.demo;
  each_record(r, root, "brand", tables.brands,
              [&](const toml::table& t) { out.brands.push_back(read_brand(r, t)); });
  each_record(r, root, "source", tables.sources,
              [&](const toml::table& t) { out.sources.push_back(read_source(r, t, demo)); });
  each_record(r, root, "account", tables.accounts,
              [&](const toml::table& t) { out.accounts.push_back(read_account(r, t, demo)); });
  each_record(r, root, "token", tables.tokens,
              [&](const toml::table& t) { out.tokens.push_back(read_token(r, t, demo)); });
  return tables;
}

}  // namespace switchboard::config
