#pragma once
// One valid configuration, immutable. The property table (properties.cpp) says for each value its sentence,
// unit, default, bounds and whether a reload can change it; the loader fills this from TOML and nothing else
// does. Durations and sizes are already in the units named here.

#include "config/lookup.hpp"
#include "config/record_settings.hpp"
#include "config/routing_section.hpp"
#include "config/sla_section.hpp"
#include "domain/conversation.hpp"
#include "domain/ids.hpp"
#include "domain/model.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::config {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct endpoint {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  bool operator==(const endpoint&) const = default;
};
/// "127.0.0.1:8080", "[::1]:8080"
[[nodiscard]] std::string to_text(const endpoint&);
/// Only this machine can reach it: 127.0.0.0/8, ::1 or localhost. What `demo` asks for.
[[nodiscard]] bool is_loopback(const endpoint&);

struct tls_settings {
  std::string certificate_file;  ///< PEM chain; empty: plain HTTP
  std::string key_file;
};

struct server_settings {
  endpoint listen{"127.0.0.1", 8080};
  endpoint admin_listen{"127.0.0.1", 8081};
  bool demo = false;
  tls_settings tls;
  std::uint32_t io_threads = 0;              ///< 0: chosen from the cores
  std::uint32_t worker_threads = 0;          ///< CAF's workers; 0: chosen from the cores
  std::vector<std::string> allowed_origins;  ///< WebSocket and CORS; empty: same origin only
  std::vector<std::string> trusted_proxies;  ///< addresses whose X-Forwarded-For is believed
  std::string outbound_ca_file;              ///< PEM, instead of the system's authorities; empty: these
  seconds drain_timeout{10};
  milliseconds drain_notice{0};  ///< readiness is false this long before the listener closes
};

struct storage_settings {
  std::string data_dir = "data";
  std::string backup_dir;  ///< where a running engine may put backups; empty: nowhere
  std::uint16_t partitions = 64;
  std::uint64_t journal_memtable_bytes = 16ull << 20;
  std::uint64_t views_memtable_bytes = 80ull << 20;
  std::uint64_t block_cache_bytes = 32ull << 20;
  std::uint64_t tail_bytes = 32ull << 20;  ///< recent records kept in memory
  std::uint64_t free_space_min_bytes = 1ull << 30;
  std::chrono::hours retention_age{24 * 30};  ///< the journal's; the views keep the rest
  std::uint64_t retention_bytes = 0;          ///< 0: no limit by size
  std::chrono::hours dedup_window{24 * 8};
  milliseconds commit_interval{2};  ///< from the begin of a commit to that of the next, at least
  std::uint32_t commit_records_max = 4096;
};

