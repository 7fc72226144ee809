#pragma once
// What Meta's three platforms share: the Graph API's addresses, its errors
//   {"error":{"message","type","code","error_subcode"?,"is_transient"?,"error_user_msg"?,"error_data"?:{"details"}}}
// and the headers that say how much of a limit is used (platforms.md §1).

#include "net/platforms/sending_parts.hpp"

#include <string>
#include <string_view>

namespace switchboard::net::platforms {

/// The version that this was written for; each is served for two years at least.
inline constexpr std::string_view graph_version = "v24.0";
inline constexpr std::string_view facebook_graph = "https://graph.facebook.com";
inline constexpr std::string_view instagram_graph = "https://graph.instagram.com";

/// Which object is asked, and where.
struct graph_subject {
  std::string_view host, id;
};
/// An Instagram account is reached as its page, or with Instagram Login as itself. It refers to `account`.
[[nodiscard]] graph_subject instagram_subject(const sending_account& account);

/// <host>/<version>/<object>/<edge>; an empty edge is left out.
[[nodiscard]] std::string graph_url(const sending_account& account, std::string_view host,
                                    std::string_view object, std::string_view edge);

/// The end, but for the id of what was sent: that stands in another place on each edge, and is looked for in
/// `id_members`, in the object itself and in messages[0]. Also for WhatsApp's codes.
[[nodiscard]] domain::attempt_outcome read_graph_answer(const answer& from, domain::timestamp now,
                                                        std::initializer_list<std::string_view> id_members);

/// X-App-Usage and X-Business-Use-Case-Usage.
struct graph_usage {
  std::optional<double> used;                       ///< 0 … 1 of the fullest limit
  bool application_full = false;                    ///< X-App-Usage says so: of all accounts of the app
  std::optional<std::chrono::minutes> regained_in;  ///< where it is throttled
};
[[nodiscard]] graph_usage usage_of(const answer& from);

}  // namespace switchboard::net::platforms
