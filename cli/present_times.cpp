#include "cli/present_times.hpp"

#include "domain/json.hpp"
#include "net/platforms/json.hpp"

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

std::optional<spelled> from_number(std::int64_t n) {
  // Which unit it is shows in its size: 2001 to 2286 in each.
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

std::optional<spelled> read_time(std::string_view name, element e) {
  if (std::find(time_members.begin(), time_members.end(), name) == time_members.end()) return std::nullopt;
  std::int64_t n = 0;
  if (e.is_int64()) return e.get(n) == simdjson::SUCCESS ? from_number(n) : std::nullopt;
  std::string_view text;
  if (e.get(text) != simdjson::SUCCESS) return std::nullopt;
  if (const auto number = digits(text)) return from_number(*number);
  if (const auto at = domain::parse_rfc3339(text)) return spelled{*at, 0};
  return std::nullopt;
}

void find_latest(element e, std::optional<domain::timestamp>& latest) {
  object o;
  array list;
  if (e.get(o) == simdjson::SUCCESS) {
    for (const auto member : o) {
      if (const auto t = read_time(member.key, member.value))
        latest = std::max(latest.value_or(t->at), t->at);
      find_latest(member.value, latest);
    }
  } else if (e.get(list) == simdjson::SUCCESS) {
    for (const auto each : list) find_latest(each, latest);
  }
}

void append_time(std::string& out, const spelled& t, bool quoted) {
  if (t.unit_us == 0) return domain::append_json_string(out, domain::to_rfc3339(t.at));
  if (quoted) out += '"';
  out += std::to_string(t.at.time_since_epoch().count() / t.unit_us);
  if (quoted) out += '"';
}

void append(std::string& out, element e, microseconds later) {
  object o;
  array list;
  if (e.get(o) == simdjson::SUCCESS) {
    out += '{';
    for (const auto member : o) {
      if (out.back() != '{') out += ',';
      domain::append_json_string(out, member.key);
      out += ':';
      if (auto t = read_time(member.key, member.value)) {
        t->at += later;
        append_time(out, *t, member.value.is_string());
      } else {
        append(out, member.value, later);
      }
    }
    out += '}';
  } else if (e.get(list) == simdjson::SUCCESS) {
    out += '[';
    for (const auto each : list) {
      if (out.back() != '[') out += ',';
      append(out, each, later);
    }
    out += ']';
  } else {
    net::platforms::append_json(out, e);
  }
}

}  // namespace

std::string with_present_times(std::string_view body, domain::timestamp now) {
  const auto parsed = net::platforms::parse(body, {});
  if (!parsed) return std::string(body);
  std::optional<domain::timestamp> latest;
  find_latest(parsed->root, latest);
  if (!latest) return std::string(body);
  std::string out;
  append(out, parsed->root, now - *latest);
  return out;
}

}  // namespace switchboard::cli
