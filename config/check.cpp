// What no single key can tell. Each check points at the one place to correct.

#include "config/reader.hpp"

#include <fstream>
#include <map>
#include <set>
#include <tuple>

namespace switchboard::config {
namespace {

using tables = std::vector<const toml::table*>;

/// Reports every record whose key (nullopt: none to compare) an earlier one has. `at` names the TOML key to
/// point at.
template <class List, class KeyOf, class Say>
void check_unique(reader& r, const tables& at, const List& list, std::string_view key, KeyOf key_of,
                  Say say) {
  std::map<decltype(key_of(list[0])), std::size_t> seen;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto mine = key_of(list[i]);
    if (!mine) continue;
    const auto [first, fresh] = seen.emplace(mine, i);
    if (fresh) continue;
    r.report(position_of(*at[i], key), say(list[i]) + r.place(position_of(*at[first->second], key)));
  }
}

std::optional<std::string> if_any(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

template <class List>
std::vector<std::string_view> ids_of(const List& list) {
  std::vector<std::string_view> ids;
  ids.reserve(list.size());
  for (const auto& item : list) ids.push_back(item.id.value);
  return ids;
}

/// `brand = "acmee"` where no [[brand]] has that id.
void report_missing(reader& r, const toml::table& t, std::string_view key, std::string_view section,
                    std::string_view id, const std::vector<std::string_view>& known) {
  const std::string header = "[[" + std::string(section) + "]]";
  r.report(position_of(t, key), std::string(key) + " = " + in_quotes(id) + ": no " + header + " has this id" +
                                    r.suggest(id, known, "; add one, or name one that there is"));
}

bool suits(source_kind kind, domain::platform p) {
  using enum domain::platform;
  switch (kind) {
    case source_kind::meta:
      return p == facebook || p == instagram || p == whatsapp;
    case source_kind::x:
      return p == x;
    case source_kind::linkedin:
      return p == linkedin;
    case source_kind::telegram:
      return p == telegram;
    case source_kind::bluesky:
      return p == bluesky;
  }
  return false;
}

std::string_view served_by(source_kind kind) {
  return kind == source_kind::meta ? "\"facebook\", \"instagram\" and \"whatsapp\"" : "its own platform only";
}

/// A kind that could not be read was reported; what follows from it is not worth another line.
bool kind_was_read(const toml::table& source, source_kind kind) {
  return source["kind"].value_or(std::string_view{}) == to_word(kind);
}

void check_accounts(reader& r, const record_tables& at, const settings& s) {
  const auto brands = ids_of(s.brands);
  const auto sources = ids_of(s.sources);
  for (std::size_t i = 0; i < s.accounts.size(); ++i) {
    const account_settings& a = s.accounts[i];
    const toml::table& table = *at.accounts[i];
    if (!a.brand.empty() && s.find_brand(a.brand.value) == nullptr) {
      report_missing(r, table, "brand", "brand", a.brand.value, brands);
    }
    if (a.source.empty()) continue;
    const source_settings* source = s.find_source(a.source.value);
    if (source == nullptr) {
      report_missing(r, table, "source", "source", a.source.value, sources);
      continue;
    }
    const toml::table& source_table = *at.sources[static_cast<std::size_t>(source - s.sources.data())];
    const bool platform_was_read = table["platform"].value_or(std::string_view{}) == to_word(a.platform);
    if (!platform_was_read || !kind_was_read(source_table, source->kind)) continue;
    if (!suits(source->kind, a.platform)) {
      r.report(position_of(table, "platform"),
               "platform = " + in_quotes(to_word(a.platform)) + " does not come through source " +
                   in_quotes(source->id.value) + ", whose kind " + in_quotes(to_word(source->kind)) +
                   " brings " + std::string(served_by(source->kind)));
    }
  }
}

/// Ids that no payload could ever name: the account would stay silent, and all that is for it a dead letter.
void check_platform_ids(reader& r, const record_tables& at, const settings& s) {
  for (std::size_t i = 0; i < s.accounts.size(); ++i) {
    const account_settings& a = s.accounts[i];
    if (a.platform_id.empty()) continue;
    const bool digits = a.platform_id.find_first_not_of("0123456789") == std::string::npos;
    if (a.platform == domain::platform::x && !digits) {
      r.report(position_of(*at.accounts[i], "platform_id"),
               "platform_id = " + in_quotes(a.platform_id) + " is no X user id, which has digits only");
    }
    if (a.platform == domain::platform::linkedin && !a.platform_id.starts_with("urn:li:organization")) {
      r.report(position_of(*at.accounts[i], "platform_id"),
               "platform_id = " + in_quotes(a.platform_id) +
                   " is no LinkedIn organization; write \"urn:li:organization:" +
                   (digits ? a.platform_id : "…") + '"');
    }
    if (a.platform == domain::platform::bluesky && !a.platform_id.starts_with("did:")) {
      r.report(position_of(*at.accounts[i], "platform_id"),
               "platform_id = " + in_quotes(a.platform_id) +
                   " is no DID, like \"did:plc:…\"; a handle may change hands, and no payload names it");
    }
  }
}

/// A Telegram update doesn't name the bot that it is for: its URL, so its source, is all that tells.
void check_telegram(reader& r, const record_tables& at, const settings& s) {
  std::set<const source_settings*> with_account;
  for (std::size_t i = 0; i < s.accounts.size(); ++i) {
    const source_settings* source = s.find_source(s.accounts[i].source.value);
    if (source == nullptr || source->kind != source_kind::telegram) continue;
    if (with_account.insert(source).second) continue;
    r.report(position_of(*at.accounts[i], "source"), "source " + in_quotes(source->id.value) +
                                                         " has an account already, and a Telegram update "
                                                         "doesn't say which bot it is for; give each bot its "
                                                         "own [[source]]");
  }
  for (std::size_t i = 0; i < s.sources.size(); ++i) {
    const source_settings* source = s.find_source(s.sources[i].id.value);
    const bool second_of_its_id = source != &s.sources[i];
    if (second_of_its_id || source->id.empty() || source->kind != source_kind::telegram) continue;
    if (with_account.contains(source)) continue;
    r.report(position_of(*at.sources[i], "id"),
             "source " + in_quotes(source->id.value) + " needs an [[account]]: a Telegram source is one bot");
  }
}

void check_tokens(reader& r, const tables& at, const settings& s) {
  const auto brands = ids_of(s.brands);
  for (std::size_t i = 0; i < s.tokens.size(); ++i) {
    const std::string& brand = s.tokens[i].brand;
    if (brand.empty() || brand == "*" || s.find_brand(brand) != nullptr) continue;
    report_missing(r, *at[i], "brand", "brand", brand, brands);
  }
}

/// Where a key stands, else where another does that is checked against it, else the section.
toml::source_position place_of(const toml::table& root, std::string_view section, std::string_view key,
                               std::string_view other) {
  const toml::node* node = root.at_path(section).node();
  const toml::table* table = node ? node->as_table() : nullptr;
  if (table == nullptr) return {};
  return table->contains(key) ? position_of(*table, key) : position_of(*table, other);
}

void check_listeners(reader& r, const toml::table& root, const server_settings& s) {
  const auto refuse_demo = [&](std::string_view key, const endpoint& e) {
    if (!s.demo || is_loopback(e)) return;
    r.report(place_of(root, "server", key, "demo"),
             std::string(key) + " = " + in_quotes(to_text(e)) +
                 " can be reached from other machines, and demo = true " +
                 "allows secrets that anyone can read; listen on 127.0.0.1, or set demo = false");
  };
  refuse_demo("listen", s.listen);
  refuse_demo("admin_listen", s.admin_listen);

  const auto any = [](const endpoint& e) { return e.host == "0.0.0.0" || e.host == "::"; };
  const bool same_host = s.listen.host == s.admin_listen.host || any(s.listen) || any(s.admin_listen);
  if (s.listen.port != 0 && s.listen.port == s.admin_listen.port && same_host) {
    r.report(place_of(root, "server", "admin_listen", "listen"),
             "admin_listen = " + in_quotes(to_text(s.admin_listen)) +
                 " is taken by listen = " + in_quotes(to_text(s.listen)) +
                 "; give it another port, so that health and metrics stay private");
  }
}

void check_tls(reader& r, const toml::table& root, settings& s) {
  const auto check = [&](std::string_view key, std::string& file, std::string_view other, bool other_set) {
    const auto at = place_of(root, "server.tls", key, other);
    if (file.empty()) {
      if (other_set) r.report(at, std::string(key) + " is missing; TLS needs certificate_file and key_file");
      return;
    }
    file = r.resolve(file);
    std::ifstream in(file, std::ios::binary);
    if (in.peek() == std::ifstream::traits_type::eof()) {
      r.report(at, std::string(key) + " = " + in_quotes(file) +
                       " cannot be read; does it exist, and may this user read it?");
    }
  };
  const bool certificate = !s.server.tls.certificate_file.empty(), key = !s.server.tls.key_file.empty();
  check("certificate_file", s.server.tls.certificate_file, "key_file", key);
  check("key_file", s.server.tls.key_file, "certificate_file", certificate);
}

/// Values that are fine alone and would never work together.
void check_limits(reader& r, const toml::table& root, const limit_settings& l) {
  const auto need = [&](bool fine, std::string_view key, std::string_view other, std::string_view why) {
    if (!fine) r.report(place_of(root, "limits", key, other), std::string(key) + " " + std::string(why));
  };
  need(l.webhook_body_bytes_max <= l.bytes_in_flight_max / 100 * l.brand_share_percent,
       "webhook_body_bytes_max", "bytes_in_flight_max",
       "must fit into brand_share_percent of bytes_in_flight_max, or a large webhook is refused for ever");
  need(l.batch_events_max <= l.events_in_flight_max * l.brand_share_percent / 100, "batch_events_max",
       "events_in_flight_max",
       "must fit into brand_share_percent of events_in_flight_max, or a large batch is refused for ever");
  need(l.pong_timeout > l.ping_interval, "pong_timeout", "ping_interval",
       "must be longer than ping_interval, or every silent peer is cut off");
  need(l.target_bytes_max < l.head_bytes_max, "target_bytes_max", "head_bytes_max",
       "must be less than head_bytes_max, which holds it");
}

}  // namespace

void check_properties(reader& r, const toml::table& root, settings& s) {
  check_listeners(r, root, s.server);
  check_tls(r, root, s);
  check_limits(r, root, s.limits);
}

void check_records(reader& r, const record_tables& at, const settings& s) {
  const auto by_id = [](const auto& item) { return if_any(item.id.value); };
  const auto id_taken = [](const auto& item) {
    return "id " + in_quotes(item.id.value) + " is already taken on ";
  };
  check_unique(r, at.brands, s.brands, "id", by_id, id_taken);
  check_unique(r, at.sources, s.sources, "id", by_id, id_taken);
  check_unique(r, at.accounts, s.accounts, "id", by_id, id_taken);
  check_unique(r, at.calendars, s.calendars, "id", by_id, id_taken);
  check_unique(
      r, at.accounts, s.accounts, "platform_id",
      [](const account_settings& a) {
        using route = std::tuple<std::string, domain::platform, std::string>;
        const bool whole = !a.source.empty() && !a.platform_id.empty();
        return whole ? std::optional(route(a.source.value, a.platform, a.platform_id)) : std::nullopt;
      },
      [](const account_settings& a) {
        return "platform_id " + in_quotes(a.platform_id) +
               " of this source and platform is already an account on ";
      });
  check_unique(
      r, at.tokens, s.tokens, "value", [](const token_settings& t) { return if_any(t.sha256); },
      [](const token_settings&) { return std::string("the same token is already given on "); });
  check_accounts(r, at, s);
  check_platform_ids(r, at, s);
  check_telegram(r, at, s);
  check_tokens(r, at.tokens, s);
}

}  // namespace switchboard::config
