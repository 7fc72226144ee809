#include "net/backfill.hpp"

#include "actors/engine.hpp"
#include "net/outbound_parts.hpp"
#include "net/platforms/history.hpp"
#include "net/webhook.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <map>
#include <mutex>
#include <thread>

namespace switchboard::net {

namespace {

using std::chrono::steady_clock;

/// Where the engine is full, the same page is handed to it again so much later.
constexpr std::chrono::milliseconds again_in{200};

platforms::sending_account sending_of(const config::account_settings& a) {
  return {.platform_id = a.platform_id,
          .access_token = a.access_token,
          .api_url = a.api_url,
          .api_version = a.api_version,
          .page_id = a.page_id};
}

}  // namespace

class backfill::running_syncs {
 public:
  explicit running_syncs(client::options o) : http_(std::move(o)) {}
  ~running_syncs() { stop(); }

  start begin(config::settings_ptr settings, const std::string& id, actors::engine& limits, webhook& to,
              std::function<void(backfill_outcome&&)> done) {
    const auto* const a = settings->find_account(id);
    if (a == nullptr || !platforms::ask_history(a->platform, sending_of(*a), {})) return start::no_history;
    if (a->access_token.empty()) return start::no_token;
    const std::lock_guard lock(mutex_);
    if (ending_) return start::full;
    reap();
    if (threads_.size() >= settings->limits.syncs_max) return start::full;
    if (threads_.contains(id)) return start::running;
    auto& t = threads_[id];
    t.thread = std::thread([this, settings, a, &limits, &to, &t, done = std::move(done)] {
      auto outcome = run(*settings, *a, limits, to);
      done(std::move(outcome));
      const std::lock_guard ended(mutex_);
      t.ended = true;
    });
    return start::begun;
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
      changed_.notify_all();
    }
    http_.stop();
    for (auto& [id, t] : threads_) {  // nobody adds or removes one any more
      if (t.thread.joinable()) t.thread.join();
    }
  }

 private:
  struct one {
    std::thread thread;
    bool ended = false;
  };

  void reap() {
    for (auto t = threads_.begin(); t != threads_.end();) {
      if (!t->second.ended) {
        ++t;
        continue;
      }
      t->second.thread.join();
      t = threads_.erase(t);
    }
  }

  backfill_outcome run(const config::settings& s, const config::account_settings& a, actors::engine& limits,
                       webhook& to) {
    backfill_outcome out;
    const auto until = steady_clock::now() + s.limits.sync_timeout;
    const auto as = sending_of(a);
    // First the lists, so that everybody's latest messages are there, then further and further into each conversation.
    std::deque<std::string> waiting{{}};
    bool cut = false;
    while (out.pages < s.limits.sync_pages_max) {
      auto page = ask(a, limits, as, waiting.front(), until);
      if (!page && page.error().again_in && pause(*page.error().again_in, until)) continue;
      const bool deeper = platforms::is_inside_conversation(waiting.front());
      if (!page && deeper && page.error().refused) {  // one conversation's past is no other's
        waiting.pop_front();
        ++out.pages;
        cut = true;
      } else if (!page) {
        out.no_access = page.error().no_access;
        out.failure = page.error().detail;
        return out;
      } else {
        waiting.pop_front();
        if (!keep(*page, a.source, to, until, out)) return out;
        cut = cut || page->cut;
        if (!page->next.empty()) waiting.push_front(std::move(page->next));
        for (auto& d : page->deeper) waiting.push_back(std::move(d));
      }
      if (!waiting.empty()) continue;
      out.complete = !cut;
      if (cut) out.failure = "of some conversations the platform gave only the latest messages";
      return out;
    }
    out.failure = "there is more than limits.sync_pages_max pages of it; nothing keeps you from asking again";
    return out;
  }

  /// False: it is not durable, and `out` says why.
  bool keep(platforms::history_page& page, const domain::source_id& source, webhook& to,
            steady_clock::time_point until, backfill_outcome& out) {
    ++out.pages;
    out.elements += page.elements;
    out.skipped += page.skipped;
    return page.body.empty() || take(source, page.body, to, until, out);
  }

  /// False: there is no time for it.
  bool pause(std::chrono::milliseconds for_, steady_clock::time_point until) {
    if (steady_clock::now() + for_ >= until) return false;
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, for_, [&] { return ending_; });
  }

  /// A page; or why there is none. Where the account's limits leave nothing to it, it is put off as if by the platform.
  expected<platforms::history_page, platforms::history_failure> ask(const config::account_settings& a,
                                                                    actors::engine& limits,
                                                                    const platforms::sending_account& as,
                                                                    const std::string& next,
                                                                    steady_clock::time_point until) {
    const auto call = *platforms::ask_history(a.platform, as, next);
    std::promise<actors::drawn_units> drawn;
    auto units = drawn.get_future();
    limits.draw({.brand = a.brand,
                 .account = a.id,
                 .platform = a.platform,
                 .draws = draws_of(call, platforms::quotas(a.platform))},
                [&drawn](actors::drawn_units u) { drawn.set_value(std::move(u)); });
    const auto held = units.get();
    if (!held) {
      return unexpected{platforms::history_failure{
          .again_in = held.error(), .detail = "the account's limits at its platform are used up for now"}};
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - steady_clock::now());
    if (left.count() <= 0)
      return unexpected{platforms::history_failure{.detail = "limits.sync_timeout is over"}};
    std::promise<client::result> promise;
    auto answered = promise.get_future();
    http_.perform(to_request(call, left),
                  [&promise](client::result&& r) { promise.set_value(std::move(r)); });
    const auto r = answered.get();
    if (r.what != client::reached::answered) {
      return unexpected{platforms::history_failure{.detail = "the platform gave no answer: " + r.why}};
    }
    return platforms::read_history(a.platform, as, next, readable(r).get(), wall_clock());
  }

  /// False: it is not durable, and `out` says why.
  bool take(const domain::source_id& source, std::string& body, webhook& to, steady_clock::time_point until,
            backfill_outcome& out) {
    struct answer {
      actors::ingest_counts counts;
      bool failed = false;
    };
    for (;;) {
      auto promise = std::make_shared<std::promise<answer>>();
      auto taken = promise->get_future();
      const auto begun = to.take(
          source, body,
          [promise](actors::ingest_counts counts, bool failed) {
            promise->set_value({counts, failed});
          },
          true);
      if (begun == webhook::replay_start::started) {
        const auto a = taken.get();
        out.events += a.counts.events;
        out.quarantined += a.counts.quarantined;
        if (a.failed) out.failure = "the journal failed";
        return !a.failed;
      }
      std::unique_lock lock(mutex_);
      if (changed_.wait_for(lock, again_in, [&] { return ending_; }) || steady_clock::now() > until) {
        out.failure = "the engine had no room for it";
        return false;
      }
    }
  }

  client::http_client http_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, one> threads_;
  bool ending_ = false;
};

backfill::backfill(client::options o) : all_(std::make_unique<running_syncs>(std::move(o))) {}
backfill::~backfill() = default;

backfill::start backfill::sync(config::settings_ptr settings, const std::string& account,
                               actors::engine& limits, webhook& to,
                               std::function<void(backfill_outcome&&)> done) {
  return all_->begin(std::move(settings), account, limits, to, std::move(done));
}
void backfill::stop() {
  all_->stop();
}

}  // namespace switchboard::net
