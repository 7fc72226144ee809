#include "tests/fake_platform/platform.hpp"

#include "domain/json.hpp"
#include "tests/fake_platform/jetstream.hpp"

#include <array>
#include <atomic>
#include <condition_variable>
#include <ctime>
#include <deque>
#include <mutex>
#include <random>
#include <thread>

namespace switchboard::fake_platform {
namespace {

using domain::json_object;

/// An engine that is down takes no word: then the answer is given without.
constexpr std::chrono::milliseconds word_patience{1'000};
constexpr std::size_t huge_bytes = 10u << 20;
constexpr std::string_view redirected_to = "/_/redirected";

told answer_of(world& w, const asked& a, instant now) {
  const auto path = path_of(a);
  if (path.starts_with("/bot")) return telegram_answer(w, a, now);
  if (path.starts_with("/2/")) return x_answer(w, a, now);
  if (path.starts_with("/rest/")) return linkedin_answer(w, a, now);
  if (path.starts_with("/xrpc/")) return bluesky_answer(w, a, now);
  return graph_answer(w, a, now);
}

std::string http_date_in(std::chrono::seconds d) {
  const auto then = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + d);
  std::tm utc{};
  ::gmtime_r(&then, &utc);
  std::array<char, sizeof "Sun, 06 Nov 1994 08:49:37 GMT"> text{};
  const auto n = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  return {text.data(), n};
}

/// What is said instead of the answer, or how it is said.
told troubled(trouble t, told answer, const std::string& here) {
  switch (t) {
    case trouble::none:
      return answer;
    case trouble::limited_seconds:
      return {.status = 429, .body = "{}", .headers = {{"Retry-After", "1"}}};
    case trouble::limited_date:
      return {
          .status = 429, .body = "{}", .headers = {{"Retry-After", http_date_in(std::chrono::seconds(2))}}};
    case trouble::error:
    case trouble::error_taken:
      return {.status = 500, .body = "{}"};
    case trouble::hang:
    case trouble::hang_taken:
      return {.with = fault::hang};
    case trouble::reset:
    case trouble::reset_taken:
      return {.with = fault::reset};
    case trouble::answer_and_reset:
      answer.with = fault::answer_reset;
      return answer;
    case trouble::half:
      answer.with = fault::half;
      return answer;
    case trouble::drip:
      answer.with = fault::drip;
      return answer;
    case trouble::huge:
      return {.body = std::string(huge_bytes, ' ')};
    case trouble::nonsense:
      return {.body = "<html>It works!</html>"};
    case trouble::redirect:
      return {.status = 302, .body = "{}", .headers = {{"Location", here + std::string(redirected_to)}}};
  }
  return answer;
}

std::string line_of(const taken& t) {
  std::string out;
  json_object o{out};
  o.text("account", t.by->id);
  o.text("platform", domain::to_word(t.by->platform));
  o.text("recipient", t.recipient);
  o.text("text", t.text);
  o.text_if("reference", t.reference);
  o.text("id", t.id);
  o.number("at", static_cast<std::uint64_t>(
                     std::chrono::duration_cast<std::chrono::nanoseconds>(t.at.time_since_epoch()).count()));
  o.end();
  return out + '\n';
}

}  // namespace

class platform::running {
 public:
  explicit running(platform_options o)
      : options_(std::move(o)),
        random_(options_.seed),
        receipts_(options_.receipts, options_.sources,
                  [this](const account& of, const word& what, std::uint64_t ticket) {
                    publish(of, what, ticket);
                  }) {
    if (options_.streams)
      stream_.emplace(jetstream_options{options_.server.certificate_file, options_.server.key_file});
    world_.accounts = options_.accounts;
    for (const auto& s : options_.sources) {
      if (!s.app_token.empty()) world_.app_tokens.insert(s.app_token);
    }
    const std::lock_guard lock(mutex_);  // the first request waits until all of this stands
    server_.emplace(options_.server, [this](const asked& a) { return answer(a); });
    url_ = server_->url();
  }

