#pragma once
// The table of hostile webhooks, H89 to H120 (H1 to H88, which the gate refuses whoever signs, are
// tests/net/http/attacks.hpp): JSON that is trouble behind a good signature, and signatures that are none. The policy:
// a bad signature is 401 before anything is read; behind a good one the answer is 200, what can be understood has its
// effect once, and the rest is a dead letter with the very bytes; nothing else is stored.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::attacks {

struct hostile {
  int number = 0;
  std::string name;
  std::string head;  ///< with the empty line
  std::string body;
  int status = 200;
  std::string answer;                 ///< the whole body of it; empty: any
  std::vector<std::string> ids = {};  ///< of the messages that it becomes, as the platform said them
  unsigned conversations = 0;         ///< that begin with it
  std::string reason = {};            ///< of the dead letter that it becomes, which holds the body as it came
  bool ends = false;                  ///< the connection ends behind the answer
  bool forged_too = true;             ///< to be sent with a wrong signature as well: 401, nothing stored
  std::string_view told_by =
      {};  ///< the test that has its story: it needs time, a reload, or another program
};

/// Every number from 89 to 120 stands in it.
[[nodiscard]] std::vector<hostile> hostile_json();
[[nodiscard]] std::vector<hostile> hostile_signatures();
[[nodiscard]] std::vector<hostile> hostile_webhooks();

/// Brands, sources and limits that the table speaks of, behind those of e2e::setup.
inline constexpr std::string_view other_source = "other";
inline constexpr std::string_view other_secret = "other-secret";
inline constexpr std::string_view other_bot_source = "other-bot";
inline constexpr std::string_view other_bot_token = "demo-telegram-secret-of-another";
inline constexpr std::uint32_t body_bytes_max = 12 << 20;

/// "POST /webhooks/{source}" with these lines, each ending in CR LF, and the length of `body`.
[[nodiscard]] std::string post_head(std::string_view source, std::string_view lines, std::string_view body);
/// The line with the signature of `body` by the source "meta", as its platform would send it.
[[nodiscard]] std::string signature_line(std::string_view body, std::string_view secret = "demo-secret");

}  // namespace switchboard::attacks
