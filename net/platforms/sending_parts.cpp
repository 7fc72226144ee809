#include "net/platforms/sending_parts.hpp"

#include "net/platforms/http_date.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace switchboard::net::platforms {
namespace {

using domain::attempt_end;
using domain::attempt_outcome;

constexpr std::chrono::seconds waiting_max{24 * 3600};
/// Of a code, title or sentence that a platform answered.
constexpr std::size_t kept_bytes_max = 500;
constexpr std::chrono::seconds clocks_apart_max{60};

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return lower(x) == lower(y); });
}

/// Digits; a fraction behind them is left out. More than fits: as much as fits.
std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || text[0] == '-' || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) return std::numeric_limits<std::int64_t>::max();
  if (stop != text.data() + text.size() && *stop != '.') return std::nullopt;
  return value;
}

std::chrono::seconds bounded(std::int64_t seconds) {
  return std::chrono::seconds{std::clamp<std::int64_t>(seconds, 0, waiting_max.count())};
}

}  // namespace

std::string url_encoded(std::string_view text) {
  constexpr std::string_view unreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (unreserved.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += hex[byte >> 4U];
      out += hex[byte & 15U];
    }
  }
  return out;
}

std::string url_of(std::string_view base, std::initializer_list<std::string_view> segments) {
  while (base.ends_with('/')) base.remove_suffix(1);
  std::string url{base};
  for (const auto each : segments) {
    url += '/';
    url += url_encoded(each);
  }
  return url;
}

call json_call(std::string url, std::string_view bearer, std::string body,
               std::initializer_list<quota_draw> draws) {
  call c{"POST", std::move(url), {{"Content-Type", "application/json"}}, std::move(body), draws, false};
  if (!bearer.empty()) c.headers.push_back({"Authorization", "Bearer " + std::string{bearer}});
  return c;
}

call get_call(std::string url, std::string_view bearer, std::initializer_list<quota_draw> draws) {
  call c{"GET", std::move(url), {}, {}, draws, true};
  if (!bearer.empty()) c.headers.push_back({"Authorization", "Bearer " + std::string{bearer}});
  return c;
}

unexpected<unfit> no_recipient(std::string detail) {
  return unexpected{unfit{"no-recipient", {}, std::move(detail)}};
}

std::string_view header_of(const answer& from, std::string_view name) {
  for (const auto& each : from.headers) {
    if (same_name(each.name, name)) return each.value;
  }
  return {};
}

std::optional<std::chrono::milliseconds> retry_after_of(const answer& from, domain::timestamp now) {
  const std::string_view value = header_of(from, "retry-after");
  if (const auto seconds = whole_number(value)) return bounded(*seconds);
  const auto date = parse_http_date(value, now);
  if (!date) return std::nullopt;
  return bounded(std::chrono::ceil<std::chrono::seconds>(*date - now).count());
}

std::optional<std::chrono::seconds> until_epoch(const answer& from, std::string_view name,
                                                domain::timestamp now) {
  const auto epoch = whole_number(header_of(from, name));
  if (!epoch) return std::nullopt;
  // Before any arithmetic on them: a header is a stranger's.
  const auto present = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  return bounded(std::clamp<std::int64_t>(*epoch, present, present + waiting_max.count()) - present);
}

std::optional<domain::quota_report> limit_headers(const answer& from, std::string_view prefix,
                                                  std::string_view quota, domain::timestamp now) {
  const auto remaining = whole_number(header_of(from, std::string{prefix} + "-remaining"));
  const auto reset = until_epoch(from, std::string{prefix} + "-reset", now);
  if (!remaining && !reset) return std::nullopt;
  domain::quota_report report{
      .quota = std::string{quota}, .remaining = {}, .full_again_in = reset, .used = {}};
  if (remaining) report.remaining = static_cast<std::uint64_t>(*remaining);
  return report;
}

attempt_outcome by_status(const answer& from, domain::timestamp now) {
  attempt_outcome out;
  const int s = from.status;
  out.error.code = "http-" + std::to_string(s);
  if (s >= 200 && s < 300) {
    out.end = attempt_end::unknown;
    out.error.title = "The platform accepted it without saying what became of it";
  } else if (s >= 300 && s < 400) {
    out.end = attempt_end::refused;
    out.error.title = "The platform sent it elsewhere; redirects are not followed";
  } else if (s == 401) {
    out.end = attempt_end::no_access;
    out.error.title = "The platform does not accept the account's token";
  } else if (s == 408 || s == 425 || s == 429 || s == 503) {
    out.end = attempt_end::later;
    out.error.title = s == 429 ? "Over the platform's rate" : "The platform cannot take it now";
    out.retry_after = retry_after_of(from, now);
  } else if ((s >= 400 && s < 500) || s == 501 || s == 505) {
    out.end = attempt_end::refused;
    out.error.title = "The platform refused it";
  } else {
    out.end = attempt_end::unknown;
    out.error.title = "The platform failed, and does not say whether it was sent";
  }
  return out;
}

std::optional<object> object_in(const answer& from) {
  const auto parsed = parse(from.body, {.depth_max = answer_depth_max});
  object o;
  if (!parsed || parsed->root.get(o) != simdjson::SUCCESS) return std::nullopt;
  return o;
}

bool is_success(const answer& from) {
  return from.status >= 200 && from.status < 300;
}

std::string kept(std::string_view text) {
  if (text.size() > kept_bytes_max) {
    std::size_t end = kept_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text = text.substr(0, end);
  }
  return std::string{text};
}

namespace {

/// Platforms take white space off the ends.
std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n\v\f";
  const std::size_t begin = text.find_first_not_of(space);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

}  // namespace

void seeker::look_at(const candidate& each) {
  const auto earliest = request_.handed_over - clocks_apart_max;
  if (each.at && *each.at < earliest) {
    reached_back_ = true;
    return;
  }
  const auto& known = request_.known_ids;
  if (!each.ours || each.id.empty() || std::find(known.begin(), known.end(), each.id) != known.end()) return;
  const domain::outgoing& what = request_.sent.what;
  if (each.text_differs || !each.at || what.text.empty()) {
    perhaps_ = true;  // nothing but its time to know it by
  } else if (trimmed(each.text) == trimmed(what.text)) {
    if (match_.empty() || *each.at < match_at_) {
      match_ = each.id;
      match_at_ = *each.at;
    }
  }
}

finding seeker::found(bool complete) const {
  if (!match_.empty()) return {finding::end::found, match_};
  if (perhaps_ || !complete) return {};
  return {finding::end::not_there, {}};
}

}  // namespace switchboard::net::platforms
