// Who speaks as LinkedIn, and what a body is:
//
//   {"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[{…},…]}   several organizations mixed
//   {"type":"LEAD_ACTION",…} and others that an application may be subscribed to by the same address

#include "net/platforms/linkedin.hpp"

#include "net/platforms/json.hpp"
#include "net/platforms/linkedin_parts.hpp"
#include "net/platforms/meta_entry.hpp"
#include "net/platforms/verification.hpp"

#include <algorithm>

namespace switchboard::net::platforms {
namespace {

constexpr std::string_view signature_header = "X-LI-Signature";
/// Stands before the body in what is signed, and not in the header (traps, 3).
constexpr std::string_view signed_prefix = "hmacsha256=";

/// A UUID, or what else of its kind they may send. It can't hold the '=' of signed_prefix, so that no answer to a
/// challenge is the signature of a body.
bool is_challenge(std::string_view text) {
  constexpr std::size_t challenge_bytes_max = 128;
  return is_token(text, "-_", challenge_bytes_max);
}

/// The secrets of the application that is asked for. A source without child applications has but its own.
std::span<const std::string> secrets_of(const handshake_source& source,
                                        std::optional<std::string_view> application) {
  if (!application || source.applications.empty()) return source.secrets;
  const auto child = std::find_if(source.applications.begin(), source.applications.end(),
                                  [&](const application_secrets& each) { return each.id == *application; });
  return child == source.applications.end() ? std::span<const std::string>{} : child->secrets;
}

/// Every two hours, and three failures block the address.
handshake_answer handshake(std::span<const field> query, const handshake_source& source) {
  const auto challenge = only_parameter(query, "challengeCode");
  const auto application = only_parameter(query, "applicationId");
  const bool two_applications =
      !application &&
      std::any_of(query.begin(), query.end(), [](const field& each) { return each.name == "applicationId"; });
  if (!challenge || !is_challenge(*challenge) || two_applications) {
    return {400, "text/plain",
            two_applications ? "two applicationIds"
            : challenge      ? "challengeCode is no token"
                             : "no challengeCode: not a check of LinkedIn"};
  }
  const auto secrets = secrets_of(source, application);
  const auto digest = secrets.empty() ? std::nullopt : hmac_sha256(secrets.front(), *challenge);
  if (!digest) {
    return {403, "text/plain", "applicationId is none of this source's applications"};
  }
  return {200, "application/json",
          R"({"challengeCode":")" + std::string{*challenge} + R"(","challengeResponse":")" + to_hex(*digest) +
              "\"}"};
}

bool verify(std::span<const field> headers, std::string_view body, std::span<const std::string> secrets) {
  const auto header = only_header(headers, signature_header);
  const auto claimed = header ? from_hex(*header) : std::nullopt;
  return claimed && is_signed(secrets, signed_prefix, body, *claimed);
}

std::pair<std::string, std::string> sign(std::string_view body, std::string_view secret) {
  const auto digest = hmac_sha256(secret, signed_prefix, body);
  return {std::string{signature_header}, digest ? to_hex(*digest) : std::string{}};
}

/// A body of another type: whose it is, where that can be read.
std::string organization_in(object root) {
  std::string account = member_id(root, "organizationalEntity");
  if (const auto owner = member_object(root, "owner"); account.empty() && owner) {
    account = member_id(*owner, "organization");
  }
  return full_urn(account);
}

void unpack_notifications(unpacker& out, array notifications) {
  std::string pointer = "/notifications/";
  const std::size_t prefix = pointer.size();
  std::size_t index = 0;
  for (const element each : notifications) {
    if (out.full()) return;
    pointer.resize(prefix);
    pointer += std::to_string(index++);
    object notification;
    if (each.get(notification) != simdjson::SUCCESS) {
      out.reject(pointer, "malformed", "the notification is no object");
      continue;
    }
    unpack_linkedin_notification(out, pointer, notification);
  }
}

domain::unpacked_body normalise(std::string_view body, std::string_view /*account_hint*/,
                                const parse_limits& limits, domain::timestamp received_at) {
  const auto parsed = parse(body, limits);
  if (!parsed) {
    return rejected_whole(body, parsed.error().reason, parsed.error().detail);
  }
  object root;
  if ((*parsed).root.get(root) != simdjson::SUCCESS) {
    return rejected_whole(body, "malformed", "the body is no object");
  }
  if (const auto twice = duplicate_member(root)) {
    return rejected_whole(body, "duplicate-field", "\"" + std::string{clipped(*twice)} + "\" stands twice");
  }
  domain::unpacked_body unpacked;
  unpacker out{unpacked, body, limits, received_at};
  const std::string_view type = member_text(root, "type");
  const auto notifications = member_array(root, "notifications");
  if (type != "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS") {
    out.reject({}, type.empty() ? "malformed" : "unsupported",
               type.empty() ? "no type" : "type \"" + std::string{clipped(type)} + "\"",
               organization_in(root));
  } else if (!notifications) {
    out.reject({}, "malformed", "notifications is no array");
  } else {
    unpack_notifications(out, *notifications);
  }
  out.finish();
  return unpacked;
}

}  // namespace

const platform_functions& linkedin_functions() {
  static constexpr platform_functions functions{kind::linkedin, handshake, verify, normalise, sign};
  return functions;
}

}  // namespace switchboard::net::platforms
