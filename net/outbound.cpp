#include "net/outbound.hpp"

#include "domain/messaging_window.hpp"
#include "net/bluesky_sessions.hpp"
#include "net/outbound_parts.hpp"
#include "net/platforms/bluesky_reading.hpp"
#include "net/platforms/http_date.hpp"
#include "net/platforms/outgoing_json.hpp"
#include "net/platforms/sending.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace switchboard::net {

namespace {

using domain::attempt_end;
using domain::attempt_outcome;

actors::account_draw whose_is(const domain::conversation& c) {
  return {.brand = c.brand, .account = c.account, .platform = c.platform};
}

/// Everything that one call is made of. Kept until its answer is read.
struct work {
  actors::send_order order;
  domain::outgoing what;
  platforms::sending_account account;
  std::string reference;
  platforms::call call;

  [[nodiscard]] actors::account_draw whose() const { return whose_is(order.what->conversation); }
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

/// nullopt: it has no token.
std::optional<platforms::sending_account> account_of(const config::settings& s,
                                                     const domain::account_id& id) {
  const auto* const a = s.find_account(id.value);
  if (a == nullptr || a->access_token.empty()) return std::nullopt;
  return platforms::sending_account{.platform_id = a->platform_id,
                                    .access_token = a->access_token,
                                    .api_url = a->api_url,
                                    .api_version = a->api_version,
                                    .page_id = a->page_id};
}

std::optional<platforms::call> signal_call(const actors::signal_order& order,
                                           const platforms::sending_account& account) {
  using actors::thread_signal;
  const auto* const a = order.settings->find_account(order.conversation.account.value);
  if (order.what == thread_signal::read && (a == nullptr || !a->read_receipts)) return std::nullopt;
  const platforms::thread_request r{.conversation = order.conversation,
                                    .account = account,
                                    .last_inbound = order.last_inbound ? &*order.last_inbound : nullptr};
  return order.what == thread_signal::typing ? platforms::typing(r) : platforms::mark_read(r);
}

/// The order with all that the platform's functions ask for; or the end of the attempt.
expected<work_ptr, attempt_outcome> prepare(actors::send_order&& order) {
  auto account = account_of(*order.settings, order.account);
  if (!account) {
    return unexpected{ended(attempt_end::no_access, "no-token",
                            "account \"" + order.account.value + "\" has no access_token")};
  }
  auto w = std::make_shared<work>();
  w->account = *std::move(account);
  auto what = platforms::outgoing_of(order.what->message);
  if (!what) return unexpected{ended(attempt_end::refused, what.error().code, what.error().detail)};
  w->what = *std::move(what);
  w->reference = to_text(order.what->message.id);
  w->order = std::move(order);
  return w;
}

/// Who speaks by a token that is no agent's is kept as its role: that may be a program.
bool is_person(std::string_view sender) {
  using config::role;
  return std::ranges::none_of(std::array{role::reader, role::agent, role::supervisor, role::admin},
                              [&](role r) { return sender == to_word(r); });
}

/// It may have waited until its window closed, or until only the tag is left.
expected<platforms::sending_right, attempt_outcome> right_of(const work& w) {
  const auto& o = w.order;
  const auto* const a = o.settings->find_account(o.account.value);
  auto conversation = o.what->conversation;
  conversation.last_inbound_at = std::max(conversation.last_inbound_at, o.last_inbound_at);
  conversation.last_from_ad_at = std::max(conversation.last_from_ad_at, o.last_from_ad_at);
  const auto mode =
      domain::may_say(conversation,
                      {.sender = o.what->message.sender_type,
                       .approved = w.what.approved.has_value(),
                       .privately = w.what.privately,
                       .comment_at = o.answered ? std::optional(o.answered->sent_at) : std::nullopt,
                       .human_agent_allowed = a != nullptr && a->human_agent_tag,
                       .is_known_person = is_person(o.what->message.sender_id)},
                      o.now);
  if (!mode) return unexpected{ended(attempt_end::refused, "window-closed", mode.error().detail)};
  return *mode == domain::send_mode::human_agent ? platforms::sending_right::human_agent_tag
                                                 : platforms::sending_right::free;
}

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
  actors::account_draw of;
  platforms::sending_account account;
  std::function<platforms::call(const platforms::sending_account&)> what;
  [[nodiscard]] const actors::account_draw& whose() const { return of; }
};

}  // namespace

