#include "net/bluesky_sessions.hpp"

#include <utility>

namespace switchboard::net {

using domain::attempt_end;
using domain::attempt_outcome;

void bluesky_sessions::with(const platforms::sending_account& account, std::chrono::milliseconds timeout,
                            ready then) {
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

void bluesky_sessions::spent(const std::string& account, const std::string& access_token) {
  const std::lock_guard lock(mutex_);
  auto& s = of_[account];
  if (s.now && s.now->access_token == access_token) s.now.reset();
}

void bluesky_sessions::bought(const platforms::sending_account& account, std::chrono::milliseconds timeout,
                              bool anew, const client::result& r) {
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

}  // namespace switchboard::net
