#include "tests/fake_platform/receipts.hpp"

#include "net/client/http_client.hpp"
#include "net/platforms/platform.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

namespace switchboard::fake_platform {
namespace {

using namespace std::chrono_literals;

/// The real ones wait longer.
constexpr auto told_again_in = 100ms;
constexpr unsigned told_at_most = 1'200;

std::optional<net::platforms::kind> kind_of(config::source_kind k) {
  switch (k) {
    case config::source_kind::meta:
      return net::platforms::kind::meta;
    case config::source_kind::telegram:
      return net::platforms::kind::telegram;
    case config::source_kind::x:
      return net::platforms::kind::x;
    case config::source_kind::linkedin:
      return net::platforms::kind::linkedin;
    case config::source_kind::bluesky:
      break;  // it has no webhooks
  }
  return std::nullopt;
}

/// Something that is to be told.
struct pending {
  const account* of = nullptr;
  const config::source_settings* source = nullptr;
  word what = {};
  std::uint64_t ticket = 0;
  unsigned times = 0;
};

}  // namespace

class receipts::teller {
 public:
  teller(receipts_options o, std::vector<config::source_settings> sources, publisher publish)
      : options_(std::move(o)), sources_(std::move(sources)), publish_(std::move(publish)) {
    client_.emplace(net::client::options{});
    thread_ = std::thread([this] { run(); });
  }
  ~teller() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
    client_.reset();  // while what its answers touch is there
  }

  void tell(const std::string& engine) {
    const std::lock_guard lock(mutex_);
    options_.engine = engine;
  }

  std::uint64_t tell_of(const world& w, const taken& t) {
    const config::source_settings* source = nullptr;
    for (const auto& s : sources_) {
      if (s.id.value == t.by->source) source = &s;
    }
    auto words = words_of(w, t);
    if (source == nullptr || words.empty()) return 0;
    const std::lock_guard lock(mutex_);
    if (options_.engine.empty()) return 0;
    const auto when = options_.echoes[messages_++ % options_.echoes.size()];
    auto due = t.at;
    if (when == echo_time::behind) due += options_.apart;
    const auto first = ++tickets_;
    for (auto& each : words) {
      const auto ticket = &each == &words.front() ? first : ++tickets_;
      untold_.insert(ticket);
      waiting_.emplace(due, pending{t.by, source, std::move(each), ticket});
      due += options_.apart;
    }
    changed_.notify_all();
    return when == echo_time::before ? first : 0;
  }

  void told(std::uint64_t ticket) {
    {
      const std::lock_guard lock(mutex_);
      untold_.erase(ticket);
    }
    changed_.notify_all();
  }
  void wait_told(std::uint64_t ticket, std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [&] { return ending_ || !untold_.contains(ticket); });
  }
  bool wait_all_told(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return untold_.empty(); });
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!ending_) {
      if (waiting_.empty()) {
        changed_.wait(lock);
      } else if (const auto due = waiting_.begin()->first; due > std::chrono::steady_clock::now()) {
        changed_.wait_until(lock, due);
      } else {
        auto what = std::move(waiting_.begin()->second);
        waiting_.erase(waiting_.begin());
        const std::string engine = options_.engine;
        lock.unlock();
        if (what.what.by == way::webhook) {
          post(engine, std::move(what));
        } else {
          publish_(*what.of, what.what, what.ticket);
        }
        lock.lock();
      }
    }
  }

  void post(const std::string& engine, pending&& p) {
    const auto kind = kind_of(p.source->kind);
    if (!kind || p.source->secrets.empty()) return told(p.ticket);
    auto signature = net::platforms::functions_of(*kind).sign(p.what.body, p.source->secrets.front());
    net::client::request r{.url = engine + "/webhooks/" + p.source->id.value,
                           .headers = {{"Content-Type", "application/json"}, std::move(signature)},
                           .body = p.what.body};
    client_->perform(std::move(r), [this, p = std::move(p)](net::client::result&& came) mutable {
      const bool not_taken = came.status < 200 || came.status == 429 || came.status >= 500;
      if (not_taken && ++p.times < told_at_most) return tell_again(std::move(p));
      told(p.ticket);
    });
  }

  void tell_again(pending&& p) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.emplace(std::chrono::steady_clock::now() + told_again_in, std::move(p));
    }
    changed_.notify_all();
  }

  receipts_options options_;  ///< the engine: under the lock
  const std::vector<config::source_settings> sources_;
  const publisher publish_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  std::uint64_t tickets_ = 0;
  std::size_t messages_ = 0;
  std::set<std::uint64_t> untold_;  ///< tickets of what is not told yet
  std::multimap<instant, pending> waiting_;
  std::optional<net::client::http_client> client_;
  std::thread thread_;
};

receipts::receipts(receipts_options o, std::vector<config::source_settings> sources, publisher publish)
    : teller_(std::make_unique<teller>(std::move(o), std::move(sources), std::move(publish))) {}
receipts::~receipts() = default;

void receipts::tell(const std::string& engine) {
  teller_->tell(engine);
}
std::uint64_t receipts::tell_of(const world& w, const taken& t) {
  return teller_->tell_of(w, t);
}
void receipts::told(std::uint64_t ticket) {
  teller_->told(ticket);
}
void receipts::wait_told(std::uint64_t ticket, std::chrono::milliseconds patience) {
  teller_->wait_told(ticket, patience);
}
bool receipts::wait_all_told(std::chrono::milliseconds patience) {
  return teller_->wait_all_told(patience);
}

}  // namespace switchboard::fake_platform
