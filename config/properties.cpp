#include "config/properties.hpp"

#include "config/member.hpp"
#include "config/units.hpp"

#include <algorithm>

namespace switchboard::config {
namespace {

constexpr bool reload = true;
constexpr bool restart = false;

constexpr std::uint64_t second = 1000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;
constexpr std::uint64_t kib = 1 << 10, mib = 1 << 20, gib = 1 << 30, tib = gib << 10;

constexpr range count(std::uint64_t min, std::uint64_t max) {
  return {form::count, min, max};
}
constexpr range size(std::uint64_t min, std::uint64_t max) {
  return {form::size, min, max};
}
constexpr range duration(std::uint64_t min, std::uint64_t max) {
  return {form::duration, min, max};
}
constexpr range flag{form::flag}, path{form::path}, needed_path{form::path, 1}, address{form::address},
    addresses{form::addresses}, origins{form::origins};

template <auto... Member>
property server(std::string_view name, range r, bool live, std::string_view sentence) {
  return make_property<&settings::server, Member...>("server", name, sentence, r, live);
}
template <auto Member>
property tls(std::string_view name, range r, bool live, std::string_view sentence) {
  return make_property<&settings::server, &server_settings::tls, Member>("server.tls", name, sentence, r,
                                                                         live);
}
template <auto Member>
property storage(std::string_view name, range r, bool live, std::string_view sentence) {
  return make_property<&settings::storage, Member>("storage", name, sentence, r, live);
}
template <auto Member>
property limit(std::string_view name, range r, std::string_view sentence) {
  return make_property<&settings::limits, Member>("limits", name, sentence, r, reload);
}

// clang-format off
void add_server(std::vector<property>& out) {
  const auto add = [&](property p) { out.push_back(p); };
  using s = server_settings;
  add(server<&s::listen>("listen", address, restart,
      "Where webhooks, the API and the stream are served. Port 0 takes any free one."));
  add(server<&s::admin_listen>("admin_listen", address, restart,
      "Where health, metrics and reload are served. It asks for no token: keep it on loopback or a "
      "private network."));
  add(server<&s::demo>("demo", flag, reload,
      "Allows secrets and tokens written in this file. Refused unless both listeners are on loopback."));
  add(server<&s::io_threads>("io_threads", count(0, 256), restart,
      "Threads that accept, read, verify and normalise. 0 chooses from the cores."));
  add(server<&s::worker_threads>("worker_threads", count(0, 256), restart,
      "Threads that run the actors. 0 chooses from the cores."));
  add(server<&s::allowed_origins>("allowed_origins", origins, reload,
      "Web pages that may open the stream or call the API from a browser. Empty: only pages of the same "
      "origin."));
  add(server<&s::trusted_proxies>("trusted_proxies", addresses, reload,
      "Proxies whose X-Forwarded-For is believed. Name each; anyone else could claim any address."));
  add(server<&s::outbound_ca_file>("outbound_ca_file", path, restart,
      "Certificate authorities (PEM) by which platforms are believed when messages are sent, instead of the "
      "system's. Verification itself cannot be switched off."));
  add(server<&s::drain_timeout>("drain_timeout", duration(second, 10 * minute), reload,
      "After SIGTERM, behind drain_notice: how long the engine has to end. Requests under way get all of it but "
      "the last 5 seconds, at least half; those are for streams and for what memory holds to be written."));
  add(server<&s::drain_notice>("drain_notice", duration(0, 10 * minute), reload,
      "After SIGTERM: /readyz says no this long before the listener closes, so that a load balancer can "
      "leave first."));
  using t = tls_settings;
  add(tls<&t::certificate_file>("certificate_file", path, restart,
      "The certificate chain (PEM) of the public listener, relative to this file. Empty: plain HTTP, "
      "for loopback or behind a proxy."));
  add(tls<&t::key_file>("key_file", path, restart,
      "The private key (PEM) of that certificate, relative to this file."));
}

void add_storage(std::vector<property>& out) {
  const auto add = [&](property p) { out.push_back(p); };
  using s = storage_settings;
  add(storage<&s::data_dir>("data_dir", needed_path, restart,
      "Where everything is kept, relative to the working directory. One engine at a time."));
  add(storage<&s::backup_dir>("backup_dir", path, reload,
      "Where `switchboard backup --url` puts its copies, each in a folder of its own. On the data directory's file "
      "system most of it is links, made at once; copy them to another machine. Empty: the engine makes no backups."));
  add(storage<&s::partitions>("partitions", count(1, 4096), restart,
      "Into how many parts conversations are divided. Fixed when the data directory is created."));
  add(storage<&s::journal_memtable_bytes>("journal_memtable_bytes", size(mib, 4 * gib), restart,
      "Memory in which the journal gathers writes before it makes a file of them."));
  add(storage<&s::views_memtable_bytes>("views_memtable_bytes", size(mib, 16 * gib), restart,
      "Memory in which the views gather messages (two fifths) and conversations (about 1 KiB each) before they "
      "are written; they are after 250,000 events or a minute at the latest."));
  add(storage<&s::block_cache_bytes>("block_cache_bytes", size(mib, tib), restart,
      "Memory for blocks of the views read from disk. The journal, read in sequence, takes 8 MiB for its own."));
  add(storage<&s::tail_bytes>("tail_bytes", size(mib, 64 * gib), restart,
      "The newest events, kept in memory so that subscribers who keep up never touch the disk."));
  add(storage<&s::free_space_min_bytes>("free_space_min_bytes", size(0, 64 * tib), reload,
      "Below so much free disk, webhooks are answered 503 until there is room again."));
  add(storage<&s::retention_age>("retention_age", duration(hour, 3650 * day), reload,
      "How long the journal can be replayed. Conversations and messages stay in the views."));
  add(storage<&s::retention_bytes>("retention_bytes", size(0, 1024 * tib), reload,
      "The oldest of the journal goes once it is larger than this. 0: only its age counts."));
  add(storage<&s::dedup_window>("dedup_window", duration(8 * day, 365 * day), restart,
      "How long a redelivered webhook is recognised. Platforms redeliver for up to a week."));
  add(storage<&s::commit_interval>("commit_interval", duration(0, second), restart,
      "Commits begin at least so far apart, so that under load there are fewer and larger ones; one after a "
      "pause does not wait. 0: the next begins as soon as the disk has synced."));
  add(storage<&s::commit_records_max>("commit_records_max", count(1, 1'000'000), restart,
      "At most so many events in one commit."));
}

void add_http_limits(std::vector<property>& out) {
  const auto add = [&](property p) { out.push_back(p); };
  using l = limit_settings;
  add(limit<&l::head_bytes_max>("head_bytes_max", size(kib, 64 * kib),
      "Request line and headers together; more is answered 431."));
  add(limit<&l::headers_max>("headers_max", count(8, 1000),
      "Header lines of a request; more is answered 431."));
  add(limit<&l::target_bytes_max>("target_bytes_max", size(256, 32 * kib),
      "Path and query of a request; longer is answered 414."));
  add(limit<&l::body_bytes_max>("body_bytes_max", size(kib, 64 * mib),
      "Body of an API request; more is answered 413."));
  add(limit<&l::webhook_body_bytes_max>("webhook_body_bytes_max", size(64 * kib, 64 * mib),
      "Body of a webhook; more is answered 413. WhatsApp sends batches of up to 3 MB."));
  add(limit<&l::chunk_extension_bytes_max>("chunk_extension_bytes_max", size(0, 4 * kib),
      "Extensions of one chunk, which nobody we know uses."));
  add(limit<&l::head_timeout>("head_timeout", duration(100, 10 * minute),
      "From the first byte of a request to the end of its headers; then 408. A new connection that says nothing "
      "at all is closed after as long, without an answer."));
  add(limit<&l::body_timeout>("body_timeout", duration(100, 10 * minute),
      "From there to the end of the body; then 408."));
  add(limit<&l::body_rate_min>("body_rate_min", size(0, 1 * gib),
      "Bytes a second below which a body counts as held back on purpose."));
  add(limit<&l::idle_timeout>("idle_timeout", duration(second, hour),
      "Between two requests of a connection; then it is closed. Longer than a load balancer's in front."));
  add(limit<&l::write_timeout>("write_timeout", duration(100, 10 * minute),
      "For the peer to take an answer; then the connection is closed."));
  add(limit<&l::tls_handshake_timeout>("tls_handshake_timeout", duration(100, minute),
      "For the whole TLS handshake."));
  add(limit<&l::connections_max>("connections_max", count(16, 1'000'000),
      "Open connections of the public listener, streams included. Each needs a file descriptor: at start the "
      "soft limit (ulimit -n) is raised to the hard one, and where that does not leave storage enough, fewer "
      "are accepted and a warning says how many."));
  add(limit<&l::connections_per_address_max>("connections_per_address_max", count(1, 1'000'000),
      "The same for one address. Loopback and trusted proxies are exempt."));
  add(limit<&l::requests_per_connection_max>("requests_per_connection_max", count(0, 1'000'000'000),
      "Then a connection is closed, so that a load balancer can spread anew. 0: no limit."));
}

void add_engine_limits(std::vector<property>& out) {
  const auto add = [&](property p) { out.push_back(p); };
  using l = limit_settings;
  add(limit<&l::json_depth_max>("json_depth_max", count(8, 1000),
      "Nesting of a webhook's JSON; deeper is a dead letter."));
  add(limit<&l::batch_events_max>("batch_events_max", count(1, 1'000'000),
      "Events in one webhook; a body with more is a dead letter."));
  add(limit<&l::events_in_flight_max>("events_in_flight_max", count(16, 100'000'000),
      "Events taken in and not yet durable; beyond it webhooks are answered 503."));
  add(limit<&l::bytes_in_flight_max>("bytes_in_flight_max", size(mib, 256 * gib),
      "The bodies of these events; beyond it 503."));
  add(limit<&l::brand_share_percent>("brand_share_percent", count(1, 100),
      "How much of both one brand may take where there are others in the config; beyond it 429, for that "
      "brand alone. One whose events stand in line for longer than 200 ms meanwhile is held to this much of "
      "what one commit carries, at least 32 events, until it has wanted no more for a second."));
  add(limit<&l::retry_after>("retry_after", duration(second, hour),
      "What Retry-After says on 429 and 503."));
  add(limit<&l::resident_conversations_max>("resident_conversations_max", count(1, 100'000'000),
      "Conversations in memory, about 3 KiB each; the longest idle leave first and are read back when "
      "needed."));
  add(limit<&l::conversation_idle>("conversation_idle", duration(second, 7 * day),
      "A conversation that nothing happens to leaves memory after this long."));
  add(limit<&l::views_lag_max>("views_lag_max", count(1000, 100'000'000),
      "Durable events that the views don't show yet; beyond it webhooks are answered 503 until they "
      "catch up."));
  add(limit<&l::reads_waiting_max>("reads_waiting_max", count(1, 1'000'000),
      "API reads that wait for their turn; beyond it 503."));
}

void add_sending_limits(std::vector<property>& out) {
  const auto add = [&](property p) { out.push_back(p); };
  using l = limit_settings;
  add(limit<&l::sending_max>("sending_max", count(1, 10'000'000),
      "Replies on their way, in all, about 2 KiB each; beyond it a new one is answered 503, and 429 for a brand beyond "
      "brand_share_percent of them where there are others. One that its Idempotency-Key made before is answered all the same."));
  add(limit<&l::send_in_flight_max>("send_in_flight_max", count(1, 1'000),
      "Calls of one account to its platform at a time."));
  add(limit<&l::send_timeout>("send_timeout", duration(second, 5 * minute),
      "Of one call. One that was handed over and not answered by then is unknown, and never sent again "
      "blindly."));
  add(limit<&l::send_unknown_wait>("send_unknown_wait", duration(second, day),
      "So long it is asked, and listened for, whether what is unknown arrived; its thread waits meanwhile."));
  add(limit<&l::send_attempts_max>("send_attempts_max", count(1, 1'000),
      "Attempts that fail before a reply is failed. A platform that says when to come again is no failure."));
  add(limit<&l::send_give_up_after>("send_give_up_after", duration(hour, 30 * day),
      "A reply that could not be sent for so long is failed, with the platform's last reason."));
  add(limit<&l::send_backoff>("send_backoff", duration(10, hour),
      "Before the second attempt; twice as long before each further one, less up to a half by chance."));
  add(limit<&l::send_backoff_max>("send_backoff_max", duration(10, day),
      "The time before another attempt is never longer than this."));
  add(limit<&l::send_breaker_after>("send_breaker_after", count(1, 1'000),
      "After so many failures in a row an account rests, as long as its next attempt would, and then tries with "
      "one."));
  add(limit<&l::send_access_retry>("send_access_retry", duration(second, day),
      "Between attempts with a token that the platform refuses."));
}

void add_account_limits(std::vector<property>& out) {
  using l = limit_settings;
  out.push_back(limit<&l::syncs_max>("syncs_max", count(1, 64),
      "Accounts whose history is fetched at a time (POST /v1/accounts/{id}/sync); each waits on a thread of its own."));
  out.push_back(limit<&l::sync_pages_max>("sync_pages_max", count(1, 10'000),
      "Pages of an account's history that are fetched in one go, those inside conversations included."));
  out.push_back(limit<&l::sync_timeout>("sync_timeout", duration(second, 10 * minute),
      "For an account's history in one go; what has come until then is kept."));
  out.push_back(limit<&l::account_check_interval>("account_check_interval", duration(second, day),
      "How often platforms are asked whether they still deliver: Meta and Telegram with an account's access_token, X with "
      "source.app_token, LinkedIn with source.app_id and account.subscriber. Where they do not, they are subscribed to again."));
}

void add_feed_limits(std::vector<property>& out) {
  const auto add = [&](property p) { out.push_back(p); };
  using l = limit_settings;
  add(limit<&l::feed_poll_interval>("feed_poll_interval", duration(100, hour),
      "How often an account that nobody pushes to (Bluesky) is asked for notifications and messages."));
  add(limit<&l::feed_backfill_max>("feed_backfill_max", count(100, 100'000),
      "So many notifications are read back at most, to where the last reading ended; more were missed then, which "
      "a line of the log and switchboard_feed_gaps_total tell."));
  add(limit<&l::feed_in_flight_max>("feed_in_flight_max", count(1, 10'000),
      "Posts of one stream that are on their way to the disk; no more of it is read meanwhile."));
  add(limit<&l::feed_message_bytes_max>("feed_message_bytes_max", size(16 * kib, 16 * mib),
      "What a stream may send in one message; a larger one ends the connection."));
  add(limit<&l::feed_idle_timeout>("feed_idle_timeout", duration(100, 10 * minute),
      "A stream that is silent for so long, also when asked, is connected anew."));
  add(limit<&l::feed_backoff>("feed_backoff", duration(10, hour),
      "Before a stream or an account that failed is tried again; twice as long after each further failure, less up "
      "to a half by chance."));
  add(limit<&l::feed_backoff_max>("feed_backoff_max", duration(10, day),
      "The time before it is tried again is never longer than this, unless the platform asks for it."));
  add(limit<&l::feed_access_retry>("feed_access_retry", duration(100, day),
      "Between attempts to read with a password that the platform refuses."));
}

void add_media_limits(std::vector<property>& out) {
  const auto add = [&](property p) { out.push_back(p); };
  using l = limit_settings;
  add(limit<&l::media_bytes_max>("media_bytes_max", size(64 * kib, 256 * mib),
      "Of an attachment that somebody looks at; a larger one is not fetched. It passes through memory."));
  add(limit<&l::media_timeout>("media_timeout", duration(second, 2 * minute),
      "For all of an attachment to come from its platform; then 504."));
  add(limit<&l::media_fetches_max>("media_fetches_max", count(1, 1'000),
      "Attachments on their way at a time, from the platform until their reader has them, media_bytes_max of memory "
      "each at the most; beyond it 503, and 429 for a brand beyond brand_share_percent of them where there are others."));
}

void add_stream_limits(std::vector<property>& out) {
  const auto add = [&](property p) { out.push_back(p); };
  using l = limit_settings;
  add(limit<&l::subscribers_max>("subscribers_max", count(1, 1'000'000),
      "Open event streams, and polls that wait; beyond it, or beyond nine tenths of connections_max, 503: "
      "webhooks must find a connection."));
  add(limit<&l::ping_interval>("ping_interval", duration(second, 10 * minute),
      "How often a silent stream shows that it lives. Shorter than the idle timeout of any proxy "
      "between."));
  add(limit<&l::pong_timeout>("pong_timeout", duration(second, hour),
      "A WebSocket peer silent this long is gone."));
  add(limit<&l::websocket_message_bytes_max>("websocket_message_bytes_max", size(256, 16 * mib),
      "What a WebSocket peer may send in one message."));
  add(limit<&l::stream_chunk_bytes>("stream_chunk_bytes", size(4 * kib, 64 * mib),
      "At most so much is on its way to one subscriber; the rest waits in the journal."));
  add(limit<&l::ticket_ttl>("ticket_ttl", duration(second, minute),
      "How long a browser has to use its ticket."));
  add(limit<&l::tickets_max>("tickets_max", count(1, 1'000'000),
      "Unused tickets; beyond it 503."));
}

// clang-format on

std::string quoted_toml(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += digits[byte >> 4];
      out += digits[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string number_toml(std::uint64_t number, form f) {
  if (f == form::duration) return '"' + duration_text(number) + '"';
  // Below a KiB the plain number reads better, and 0 has no unit at all.
  if (f == form::size && number >= kib) return '"' + size_text(number) + '"';
  return std::to_string(number);
}

}  // namespace

std::span<const property> properties() {
  static const std::vector<property> table = [] {
    std::vector<property> rows;
    add_server(rows);
    add_storage(rows);
    add_http_limits(rows);
    add_engine_limits(rows);
    add_sending_limits(rows);
    add_account_limits(rows);
    add_feed_limits(rows);
    add_media_limits(rows);
    add_stream_limits(rows);
    add_routing(rows);
    return rows;
  }();
  return table;
}

const property* find_property(std::string_view section, std::string_view name) {
  const auto all = properties();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const property& p) { return p.section == section && p.name == name; });
  return found == all.end() ? nullptr : &*found;
}

value default_of(const property& p) {
  return p.get(settings{});
}

std::string to_toml(const value& v, form f) {
  if (const bool* b = std::get_if<bool>(&v)) return *b ? "true" : "false";
  if (const std::uint64_t* n = std::get_if<std::uint64_t>(&v)) return number_toml(*n, f);
  if (const std::string* s = std::get_if<std::string>(&v)) return quoted_toml(*s);
  if (const endpoint* e = std::get_if<endpoint>(&v)) return quoted_toml(to_text(*e));
  std::string list;
  for (const std::string& s : std::get<std::vector<std::string>>(v)) {
    list += (list.empty() ? "" : ", ") + quoted_toml(s);
  }
  return '[' + list + ']';
}

}  // namespace switchboard::config
