#include "cli/own_account.hpp"

#include "cli/json_rewriting.hpp"
#include "net/platforms/content_hash.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>

namespace switchboard::cli {

namespace {

using domain::platform;
using net::platforms::array;
using net::platforms::element;
using net::platforms::kind;
using net::platforms::member_array;
using net::platforms::member_id;
using net::platforms::member_object;
using net::platforms::member_text;
using net::platforms::object;

/// What the recording calls its accounts, and what we call ours.
struct renaming {
  platform whose = platform::facebook;
  std::set<std::string, std::less<>> theirs = {};
};

constexpr std::string_view urn_prefix = "urn:li:";
constexpr std::string_view record_prefix = "at://";

// -- whom it was sent to
// -------------------------------------------------------------------------------------------------------

template <class Use>
void for_each_object(object o, std::string_view list, Use use) {
  const auto all = member_array(o, list);
  if (!all) return;
  for (const auto each : *all) {
    object inside;
    if (each.get(inside) == simdjson::SUCCESS) use(inside);
  }
}

std::optional<renaming> find_meta(object root) {
  const auto what = member_text(root, "object");
  renaming found;
  if (what == "whatsapp_business_account") {
    found.whose = platform::whatsapp;
    for_each_object(root, "entry", [&](object entry) {
      for_each_object(entry, "changes", [&](object change) {
        const auto value = member_object(change, "value");
        const auto metadata = value ? member_object(*value, "metadata") : std::nullopt;
        if (metadata) found.theirs.insert(member_id(*metadata, "phone_number_id"));
      });
    });
  } else if (what == "page" || what == "instagram") {
    found.whose = what == "page" ? platform::facebook : platform::instagram;
    for_each_object(root, "entry", [&](object entry) { found.theirs.insert(member_id(entry, "id")); });
  }
  found.theirs.erase("");
  if (found.theirs.empty()) return std::nullopt;  // about a business, or about nobody
  return found;
}

renaming find_x(object root) {
  renaming found{platform::x};
  if (auto id = member_id(root, "for_user_id"); !id.empty()) found.theirs.insert(std::move(id));
  if (const auto data = member_object(root, "data")) {
    for (const char* const holder : {"filter", "payload"}) {  // oauth.revoke has no filter
      const auto o = member_object(*data, holder);
      auto id = o ? member_id(*o, "user_id") : std::string{};
      if (id.empty()) continue;
      found.theirs.insert(std::move(id));
      break;
    }
  }
  return found;
}

renaming find_linkedin(object root) {
  renaming found{platform::linkedin};
  const auto add = [&](object o) {
    std::string urn = member_id(o, "organizationalEntity");
    if (urn.starts_with(urn_prefix)) urn.erase(0, urn_prefix.size());
    if (urn.empty()) return;
    found.theirs.insert(std::string(urn_prefix) + urn);
    found.theirs.insert(std::move(urn));
  };
  add(root);
  for_each_object(root, "notifications", add);
  return found;
}

/// The DID in at://DID/…
std::string_view did_in(std::string_view uri) {
  if (!uri.starts_with(record_prefix)) return {};
  uri.remove_prefix(record_prefix.size());
  return uri.substr(0, uri.find('/'));
}

/// What tells whose business a post, a like or a notification is, the surest first.
enum class bluesky_hint : std::uint8_t { of_his_post, answers_him, names_him, none };

void find_hint(json_place at, element e, bluesky_hint& surest, std::string& whose) {
  object o;
  array list;
  std::string_view text;
  if (e.get(o) == simdjson::SUCCESS) {
    for (const auto member : o) find_hint({at.name, member.key}, member.value, surest, whose);
  } else if (e.get(list) == simdjson::SUCCESS) {
    for (const auto each : list) find_hint(at, each, surest, whose);
  } else if (e.get(text) == simdjson::SUCCESS) {
    const bool of_post = at.name == "reasonSubject" || (at.holder == "subject" && at.name == "uri");
    const auto hint = of_post                                       ? bluesky_hint::of_his_post
                      : at.holder == "parent" && at.name == "uri"   ? bluesky_hint::answers_him
                      : at.holder == "features" && at.name == "did" ? bluesky_hint::names_him
                                                                    : bluesky_hint::none;
    const auto did = hint == bluesky_hint::names_him ? text : did_in(text);
    if (hint >= surest || did.empty()) return;
    surest = hint;
    whose = did;
  }
}

renaming find_bluesky(object root) {
  renaming found{platform::bluesky};
  if (const auto accounts = member_array(root, "accounts")) {
    for (const auto each : *accounts) {
      std::string_view did;
      if (each.get(did) == simdjson::SUCCESS) found.theirs.emplace(did);
    }
    return found;
  }
  auto surest = bluesky_hint::none;
  std::string whose;
  for (const auto member : root) find_hint({{}, member.key}, member.value, surest, whose);
  if (!whose.empty()) found.theirs.insert(std::move(whose));
  return found;
}

std::optional<renaming> find_account(kind source, object root) {
  switch (source) {
    case kind::meta:
      return find_meta(root);
    case kind::x:
      return find_x(root);
    case kind::linkedin:
      return find_linkedin(root);
    case kind::bluesky:
      return find_bluesky(root);
    case kind::telegram:
      return renaming{platform::telegram};
  }
  return std::nullopt;
}

// -- what is written over
// -------------------------------------------------------------------------------------------------------

/// id, user_id, id_str, participant_ids, notificationId: anything else that reads like a short id is an amount or a text.
bool is_id_name(std::string_view name) {
  if (name.ends_with("_str")) name.remove_suffix(4);
  if (name.ends_with('s')) name.remove_suffix(1);
  return name == "id" || name.ends_with("_id") || name.ends_with("Id");
}

struct renamer {
  const renaming& what;
  std::string_view own;

