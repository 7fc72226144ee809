#pragma once
// The platforms' send APIs on one address of this machine: Graph (Facebook, Instagram, WhatsApp), Telegram, X, LinkedIn and
// Bluesky, told apart by their paths. They check what they are sent as the real ones do (token, fields, sizes, windows,
// rates), keep what they took, and fail as they are told to. Beside the APIs:
//   GET /_/figures   how much was taken, refused, and how full each limit was
//   GET /_/hold      from now on every call is answered 503, Retry-After: 1, until GET /_/release
//   GET /_/taken     every message, one JSON object a line, with `at`: nanoseconds of the machine's monotonic clock

#include "tests/fake_platform/receipts.hpp"
#include "tests/fake_platform/server.hpp"
#include "tests/fake_platform/troubles.hpp"
#include "tests/fake_platform/world.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace switchboard::fake_platform {

struct platform_options {
  server_options server = {};
  std::vector<account> accounts = {};
  std::vector<config::source_settings> sources = {};  ///< with whose secrets receipts are signed
  receipts_options receipts = {};
  double trouble_share = 0;  ///< of the requests: 0 … 1
  std::uint64_t seed = 1;
  std::chrono::milliseconds latency{0};             ///< of each answer
  bool streams = false;                             ///< Bluesky's posts, at stream_url()
  std::function<void(const taken&)> on_taken = {};  ///< under the lock: it must only print
};

class platform {
 public:
  explicit platform(platform_options o);
  ~platform();

  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::string stream_url()
      const;  ///< ws(s)://127.0.0.1:port; empty without platform_options::streams
  /// Of the next requests, one after the other, before chance has its say again.
  void next(std::vector<trouble> troubles);
  /// Is somebody connected to the stream?
  [[nodiscard]] bool has_reader() const;
  /// From now on receipts go to the engine at this address.
  void tell(const std::string& engine);
  /// The customer wrote to the account then; else the window is taken for open.
  void heard(const std::string& account, const std::string& customer,
             std::chrono::system_clock::time_point at);
  /// … and it was his first message behind a click on an ad.
  void came_by_ad(const std::string& account, const std::string& customer,
                  std::chrono::system_clock::time_point at);
  /// The comment was made then; else it is taken for a new one.
  void commented(const std::string& comment, std::chrono::system_clock::time_point at);

  /// The platform delivers nothing of this page, account or business any more.
  void unsubscribe(const std::string& id);
  [[nodiscard]] bool is_subscribed(const std::string& id) const;
  /// Of this one only these fields, events or updates are subscribed to from now on, until somebody subscribes to others.
  void subscribe_to(const std::string& id, std::set<std::string> what);
  [[nodiscard]] std::set<std::string> subscribed_to(const std::string& id) const;
  /// Another app is subscribed to this page as well.
  void subscribe_other_app(const std::string& id);
  /// What is subscribed of this one goes there.
  void deliver_to(const std::string& id, const std::string& url);
  /// X: the webhook did not answer as it should, and gets nothing until it is tried again. `users`: has the app the Account
  /// Activity API, or only its successor?
  void invalidate_webhook();
  void open_account_activity(bool users);
  /// Telegram: from now on this bot's updates don't get through; empty: they do.
  void fail_deliveries(const std::string& bot, const std::string& why);
  /// The customer said so, and it was never delivered: the platform's history has it.
  void remember(const std::string& account, const std::string& customer, const std::string& text,
                std::chrono::system_clock::time_point at = std::chrono::system_clock::now());
  /// That was said in public: the platform knows where and by whom, and names them where it tells of an answer.
  void know(const std::string& id, publication what);
  /// Waits until all that there was to tell of what was taken has been told. False: it has not, within `patience`.
  [[nodiscard]] bool wait_all_told(std::chrono::milliseconds patience);
  /// The account's token is good no more, or is again.
  void revoke(const std::string& account, bool dead = true);

  [[nodiscard]] std::vector<taken> book() const;
  /// The same, once it has so many, or the time is over.
  [[nodiscard]] std::vector<taken> wait(std::size_t many, std::chrono::seconds patience) const;
  struct figures {
    std::uint64_t asked = 0, taken = 0, refused = 0, limited = 0, repeated = 0, marked_read = 0, typings = 0;
    std::uint64_t followed_redirects = 0;
    std::map<std::string, std::uint64_t> troubles = {};
    std::map<std::string_view, limit_figures> limits = {};
  };
  [[nodiscard]] figures count() const;

 private:
  class running;
  std::unique_ptr<running> running_;
};

[[nodiscard]] std::string to_json(const platform::figures& f);
/// Of an engine's config: every account that has a token.
[[nodiscard]] std::vector<account> accounts_of(const config::settings& s);

}  // namespace switchboard::fake_platform
