#include "net/outbound.hpp"

#include "domain/messaging_window.hpp"
#include "net/platforms/bluesky_reading.hpp"
#include "net/platforms/bluesky_session.hpp"
#include "net/platforms/outgoing_json.hpp"
#include "net/platforms/sending.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <utility>

namespace switchboard::net {

namespace {

using domain::attempt_end;
using domain::attempt_outcome;

domain::timestamp wall_clock() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

attempt_outcome ended(attempt_end end, std::string code, std::string detail) {
  return {.end = end, .error = {.code = std::move(code), .title = {}, .detail = std::move(detail)}};
}

/// Everything that one call is made of. Kept until its answer is read.
struct work {
  actors::send_order order;
  domain::outgoing what;
  platforms::sending_account account;
  std::string reference;
  platforms::call call;

  [[nodiscard]] platforms::send_request request(platforms::sending_right right) const {
    return {.conversation = order.what->conversation,
            .what = what,
            .reference = reference,
            .account = account,
            .right = right,
            .answered = order.answered ? &*order.answered : nullptr,
            .queued_at = order.what->message.sent_at,
            .recipient_now = order.recipient_now};
  }
};
using work_ptr = std::shared_ptr<work>;

/// The order with all that the platform's functions ask for; or the end of the attempt.
expected<work_ptr, attempt_outcome> prepare(actors::send_order&& order) {
  const auto* const a = order.settings->find_account(order.account.value);
  if (a == nullptr || a->access_token.empty()) {
    return unexpected{ended(attempt_end::no_access, "no-token",
                            "account \"" + order.account.value + "\" has no access_token")};
  }
  auto w = std::make_shared<work>();
  w->account = {.platform_id = a->platform_id,
                .access_token = a->access_token,
                .api_url = a->api_url,
                .api_version = a->api_version,
                .page_id = a->page_id};
  auto what = platforms::outgoing_of(order.what->message);
  if (!what) return unexpected{ended(attempt_end::refused, what.error().code, what.error().detail)};
  w->what = *std::move(what);
  w->reference = to_text(order.what->message.id);
  w->order = std::move(order);
  return w;
}

/// It may have waited until its window closed, or until only the tag is left.
expected<platforms::sending_right, attempt_outcome> right_of(const work& w) {
  const auto& o = w.order;
  const auto* const a = o.settings->find_account(o.account.value);
  auto conversation = o.what->conversation;
  conversation.last_inbound_at = std::max(conversation.last_inbound_at, o.last_inbound_at);
  const auto mode = domain::may_say(conversation,
                                    {.sender = o.what->message.sender_type,
                                     .approved = w.what.approved.has_value(),
                                     .privately = w.what.privately,
                                     .human_agent_allowed = a != nullptr && a->human_agent_tag},
                                    o.now);
  if (!mode) return unexpected{ended(attempt_end::refused, "window-closed", mode.error().detail)};
  return *mode == domain::send_mode::human_agent ? platforms::sending_right::human_agent_tag
                                                 : platforms::sending_right::free;
}

client::request to_request(const platforms::call& c, std::chrono::milliseconds timeout) {
  client::request r{.method = std::string(c.method), .url = c.url, .body = c.body, .timeout = timeout};
  for (const auto& h : c.headers) r.headers.emplace_back(h.name, h.value);
  return r;
}

/// A platform's answer as its functions read it. Points into `r`.
class readable {
 public:
  explicit readable(const client::result& r) : body_(r.body), status_(r.status) {
    for (const auto& [name, value] : r.headers) headers_.push_back({name, value});
  }
  [[nodiscard]] platforms::answer get() const {
    return {.status = status_, .headers = headers_, .body = body_};
  }

 private:
  std::vector<platforms::field> headers_;
  std::string_view body_;
  int status_;
};

attempt_outcome outcome_of(domain::platform p, const platforms::call& c, const client::result& r) {
  switch (r.what) {
    case client::reached::answered:
      return platforms::read_answer(p, c, readable(r).get(), wall_clock());
    case client::reached::not_sent:
      return ended(attempt_end::later, "unreachable", r.why);
    case client::reached::no_answer:
      break;
  }
  return ended(c.repeatable ? attempt_end::later : attempt_end::unknown, "no-answer", r.why);
}

/// One question that is asked in a session.
struct question {
  platforms::sending_account account;
  std::function<platforms::call(const platforms::sending_account&)> what;
};

}  // namespace

/// Bluesky takes no password with a message: it sells sessions for it. One at a time for each account; who needs one
/// meanwhile waits for it.
class outbound::sessions {
 public:
  using ready = std::function<void(expected<platforms::bluesky_session, attempt_outcome>)>;

  explicit sessions(client::http_client& http) : http_(http) {}

