#pragma once
// What the seven platforms' send APIs are told, and what their answers mean: the seam between the account actors,
// which own queues and quotas, and the HTTP client, which owns sockets. Pure: values and bytes in, values out; `now` comes in.
// One file pair a platform, one table of them (sending.cpp).
//
// The way of a message: fit() when it is asked for, before it is queued (a part is one platform message, one call and
// one id of ours), render() when its turn comes, read_answer() when the platform has answered. Where no answer came:
// lookup() and find_in(), before anything is sent again.

#include "domain/expected.hpp"
#include "domain/model.hpp"
#include "domain/outgoing.hpp"
#include "domain/sending.hpp"
#include "net/platforms/platform.hpp"
#include "net/platforms/unfit.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::net::platforms {

/// The longest that one text is cut into, and the most messages that one request becomes.
inline constexpr std::size_t parts_max = 20;

struct header {
  std::string name;
  std::string value;
  bool operator==(const header&) const = default;
};

/// So many units of the account's bucket of that name (quotas()).
struct quota_draw {
  std::string_view quota;  ///< a literal
  double units = 1;
  bool operator==(const quota_draw&) const = default;
};

/// One HTTP request. Its url may hold a secret (Telegram's bot token): it is not to be logged, nor are the headers.
struct call {
  std::string_view method = "POST";  ///< a literal: POST, PUT or GET
  std::string url{};                 ///< absolute
  std::vector<header> headers{};
  std::string body{};
  std::vector<quota_draw> quotas{};
  bool repeatable = false;  ///< twice does no more than once: it may be sent again blindly
};

/// What came back, redirects not followed. Header names in any case.
struct answer {
  int status = 0;
  std::span<const field> headers;
  std::string_view body;
};

/// An account as a call needs it. `api_url` and `api_version`: empty for the platform's own, and for the version that
/// this was written for.
struct sending_account {
  std::string platform_id{};  ///< as in the config: page, phone number id, X user id, organisation URN, DID …
  std::string access_token{};  ///< Bluesky: of the session (bluesky_session.hpp), not the app password
  std::string api_url{};       ///< e.g. http://127.0.0.1:9000; Bluesky: the account's PDS
  std::string api_version{};   ///< Meta: v24.0, LinkedIn: 202610
  std::string page_id{};       ///< Instagram: the page that it is linked to, or empty with Instagram Login
};

enum class split_policy : std::uint8_t { split, refuse };
/// Which of Meta's windows it goes out in. What may go out at all is decided before (domain).
enum class sending_right : std::uint8_t { free, human_agent_tag };

/// What is to be sent, to whom, and as what. Everything referred to outlives the call that it is given to.
struct send_request {
  const domain::conversation& conversation;
  const domain::outgoing& what;  ///< a part that fit() gave
  std::string_view reference;    ///< our own id of the message
  const sending_account& account;
  sending_right right = sending_right::free;
  /// The message that `what.reply_to` names, else the customer's last one: below which comment or post an answer
  /// goes, and what only that message knows (payload). Null: none.
  const domain::message* answered = nullptr;
  domain::timestamp queued_at{};     ///< of our message; the same at each attempt
  std::string_view recipient_now{};  ///< what an earlier attempt was told (attempt_outcome), or empty
};

/// What is asked about a message whose end is not known.
struct lookup_request {
  const send_request& sent;
  domain::timestamp handed_over;  ///< when the attempt began
  std::span<const std::string>
      known_ids{};  ///< of the same conversation's other messages: none of them is it
};
struct finding {
  enum class end : std::uint8_t { found, not_there, cannot_tell };
  end what = end::cannot_tell;
  std::string platform_message_id;  ///< found
};

/// A thread in which somebody types, or has read what came.
struct thread_request {
  const domain::conversation& conversation;
  const sending_account& account;
  const domain::message* last_inbound = nullptr;  ///< the customer's last message, where there is one
};

/// What a platform takes as one message each, in order: joined, the texts are the text again but for white space at the
/// cuts; quick replies and buttons stand in the last. With `refuse`, what needs more than one is refused.
[[nodiscard]] expected<std::vector<domain::outgoing>, unfit> fit(domain::platform platform,
                                                                 domain::thread_kind kind,
                                                                 domain::outgoing&& what,
                                                                 split_policy policy);
/// The call for one part. Refused where the thread lacks what the platform must be told (code no-recipient).
[[nodiscard]] expected<call, unfit> render(const send_request& request);
/// nullopt: the platform has no such thing.
[[nodiscard]] std::optional<call> typing(const thread_request& request);
[[nodiscard]] std::optional<call> mark_read(const thread_request& request);
/// `sent` is the call that was answered. For bodies of any content; never throws but bad_alloc.
[[nodiscard]] domain::attempt_outcome read_answer(domain::platform platform, const call& sent,
                                                  const answer& from, domain::timestamp now);
/// Each limit that the platform documents, as a bucket.
[[nodiscard]] std::span<const domain::quota> quotas(domain::platform platform);
/// nullopt: nothing can be asked (Telegram, WhatsApp; an answer comes only by webhook, if at all).
[[nodiscard]] std::optional<call> lookup(const lookup_request& request);
[[nodiscard]] finding find_in(const lookup_request& request, const answer& from);

}  // namespace switchboard::net::platforms
