#pragma once
// How replies leave: what a platform's API is told and what its answers mean (net/platforms/sending.hpp), over the HTTP
// client, for the account actors (actors/platform_client.hpp).

#include "actors/platform_client.hpp"
#include "net/client/http_client.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace switchboard::net::platforms {
struct call;
struct sending_account;
}  // namespace switchboard::net::platforms

namespace switchboard::net {

class bluesky_sessions;

class outbound final : public actors::platform_client {
 public:
  explicit outbound(client::options o);
  ~outbound() override;

  [[nodiscard]] std::span<const domain::quota> quotas(domain::platform p) const override;
  [[nodiscard]] std::vector<domain::draw> draws(const actors::reply& r) const override;
  void send(actors::send_order what, std::function<void(domain::attempt_outcome)> done) override;
  [[nodiscard]] std::vector<domain::draw> lookup_draws(const actors::lookup_order& what) const override;
  void look_up(actors::lookup_order what, std::function<void(actors::lookup_outcome)> done) override;
  [[nodiscard]] std::optional<std::vector<domain::draw>> signal_draws(
      const actors::signal_order& what) const override;
  void signal(actors::signal_order what, std::function<void(bool)> done) override;
  void draw_from(actors::drawing limits) override;
  void stop() override;

  /// What an account of Bluesky's was asked for: a body, where `what.end` is `sent`.
  struct fetched {
    domain::attempt_outcome what = {};
    std::string body = {};
    bool too_large = false;                      ///< the answer is more than is taken: ask for less at a time
    std::optional<domain::timestamp> date = {};  ///< when it was said, by the platform's clock
  };
  /// Asks an account's own server, in the session that its messages are sent in too. `what` makes the call for the session's
  /// token. `answer_bytes_max`: of its answer; 0: as of any. `done` once, on the client's thread.
  void fetch(const config::account_settings& of, std::chrono::milliseconds timeout,
             std::uint64_t answer_bytes_max,
             std::function<platforms::call(const platforms::sending_account&)> what,
             std::function<void(fetched)> done);

 private:
  template <class Work>
  void in_session(const std::shared_ptr<Work>& w, const platforms::sending_account& password,
                  std::chrono::milliseconds timeout,
                  std::function<void(std::optional<domain::attempt_outcome>)> then);

  client::http_client http_;
  std::unique_ptr<bluesky_sessions> sessions_;
};

}  // namespace switchboard::net
