#pragma once
// What a platform's webhooks need, as pure functions: bytes in, domain values out. One file pair a platform,
// one table (platforms.cpp) that says which functions serve which source kind.

#include "domain/inbound.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::net::platforms {

/// The kinds of source. Bluesky's has webhooks only for a relay of the user's own.
enum class kind : std::uint8_t { meta, telegram, x, linkedin, bluesky };

/// A header or a decoded query parameter.
struct field {
  std::string_view name;
  std::string_view value;
};

/// Bounds on what a body may hold; beyond them it is rejected as a whole.
struct parse_limits {
  std::uint32_t depth_max = 64;
  std::uint32_t events_max = 10'000;
};

/// A child application of a source's own, which signs with a secret of its own (LinkedIn).
struct application_secrets {
  std::string_view id;                   ///< as the platform names it
  std::span<const std::string> secrets;  ///< the first is the current one
};
/// What a source proves itself with in a handshake. Views into the source's settings.
struct handshake_source {
  std::string_view verify_token = {};         ///< Meta's; empty: none
  std::span<const std::string> secrets = {};  ///< the first is the current one
  std::span<const application_secrets> applications = {};
};
struct handshake_answer {
  int status = 200;  ///< 200, 403 wrong token or nobody that we know, 400 not a handshake at all
  std::string content_type;
  std::string body;  ///< without 200: what was wrong, for a person
};

struct platform_functions {
  kind which;
  /// GET: the platform asks whether this is really us. Whoever asks is a stranger: where the answer is signed with a
  /// secret, nothing is signed that verify() would take for a body.
  handshake_answer (*handshake)(std::span<const field> query, const handshake_source& source);
  /// Is the body signed by one of the secrets? Over the raw bytes, before any parse; constant time; every
  /// secret is tried whatever the others gave. `headers` as received, in order, names in any case. Exactly one
  /// signature header must be there. An empty secret never verifies. `secrets`: the source's and its applications'.
  bool (*verify)(std::span<const field> headers, std::string_view body, std::span<const std::string> secrets);
  /// Unpacks a verified body wholly. Never throws; the whole document is validated before any of it is used.
  /// `account_hint`: the account id that the source's only account has, for platforms whose body does not say
  /// (Telegram, a page of Bluesky's).
  domain::unpacked_body (*normalise)(std::string_view body, std::string_view account_hint,
                                     const parse_limits& limits, domain::timestamp received_at);
  /// The header that `deliver` sends with this body so that verify() accepts it.
  std::pair<std::string, std::string> (*sign)(std::string_view body, std::string_view secret);
};

[[nodiscard]] const platform_functions& functions_of(kind k);

}  // namespace switchboard::net::platforms
