#include "net/platforms/bluesky_session.hpp"

#include "net/platforms/bluesky_parts.hpp"

namespace switchboard::net::platforms {
namespace {

/// didDoc.service[] with the id #atproto_pds.
std::string pds_in(object session) {
  const auto document = member_object(session, "didDoc");
  const auto services = document ? member_array(*document, "service") : std::nullopt;
  if (!services) return {};
  for (const element each : *services) {
    object service;
    if (each.get(service) == simdjson::SUCCESS && member_text(service, "id").ends_with("#atproto_pds")) {
      return std::string{member_text(service, "serviceEndpoint")};
    }
  }
  return {};
}

}  // namespace

call bluesky_sign_in(const sending_account& account) {
  std::string out;
  domain::json_object body{out};
  body.text("identifier", account.platform_id);
  body.text("password", account.access_token);
  body.end();
  call c = json_call(xrpc_url(account, "com.atproto.server.createSession"), {}, std::move(out),
                     {{"bluesky.ip", 1}, {"bluesky.sessions", 1}, {"bluesky.sessions_day", 1}});
  c.repeatable = true;
  return c;
}

call bluesky_refresh(const sending_account& account, std::string_view refresh_token) {
  // Not repeatable: each refresh token is good for one refresh. If its answer is lost, one signs in again.
  return {"POST",
          xrpc_url(account, "com.atproto.server.refreshSession"),
          {{"Authorization", "Bearer " + std::string{refresh_token}}},
          {},
          {{"bluesky.ip", 1}},
          false};
}

expected<bluesky_session, domain::attempt_outcome> read_bluesky_session(const answer& from,
                                                                        domain::timestamp now) {
  domain::attempt_outcome failure = read_xrpc_answer(from, now);
  const auto body = is_success(from) ? object_in(from) : std::nullopt;
  if (!body) return unexpected{std::move(failure)};
  bluesky_session session{
      std::string{member_text(*body, "accessJwt")}, std::string{member_text(*body, "refreshJwt")},
      std::string{member_text(*body, "did")}, std::string{member_text(*body, "handle")}, pds_in(*body)};
  if (session.access_token.empty() || session.refresh_token.empty() || session.did.empty()) {
    return unexpected{std::move(failure)};
  }
  if (has_member(*body, "active") && !member_bool(*body, "active")) {
    failure.end = domain::attempt_end::no_access;
    failure.error = {"account-" + kept(member_text(*body, "status")), "The account is not active", {}};
    return unexpected{std::move(failure)};
  }
  return session;
}

bool needs_new_session(const domain::attempt_outcome& outcome) {
  return outcome.end == domain::attempt_end::no_access &&
         (outcome.error.code == "ExpiredToken" || outcome.error.code == "InvalidToken");
}

}  // namespace switchboard::net::platforms
