#include "net/feeds.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace switchboard::net {

domain::feed_policy policy_of(const config::limit_settings& l) {
  return {.poll_interval = l.feed_poll_interval,
          .backoff = l.feed_backoff,
          .backoff_max = l.feed_backoff_max,
          .access_retry = l.feed_access_retry};
}

class feeds::running {
 public:
  running(actors::engine& e, webhook& w, outbound& calls)
      : links_{.loop = loop_, .engine = e, .webhooks = w, .calls = calls}, thread_([this] { loop_.run(); }) {}

  void apply(config::settings_ptr s) {
    boost::asio::post(loop_, [this, s = std::move(s)] { restart(s); });
  }

  void stop() {
    if (!thread_.joinable()) return;
    boost::asio::post(loop_, [this] {
      end_all();
      guard_.reset();
      loop_.stop();
    });
    thread_.join();
  }

  [[nodiscard]] std::vector<feed_figures_ptr> figures() const {
    const std::lock_guard lock{mutex_};
    std::vector<feed_figures_ptr> all;
    for (const auto& [of, f] : figures_) all.push_back(f);
    return all;
  }

 private:
  using feed_name = std::pair<std::string, std::string>;  ///< reader, feed

  void end_all() {
    for (const auto& r : readers_) r->stop();
    readers_.clear();
  }

  /// A reader has its settings for as long as it lives. Another one begins where the log says that this one came to.
  void restart(const config::settings_ptr& s) {
    end_all();
    std::map<feed_name, feed_figures_ptr> kept;
    const auto figures_of = [&](const std::string& reader, const char* feed) {
      auto& f = kept[{reader, feed}];
      if (const auto before = figures_.find({reader, feed}); before != figures_.end()) {
        f = before->second;  // counters go on
      } else {
        f = std::make_shared<feed_figures>();
        f->reader = reader;
        f->feed = feed;
      }
      f->connected.store(false, std::memory_order_relaxed);
      return f;
    };
    for (const auto& source : s->sources) {
      if (source.kind != config::source_kind::bluesky || source.jetstream_url.empty()) continue;
      readers_.push_back(read_jetstream(links_, s, source, figures_of(source.id.value, "jetstream")));
    }
    for (const auto& a : s->accounts) {
      if (a.platform != domain::platform::bluesky || a.access_token.empty()) continue;
      readers_.push_back(read_notifications(links_, s, a, figures_of(a.id.value, "notifications")));
      readers_.push_back(read_messages(links_, s, a, figures_of(a.id.value, "messages")));
    }
    {
      const std::lock_guard lock{mutex_};
      figures_ = std::move(kept);
    }
    for (const auto& r : readers_) r->start();
  }

  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{loop_.get_executor()};
  feed_links links_;
  std::vector<std::shared_ptr<feed_reader>> readers_;
  mutable std::mutex mutex_;
  std::map<feed_name, feed_figures_ptr> figures_;  ///< written by the loop's thread, under the mutex
  std::thread thread_;
};

feeds::feeds(actors::engine& e, webhook& w, outbound& calls)
    : running_(std::make_unique<running>(e, w, calls)) {}
feeds::~feeds() {
  stop();
}

void feeds::apply_settings(config::settings_ptr s) {
  running_->apply(std::move(s));
}
void feeds::stop() {
  running_->stop();
}
std::vector<feed_figures_ptr> feeds::figures() const {
  return running_->figures();
}

}  // namespace switchboard::net
