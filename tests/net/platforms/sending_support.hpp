#pragma once
// What the tests of sending share: a conversation of each platform, and one place to say what is sent in it.

#include "net/platforms/sending.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace switchboard::net::platforms::testing {

inline constexpr domain::timestamp now{std::chrono::seconds{1'795'248'000}};  // 2026-11-21T08:00:00Z
inline constexpr std::string_view reference = "m_01-1-7";

inline domain::conversation conversation_on(domain::platform platform,
                                            domain::thread_kind kind = domain::thread_kind::dm) {
  domain::conversation c;
  c.platform = platform;
  c.kind = kind;
  c.customer_platform_id = "4100";
  c.thread_key = "4100";
  return c;
}

inline domain::message inbound(std::string_view id, std::string_view payload = {}) {
  domain::message m;
  m.platform_message_id = id;
  m.payload = payload;
  return m;
}

inline domain::attachment attached(std::string_view type, std::string_view url, std::string_view id = {}) {
  domain::attachment a;
  a.type = type;
  a.url = url;
  a.platform_media_id = id;
  return a;
}

inline domain::outgoing said(std::string_view text) {
  domain::outgoing what;
  what.text = text;
  return what;
}

/// A message on its way; members are set before use.
struct sender {
  domain::conversation conversation;
  domain::outgoing what;
  sending_account account{.platform_id = "page1", .access_token = "token", .api_url = "http://fake/"};
  std::optional<domain::message> answered;
  sending_right right = sending_right::free;
  std::string recipient_now;

  [[nodiscard]] send_request request() const {
    return {conversation, what,         reference, account, right, answered ? &*answered : nullptr,
            now,          recipient_now};
  }
  /// The call; an empty one, and a failed test, where it was refused.
  [[nodiscard]] call rendered() const {
    auto c = render(request());
    EXPECT_TRUE(c) << (c ? "" : c.error().code + " " + c.error().detail);
    return c ? *c : call{};
  }
  [[nodiscard]] std::string refusal() const {
    const auto c = render(request());
    EXPECT_FALSE(c);
    return c ? std::string{} : c.error().code;
  }
};

inline std::string header_in(const call& c, std::string_view name) {
  for (const auto& each : c.headers) {
    if (each.name == name) return each.value;
  }
  return {};
}

inline std::vector<std::string> draws_of(const call& c) {
  std::vector<std::string> names;
  for (const auto& each : c.quotas) names.emplace_back(each.quota);
  return names;
}

/// The code that a message is refused with; empty: it fits.
inline std::string unfit_code(domain::platform platform, domain::thread_kind kind, domain::outgoing what,
                              split_policy policy = split_policy::split) {
  const auto parts = fit(platform, kind, std::move(what), policy);
  return parts ? std::string{} : parts.error().code;
}

struct answer_case {
  int status;
  std::string_view body;
  domain::attempt_end end;
  std::string_view code;       ///< of the error
  std::int64_t retry_ms = -1;  ///< -1: not told
};

inline domain::attempt_outcome outcome_of(domain::platform platform, const call& sent, int status,
                                          std::string_view body, std::vector<field> headers = {}) {
  return read_answer(platform, sent, {status, headers, body}, now);
}

/// Reads each answer and compares what it means.
template <class Cases>
void expect_answers(domain::platform platform, const call& sent, const Cases& cases) {
  for (const answer_case& c : cases) {
    const auto out = outcome_of(platform, sent, c.status, c.body);
    EXPECT_EQ(out.end, c.end) << c.status << ' ' << c.body;
    EXPECT_EQ(out.error.code, c.code) << c.status << ' ' << c.body;
    EXPECT_EQ(out.retry_after ? out.retry_after->count() : -1, c.retry_ms) << c.status << ' ' << c.body;
  }
}

}  // namespace switchboard::net::platforms::testing