struct limit_settings {
  std::uint32_t head_bytes_max = 8 << 10;
  std::uint32_t headers_max = 64;
  std::uint32_t target_bytes_max = 2 << 10;
  std::uint64_t body_bytes_max = 1 << 20;
  std::uint64_t webhook_body_bytes_max = 4 << 20;
  std::uint32_t chunk_extension_bytes_max = 256;
  milliseconds head_timeout{10'000};
  milliseconds body_timeout{20'000};
  std::uint32_t body_rate_min = 500;  ///< bytes a second
  milliseconds idle_timeout{75'000};
  milliseconds write_timeout{20'000};
  milliseconds tls_handshake_timeout{5'000};
  std::uint32_t connections_max = 20'000;
  std::uint32_t connections_per_address_max = 256;  ///< loopback and trusted proxies are exempt
  std::uint32_t requests_per_connection_max = 0;    ///< 0: no limit

  std::uint32_t json_depth_max = 64;
  std::uint32_t batch_events_max = 10'000;

  std::uint64_t events_in_flight_max = 32'768;  ///< in all
  std::uint64_t bytes_in_flight_max = 128ull << 20;
  std::uint32_t brand_share_percent = 50;  ///< of both, for one brand, while others are there too
  seconds retry_after{1};

  std::uint64_t resident_conversations_max = 200'000;
  seconds conversation_idle{600};         ///< then it leaves memory
  std::uint32_t views_lag_max = 100'000;  ///< records; beyond it ingestion is refused
  std::uint32_t reads_waiting_max = 1'024;

  std::uint32_t send_attempts_max = 8;        ///< of one message
  std::chrono::hours send_give_up_after{24};  ///< since it was queued
  std::uint32_t send_in_flight_max = 64;      ///< calls of one account at a time
  milliseconds send_backoff{1'000};           ///< before the second attempt; doubles with each
  milliseconds send_backoff_max{300'000};
  std::uint32_t send_breaker_after = 5;    ///< failed attempts of one account in a row
  milliseconds send_access_retry{60'000};  ///< between attempts with a token that was refused
  seconds send_unknown_wait{600};          ///< then nobody is asked any more whether it arrived
  milliseconds send_timeout{20'000};       ///< of one call
  std::uint32_t sending_max = 100'000;     ///< replies on their way, in all

  std::uint32_t syncs_max = 4;            ///< accounts whose history is fetched, at a time
  std::uint32_t sync_pages_max = 40;      ///< of one account's history, in one go
  milliseconds sync_timeout{50'000};      ///< of one account's history
  seconds account_check_interval{3'600};  ///< between two looks at an account's subscription

  milliseconds feed_poll_interval{10'000};  ///< of what an account is asked for
  std::uint32_t feed_backfill_max = 1'000;  ///< notifications that one reading goes back
  std::uint32_t feed_in_flight_max = 256;   ///< of one stream: read, and not durable yet
  std::uint32_t feed_message_bytes_max = 1 << 20;
  milliseconds feed_idle_timeout{60'000};
  milliseconds feed_backoff{1'000};  ///< after the first failure; doubles with each
  milliseconds feed_backoff_max{60'000};
  /// With a password that was refused. Bluesky counts 300 sessions a day, those that it refuses too.
  milliseconds feed_access_retry{1'200'000};

  std::uint64_t media_bytes_max = 25ull << 20;  ///< of one attachment
  milliseconds media_timeout{10'000};           ///< of fetching one, however many calls that takes
  std::uint32_t media_fetches_max = 8;  ///< at a time, in all; each holds its bytes until they are written

  std::uint32_t subscribers_max = 18'000;
  milliseconds ping_interval{15'000};
  milliseconds pong_timeout{75'000};
  std::uint32_t websocket_message_bytes_max = 64 << 10;
  std::uint32_t stream_chunk_bytes = 256 << 10;  ///< at most so much on its way to one subscriber
  seconds ticket_ttl{30};
  std::uint32_t tickets_max = 10'000;

  /// Streams and waiting polls that are open at once: they hold their connections, and webhooks must find one.
  [[nodiscard]] std::uint32_t streams_max() const {
    return std::min(subscribers_max, connections_max - connections_max / 10);
  }
};

struct settings {
  server_settings server;
  storage_settings storage;
  limit_settings limits;
  std::vector<brand_settings> brands;
  std::vector<source_settings> sources;
  std::vector<account_settings> accounts;
  std::vector<token_settings> tokens;
  std::vector<calendar_settings> calendars = {};
  std::vector<queue_settings> queues = {};
  std::vector<agent_settings> agents = {};
  std::vector<sla_settings> promises = {};  ///< [[sla]]
  std::vector<webhook_settings> webhooks = {};
  routing_section routing = {};
  /// These settings with the routing of another file: what the router's shadow goes by. nullptr: there is none.
  std::shared_ptr<const settings> shadow = {};
  std::string version;  ///< first 16 hex digits of the SHA-256 of the effective values, secrets left out
  /// What loads and can hardly be meant so, a line each as check-config shows it.
  std::vector<std::string> warnings = {};

  // Look-ups: hash tables behind them; a webhook does two. They allocate nothing; the pointers live as long
  // as these settings.
  [[nodiscard]] const source_settings* find_source(std::string_view id) const;
  [[nodiscard]] const brand_settings* find_brand(std::string_view id) const;
  [[nodiscard]] const account_settings* find_account(std::string_view id) const;
  /// The account that a payload of this source names. Never found across sources: a source's secret must not
  /// speak for another's accounts.
  [[nodiscard]] const account_settings* find_account(std::string_view source, domain::platform platform,
                                                     std::string_view platform_id) const;
  [[nodiscard]] const token_settings* find_token(std::string_view sha256_hex) const;
  [[nodiscard]] const calendar_settings* find_calendar(std::string_view id) const;
  [[nodiscard]] const queue_settings* find_queue(std::string_view id) const;
  [[nodiscard]] const agent_settings* find_agent(std::string_view id) const;
  [[nodiscard]] const webhook_settings* find_webhook(std::string_view id) const;

  /// Builds the look-ups from the lists. The loader does; who fills settings by hand must.
  void index();

 private:
  text_index sources_by_id_;
  text_index brands_by_id_;
  text_index accounts_by_id_;
  text_index tokens_by_sha256_;
  text_index calendars_by_id_;
  text_index queues_by_id_;
  text_index agents_by_id_;
  text_index webhooks_by_id_;
  route_index accounts_by_route_;
};

using settings_ptr = std::shared_ptr<const settings>;

}  // namespace switchboard::config
