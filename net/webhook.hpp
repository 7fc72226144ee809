#pragma once
// POST and GET /webhooks/{source}: verify over the raw bytes, unpack, hand over, and answer once it is
// durable.

#include "actors/engine.hpp"
#include "domain/histogram.hpp"
#include "net/admission.hpp"
#include "net/http/server.hpp"
#include "net/platforms/platform.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace switchboard::net {

/// Why a webhook was answered 429 or 503: what an operator must know to mend it.
enum class shed_reason : std::uint8_t {
  credit,       ///< limits.events_in_flight_max or bytes_in_flight_max is reached
  brand_share,  ///< limits.brand_share_percent of that (429)
  views_lag,    ///< limits.views_lag_max is reached
  disk_low,     ///< below storage.free_space_min_bytes
  draining,
  starting,
  node_failed,   ///< storage had failed before
  commit_failed  ///< storage failed under it
};
inline constexpr std::size_t shed_reasons = 8;
[[nodiscard]] std::string_view to_word(shed_reason);

/// What became of webhooks; for metrics. Relaxed counters.
struct webhook_counters {
  static constexpr std::size_t platforms = static_cast<std::size_t>(domain::platform::telegram) + 1;

  std::atomic<std::uint64_t> accepted{0}, events{0}, quarantined{0}, unsigned_{0}, unknown_source{0},
      handshakes{0}, handshakes_refused{0};
  std::array<std::atomic<std::uint64_t>, shed_reasons> shed{};
  /// From the whole body being there to its 200, by the platform of the body's first event; the last: of
  /// those that have none.
  std::array<domain::histogram, platforms + 1> durations;

  [[nodiscard]] std::uint64_t shed_for(shed_reason r) const {
    return shed[static_cast<std::size_t>(r)].load(std::memory_order_relaxed);
  }
};

/// Thread-safe: called on all I/O threads.
class webhook {
 public:
  webhook(admission& a, config::settings_ptr s);

  /// Both come to life after this object; before they are set nothing is served.
  void serve(actors::engine* e, http::server* s) {
    engine_ = e;
    server_ = s;
  }
  void apply_settings(config::settings_ptr s);
  /// Whom to tell of each handshake that is answered, by its source's id; before serving. It must not block.
  void on_handshake(std::function<void(const std::string&)> tell) { on_handshake_ = std::move(tell); }

  /// Is the target /webhooks/…?
  [[nodiscard]] static bool is_ours(std::string_view path) { return path.starts_with(prefix); }

  http::body_verdict head(const http::request& r, std::uint64_t announced, bool chunked);
  void handle(const http::exchange_ptr& x);
  /// Takes a dead letter in again, as if it had just arrived; `done` runs on the journal's thread when that
  /// is durable, with `failed` if the journal failed. It runs only where this gives `started`.
  enum class replay_start : std::uint8_t { started, no_source, full };
  using taken = std::function<void(actors::ingest_counts, bool failed)>;
  [[nodiscard]] replay_start replay(const domain::dead_letter& d, taken done);
  /// The same with what we have read ourselves, of a source that nobody posts to. `raw` is taken only where it starts.
  /// `from_history`: of a platform that was asked for its past (domain::inbound_event::from_history).
  [[nodiscard]] replay_start take(const domain::source_id& source, std::string& raw, taken done,
                                  bool from_history = false);
  /// engine::committed_handler: answers all of a group commit with one hand-over for each I/O thread.
  void committed(std::vector<actors::ticket_ptr>&& done);

  [[nodiscard]] const webhook_counters& counters() const { return counters_; }

 private:
  static constexpr std::string_view prefix = "/webhooks/";

  struct source_entry {
    const config::source_settings* source = nullptr;
    const platforms::platform_functions* functions = nullptr;
    std::string account_hint;  ///< the platform id of the source's first account
    std::vector<platforms::application_secrets> applications;  ///< views into source
    /// What signatures are tried with, where applications have secrets too; else empty, and those of source are it.
    std::vector<std::string> every_secret;

    [[nodiscard]] std::span<const std::string> secrets() const {
      return every_secret.empty() ? std::span(source->secrets) : std::span(every_secret);
    }
  };
  struct hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  struct table {
    config::settings_ptr settings;
    std::unordered_map<std::string, source_entry, hash, std::equal_to<>> sources;
  };
  using table_ptr = std::shared_ptr<const table>;

  [[nodiscard]] static const source_entry* find(const table& t, std::string_view path);
  /// Counts it, and answers that the platform shall deliver again.
  [[nodiscard]] http::response shed(shed_reason why, int status, std::string_view slug,
                                    std::string_view detail);
  [[nodiscard]] http::response full();
  class body_permit;
  void handshake(const http::exchange_ptr& x, const source_entry& s);
  std::function<void(const std::string&)> on_handshake_;
  void receive(const http::exchange_ptr& x, const table& t, const source_entry& s);

  admission& admission_;
  actors::engine* engine_ = nullptr;
  http::server* server_ = nullptr;
  std::atomic<table_ptr> table_;
  webhook_counters counters_;
};

}  // namespace switchboard::net
