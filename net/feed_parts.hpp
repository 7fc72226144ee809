#pragma once
// What the readers of feeds share: the node that they hand things to, and what is told of each.

#include "actors/engine.hpp"
#include "config/settings.hpp"
#include "domain/feed.hpp"
#include "net/outbound.hpp"
#include "net/webhook.hpp"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <string>

namespace switchboard::net {

/// Of one feed; for metrics. Relaxed.
struct feed_figures {
  std::string reader;                          ///< an account's id, or a source's
  std::string feed;                            ///< jetstream, notifications or messages
  std::atomic<bool> connected{false};          ///< a stream is open; the last time of asking went well
  std::atomic<std::int64_t> read_up_to_us{0};  ///< the platform's time of what was read last; 0: nothing yet
  std::atomic<std::uint64_t> frames{0}, taken{0}, reconnects{0}, polls{0}, put_off{0}, failures{0},
      refused{0}, gaps{0}, noted{0};
};
using feed_figures_ptr = std::shared_ptr<feed_figures>;

/// All of it outlives the readers.
struct feed_links {
  boost::asio::io_context& loop;  ///< of the one thread that all readers run on
  actors::engine& engine;
  webhook& webhooks;
  outbound& calls;
  std::mt19937_64 random{std::random_device{}()};

  [[nodiscard]] double chance() { return std::uniform_real_distribution<double>{}(random); }
};

[[nodiscard]] domain::feed_policy policy_of(const config::limit_settings& l);

/// Reads one feed from where the log says that it was read to. On the loop's thread, all of it.
class feed_reader {
 public:
  virtual ~feed_reader() = default;
  virtual void start() = 0;
  /// Ends it; what is under way comes to nothing, and is read again.
  virtual void stop() = 0;
};

/// An account's notifications, or its messages' log, by asking for them.
[[nodiscard]] std::shared_ptr<feed_reader> read_notifications(feed_links& links, config::settings_ptr s,
                                                              const config::account_settings& a,
                                                              feed_figures_ptr figures);
[[nodiscard]] std::shared_ptr<feed_reader> read_messages(feed_links& links, config::settings_ptr s,
                                                         const config::account_settings& a,
                                                         feed_figures_ptr figures);
/// Posts that concern the source's accounts, by its jetstream_url.
[[nodiscard]] std::shared_ptr<feed_reader> read_jetstream(feed_links& links, config::settings_ptr s,
                                                          const config::source_settings& source,
                                                          feed_figures_ptr figures);

}  // namespace switchboard::net
