// The lists: [[brand]] [[source]] [[account]] [[token]] [[calendar]] [[queue]] [[agent]]. Each record is read for itself; how they
// fit together is check_records' affair.

#include "config/digest.hpp"
#include "config/record.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace switchboard::config {
namespace {

constexpr std::size_t token_bytes_min = 16;  // 128 bits, were they random bytes

constexpr std::size_t policies_max = 1'000;   // each conversation goes through those of its brand
constexpr std::size_t webhooks_max = 1'000;   // each reads the log, and keeps what waits for it
constexpr std::size_t calendars_max = 1'000;  // each takes some 100 KB, and a millisecond of a reload

// A queue is an index of 16 bits; what agents and their skills take (read_agent) is a few bytes for each pair.
constexpr std::size_t queues_max = 10'000;
constexpr std::size_t agents_max = 50'000;

constexpr std::array roles{role::reader, role::agent, role::supervisor, role::admin};
constexpr std::array platforms{domain::platform::facebook, domain::platform::instagram,
                               domain::platform::whatsapp, domain::platform::telegram,
                               domain::platform::x,        domain::platform::linkedin,
                               domain::platform::bluesky};

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
  b.queue.value = rec.id("queue", rec.optional("queue"));
  if (const toml::node* node = rec.optional("redact_deleted")) {
    if (auto v = read_value(r, "redact_deleted", *node, {form::flag}, 1, true)) {
      b.conversations.redact_deleted = std::get<bool>(*v);
    }
  }
  return b;
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

/// Only WhatsApp has numbers that may do more, or less, than others.
void read_tier(reader& r, const record& rec, account_settings& a) {
  constexpr std::string_view key = "messages_per_second";
  const toml::node* node = rec.optional(key);
  if (node == nullptr) return;
  if (a.platform != domain::platform::whatsapp) {
    r.report(node->source().begin,
             "only an account on platform \"whatsapp\" has messages_per_second; remove it");
    return;
  }
  const auto v = read_value(r, key, *node, find_record_key("account", key)->range, 1, std::uint64_t{80});
  if (v) a.messages_per_second = static_cast<std::uint32_t>(std::get<std::uint64_t>(*v));
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
  read_tier(r, rec, a);
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

/// Calls `read` for each [[section]], at most so many; those of `tables` are one for one what was read.
template <class Read>
void each_record(reader& r, const toml::table& root, std::string_view section,
                 std::vector<const toml::table*>& tables, Read read,
                 std::size_t most = std::numeric_limits<std::size_t>::max()) {
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
      if (tables.size() == most) {
        return r.report(item.source().begin,
                        "there may be " + std::to_string(most) + " " + header + "; this is one more");
      }
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
  zone_files zones;
  each_record(
      r, root, "calendar", tables.calendars,
      [&](const toml::table& t) { out.calendars.push_back(read_calendar(r, t, zones)); }, calendars_max);
  read_routing_records(r, root, tables, out);
  each_record(
      r, root, "sla", tables.promises, [&](const toml::table& t) { out.promises.push_back(read_sla(r, t)); },
      policies_max);
  each_record(
      r, root, "webhook", tables.webhooks,
      [&](const toml::table& t) { out.webhooks.push_back(read_webhook(r, t, demo)); }, webhooks_max);
  return tables;
}

void read_routing_records(reader& r, const toml::table& root, record_tables& tables, settings& out) {
  each_record(
      r, root, "queue", tables.queues, [&](const toml::table& t) { out.queues.push_back(read_queue(r, t)); },
      queues_max);
  each_record(
      r, root, "agent", tables.agents, [&](const toml::table& t) { out.agents.push_back(read_agent(r, t)); },
      agents_max);
  read_routing(r, root, tables, out.routing);
}

}  // namespace switchboard::config
