// [[webhook]]: where events go, and what they are signed with.

#include "config/record.hpp"
#include "domain/event.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace switchboard::config {
namespace {

constexpr std::size_t url_bytes_max = 2'048;
constexpr std::size_t events_max = 64;
constexpr std::size_t key_bytes_min = 24, key_bytes_max = 64;
constexpr std::string_view secret_start = "whsec_";

/// The bytes that `text` is the base64 of, padded; nullopt: it is none.
std::optional<std::string> from_base64(std::string_view text) {
  const auto padding = text.ends_with("==") ? 2U : text.ends_with('=') ? 1U : 0U;
  const auto letters = text.substr(0, text.size() - padding);
  const bool fine = std::all_of(letters.begin(), letters.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  });
  if (text.empty() || text.size() % 4 != 0 || !fine) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int many =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (many < 0) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(many) - padding);
  return bytes;
}

/// Messages never hold it.
void read_key(reader& r, const record& rec, webhook_settings& w, std::string_view key, bool demo) {
  const bool current = key == "secret";
  const toml::node* node = current ? rec.required(key) : rec.optional(key);
  if (node == nullptr) return;
  const auto text = read_secret(
      r, *node, {key, demo, variable(w.id, current ? "_WEBHOOK_SECRET" : "_WEBHOOK_SECRET_PREVIOUS")});
  if (!text) return;
  auto bytes = text->starts_with(secret_start)
                   ? from_base64(std::string_view(*text).substr(secret_start.size()))
                   : std::nullopt;
  if (!bytes || bytes->size() < key_bytes_min || bytes->size() > key_bytes_max) {
    r.report(node->source().begin,
             std::string(key) +
                 " is no secret of Standard Webhooks, which is whsec_ and the base64 of 24 to 64 "
                 "bytes; make one: printf whsec_; openssl rand -base64 32");
  } else if (!w.keys.empty() && w.keys.front() == *bytes) {
    r.report(node->source().begin, "secret_previous is the same as secret; remove it");
  } else {
    w.keys.push_back(*std::move(bytes));
  }
}