  [[nodiscard]] std::string url() const { return url_; }
  [[nodiscard]] bool has_reader() const { return stream_ && !stream_->targets().empty(); }
  [[nodiscard]] std::string stream_url() const { return stream_ ? stream_->url() : std::string{}; }
  void next(std::vector<trouble> troubles) {
    const std::lock_guard lock(mutex_);
    next_.assign(troubles.begin(), troubles.end());
  }
  void heard(const std::string& account, const std::string& customer,
             std::chrono::system_clock::time_point at) {
    const std::lock_guard lock(mutex_);
    world_.heard[account + '/' + customer] = at;
  }
  void tell(const std::string& engine) { receipts_.tell(engine); }
  [[nodiscard]] bool wait_all_told(std::chrono::milliseconds patience) {
    return receipts_.wait_all_told(patience);
  }
  /// Under the lock.
  void change(const std::function<void(world&)>& what) {
    const std::lock_guard lock(mutex_);
    what(world_);
  }
  void revoke(const std::string& account, bool dead) {
    const std::lock_guard lock(mutex_);
    if (dead) {
      world_.revoked.insert(account);
    } else {
      world_.revoked.erase(account);
    }
  }
  [[nodiscard]] std::vector<taken> wait(std::size_t many, std::chrono::seconds patience) const {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [&] { return world_.book.size() >= many; });
    return world_.book;
  }
  [[nodiscard]] figures count() const {
    const std::lock_guard lock(mutex_);
    return {.asked = asked_,
            .taken = world_.book.size(),
            .refused = world_.refused,
            .limited = world_.limited,
            .repeated = world_.doubled(),
            .marked_read = world_.marked_read,
            .typings = world_.typings,
            .followed_redirects = followed_,
            .troubles = troubles_,
            .limits = world_.limits.figures()};
  }

 private:
  told control(const asked& a) {
    const auto path = path_of(a);
    if (path == "/_/figures") return {.body = to_json(count())};
    if (path == "/_/taken") {
      std::string all;
      const std::lock_guard lock(mutex_);
      for (const auto& t : world_.book) all += line_of(t);
      return {.body = std::move(all)};
    }
    if (path == "/_/hold" || path == "/_/release") {
      held_ = path == "/_/hold";
      return {};
    }
    if (path == redirected_to) {
      const std::lock_guard lock(mutex_);
      ++followed_;
    }
    return {.status = 404, .body = "{}"};
  }

  told answer(const asked& a) {
    const auto now = std::chrono::steady_clock::now();
    if (path_of(a).starts_with("/_/")) return control(a);
    if (held_) return {.status = 503, .body = "{}", .headers = {{"Retry-After", "1"}}};
    told t;
    std::uint64_t told_before = 0;
    {
      const std::lock_guard lock(mutex_);
      ++asked_;
      const auto what = draw();
      if (what != trouble::none) ++troubles_[std::string(trouble_names.at(static_cast<std::size_t>(what)))];
      const auto had = world_.book.size();
      if (!is_before(what)) t = answer_of(world_, a, now);
      if (world_.book.size() > had) {
        told_before = receipts_.tell_of(world_, world_.book.back());
        if (options_.on_taken) options_.on_taken(world_.book.back());
      }
      for (const auto ticket : std::exchange(world_.logs_read, {})) receipts_.told(ticket);
      t = troubled(what, std::move(t), url_);
    }
    changed_.notify_all();
    if (told_before != 0) receipts_.wait_told(told_before, word_patience);
    if (options_.latency.count() > 0) std::this_thread::sleep_for(options_.latency);
    return t;
  }

  void publish(const account& of, const word& what, std::uint64_t ticket) {
    const std::lock_guard lock(mutex_);
    if (what.by == way::chat_log) {  // told once it is read
      world_.chat_logs[of.platform_id].push_back({what.body, ticket});
      return;
    }
    // Times never fall there.
    streamed_us_ = std::max(
        streamed_us_ + 1, static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                                         std::chrono::system_clock::now().time_since_epoch())
                                                         .count()));
    if (stream_)
      stream_->add(streamed_us_, R"({"time_us":)" + std::to_string(streamed_us_) + ',' + what.body.substr(1));
    receipts_.told(ticket);
  }

  trouble draw() {
    if (!next_.empty()) {
      const auto t = next_.front();
      next_.pop_front();
      return t;
    }
    if (options_.trouble_share <= 0 ||
        std::uniform_real_distribution<double>(0, 1)(random_) >= options_.trouble_share)
      return trouble::none;
    return static_cast<trouble>(
        std::uniform_int_distribution<std::size_t>(1, trouble_names.size() - 1)(random_));
  }

  const platform_options options_;
  std::atomic<bool> held_{false};
  std::optional<jetstream> stream_;
  std::uint64_t streamed_us_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  world world_;
  std::deque<trouble> next_;
  std::mt19937_64 random_;
  std::uint64_t asked_ = 0, followed_ = 0;
  std::map<std::string, std::uint64_t> troubles_;
  std::string url_;               // of the server, which answers until its end
  receipts receipts_;             // its thread publishes into all of that
  std::optional<server> server_;  // last: its threads use all of it
};

platform::platform(platform_options o) : running_(std::make_unique<running>(std::move(o))) {}
platform::~platform() = default;

