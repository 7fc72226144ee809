#pragma once
// Attachments, fetched from their platform when somebody looks at them, and passed on: nothing of them is kept. What
// their addresses name is a stranger's choice, so this is as much a lock as a door:
//
//   one spelling of addresses, hosts that are known, the token to a few of them only     net/platforms/media
//   libcurl reads the same host out of the address                                       fetch()
//   the very address that is connected to is public; no proxy, no redirect, TLS          net/client
//   so many bytes, so much time, so many at once in all and of a brand                   limits.media_…
//
// Open to any address is only a server that the operator named himself (account.api_url), for the calls of its API; and
// with server.demo = true for attachments on it too.

#include "config/settings.hpp"
#include "domain/expected.hpp"
#include "net/client/http_client.hpp"
#include "net/platforms/media.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

namespace switchboard::net {

/// What somebody wants to see.
struct media_order {
  config::settings_ptr settings;
  std::string brand;
  domain::account_id account;
  domain::platform platform = domain::platform::facebook;
  domain::attachment what;
  std::chrono::seconds age{0};  ///< since its message came
};

enum class media_outcome : std::uint8_t {
  ready,
  nothing,
  no_access,
  host_refused,
  expired,
  too_large,
  too_slow,
  failed,
  full,       ///< as many as may be are on their way
  over_share  ///< … of this brand
};
inline constexpr std::size_t media_outcomes = 10;
[[nodiscard]] std::string_view to_word(media_outcome);

struct media_result {
  media_outcome outcome = media_outcome::failed;
  std::string detail = {};  ///< for a person, of all but ready
  std::string body = {};
  std::string type = {};  ///< as its host said
  std::string name = {};  ///< what it is called where it lies, or empty
  /// Its place among those that are on their way: kept until the bytes are gone.
  std::shared_ptr<const void> place = {};
};

struct media_counters {
  std::array<std::atomic<std::uint64_t>, media_outcomes> fetches{};  ///< by outcome
  std::atomic<std::uint64_t> bytes{0};                               ///< that were passed on
  std::atomic<std::uint64_t> under_way{0};
};

/// Thread-safe.
class media {
 public:
  struct options {
    client::options client = {};
    /// Which addresses strangers' hosts may lead to; null: public ones. For tests, as is `leads_to`, which is told a
    /// host and says "address:port" instead of a name server.
    std::function<bool(std::span<const std::uint8_t>)> may_reach = {};
    std::function<std::string(std::string_view host)> leads_to = {};
  };
  explicit media(options o);
  ~media();  ///< stop()
  media(const media&) = delete;
  media& operator=(const media&) = delete;

  /// `done` runs once, at once or on the client's thread: it must only hand over.
  void fetch(media_order what, std::function<void(media_result&&)> done);
  /// Ends everything, with an answer each. Later ones fail.
  void stop();
  [[nodiscard]] const media_counters& counters() const { return counts_->counters; }

 private:
  /// Outlives this where a place is still taken by an answer that is being written.
  struct counts {
    media_counters counters;
    std::mutex mutex;
    std::map<std::string, std::uint32_t> of_brand;
    std::uint32_t all = 0;
  };
  struct fetching;
  [[nodiscard]] expected<std::shared_ptr<const void>, media_outcome> take_place(const media_order& what);
  void ask(const std::shared_ptr<fetching>& f, platforms::media_call&& next);
  void answered(const std::shared_ptr<fetching>& f, bool last, bool with_token, client::result&& r);
  void finish(fetching& f, media_result&& r);

  const std::function<std::string(std::string_view)> leads_to_;
  const std::shared_ptr<counts> counts_ = std::make_shared<counts>();
  client::http_client http_;
};

}  // namespace switchboard::net