/// The part of an authority that is no port; nullopt: there is a port, and it is none.
std::optional<std::string_view> host_of(std::string_view authority) {
  const auto end = authority.starts_with('[') ? authority.find(']') : authority.find(':');
  if (end == std::string_view::npos)
    return authority.starts_with('[') ? std::nullopt : std::optional(authority);
  const auto host = authority.substr(0, authority.starts_with('[') ? end + 1 : end);
  const auto port = authority.substr(host.size());
  if (port.empty()) return host;
  unsigned number = 0;
  const auto [stop, error] = std::from_chars(port.data() + 1, port.data() + port.size(), number);
  if (port.front() != ':' || error != std::errc{} || stop != port.data() + port.size() || number < 1 ||
      number > 65'535)
    return std::nullopt;
  return host;
}

/// 127.0.0.1 and its neighbours are told by their spelling, for "127.example.com" is somebody else's name.
bool is_this_machine(std::string_view host) {
  if (host == "localhost" || host == "[::1]") return true;
  if (!host.starts_with("127.")) return false;
  int parts = 0;
  for (std::string_view rest = host; parts < 4; ++parts) {
    const auto dot = std::min(rest.find('.'), rest.size());
    unsigned number = 256;
    const auto [stop, error] = std::from_chars(rest.data(), rest.data() + dot, number);
    if (error != std::errc{} || stop != rest.data() + dot || number > 255) return false;
    if (dot == rest.size()) return parts == 3;
    rest.remove_prefix(dot + 1);
  }
  return false;
}

void read_url(reader& r, const record& rec, webhook_settings& w) {
  const toml::node* node = rec.required("url");
  if (node == nullptr) return;
  w.url = rec.text("url", node, url_bytes_max);
  if (w.url.empty()) return;
  constexpr std::string_view plain = "http://", secure = "https://";
  const std::string_view url = w.url;
  const bool is_plain = url.starts_with(plain);
  const auto rest = url.substr(std::min(url.size(), is_plain ? plain.size() : secure.size()));
  const auto authority = rest.substr(0, rest.find_first_of("/?"));
  const auto host = host_of(authority);
  const bool spelled = std::all_of(url.begin(), url.end(), [](char c) {
    return c > ' ' && c < 0x7f && c != '#' && c != '\\' && c != '"' && c != '<' && c != '>';
  });
  if ((!is_plain && !url.starts_with(secure)) || !spelled || !host || host->empty() ||
      authority.find('@') != std::string_view::npos) {
    return r.report(node->source().begin,
                    "url is the whole https URL that deliveries are posted to, e.g. "
                    "\"https://crm.example.com/switchboard\", "
                    "without user or fragment");
  }
  w.loopback = is_this_machine(*host);
  if (is_plain && !w.loopback) {
    r.report(node->source().begin,
             "url is plain http, over which anybody on the way could read what customers write; use https");
  }
}

/// "sla." of "sla.*"; empty: no family.
std::string_view family_of(std::string_view word) {
  return word.ends_with(".*") ? word.substr(0, word.size() - 1) : std::string_view{};
}

void read_events(reader& r, const record& rec, webhook_settings& w) {
  if (rec.required("events") == nullptr) return;
  std::array<bool, domain::public_event_type_count> wanted{};
  std::vector<std::string_view> known;
  for (std::size_t t = 0; t < wanted.size(); ++t)
    known.push_back(to_word(static_cast<domain::event_type>(t)));
  rec.each_of("events", events_max, [&](const toml::node& item) {
    const auto word = rec.text("events", &item, name_bytes_max);
    if (word.empty()) return;
    const auto family = family_of(word);
    bool any = false;
    for (std::size_t t = 0; t < wanted.size(); ++t) {
      if (family.empty() ? known[t] != word : !known[t].starts_with(family)) continue;
      wanted[t] = any = true;
    }
    if (!any) {
      r.report(item.source().begin,
               shown(item) + " in events is no type of event" +
                   r.suggest(word, known, "; write one, like \"message.received\", or \"sla.*\""));
    } else if (word == "config.applied" || word == "config.*") {
      r.report(item.source().begin, shown(item) + " is about no brand, so no webhook hears it; remove it");
    }
  });
  for (std::size_t t = 0; t < wanted.size(); ++t) {
    if (wanted[t]) w.events.push_back(static_cast<domain::event_type>(t));
  }
}

}  // namespace

webhook_settings read_webhook(reader& r, const toml::table& table, bool demo) {
  const record rec(r, "webhook", table);
  webhook_settings w;
  w.id = rec.id("id", rec.required("id"));
  w.brand.value = rec.text("brand", rec.required("brand"), name_bytes_max);
  read_url(r, rec, w);
  read_key(r, rec, w, "secret", demo);
  read_key(r, rec, w, "secret_previous", demo);
  read_events(r, rec, w);
  rec.read("ordered", w.ordered);
  rec.read("timeout", w.timeout);
  rec.read("give_up_after", w.give_up_after);
  rec.read("concurrency", w.concurrency);
  rec.read("enabled", w.enabled);
  return w;
}

/// Duplicates, and whose they are.
void check_webhooks(reader& r, const record_tables& tables, const settings& s) {
  std::vector<std::string_view> brands;
  for (const auto& b : s.brands) brands.push_back(b.id.value);
  for (std::size_t i = 0; i < s.webhooks.size(); ++i) {
    const auto& w = s.webhooks[i];
    const toml::table& at = *tables.webhooks[i];
    const auto* const first = s.find_webhook(w.id);
    if (!w.id.empty() && first != &w) {
      const auto place =
          position_of(*tables.webhooks[static_cast<std::size_t>(first - s.webhooks.data())], "id");
      r.report(position_of(at, "id"), "id " + in_quotes(w.id) + " is already taken on " + r.place(place));
    }
    if (!w.brand.empty() && s.find_brand(w.brand.value) == nullptr) {
      r.report(position_of(at, "brand"),
               "brand = " + in_quotes(w.brand.value) + ": no [[brand]] has this id" +
                   r.suggest(w.brand.value, brands, "; add one, or name one that there is"));
    }
  }
}

}  // namespace switchboard::config
