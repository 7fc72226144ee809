#pragma once
// What the platforms' sources share: the row of the table that each gives, the pieces of a call, the common meaning of
// an answer's status and headers.

#include "domain/json.hpp"
#include "net/platforms/json.hpp"
#include "net/platforms/message_shape.hpp"
#include "net/platforms/sending.hpp"

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::net::platforms {

struct sending_functions {
  /// null: nothing can be said in such a thread.
  const message_shape* (*shape)(domain::thread_kind kind, bool privately);
  expected<call, unfit> (*render)(const send_request&);
  std::optional<call> (*typing)(const thread_request&);
  std::optional<call> (*mark_read)(const thread_request&);
  domain::attempt_outcome (*read_answer)(const call&, const answer&, domain::timestamp now);
  std::span<const domain::quota> (*quotas)();
  std::optional<call> (*lookup)(const lookup_request&);
  finding (*find_in)(const lookup_request&, const answer&);
};
[[nodiscard]] const sending_functions& facebook_sending();
[[nodiscard]] const sending_functions& instagram_sending();
[[nodiscard]] const sending_functions& whatsapp_sending();
[[nodiscard]] const sending_functions& x_sending();
[[nodiscard]] const sending_functions& linkedin_sending();
[[nodiscard]] const sending_functions& bluesky_sending();
[[nodiscard]] const sending_functions& telegram_sending();

/// For platforms, or threads, without.
inline std::optional<call> no_call(const thread_request&) {
  return std::nullopt;
}

// Calls.
inline constexpr std::size_t answer_depth_max = 64;

/// RFC 3986: all but unreserved characters as %XX.
[[nodiscard]] std::string url_encoded(std::string_view text);
/// `base` without a slash at its end, then each segment encoded.
[[nodiscard]] std::string url_of(std::string_view base, std::initializer_list<std::string_view> segments);
[[nodiscard]] call json_call(std::string url, std::string_view bearer, std::string body,
                             std::initializer_list<quota_draw> draws = {});
[[nodiscard]] call get_call(std::string url, std::string_view bearer,
                            std::initializer_list<quota_draw> draws = {});
[[nodiscard]] unexpected<unfit> no_recipient(std::string detail);

/// A limit of the platform: so many in each window, wherever that begins.
[[nodiscard]] constexpr domain::quota in_window(std::string_view name, domain::quota::scope of,
                                                std::uint32_t limit, std::chrono::milliseconds window) {
  return {.name = name, .of = of, .units = limit, .per = window};
}

// Answers.
/// A header's value; empty: absent.
[[nodiscard]] std::string_view header_of(const answer& from, std::string_view name);
/// Retry-After in seconds or as an HTTP date (RFC 9110 §10.2.3). Bounded to a day; in the past: zero.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_after_of(const answer& from,
                                                                      domain::timestamp now);
/// A header that holds seconds since the epoch: how long until then.
[[nodiscard]] std::optional<std::chrono::seconds> until_epoch(const answer& from, std::string_view name,
                                                              domain::timestamp now);
/// <prefix>-remaining and <prefix>-reset, as X and Bluesky have them.
[[nodiscard]] std::optional<domain::quota_report> limit_headers(const answer& from, std::string_view prefix,
                                                                std::string_view quota,
                                                                domain::timestamp now);
/// The end that a status means where the body says nothing more: 2xx `unknown` (there was no id), 3xx and most 4xx
/// refused, 401 no_access, 408, 425, 429 and 503 later, other 5xx unknown: it was handed over, and nothing says that
/// it was not processed.
[[nodiscard]] domain::attempt_outcome by_status(const answer& from, domain::timestamp now);
/// The body as an object, valid until the next parse on this thread.
[[nodiscard]] std::optional<object> object_in(const answer& from);
[[nodiscard]] bool is_success(const answer& from);
/// A code, or a sentence, of the platform's, short enough to be kept.
[[nodiscard]] std::string kept(std::string_view text);

/// A message that the platform listed: is it ours?
struct candidate {
  std::string id;
  std::string_view text;
  bool ours = false;
  bool text_differs = false;  ///< the platform shows another text than it was given (shortened links)
  std::optional<domain::timestamp> at;
};
/// Looks for our message in what a platform listed, each fed in any order.
class seeker {
 public:
  explicit seeker(const lookup_request& request) : request_(request) {}
  void look_at(const candidate& each);
  /// `complete`: the list goes back at least to when ours was handed over.
  [[nodiscard]] finding found(bool complete) const;
  /// Has something been seen from before the hand-over, so that the list reaches back far enough?
  [[nodiscard]] bool reached_back() const { return reached_back_; }

 private:
  const lookup_request& request_;
  std::string match_;  ///< the oldest: of two that read the same, the other is the next one's
  domain::timestamp match_at_;
  bool perhaps_ = false;
  bool reached_back_ = false;
};

}  // namespace switchboard::net::platforms
