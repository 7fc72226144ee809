#include "config/settings.hpp"

namespace switchboard::config {

std::string_view to_word(source_kind kind) {
  switch (kind) {
    case source_kind::meta:
      return "meta";
    case source_kind::x:
      return "x";
    case source_kind::linkedin:
      return "linkedin";
    case source_kind::telegram:
      return "telegram";
    case source_kind::bluesky:
      return "bluesky";
  }
  return "";
}

std::string_view to_word(role r) {
  switch (r) {
    case role::reader:
      return "reader";
    case role::agent:
      return "agent";
    case role::supervisor:
      return "supervisor";
    case role::admin:
      return "admin";
  }
  return "";
}

std::string to_text(const endpoint& e) {
  const bool v6 = e.host.find(':') != std::string::npos;
  return (v6 ? "[" + e.host + "]" : e.host) + ":" + std::to_string(e.port);
}

bool is_loopback(const endpoint& e) {
  // The loader lets only addresses and "localhost" through, so "127." can't begin a name.
  return e.host.starts_with("127.") || e.host == "::1" || e.host == "localhost";
}

namespace {

template <class Index, class List, class Key>
const typename List::value_type* find(const Index& index, const List& list, const Key& key) {
  const auto found = index.find(key);
  return found == index.end() ? nullptr : &list[found->second];
}

/// First come: a second of the same key is an error that the loader reports.
template <class Index, class List, class KeyOf>
void build(Index& index, const List& list, KeyOf key_of) {
  index.clear();
  index.reserve(list.size());
  for (std::uint32_t i = 0; i < list.size(); ++i) index.try_emplace(key_of(list[i]), i);
}

}  // namespace

void settings::index() {
  build(sources_by_id_, sources, [](const source_settings& s) { return s.id.value; });
  build(brands_by_id_, brands, [](const brand_settings& b) { return b.id.value; });
  build(accounts_by_id_, accounts, [](const account_settings& a) { return a.id.value; });
  build(tokens_by_sha256_, tokens, [](const token_settings& t) { return t.sha256; });
  build(calendars_by_id_, calendars, [](const calendar_settings& c) { return c.id.value; });
  build(queues_by_id_, queues, [](const queue_settings& q) { return q.id.value; });
  build(agents_by_id_, agents, [](const agent_settings& a) { return a.id.value; });
  build(webhooks_by_id_, webhooks, [](const webhook_settings& w) { return w.id; });
  build(accounts_by_route_, accounts, [](const account_settings& a) {
    return route_key{a.source.value, a.platform, a.platform_id};
  });
}

const source_settings* settings::find_source(std::string_view id) const {
  return find(sources_by_id_, sources, id);
}
const brand_settings* settings::find_brand(std::string_view id) const {
  return find(brands_by_id_, brands, id);
}
const account_settings* settings::find_account(std::string_view id) const {
  return find(accounts_by_id_, accounts, id);
}
const account_settings* settings::find_account(std::string_view source, domain::platform platform,
                                               std::string_view platform_id) const {
  return find(accounts_by_route_, accounts, route_view{source, platform, platform_id});
}
const token_settings* settings::find_token(std::string_view sha256_hex) const {
  return find(tokens_by_sha256_, tokens, sha256_hex);
}
const calendar_settings* settings::find_calendar(std::string_view id) const {
  return find(calendars_by_id_, calendars, id);
}
const queue_settings* settings::find_queue(std::string_view id) const {
  return find(queues_by_id_, queues, id);
}
const agent_settings* settings::find_agent(std::string_view id) const {
  return find(agents_by_id_, agents, id);
}
const webhook_settings* settings::find_webhook(std::string_view id) const {
  return find(webhooks_by_id_, webhooks, id);
}

}  // namespace switchboard::config
