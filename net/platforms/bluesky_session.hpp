#pragma once
// Bluesky's sessions: an app password buys an access token that lasts for minutes or hours and a refresh token that buys
// the next (com.atproto.server.createSession, refreshSession). An account's sends carry the access token; when
// needs_new_session() says so of an answer, refresh, or where that is refused, sign in.

#include "net/platforms/sending.hpp"

#include <string>
#include <string_view>

namespace switchboard::net::platforms {

struct bluesky_session {
  std::string access_token;
  std::string refresh_token;
  std::string did;
  std::string handle;
  std::string pds;  ///< where the account lives, as its DID document says, or empty: where it was asked
};

/// `account.platform_id` signs in (DID or handle), at `account.api_url`, with the app password as `access_token`.
[[nodiscard]] call bluesky_sign_in(const sending_account& account);
/// The same account, `refresh_token` instead of the password.
[[nodiscard]] call bluesky_refresh(const sending_account& account, std::string_view refresh_token);
/// Either's answer. The error is as of a send: no_access (wrong password, account taken down), later, or unknown; a
/// session that was begun without our knowing harms nobody, so all but no_access may be tried again.
[[nodiscard]] expected<bluesky_session, domain::attempt_outcome> read_bluesky_session(const answer& from,
                                                                                      domain::timestamp now);
/// Is the access token merely too old?
[[nodiscard]] bool needs_new_session(const domain::attempt_outcome& outcome);

}  // namespace switchboard::net::platforms
