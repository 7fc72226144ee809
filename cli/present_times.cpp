#include "cli/present_times.hpp"

#include "cli/json_rewriting.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace switchboard::cli {

namespace {

using net::platforms::array;
using net::platforms::element;
using net::platforms::object;
using std::chrono::microseconds;

constexpr std::array<std::string_view, 19> time_members = {"timestamp",
                                                           "time",
                                                           "date",
                                                           "edit_date",
                                                           "forward_date",
                                                           "created_time",
                                                           "created_timestamp",
                                                           "created_at",
                                                           "createdAt",
                                                           "sentAt",
                                                           "indexedAt",
                                                           "time_us",
                                                           "expiration_timestamp",
                                                           "timestamp_ms",
                                                           "watermark",
                                                           "lastModifiedAt",
                                                           "last_modified_at",
                                                           "deleted_at",
                                                           "seenAt"};

/// How a time is written: units of it in a microsecond's stead, or RFC 3339.
struct spelled {
  domain::timestamp at;
  std::int64_t unit_us = 0;  ///< 0: RFC 3339
};

/// Which unit it is shows in its size: 2001 to 2286 in each.
std::optional<spelled> from_number(std::int64_t n) {
  constexpr std::int64_t least = 1'000'000'000, most = 10'000'000'000;
  for (const std::int64_t unit : {1'000'000, 1'000, 1}) {
    const std::int64_t in_a_second = 1'000'000 / unit;
    if (n >= least * in_a_second && n < most * in_a_second)
      return spelled{domain::timestamp(microseconds(n * unit)), unit};
  }
  return std::nullopt;
}

std::optional<std::int64_t> digits(std::string_view text) {
  std::int64_t n = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return n;
}

/// Messenger's are always milliseconds, and in Meta's own samples such that look like seconds.
bool is_in_milliseconds(json_place at) {
  return at.name == "timestamp" && (at.holder == "messaging" || at.holder == "standby");
}

std::optional<spelled> read_time(json_place at, element e) {
  if (std::find(time_members.begin(), time_members.end(), at.name) == time_members.end()) return std::nullopt;
  std::int64_t n = 0;
  if (e.is_int64()) {
    if (e.get(n) != simdjson::SUCCESS) return std::nullopt;
    constexpr std::int64_t milliseconds_max = 10'000'000'000'000;
    if (is_in_milliseconds(at) && n > 0 && n < milliseconds_max)
      return spelled{domain::timestamp(std::chrono::milliseconds(n)), 1'000};
    return from_number(n);
  }
  std::string_view text;
  if (e.get(text) != simdjson::SUCCESS) return std::nullopt;
  if (const auto number = digits(text)) return from_number(*number);
  if (const auto parsed = domain::parse_rfc3339(text)) return spelled{*parsed, 0};
  return std::nullopt;
}

/// Of what had happened: when something is going to end says nothing of when it was sent.
void find_latest(json_place at, element e, std::optional<domain::timestamp>& latest) {
  object o;
  array list;
  if (e.get(o) == simdjson::SUCCESS) {
    for (const auto member : o) find_latest({at.name, member.key}, member.value, latest);
  } else if (e.get(list) == simdjson::SUCCESS) {
    for (const auto each : list) find_latest(at, each, latest);
  } else if (const auto t = read_time(at, e); t && at.name != "expiration_timestamp") {
    latest = std::max(latest.value_or(t->at), t->at);
  }
}

/// Every time later by as much.
struct moving {
  microseconds later;

  [[nodiscard]] std::string_view key(json_place at) const { return at.name; }
  bool rewrite(std::string& out, json_place at, element e) const {
    const auto t = read_time(at, e);
    if (!t) return false;
    const auto moved = t->at + later;
    if (t->unit_us == 0) {
      domain::append_json_string(out, domain::to_rfc3339(moved));
      return true;
    }
    const std::string_view quote = e.is_string() ? "\"" : "";
    out.append(quote).append(std::to_string(moved.time_since_epoch().count() / t->unit_us)).append(quote);
    return true;
  }
};

}  // namespace

std::string with_present_times(std::string_view body, domain::timestamp now) {
  const auto parsed = net::platforms::parse(body, {});
  if (!parsed) return std::string(body);
  std::optional<domain::timestamp> latest;
  find_latest({}, parsed->root, latest);
  if (!latest) return std::string(body);
  std::string out;
  append_rewritten(out, parsed->root, {}, moving{now - *latest});
  return out;
}

}  // namespace switchboard::cli
