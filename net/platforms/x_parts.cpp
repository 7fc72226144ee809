#include "net/platforms/x_parts.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace switchboard::net::platforms {
namespace {

constexpr std::int64_t exact_max = std::int64_t{1} << 53;

/// "Wed Oct 10 20:19:24 +0000 2018". X writes no other zone.
std::optional<domain::timestamp> parse_classic(std::string_view text) {
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  constexpr std::size_t length = 30;
  if (text.size() != length || text.substr(19, 7) != " +0000 ") return std::nullopt;
  const auto month = months.find(text.substr(4, 3));
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  std::string same{text.substr(26, 4)};
  same += month / 3 < 9 ? "-0" : "-";
  ((same += std::to_string(month / 3 + 1)) += '-') += text.substr(8, 2);
  ((same += 'T') += text.substr(11, 8)) += 'Z';
  return domain::parse_rfc3339(same);
}

/// A v2 object may come wrapped: {"data":{…}}.
object unwrapped(object o) {
  return member_object(o, "data").value_or(o);
}

std::optional<object> listed_user(object includes, std::string_view id) {
  const auto users = member_array(includes, "users");
  if (!users) return std::nullopt;
  for (const element each : *users) {
    object user;
    if (each.get(user) == simdjson::SUCCESS && x_id_in(unwrapped(user), "id") == id) return user;
  }
  return std::nullopt;
}

/// The film that plays in most places: MP4 of the highest bitrate.
std::string_view film_of(object media) {
  const auto info = member_object(media, "video_info");
  const auto variants = member_array(info.value_or(media), "variants");
  std::string_view best;
  std::int64_t best_rate = -1;
  if (!variants) return best;
  for (const element each : *variants) {
    object variant;
    if (each.get(variant) != simdjson::SUCCESS || member_text(variant, "content_type") != "video/mp4")
      continue;
    const auto rate =
        member_int(variant, has_member(variant, "bit_rate") ? "bit_rate" : "bitrate").value_or(0);
    if (rate > best_rate) {
      best_rate = rate;
      best = member_text(variant, "url");
    }
  }
  return best;
}

}  // namespace

bool x_element::ambiguous(std::optional<object> o) const {
  const auto twice = o ? duplicate_member(*o) : std::nullopt;
  if (!twice) return false;
  reject("duplicate-field", "\"" + std::string{clipped(*twice)} + "\" stands twice");
  return true;
}

std::string x_id_in(object o, std::string_view name) {
  constexpr std::string_view ending = "_str";
  std::array<char, 40> spelled{};  // of the names that we ask for, in_reply_to_status_id is the longest
  const auto end =
      std::copy(ending.begin(), ending.end(), std::copy(name.begin(), name.end(), spelled.begin()));
  std::string id{member_text(o, {spelled.data(), static_cast<std::size_t>(end - spelled.begin())})};
  if (!id.empty()) return id;
  id = member_text(o, name);
  if (!id.empty()) return id;
  const auto number = member_int(o, name);
  return number && *number >= -exact_max && *number <= exact_max ? std::to_string(*number) : id;
}

x_person x_person_of(std::optional<object> user) {
  if (!user) return {};
  const object u = unwrapped(*user);
  x_person who{x_id_in(u, "id"), member_text(u, "name"), member_text(u, "screen_name"),
               member_text(u, "profile_image_url_https")};
  if (who.handle.empty()) who.handle = member_text(u, "username");
  if (who.avatar.empty()) who.avatar = member_text(u, "profile_image_url");
  return who;
}

x_person x_person_named(const x_body& in, std::string id) {
  x_person who;
  if (in.users && !id.empty()) who = x_person_of(member_object(*in.users, id));
  if (in.includes && who.name.empty() && who.handle.empty()) who = x_person_of(listed_user(*in.includes, id));
  who.id = std::move(id);
  return who;
}

std::optional<domain::timestamp> x_time_of(object o) {
  for (const std::string_view name : {"created_timestamp", "timestamp_ms", "created_at_msec"}) {
    if (const auto t = milliseconds_member(o, name)) return t;
  }
  const std::string_view text = member_text(o, "created_at");
  const auto t = parse_classic(text);
  return t ? t : domain::parse_rfc3339(text);
}

std::optional<domain::timestamp> x_time_of_id(std::string_view id) {
  constexpr std::uint64_t lower_bits = 22;               // machine and sequence
  constexpr std::uint64_t epoch_ms = 1'288'834'974'657;  // 2010-11-04, when ids began to be made so
  constexpr std::uint64_t first_id = 30'000'000'000;     // before, they were only counted
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  if (error != std::errc{} || stop != id.data() + id.size() || number < first_id) return std::nullopt;
  return domain::timestamp{
      std::chrono::milliseconds{static_cast<std::int64_t>((number >> lower_bits) + epoch_ms)}};
}

domain::inbound_event& add_x_event(const x_element& at, domain::inbound_kind kind, std::string_view account,
                                   x_person customer, object dated) {
  domain::inbound_event& e = at.in.out.add();
  e.kind = kind;
  e.platform = domain::platform::x;
  e.account_platform_id = account;
  e.thread_key = customer.id;
  e.sender_id = customer.id;
  e.customer_platform_id = std::move(customer.id);
  e.customer_name = customer.name;
  e.customer_handle = customer.handle;
  e.customer_avatar_url = customer.avatar;
  e.at = x_time_of(dated).value_or(at.in.out.received_at());
  return e;
}

void set_x_outbound(domain::inbound_event& e, std::string_view account) {
  e.direction = domain::direction::outbound;
  e.sender = domain::sender_type::agent;
  e.sender_id = account;
}

void add_x_media(domain::inbound_event& e, object media) {
  const std::string_view type = member_text(media, "type");
  const bool film = type == "video" || type == "animated_gif";
  const auto shown = film              ? domain::content_type::video
                     : type == "photo" ? domain::content_type::image
                                       : domain::content_type::attachment;
  if (e.attachments.empty()) e.content_type = shown;
  domain::attachment& to = e.attachments.emplace_back();
  to.type = domain::to_word(shown);
  if (film) to.url = film_of(media);
  for (const std::string_view name : {"media_url_https", "media_url", "url", "preview_image_url"}) {
    if (to.url.empty()) to.url = member_text(media, name);
  }
  to.platform_media_id = x_id_in(media, "id");
  if (to.platform_media_id.empty()) to.platform_media_id = member_text(media, "media_key");
  to.state = to.url.empty() ? domain::media_state::ready : domain::media_state::pending;
}

std::string clipped_json(element e) {
  return std::string{clipped(to_json(e))};
}
std::string clipped_json(object o) {
  return std::string{clipped(to_json(o))};
}

void append_pointer(std::string& pointer, std::string_view name) {
  pointer += '/';
  for (const char c : name) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

}  // namespace switchboard::net::platforms
