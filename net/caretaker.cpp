#include "net/caretaker.hpp"

#include "actors/engine.hpp"
#include "net/outbound_parts.hpp"
#include "net/platforms/subscriptions.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

namespace switchboard::net {

namespace {

using std::chrono::steady_clock;

/// Questions under way at a time, over all accounts.
constexpr std::size_t asked_at_once = 8;
constexpr std::chrono::milliseconds handshakes_looked_at{1'000};

domain::health_observation about(const config::account_settings& a) {
  return {.brand = a.brand, .account = a.id, .platform = a.platform};
}

}  // namespace

class caretaker::running {
 public:
  running(actors::engine& e, client::options o) : engine_(e), http_(std::move(o)) {
    thread_ = std::thread([this] { run(); });
  }
  ~running() { stop(); }

  void apply_settings(config::settings_ptr s) {
    const std::lock_guard lock(mutex_);
    settings_ = std::move(s);
    std::map<std::string, heard> kept;
    for (const auto& source : settings_->sources) {
      const auto h = handshakes_.find(source.id.value);
      auto& now = kept[source.id.value] = h == handshakes_.end() ? heard{.since = wall_clock()} : h->second;
      now.told = domain::handshake_state::unknown;  // there may be accounts that were not told of
    }
    handshakes_.swap(kept);
    ask_at_ = steady_clock::now();  // a token may be another now
    changed_.notify_all();
  }
  void heard_handshake(const std::string& source) {
    const std::lock_guard lock(mutex_);
    if (const auto h = handshakes_.find(source); h != handshakes_.end()) h->second.last = wall_clock();
  }
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
    http_.stop();
  }

 private:
  struct heard {
    domain::timestamp since;
    std::optional<domain::timestamp> last = {};
    domain::handshake_state told = domain::handshake_state::unknown;  ///< of all its accounts
  };
  /// One account's subscription, while it is asked for.
  struct question {
    config::settings_ptr settings;
    const config::account_settings* account = nullptr;
    platforms::sending_account as;
    bool subscribing = false;
  };
  using question_ptr = std::shared_ptr<question>;

  void run() {
    std::unique_lock lock(mutex_);
    while (!ending_) {
      if (settings_) {
        look_at_handshakes();
        if (steady_clock::now() >= ask_at_) {
          ask_at_ = steady_clock::now() + settings_->limits.account_check_interval;
          queue_all();
        }
        ask_waiting();
      }
      changed_.wait_for(lock, handshakes_looked_at);
    }
  }

  // Under the lock.

  void look_at_handshakes() {
    const auto now = wall_clock();
    for (const auto& source : settings_->sources) {
      if (source.handshakes_apart_max.count() == 0) continue;
      auto& h = handshakes_.at(source.id.value);
      const auto is = domain::handshake_of(h.last, h.since, now, source.handshakes_apart_max);
      if (is == h.told) continue;
      h.told = is;
      for (const auto& a : settings_->accounts) {
        if (a.source.value != source.id.value) continue;
        auto found = about(a);
        found.handshake = is;
        found.detail =
            is == domain::handshake_state::kept
                ? "the platform asks for source \"" + source.id.value + "\" and is answered"
                : "nobody has asked for source \"" + source.id.value +
                      "\" as its platform should: its URL may not be reached from outside, or the platform "
                      "has given it up";
        engine_.observe(std::move(found));
      }
    }
  }

  void queue_all() {
    waiting_.clear();
    for (const auto& a : settings_->accounts) {
      if (a.access_token.empty()) continue;
      auto q = std::make_shared<question>(question{.settings = settings_,
                                                   .account = &a,
                                                   .as = {.platform_id = a.platform_id,
                                                          .access_token = a.access_token,
                                                          .api_url = a.api_url,
                                                          .api_version = a.api_version,
                                                          .page_id = a.page_id}});
      if (platforms::ask_subscription(a.platform, q->as, a.business_id)) waiting_.push_back(std::move(q));
    }
  }

  void ask_waiting() {
    while (asking_ < asked_at_once && !waiting_.empty()) {
      auto q = std::move(waiting_.front());
      waiting_.pop_front();
      ++asking_;
      ask(std::move(q));
    }
  }

  void ask(question_ptr q) {
    const auto& a = *q->account;
    const auto call = q->subscribing ? platforms::subscribe(a.platform, q->as, a.business_id)
                                     : *platforms::ask_subscription(a.platform, q->as, a.business_id);
    http_.perform(to_request(call, q->settings->limits.send_timeout),
                  [this, q](client::result&& r) { answered(q, r); });
  }

  // On the client's thread.

  void answered(const question_ptr& q, const client::result& r) {
    using kind = platforms::subscription_answer::kind;
    const std::lock_guard lock(mutex_);
    platforms::subscription_answer said;
    if (r.what == client::reached::answered) {
      const readable answer(r);
      said = q->subscribing ? platforms::read_subscribed(answer.get())
                            : platforms::read_subscription(q->account->platform, answer.get());
    }
    if (said.what == kind::absent && !q->subscribing && !ending_) {
      q->subscribing = true;
      return ask(q);
    }
    --asking_;
    changed_.notify_all();
    auto found = about(*q->account);
    found.used_for = domain::access_use::subscription;
    switch (said.what) {
      case kind::live:
        found.access = domain::access_state::good;
        found.subscription = domain::subscription_state::live;
        found.detail = q->subscribing ? "it was not subscribed, and is again" : "the platform delivers";
        break;
      case kind::absent:
        found.access = domain::access_state::good;
        found.subscription = domain::subscription_state::lapsed;
        found.detail =
            "the platform delivers nothing, and does not let itself be subscribed again: " + said.detail;
        break;
      case kind::no_access:
        found.access = domain::access_state::refused;
        found.detail = "the platform refuses the account's access_token: " + said.detail;
        break;
      case kind::unclear:
        return;  // asked again in account_check_interval
    }
    engine_.observe(std::move(found));
  }

  actors::engine& engine_;
  std::mutex mutex_;
  std::condition_variable changed_;
  config::settings_ptr settings_;
  std::map<std::string, heard> handshakes_;  ///< by source
  std::deque<question_ptr> waiting_;
  std::size_t asking_ = 0;
  steady_clock::time_point ask_at_{};
  bool ending_ = false;
  client::http_client http_;
  std::thread thread_;
};

caretaker::caretaker(actors::engine& e, client::options o)
    : running_(std::make_unique<running>(e, std::move(o))) {}
caretaker::~caretaker() = default;

void caretaker::apply_settings(config::settings_ptr s) {
  running_->apply_settings(std::move(s));
}
void caretaker::heard_handshake(const std::string& source) {
  running_->heard_handshake(source);
}
void caretaker::stop() {
  running_->stop();
}

}  // namespace switchboard::net
