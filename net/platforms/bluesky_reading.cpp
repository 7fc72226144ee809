#include "net/platforms/bluesky_reading.hpp"

#include "net/platforms/bluesky_event.hpp"
#include "net/platforms/bluesky_parts.hpp"

#include <algorithm>

namespace switchboard::net::platforms {
namespace {

std::optional<object> object_of(std::string_view body, const parse_limits& limits) {
  const auto parsed = parse(body, limits);
  object root;
  if (!parsed || (*parsed).root.get(root) != simdjson::SUCCESS) return std::nullopt;
  return root;
}

bool is_one_of(std::span<const std::string> accounts, std::string_view did) {
  return std::find(accounts.begin(), accounts.end(), did) != accounts.end();
}

void add(jetstream_frame& to, std::string_view did) {
  if (std::find(to.concerns.begin(), to.concerns.end(), did) == to.concerns.end())
    to.concerns.emplace_back(did);
}

void read_commit(jetstream_frame& to, std::string_view did, object commit,
                 std::span<const std::string> accounts) {
  if (member_text(commit, "collection") != bluesky_posts) return;
  const auto record = member_object(commit, "record");
  if (record) {
    return each_concerned(did, *record, [&](std::string_view each) {
      if (is_one_of(accounts, each)) add(to, each);
    });
  }
  if (is_one_of(accounts, did)) add(to, did);
  to.deleted = record_uri(did, bluesky_posts, member_text(commit, "rkey"));
}

}  // namespace

std::string bluesky_envelope(std::span<const std::string> accounts, std::string_view payload) {
  std::string out = "{\"accounts\":[";
  for (const auto& each : accounts) {
    if (&each != accounts.data()) out += ',';
    domain::append_json_string(out, each);
  }
  out += "],\"payload\":";
  out += payload;
  return out += '}';
}

std::string jetstream_target(std::optional<domain::timestamp> from, std::uint64_t message_bytes_max) {
  std::string target = "/subscribe?wantedCollections=";
  target += bluesky_posts;
  (target += "&maxMessageSizeBytes=") += std::to_string(message_bytes_max);
  if (from) (target += "&cursor=") += std::to_string(from->time_since_epoch().count());
  return target;
}

std::optional<jetstream_frame> read_jetstream_frame(std::string_view frame,
                                                    std::span<const std::string> accounts,
                                                    const parse_limits& limits) {
  const auto root = object_of(frame, limits);
  const auto us = root ? member_int(*root, "time_us") : std::nullopt;
  if (!us || *us < 0) return std::nullopt;
  jetstream_frame out;
  out.at = domain::timestamp{std::chrono::microseconds{*us}};
  const std::string_view did = member_text(*root, "did");
  if (const auto commit = member_object(*root, "commit")) {
    read_commit(out, did, *commit, accounts);
  } else if (is_one_of(accounts, did)) {
    add(out, did);  // news of the account itself, or a kind that we do not know
  }
  return out;
}

std::string bluesky_passed_over(std::string_view feed, std::string_view what) {
  std::string out;
  domain::json_object o{out};
  o.key("passedOver");
  domain::json_object inner{out};
  inner.text("feed", feed);
  inner.text("what", what);
  inner.end();
  o.end();
  return out;
}

call list_notifications(const sending_account& account, std::string_view cursor, std::uint32_t rows) {
  std::string url = xrpc_url(account, "app.bsky.notification.listNotifications");
  (url += "?limit=") += std::to_string(rows);
  if (!cursor.empty()) (url += "&cursor=") += url_encoded(cursor);
  return get_call(std::move(url), account.access_token, {{"bluesky.ip", 1}});
}

std::optional<notification_page> read_notification_page(std::string_view body, const parse_limits& limits) {
  const auto root = object_of(body, limits);
  const auto list = root ? member_array(*root, "notifications") : std::nullopt;
  if (!list) return std::nullopt;
  notification_page page;
  page.cursor = member_text(*root, "cursor");
  for (const element each : *list) {
    object n;
    if (each.get(n) != simdjson::SUCCESS) continue;
    std::string name{member_text(n, "uri")};
    (name += ' ') += member_text(n, "cid");
    page.names.push_back(std::move(name));
    const auto at = domain::parse_rfc3339(member_text(n, "indexedAt"));
    if (!at) continue;
    page.newest = page.newest ? std::max(*page.newest, *at) : *at;
    page.oldest = page.oldest ? std::min(*page.oldest, *at) : *at;
  }
  return page;
}

call read_chat_log(const sending_account& account, std::string_view cursor) {
  std::string url = xrpc_url(account, "chat.bsky.convo.getLog");
  if (!cursor.empty()) (url += "?cursor=") += url_encoded(cursor);
  return to_chat(get_call(std::move(url), account.access_token, {{"bluesky.ip", 1}}));
}

std::optional<chat_log_page> read_chat_log_page(std::string_view body, const parse_limits& limits) {
  const auto root = object_of(body, limits);
  const auto list = root ? member_array(*root, "logs") : std::nullopt;
  if (!list) return std::nullopt;
  return chat_log_page{list->size(), std::string{member_text(*root, "cursor")}};
}

domain::attempt_outcome read_bluesky_outcome(const answer& from, domain::timestamp now) {
  return read_xrpc_answer(from, now);
}

}  // namespace switchboard::net::platforms
