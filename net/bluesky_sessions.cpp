#include "net/bluesky_sessions.hpp"

#include <utility>

namespace switchboard::net {

using domain::attempt_end;
using domain::attempt_outcome;

struct bluesky_sessions::purchase {
  actors::account_draw of;
  platforms::sending_account account;
  std::chrono::milliseconds timeout;
  std::string refresh;
};

void bluesky_sessions::with(const actors::account_draw& of, const platforms::sending_account& account,
                            std::chrono::milliseconds timeout, ready then) {
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
  const auto p = std::make_shared<purchase>(purchase{of, account, timeout, s.refresh});
  lock.unlock();
  buy(p, anew);
}

void bluesky_sessions::spent(const std::string& account, const std::string& access_token) {
  const std::lock_guard lock(mutex_);
  auto& s = of_[account];
  if (s.now && s.now->access_token == access_token) s.now.reset();
}

/// Sessions have small limits of their own: what would exceed them is put off, and with it who waits for the session.
void bluesky_sessions::buy(const purchase_ptr& p, bool anew) {
  const auto call =
      anew ? platforms::bluesky_sign_in(p->account) : platforms::bluesky_refresh(p->account, p->refresh);
  const auto go = [this, p, anew, request = to_request(call, p->timeout)](std::shared_ptr<const void> units) {
    http_.perform(client::request(request),
                  [this, p, anew, units](client::result&& r) { bought(p, anew, r); });
  };
  if (!limits_) return go(nullptr);
  auto wanted = p->of;
  wanted.draws = draws_of(call, platforms::quotas(domain::platform::bluesky));
  wanted.for_messages = true;
  limits_(std::move(wanted), [this, p, go](actors::drawn_units units) {
    if (units) return go(*std::move(units));
    auto why = ended(attempt_end::later, "session-limit", "the account's limit of sessions is used up");
    why.retry_after = units.error();
    settle(p, unexpected{std::move(why)});
  });
}

void bluesky_sessions::bought(const purchase_ptr& p, bool anew, const client::result& r) {
  auto session = r.what == client::reached::answered
                     ? platforms::read_bluesky_session(readable(r).get(), wall_clock())
                     : expected<platforms::bluesky_session, attempt_outcome>(
                           unexpected{ended(attempt_end::later, "unreachable", r.why)});
  // Where the refresh token has had its time the password may still be good.
  if (!session && !anew) return buy(p, true);
  settle(p, std::move(session));
}

void bluesky_sessions::settle(const purchase_ptr& p,
                              expected<platforms::bluesky_session, attempt_outcome> session) {
  std::vector<ready> waiting;
  {
    const std::lock_guard lock(mutex_);
    auto& s = of_[p->account.platform_id];
    const bool put_off = !session && session.error().error.code == "session-limit";
    if (!put_off) s.refresh = session ? session->refresh_token : std::string();
    s.password = p->account.access_token;
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

}  // namespace switchboard::net