  void with(const platforms::sending_account& account, std::chrono::milliseconds timeout, ready then) {
    std::unique_lock lock(mutex_);
    auto& s = of_[account.platform_id];
    if (s.now && s.password == account.access_token) {
      auto session = *s.now;
      lock.unlock();
      return then(std::move(session));
    }
    s.waiting.push_back(std::move(then));
    if (s.waiting.size() > 1) return;
    const bool anew = s.refresh.empty() || s.password != account.access_token;
    const auto call =
        anew ? platforms::bluesky_sign_in(account) : platforms::bluesky_refresh(account, s.refresh);
    lock.unlock();
    http_.perform(to_request(call, timeout),
                  [this, account, timeout, anew](client::result&& r) { bought(account, timeout, anew, r); });
  }
  /// This access token of the account's is too old.
  void spent(const std::string& account, const std::string& access_token) {
    const std::lock_guard lock(mutex_);
    auto& s = of_[account];
    if (s.now && s.now->access_token == access_token) s.now.reset();
  }

 private:
  struct state {
    std::optional<platforms::bluesky_session> now;
    std::string password, refresh;
    std::vector<ready> waiting;
  };

  void bought(const platforms::sending_account& account, std::chrono::milliseconds timeout, bool anew,
              const client::result& r) {
    auto session = r.what == client::reached::answered
                       ? platforms::read_bluesky_session(readable(r).get(), wall_clock())
                       : expected<platforms::bluesky_session, attempt_outcome>(
                             unexpected{ended(attempt_end::later, "unreachable", r.why)});
    if (!session && !anew) {  // the refresh token has had its time: the password may still be good
      const auto call = platforms::bluesky_sign_in(account);
      return http_.perform(to_request(call, timeout), [this, account, timeout](client::result&& second) {
        bought(account, timeout, true, second);
      });
    }
    std::vector<ready> waiting;
    {
      const std::lock_guard lock(mutex_);
      auto& s = of_[account.platform_id];
      s.refresh = session ? session->refresh_token : std::string();
      s.password = account.access_token;
      if (session) s.now = *session;
      waiting.swap(s.waiting);
    }
    // Whether a session was begun or not, no message was sent.
    if (!session && session.error().end == attempt_end::unknown) {
      auto why = session.error();
      why.end = attempt_end::later;
      session = unexpected{std::move(why)};
    }
    for (auto& then : waiting) then(session);
  }

