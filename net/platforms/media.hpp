#pragma once
// How an attachment is fetched from its platform: what is asked, and what the answers mean. Pure, like sending.hpp.
//
//   WhatsApp          an id, good for about 30 days: GET /{id} with the token → {"url"}, good for 5 minutes, fetched with
//                     the token as well
//   Telegram          a file_id: getFile → {"file_path"} → /file/bot<token>/<file_path>; 20 MB at the most
//   Messenger,        a signed address of Meta's, good for days, without the token
//   Instagram
//   X                 an address; of direct messages on a host that asks who is there: OAuth 1.0a in the user's name
//                     (account.oauth1_token), or else his access token, which then needs dm.read
//   Bluesky           an image by "<did>/<cid>", from the network's CDN; or an address
//   LinkedIn          an address
//
// A token goes to the platform's API, and to the hosts named for that below, and nowhere else.

#include "domain/expected.hpp"
#include "domain/model.hpp"
#include "net/platforms/oauth1.hpp"
#include "net/platforms/sending.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace switchboard::net::platforms {

/// Whose attachment it is, and what may be done for it. Everything referred to outlives the call that it is given to.
struct media_request {
  domain::platform platform = domain::platform::facebook;
  const sending_account& account;
  const domain::attachment& what;
  std::span<const std::string> more_hosts{};  ///< account.media_hosts
  bool demo = false;                          ///< addresses on account.api_url's own server are taken too
  std::uint64_t bytes_max = 0;
  std::chrono::seconds age{0};  ///< since it came
  /// X: what is signed with instead of showing the access token; null: nothing is.
  const oauth1_keys* oauth1 = nullptr;
  std::string_view nonce{};  ///< … of this request
  domain::timestamp now{};
};

/// One call. Its url may hold a secret.
struct media_call {
  call what;
  bool last = true;  ///< its answer is the attachment; else next_media() reads it
  /// It goes to the server that the operator named himself (account.api_url): to any address.
  bool of_operator = false;
};

enum class media_end : std::uint8_t {
  nothing,       ///< it has nothing that could be fetched
  no_access,     ///< the account has no token, or one that is refused
  host_refused,  ///< its address is none that is fetched
  expired,       ///< its platform says that it is gone
  too_large,
  failed
};
struct media_failure {
  media_end end = media_end::failed;
  std::string detail;  ///< for a person; names no secret
};

[[nodiscard]] expected<media_call, media_failure> first_media(const media_request& request);
/// After the answer to a call that was not the last.
[[nodiscard]] expected<media_call, media_failure> next_media(const media_request& request,
                                                             const answer& from);
/// Is this answer to the last call the attachment? `with_token`: the call had one.
[[nodiscard]] expected<void, media_failure> read_media(const media_request& request, const answer& from,
                                                       bool with_token);

/// Its type in lower case without parameters, if it is one that may be shown where it came from: images, sounds, films
/// and PDF, and none that can hold a script (SVG). Else empty. By what the answer says; where that says nothing, by what
/// the platform said with the message; then by the ending of a name.
[[nodiscard]] std::string_view shown_type(std::string_view answered, std::string_view told,
                                          std::string_view name);

}  // namespace switchboard::net::platforms
