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
#include <utility>
#include <vector>

namespace switchboard::net {

namespace {

using std::chrono::steady_clock;

/// Questions under way at a time, over all accounts.
constexpr std::size_t asked_at_once = 8;
constexpr std::chrono::milliseconds handshakes_looked_at{1'000};

platforms::subscribing_app app_of(const config::source_settings& s) {
  return {.source = s.id.value,
          .app_id = s.app_id,
          .app_token = s.app_token,
          .public_url = s.public_url,
          .secret_token = s.secrets.empty() ? std::string{} : s.secrets.front()};
}

platforms::subscribed_account subscribed(const config::account_settings& a) {
  return {.as = {.platform_id = a.platform_id,
                 .access_token = a.access_token,
                 .api_url = a.api_url,
                 .api_version = a.api_version,
                 .page_id = a.page_id},
          .business_id = a.business_id,
          .subscriber = a.subscriber};
}

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
  /// What a platform is asked about its subscriptions: of one account, or of a source's where its lists name all.
  struct question {
    config::settings_ptr settings;
    std::vector<const config::account_settings*> accounts;  ///< as in the dialog
    platforms::subscription_dialog dialog;
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
    std::map<std::string, question_ptr> of_source;
    for (const auto& a : settings_->accounts) {
      const auto* const source = settings_->find_source(a.source.value);
      if (source == nullptr) continue;
      const auto app = app_of(*source);
      auto account = subscribed(a);
      if (!platforms::can_ask_subscription(a.platform, app, account)) continue;
      const bool together = a.platform == domain::platform::x;
      // Where their APIs are asked must be the same, too.
      auto& q = of_source[together ? a.source.value + ' ' + a.api_url : a.id.value];
      if (!q) {
        q = std::make_shared<question>(
            question{.settings = settings_, .accounts = {}, .dialog = {.platform = a.platform, .app = app}});
        waiting_.push_back(q);
      }
      q->accounts.push_back(&a);
      q->dialog.accounts.push_back(std::move(account));
    }
  }

  void ask_waiting() {
    while (asking_ < asked_at_once && !waiting_.empty()) {
      auto q = std::move(waiting_.front());
      waiting_.pop_front();
      ++asking_;
      go_on(q);
    }
  }

  void go_on(const question_ptr& q) {
    const auto call = ending_ ? std::nullopt : platforms::next_call(q->dialog);
    if (!call) {
      --asking_;
      changed_.notify_all();
      return;
    }
    http_.perform(to_request(*call, q->settings->limits.send_timeout),
                  [this, q](client::result&& r) { answered(q, r); });
  }

  // On the client's thread.

  void answered(const question_ptr& q, const client::result& r) {
    const std::lock_guard lock(mutex_);
    auto& dialog = q->dialog;
    if (r.what != client::reached::answered) {
      dialog.at = platforms::subscription_dialog::step::over;  // asked again in account_check_interval
    } else {
      const readable answer(r);
      platforms::take_answer(dialog, answer.get(), wall_clock());
    }
    for (auto& f : dialog.found) tell(*q->accounts.at(f.account), std::move(f));
    dialog.found.clear();
    go_on(q);
  }

  void tell(const config::account_settings& a, platforms::subscription_finding&& f) {
    auto found = about(a);
    found.used_for = domain::access_use::subscription;
    found.access = f.access;
    found.subscription = f.subscription;
    if (f.subscription) found.subscription_note = std::move(f.note);
    found.detail = std::move(f.detail);
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
