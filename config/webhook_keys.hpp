#pragma once
// The part of the property table that is about [[webhook]]. Private to records.cpp.

#include "config/properties.hpp"

#include <array>
#include <string_view>

namespace switchboard::config {

inline constexpr std::uint64_t webhook_timeout_min_ms = 1'000;
inline constexpr std::uint64_t webhook_timeout_max_ms = 30'000;
inline constexpr std::uint64_t webhook_give_up_min_ms = 60'000;
inline constexpr std::uint64_t webhook_give_up_max_ms = 7ull * 24 * 3600 * 1000;

// clang-format off
inline constexpr std::array webhook_keys{
    record_key{"webhook", "id", "What its deliveries are known by: the header webhook-id begins with it.",
               "string, 1 to 64 of a-z 0-9 _ -, a letter or digit first", "required", "\"crm\"", {}},
    record_key{"webhook", "brand", "Whose events it hears. No other's, ever.", "string, the id of a [[brand]]", "required", "\"acme\"", {}},
    record_key{"webhook", "url",
               "Where they are posted. At public addresses only, whatever its name leads to, and no redirect is followed; plain http, and an "
               "address that is not public, only where the host is written as this machine (localhost, 127.0.0.1, [::1]).",
               "string, an https URL", "required", "\"https://crm.example.com/switchboard\"", {}},
    record_key{"webhook", "secret",
               "What it is signed with: whsec_ and the base64 of 24 to 64 random bytes (printf whsec_; openssl rand -base64 32).",
               "{ env = \"…\" } or { file = \"…\" }, with demo = true also a string", "required", "{ env = \"ACME_WEBHOOK_SECRET\" }", {}},
    record_key{"webhook", "secret_previous",
               "The one before, while receivers change over: each delivery carries a signature by either.",
               "{ env = \"…\" } or { file = \"…\" }, with demo = true also a string", "none", "{ env = \"ACME_WEBHOOK_SECRET_PREVIOUS\" }", {}},
    record_key{"webhook", "events", "Of which types. \"sla.*\" stands for all that begin so.",
               "list of 1 to 64 types of events", "required", "[\"message.received\", \"sla.*\"]", {}},
    record_key{"webhook", "ordered",
               "The next event of a conversation waits until the one before was taken, or given up. Without it a slow one is overtaken.",
               "true or false", "false", "true", {form::flag}},
    record_key{"webhook", "timeout", "How long one attempt may take.", "duration, 1s to 30s", "\"15s\"", "\"15s\"",
               {form::duration, webhook_timeout_min_ms, webhook_timeout_max_ms}},
    record_key{"webhook", "give_up_after",
               "After so long nobody tries by himself any more. Until then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, and every 10 h.",
               "duration, 1m to 7d", "\"1d\"", "\"1d\"", {form::duration, webhook_give_up_min_ms, webhook_give_up_max_ms}},
    record_key{"webhook", "concurrency", "How many attempts are under way at a time.", "integer, 1 to 256", "8", "8", {form::count, 1, 256}},
    record_key{"webhook", "enabled", "false: nothing is delivered; what happens meanwhile waits.", "true or false", "true", "true", {form::flag}},
};
// clang-format on

}  // namespace switchboard::config
