// [[source]] and its [[source.application]].

#include "config/record.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace switchboard::config {
namespace {

constexpr std::array kinds{source_kind::meta, source_kind::telegram, source_kind::x, source_kind::linkedin,
                           source_kind::bluesky};

/// What setWebhook accepts as secret_token.
bool is_telegram_secret(std::string_view secret) {
  return secret.size() <= 256 && std::all_of(secret.begin(), secret.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
                  c == '-';
         });
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

}  // namespace

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

}  // namespace switchboard::config