  client::http_client& http_;
  std::mutex mutex_;
  std::map<std::string, state> of_;
};

outbound::outbound(client::options o) : http_(std::move(o)), sessions_(std::make_unique<sessions>(http_)) {}
outbound::~outbound() {
  http_.stop();  // its answers use the sessions
}

std::span<const domain::quota> outbound::quotas(domain::platform p) const {
  return platforms::quotas(p);
}

std::vector<domain::draw> outbound::draws(const actors::reply& r) const {
  const auto what = platforms::outgoing_of(r.message);
  if (!what) return {};
  // What a call takes of the quotas depends neither on whose it is nor on what it answers.
  domain::message answered;
  answered.platform_message_id = "at://did:plc:a/app.bsky.feed.post/b";
  answered.payload = R"({"cid":"c"})";
  const platforms::sending_account nobody{
      .platform_id = "0", .access_token = "-", .api_url = {}, .api_version = {}, .page_id = {}};
  const auto call = platforms::render({.conversation = r.conversation,
                                       .what = *what,
                                       .reference = {},
                                       .account = nobody,
                                       .answered = &answered,
                                       .queued_at = r.message.sent_at,
                                       .recipient_now = {}});
  std::vector<domain::draw> draws;
  if (!call) return draws;
  const auto all = quotas(r.conversation.platform);
  for (const auto& d : call->quotas) {
    const auto q =
        std::find_if(all.begin(), all.end(), [&](const auto& known) { return known.name == d.quota; });
    if (q == all.end()) continue;
    draws.push_back(
        {.quota = static_cast<std::uint8_t>(q - all.begin()), .units = static_cast<std::uint32_t>(d.units)});
  }
  return draws;
}

/// Puts a session's token into the work; `then` hears of the end of the attempt where there is none to be had.
template <class Work>
void outbound::in_session(const std::shared_ptr<Work>& w, const platforms::sending_account& password,
                          std::chrono::milliseconds timeout,
                          std::function<void(std::optional<attempt_outcome>)> then) {
  sessions_->with(password, timeout,
                  [w, then = std::move(then)](expected<platforms::bluesky_session, attempt_outcome> session) {
                    if (!session) return then(std::move(session).error());
                    w->account.access_token = session->access_token;
                    if (!session->pds.empty()) w->account.api_url = session->pds;
                    then(std::nullopt);
                  });
}

void outbound::send(actors::send_order order, std::function<void(attempt_outcome)> done) {
  auto prepared = prepare(std::move(order));
  if (!prepared) return done(std::move(prepared).error());
  const auto w = *std::move(prepared);
  const auto right = right_of(*w);
  if (!right) return done(right.error());
  const auto platform = w->order.what->conversation.platform;
  const auto timeout = w->order.settings->limits.send_timeout;
  const auto go = [this, w, platform, timeout, right = *right](std::function<void(attempt_outcome)> then) {
    auto call = platforms::render(w->request(right));
    if (!call) return then(ended(attempt_end::refused, call.error().code, call.error().detail));
    w->call = *std::move(call);
    http_.perform(to_request(w->call, timeout), [w, platform, then = std::move(then)](client::result&& r) {
      then(outcome_of(platform, w->call, r));
    });
  };
  if (platform != domain::platform::bluesky) return go(std::move(done));
  const auto password = w->account;
  in_session(
      w, password, timeout,
      [this, w, go, password, timeout, done = std::move(done)](std::optional<attempt_outcome> none) mutable {
        if (none) return done(*std::move(none));
        go([this, w, go, password, timeout, done = std::move(done)](attempt_outcome o) mutable {
          if (!platforms::needs_new_session(o)) return done(std::move(o));
          // Refused for the age of its session: nothing was done, and the next session is had at once.
          sessions_->spent(password.platform_id, w->account.access_token);
          in_session(w, password, timeout,
                     [go, done = std::move(done)](std::optional<attempt_outcome> still_none) mutable {
                       if (still_none) return done(*std::move(still_none));
                       go(std::move(done));
                     });
        });
      });
}

void outbound::look_up(actors::lookup_order order, std::function<void(actors::lookup_outcome)> done) {
  auto prepared = prepare(std::move(order.sent));
  if (!prepared) return done({});
  const auto w = *std::move(prepared);
  const auto known = std::make_shared<std::vector<std::string>>(std::move(order.known_ids));
  const auto timeout = w->order.settings->limits.send_timeout;
  const auto go = [this, w, known, timeout](std::function<void(actors::lookup_outcome)> then) {
    const auto sent = w->request(platforms::sending_right::free);
    const platforms::lookup_request about{.sent = sent, .handed_over = w->order.now, .known_ids = *known};
    auto call = platforms::lookup(about);
    if (!call) return then({});
    http_.perform(to_request(*call, timeout), [w, known, then = std::move(then)](client::result&& r) {
      if (r.what != client::reached::answered) return then({});
      const auto again = w->request(platforms::sending_right::free);
      auto found = platforms::find_in({.sent = again, .handed_over = w->order.now, .known_ids = *known},
                                      readable(r).get());
      using end = platforms::finding::end;
      using kind = actors::lookup_outcome::kind;
      then({.what = found.what == end::found       ? kind::found
                    : found.what == end::not_there ? kind::absent
                                                   : kind::unclear,
            .platform_message_id = std::move(found.platform_message_id)});
    });
  };
  if (w->order.what->conversation.platform != domain::platform::bluesky) return go(std::move(done));
  in_session(w, w->account, timeout,
             [go, done = std::move(done)](std::optional<attempt_outcome> none) mutable {
               if (none) return done({});
               go(std::move(done));
             });
}

void outbound::fetch(const config::account_settings& of, std::chrono::milliseconds timeout,
                     std::function<platforms::call(const platforms::sending_account&)> what,
                     std::function<void(fetched)> done) {
  auto q = std::make_shared<question>();
  q->account = {.platform_id = of.platform_id,
                .access_token = of.access_token,
                .api_url = of.api_url,
                .api_version = {},
                .page_id = {}};
  q->what = std::move(what);
  const auto password = q->account;
  const auto go = [this, q, timeout](std::function<void(fetched)> then) {
    http_.perform(to_request(q->what(q->account), timeout), [then = std::move(then)](client::result&& r) {
      if (r.what != client::reached::answered)
        return then({.what = ended(attempt_end::later, "unreachable", r.why)});
      fetched f{.what = platforms::read_bluesky_outcome(readable(r).get(), wall_clock())};
      if (r.status >= 200 && r.status < 300) {
        f.what.end = attempt_end::sent;
        f.body = std::move(r.body);
      } else if (f.what.end == attempt_end::unknown) {
        f.what.end = attempt_end::later;  // nothing is changed by asking
      }
      then(std::move(f));
    });
  };
  in_session(
      q, password, timeout,
      [this, q, go, password, timeout, done = std::move(done)](std::optional<attempt_outcome> none) mutable {
        if (none) return done({.what = *std::move(none)});
        go([this, q, go, password, timeout, done = std::move(done)](fetched f) mutable {
          if (!platforms::needs_new_session(f.what)) return done(std::move(f));
          sessions_->spent(password.platform_id, q->account.access_token);
          in_session(q, password, timeout,
                     [go, done = std::move(done)](std::optional<attempt_outcome> still_none) mutable {
                       if (still_none) return done({.what = *std::move(still_none)});
                       go(std::move(done));
                     });
        });
      });
}

void outbound::stop() {
  http_.stop();
}

}  // namespace switchboard::net