std::string platform::url() const {
  return running_->url();
}
void platform::next(std::vector<trouble> troubles) {
  running_->next(std::move(troubles));
}
void platform::tell(const std::string& engine) {
  running_->tell(engine);
}
void platform::heard(const std::string& account, const std::string& customer,
                     std::chrono::system_clock::time_point at) {
  running_->heard(account, customer, at);
}
std::string platform::stream_url() const {
  return running_->stream_url();
}
bool platform::has_reader() const {
  return running_->has_reader();
}
void platform::know(const std::string& id, publication what) {
  running_->change([&](world& w) { w.published[id] = std::move(what); });
}
bool platform::wait_all_told(std::chrono::milliseconds patience) {
  return running_->wait_all_told(patience);
}
void platform::came_by_ad(const std::string& account, const std::string& customer,
                          std::chrono::system_clock::time_point at) {
  running_->change(
      [&](world& w) { w.heard[account + '/' + customer] = w.came_by_ad[account + '/' + customer] = at; });
}
void platform::commented(const std::string& comment, std::chrono::system_clock::time_point at) {
  running_->change([&](world& w) { w.commented[comment] = at; });
}
void platform::unsubscribe(const std::string& id) {
  running_->change([&](world& w) {
    w.unsubscribed.insert(id);
    w.subscribed_to.erase(id);
  });
}
bool platform::is_subscribed(const std::string& id) const {
  bool is = false;
  running_->change([&](const world& w) { is = !w.unsubscribed.contains(id); });
  return is;
}
void platform::subscribe_to(const std::string& id, std::set<std::string> what) {
  running_->change([&](world& w) { w.subscribed_to[id] = std::move(what); });
}
std::set<std::string> platform::subscribed_to(const std::string& id) const {
  std::set<std::string> what;
  running_->change([&](const world& w) {
    if (const auto own = w.subscribed_to.find(id); own != w.subscribed_to.end()) what = own->second;
  });
  return what;
}
void platform::subscribe_other_app(const std::string& id) {
  running_->change([&](world& w) { w.other_apps.insert(id); });
}
void platform::deliver_to(const std::string& id, const std::string& url) {
  running_->change([&](world& w) { w.delivered_to[id] = url; });
}
void platform::invalidate_webhook() {
  running_->change([](world& w) { w.x_webhook_valid = false; });
}
void platform::open_account_activity(bool users) {
  running_->change([users](world& w) { w.x_has_users = users; });
}
void platform::fail_deliveries(const std::string& bot, const std::string& why) {
  running_->change([&](world& w) {
    if (why.empty()) w.undelivered.erase(bot);
    if (!why.empty()) w.undelivered[bot] = why;
  });
}
void platform::remember(const std::string& account, const std::string& customer, const std::string& text,
                        std::chrono::system_clock::time_point at) {
  running_->change([&](world& w) { w.past[account].push_back({customer, text, at}); });
}
void platform::revoke(const std::string& account, bool dead) {
  running_->revoke(account, dead);
}
std::vector<taken> platform::book() const {
  return running_->wait(0, std::chrono::seconds(0));
}
std::vector<taken> platform::wait(std::size_t many, std::chrono::seconds patience) const {
  return running_->wait(many, patience);
}
platform::figures platform::count() const {
  return running_->count();
}

std::string to_json(const platform::figures& f) {
  std::string out;
  json_object o{out};
  o.number("asked", f.asked);
  o.number("taken", f.taken);
  o.number("refused", f.refused);
  o.number("limited", f.limited);
  o.number("repeated", f.repeated);
  o.number("markedRead", f.marked_read);
  o.number("typings", f.typings);
  o.number("followedRedirects", f.followed_redirects);
  o.key("troubles");
  json_object troubles{out};
  for (const auto& [name, n] : f.troubles) troubles.number(name, n);
  troubles.end();
  o.key("limits");
  json_object limits{out};
  for (const auto& [name, l] : f.limits) {
    limits.key(name);
    json_object one{out};
    one.number("taken", l.taken);
    one.number("exceeded", l.exceeded);
    one.number("fullest", std::uint64_t{l.fullest});
    one.number("allowed", std::uint64_t{l.allowed});
    one.end();
  }
  limits.end();
  o.end();
  return out;
}

std::vector<account> accounts_of(const config::settings& s) {
  std::vector<account> all;
  for (const auto& a : s.accounts) {
    if (a.access_token.empty()) continue;
    all.push_back({.id = a.id.value,
                   .platform = a.platform,
                   .platform_id = a.platform_id,
                   .access_token = a.access_token,
                   .page_id = a.page_id,
                   .source = a.source.value,
                   .messages_per_second = a.messages_per_second});
  }
  return all;
}

}  // namespace switchboard::fake_platform