outbound::outbound(client::options o)
    : http_(std::move(o)), sessions_(std::make_unique<bluesky_sessions>(http_)) {}
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
  return call ? draws_of(*call, quotas(r.conversation.platform)) : std::vector<domain::draw>{};
}

std::vector<domain::draw> outbound::lookup_draws(const actors::lookup_order& order) const {
  auto sent = order.sent;
  const auto w = prepare(std::move(sent));
  if (!w) return {};
  const auto request = (*w)->request(platforms::sending_right::free);
  const auto call = platforms::lookup({.sent = request, .handed_over = order.sent.now});
  return call ? draws_of(*call, quotas((*w)->order.what->conversation.platform))
              : std::vector<domain::draw>{};
}

/// Puts a session's token into the work; `then` hears of the end of the attempt where there is none to be had.
template <class Work>
void outbound::in_session(const std::shared_ptr<Work>& w, const platforms::sending_account& password,
                          std::chrono::milliseconds timeout,
                          std::function<void(std::optional<attempt_outcome>)> then) {
  sessions_->with(w->whose(), password, timeout,
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
    auto request = to_request(*call, timeout);
    request.once = true;  // each is counted against the account's limit
    http_.perform(std::move(request), [w, known, then = std::move(then)](client::result&& r) {
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

// -- signals -------------------------------------------------------------------------------------------------

std::optional<std::vector<domain::draw>> outbound::signal_draws(const actors::signal_order& order) const {
  const auto account = account_of(*order.settings, order.conversation.account);
  const auto call = account ? signal_call(order, *account) : std::nullopt;
  if (!call) return std::nullopt;
  return draws_of(*call, quotas(order.conversation.platform));
}

void outbound::signal(actors::signal_order order, std::function<void(bool)> done) {
  struct signal_work {
    actors::signal_order order;
    platforms::sending_account account;
    [[nodiscard]] actors::account_draw whose() const { return whose_is(order.conversation); }
  };
  const auto account = account_of(*order.settings, order.conversation.account);
  if (!account) return done(false);
  const auto timeout = order.settings->limits.send_timeout;
  const auto w = std::make_shared<signal_work>(signal_work{std::move(order), *account});
  const auto go = [this, w, timeout](std::function<void(bool)> then) {
    const auto call = signal_call(w->order, w->account);
    if (!call) return then(false);
    http_.perform(to_request(*call, timeout), [then = std::move(then)](client::result&& r) {
      then(r.what == client::reached::answered && r.status >= 200 && r.status < 300);
    });
  };
  if (w->order.conversation.platform != domain::platform::bluesky) return go(std::move(done));
  in_session(w, w->account, timeout,
             [go, done = std::move(done)](std::optional<attempt_outcome> none) mutable {
               if (none) return done(false);
               go(std::move(done));
             });
}

namespace {

std::optional<domain::timestamp> date_of(const client::result& r, domain::timestamp now) {
  const auto at =
      std::find_if(r.headers.begin(), r.headers.end(), [](const auto& h) { return h.first == "date"; });
  return at == r.headers.end() ? std::nullopt : platforms::parse_http_date(at->second, now);
}

}  // namespace

void outbound::fetch(const config::account_settings& of, std::chrono::milliseconds timeout,
                     std::uint64_t answer_bytes_max,
                     std::function<platforms::call(const platforms::sending_account&)> what,
                     std::function<void(fetched)> done) {
  auto q = std::make_shared<question>();
  q->of = {.brand = of.brand, .account = of.id, .platform = of.platform};
  q->account = {.platform_id = of.platform_id,
                .access_token = of.access_token,
                .api_url = of.api_url,
                .api_version = {},
                .page_id = {}};
  q->what = std::move(what);
  const auto password = q->account;
  const auto go = [this, q, timeout, answer_bytes_max](std::function<void(fetched)> then) {
    auto request = to_request(q->what(q->account), timeout);
    request.answer_bytes_max = answer_bytes_max;
    http_.perform(std::move(request), [then = std::move(then)](client::result&& r) {
      if (r.what != client::reached::answered) {
        const bool too_large = r.by == client::cut::too_large;
        return then({.what = ended(attempt_end::later, too_large ? "too-large" : "unreachable", r.why),
                     .too_large = too_large});
      }
      const readable answer(r);
      const auto now = wall_clock();
      fetched f{.what = platforms::read_bluesky_outcome(answer.get(), now), .date = date_of(r, now)};
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

void outbound::draw_from(actors::drawing limits) {
  sessions_->draw_from(std::move(limits));
}

void outbound::stop() {
  http_.stop();
}

}  // namespace switchboard::net
