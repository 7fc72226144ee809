#include "net/platforms/bluesky_parts.hpp"

#include "net/platforms/links.hpp"

#include <algorithm>
#include <array>

namespace switchboard::net::platforms {
namespace {

using domain::attempt_end;
using domain::json_object;

/// The entryway, through which every account that Bluesky hosts is reached.
constexpr std::string_view bluesky_host = "https://bsky.social";

struct error_meaning {
  std::string_view error;
  attempt_end end;
};
// XRPC errors (atproto.com/specs/xrpc) and those of the sessions' lexicons.
constexpr std::array<error_meaning, 12> meanings = {{
    {"ExpiredToken", attempt_end::no_access},
    {"InvalidToken", attempt_end::no_access},
    {"BadJwt", attempt_end::no_access},
    {"AuthMissing", attempt_end::no_access},
    {"AuthenticationRequired", attempt_end::no_access},
    {"AuthFactorTokenRequired", attempt_end::no_access},
    {"AccountTakedown", attempt_end::no_access},
    {"AccountSuspended", attempt_end::no_access},
    {"AccountDeactivated", attempt_end::no_access},
    {"RateLimitExceeded", attempt_end::later},
    {"NotEnoughResources", attempt_end::later},
    {"InvalidSwap", attempt_end::later},  // somebody wrote to the repository meanwhile: nothing was done
}};

/// ratelimit-policy is <limit>;w=<seconds of the window>
std::string_view bucket_of(std::string_view policy) {
  const auto at = policy.find("w=");
  if (at == std::string_view::npos) return {};
  const std::string_view window = policy.substr(at + 2, policy.find_first_of(";, ", at) - (at + 2));
  if (window == "300") return "bluesky.ip";
  if (window == "3600") return "bluesky.writes";
  return window == "86400" ? std::string_view{"bluesky.writes_day"} : std::string_view{};
}

void append_facet(std::string& out, std::size_t begin, std::size_t end, std::string_view type,
                  std::string_view member, std::string_view value) {
  if (!out.empty()) out += ',';
  json_object facet{out};
  facet.key("index");
  json_object index{out};
  index.number("byteStart", std::uint64_t{begin});
  index.number("byteEnd", std::uint64_t{end});
  index.end();
  facet.key("features");
  out += '[';
  json_object feature{out};
  feature.text("$type", type);
  feature.text(member, value);
  feature.end();
  out += ']';
  facet.end();
}

bool in_handle(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

void append_mentions(std::string& out, std::string_view text, std::string_view handle, std::string_view did) {
  if (handle.empty() || did.empty()) return;
  const std::string name = '@' + std::string{handle};
  for (auto at = text.find(name); at != std::string_view::npos; at = text.find(name, at + name.size())) {
    const std::size_t end = at + name.size();
    const bool whole = (at == 0 || !in_handle(text[at - 1])) &&
                       (end == text.size() || !in_handle(text[end]) ||
                        (text[end] == '.' && (end + 1 == text.size() || !in_handle(text[end + 1]))));
    if (whole) append_facet(out, at, end, "app.bsky.richtext.facet#mention", "did", did);
  }
}

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a: the last character always changes the lowest bits
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return hash;
}

}  // namespace

std::string xrpc_url(const sending_account& account, std::string_view method) {
  return url_of(account.api_url.empty() ? bluesky_host : std::string_view{account.api_url}, {"xrpc", method});
}

call to_chat(call c) {
  c.headers.push_back({"atproto-proxy", "did:web:api.bsky.chat#bsky_chat"});
  return c;
}

domain::attempt_outcome read_xrpc_answer(const answer& from, domain::timestamp now) {
  domain::attempt_outcome out = by_status(from, now);
  const std::string_view bucket = bucket_of(header_of(from, "ratelimit-policy"));
  if (auto report = limit_headers(from, "ratelimit", bucket, now)) {
    if (from.status == 429 && !out.retry_after) out.retry_after = report->full_again_in;
    out.quotas.push_back(std::move(*report));
  }
  const auto body = from.status >= 400 ? object_in(from) : std::nullopt;
  if (!body) return out;
  const std::string_view error = member_text(*body, "error");
  if (!error.empty()) out.error.code = kept(error);
  out.error.detail = kept(member_text(*body, "message"));
  for (const auto& each : meanings) {
    if (each.error == error) out.end = each.end;
  }
  return out;
}

std::string facets_of(std::string_view text, std::string_view handle, std::string_view did) {
  std::string out;
  for (const auto& link : links_in(text)) {
    if (!link.scheme && !link.known_domain) continue;
    const std::string_view shown = text.substr(link.begin, link.end - link.begin);
    append_facet(out, link.begin, link.end, "app.bsky.richtext.facet#link", "uri",
                 link.scheme ? std::string{shown} : "https://" + std::string{shown});
  }
  append_mentions(out, text, handle, did);
  return out.empty() ? out : '[' + out + ']';
}

std::string record_key(domain::timestamp queued_at, std::string_view reference) {
  constexpr std::string_view digits = "234567abcdefghijklmnopqrstuvwxyz";
  constexpr std::size_t length = 13;
  const std::uint64_t hash = hash_of(reference);
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(queued_at.time_since_epoch()).count();
  const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(ms, 0)) * 1000U + (hash >> 10U) % 1000U;
  std::uint64_t value = ((us & ((1ULL << 53U) - 1U)) << 10U) | (hash & 1023U);
  std::string key(length, digits[0]);
  for (std::size_t i = length; i-- > 0; value >>= 5U) key[i] = digits[value & 31U];
  return key;
}

}  // namespace switchboard::net::platforms