  /// X's users are members by their id.
  [[nodiscard]] std::string_view key(json_place at) const {
    return at.holder == "users" && what.theirs.contains(at.name) ? own : at.name;
  }

  bool rewrite(std::string& out, json_place at, element e) const {
    if (what.whose == platform::whatsapp && (at.holder != "metadata" || at.name != "phone_number_id"))
      return false;
    std::string_view text;
    if (e.get(text) == simdjson::SUCCESS) {
      const auto renamed = rewritten(text, is_id_name(at.name));
      if (renamed) domain::append_json_string(out, *renamed);
      return renamed.has_value();
    }
    if (!(e.is_int64() || e.is_uint64()) || !is_id_name(at.name)) return false;
    std::string number;
    net::platforms::append_json(number, e);
    if (!what.theirs.contains(number)) return false;
    const bool digits = std::all_of(own.begin(), own.end(), [](char c) { return c >= '0' && c <= '9'; });
    digits ? static_cast<void>(out += own) : domain::append_json_string(out, own);
    return true;
  }

 private:
  /// nullopt: it has nothing to do with the account.
  [[nodiscard]] std::optional<std::string> rewritten(std::string_view text, bool is_id) const {
    if (is_id ||
        text.find(':') != std::string_view::npos) {  // a URN or a DID is nothing else, wherever it stands
      if (what.theirs.contains(text)) return in_spelling_of(text);
    }
    if (const auto did = did_in(text); !did.empty() && what.theirs.contains(did))
      return std::string(record_prefix) + std::string(own) +
             std::string(text.substr(record_prefix.size() + did.size()));
    const auto end = text.find('_');  // <page>_<post>
    if (is_id && end != std::string_view::npos && what.theirs.contains(text.substr(0, end)))
      return std::string(own) + std::string(text.substr(end));
    return std::nullopt;
  }
  /// LinkedIn's short one stays short.
  [[nodiscard]] std::string in_spelling_of(std::string_view theirs) const {
    const bool shorter = what.whose == platform::linkedin && !theirs.starts_with(urn_prefix);
    return std::string(shorter && own.starts_with(urn_prefix) ? own.substr(urn_prefix.size()) : own);
  }
};

/// A Message of the Bot API by itself: the update that would have brought it. Its id is made of what tells the message
/// apart (an edit is another update), so that the same file is the same update. nullopt: it is none, or has its update.
std::optional<std::string> in_an_update(object message) {
  const auto chat = member_object(message, "chat");
  const auto id = member_id(message, "message_id");
  if (!chat || id.empty() || net::platforms::has_member(message, "update_id")) return std::nullopt;
  const auto edited = member_id(message, "edit_date");
  std::string name = member_text(*chat, "type") == "channel" ? "channel_post" : "message";
  if (!member_text(message, "business_connection_id").empty()) name = "business_message";
  if (!edited.empty()) name.insert(0, "edited_");
  constexpr std::uint64_t largest = (std::uint64_t{1} << 52) - 1;  // the Bot API's numbers have no more bits
  const auto update =
      net::platforms::content_hash(name + '/' + member_id(*chat, "id") + '/' + id + '/' + edited) & largest;
  std::string out;
  domain::json_object o{out};
  o.number("update_id", update);
  o.raw(name, net::platforms::to_json(message));
  o.end();
  return out;
}

}  // namespace

own_accounts own_accounts_of(const config::settings& settings, const std::string& config,
                             const std::string& source) {
  own_accounts own{.config = config, .source = source};
  for (const auto& a : settings.accounts) {
    if (a.source.value == source) own.ids.emplace(a.platform, a.platform_id);
  }
  return own;
}

expected<std::string, std::string> with_own_account(std::string_view body, kind source,
                                                    const own_accounts& own) {
  const auto parsed = net::platforms::parse(body, {});
  object root;
  if (!parsed || parsed->root.get(root) != simdjson::SUCCESS) return std::string(body);
  const auto found = find_account(source, root);
  if (!found) return std::string(body);
  const auto ours = own.ids.find(found->whose);
  if (ours == own.ids.end()) {
    const std::string word{domain::to_word(found->whose)};
    return unexpected{own.config + " has no " + word + " account of source " + own.source +
                      "; add an [[account]] with source = \"" + own.source + "\" and platform = \"" + word +
                      '"'};
  }
  if (source == kind::telegram) return in_an_update(root).value_or(std::string(body));
  std::string out;
  append_rewritten(out, parsed->root, {}, renamer{*found, ours->second});
  return out;
}

}  // namespace switchboard::cli
