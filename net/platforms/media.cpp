#include "net/platforms/media.hpp"

#include "net/platforms/graph_api.hpp"
#include "net/platforms/media_address.hpp"
#include "net/platforms/telegram_calls.hpp"

#include <algorithm>
#include <array>

namespace switchboard::net::platforms {
namespace {

using domain::platform;
using failure = unexpected<media_failure>;

/// Where a platform keeps what its users send. `with_token`: these exact hosts are given the account's token.
struct media_hosts {
  platform of;
  std::array<std::string_view, 4> names;
  std::array<std::string_view, 2> with_token{};
};
// Seen in payloads; [K] where not. Figures of platforms change: account.media_hosts adds to these.
constexpr std::array<media_hosts, 7> hosts = {{
    {platform::facebook, {"fbcdn.net", "fbsbx.com"}},
    {platform::instagram, {"cdninstagram.com", "fbcdn.net", "fbsbx.com"}},
    {platform::whatsapp, {"lookaside.fbsbx.com", "whatsapp.net", "fbcdn.net"}, {"lookaside.fbsbx.com"}},
    {platform::x, {"twimg.com", "ton.twitter.com", "ton.x.com"}, {"ton.twitter.com", "ton.x.com"}},
    {platform::linkedin, {"licdn.com"}},
    {platform::bluesky, {"cdn.bsky.app", "video.bsky.app"}},
    {platform::telegram, {}},
}};

constexpr std::string_view bluesky_cdn = "https://cdn.bsky.app/img/feed_fullsize/plain/";
/// Encoded, they still fit into an address.
constexpr std::size_t id_bytes_max = 1024;
/// A media id of WhatsApp's that is older and not known any more has had its time.
constexpr std::chrono::hours whatsapp_id_lives{30 * 24};

const media_hosts& hosts_of(platform p) {
  return *std::find_if(hosts.begin(), hosts.end(), [p](const media_hosts& each) { return each.of == p; });
}

failure fail(media_end end, std::string detail) {
  return failure{{end, std::move(detail)}};
}

failure no_token() {
  return fail(media_end::no_access,
              "its platform gives this attachment to the account only, which has no access_token");
}

/// On a host that asks who is there.
call in_the_accounts_name(const media_request& r, std::string_view url) {
  if (r.oauth1 == nullptr) return get_call(std::string{url}, r.account.access_token);
  call c = get_call(std::string{url}, "");
  c.headers.push_back({"Authorization", oauth1_header(c.method, url, *r.oauth1, r.nonce, r.now)});
  return c;
}

/// The attachment by its address.
expected<media_call, media_failure> by_address(const media_request& r, std::string_view url) {
  if (r.demo && is_of_origin(url, r.account.api_url)) {
    const bool asks = !hosts_of(r.platform).with_token.front().empty();
    return media_call{asks ? in_the_accounts_name(r, url) : get_call(std::string{url}, ""), true, true};
  }
  const auto host = host_of_media(url);
  if (!host)
    return fail(media_end::host_refused, "its address is no plain https address of a host with a name");
  const media_hosts& known = hosts_of(r.platform);
  const auto below = [&](std::string_view name) { return is_host_below(*host, name); };
  if (std::none_of(known.names.begin(), known.names.end(), below) &&
      std::none_of(r.more_hosts.begin(), r.more_hosts.end(), below)) {
    return fail(media_end::host_refused, "it lies on a host that is not known as its platform's: " +
                                             std::string{*host} + "; account.media_hosts adds one");
  }
  const bool asks =
      std::find(known.with_token.begin(), known.with_token.end(), *host) != known.with_token.end();
  if (asks && r.oauth1 == nullptr && r.account.access_token.empty()) return no_token();
  return media_call{asks ? in_the_accounts_name(r, url) : get_call(std::string{url}, ""), true, false};
}

expected<media_call, media_failure> whatsapp_id(const media_request& r) {
  if (r.account.access_token.empty()) return no_token();
  return media_call{
      get_call(graph_url(r.account, facebook_graph, r.what.platform_media_id, ""), r.account.access_token),
      false, !r.account.api_url.empty()};
}

expected<media_call, media_failure> telegram_id(const media_request& r) {
  if (r.account.access_token.empty()) return no_token();
  return media_call{get_call(telegram_method_url(r.account, "getFile") +
                                 "?file_id=" + url_encoded(r.what.platform_media_id),
                             ""),
                    false, !r.account.api_url.empty()};
}

/// "<did>/<cid>", of an image: the CDN has those of everybody. A film would have to be asked of its author's server.
expected<media_call, media_failure> bluesky_id(const media_request& r) {
  const std::string_view id = r.what.platform_media_id;
  const auto slash = id.find('/');
  const bool image = r.what.type == domain::to_word(domain::content_type::image);
  const bool plain =
      id.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:._-/") ==
      std::string_view::npos;
  if (slash == std::string_view::npos || id.find('/', slash + 1) != std::string_view::npos || !plain ||
      !image || !id.starts_with("did:") || id.find("..") != std::string_view::npos) {
    return fail(media_end::nothing, "of Bluesky's media only images can be fetched");
  }
  return by_address(r, std::string{bluesky_cdn} + std::string{id} + "@jpeg");
}

/// The Graph API's answer about an id.
expected<media_call, media_failure> next_whatsapp(const media_request& r, const answer& from) {
  const auto o = object_in(from);
  if (is_success(from) && o) {
    if (const auto bytes = member_int(*o, "file_size");
        bytes && *bytes > 0 && static_cast<std::uint64_t>(*bytes) > r.bytes_max) {
      return fail(media_end::too_large, "it has " + std::to_string(*bytes) + " bytes");
    }
    if (const std::string url{member_text(*o, "url")}; !url.empty()) return by_address(r, url);
    return fail(media_end::failed, "its platform's answer names no address");
  }
  constexpr std::int64_t invalid = 100;  // "does not exist, cannot be loaded due to missing permissions …"
  const auto error = o ? member_object(*o, "error") : std::nullopt;
  const bool unknown = error && member_int(*error, "code") == invalid;
  if (unknown && r.age >= whatsapp_id_lives) {
    return fail(media_end::expired, "WhatsApp keeps media for 30 days");
  }
  const auto meant = read_graph_answer(from, {}, {});
  const auto why = "its platform refuses it: " + meant.error.code + " " + meant.error.title;
  return fail(meant.end == domain::attempt_end::no_access ? media_end::no_access : media_end::failed, why);
}

/// photos/file_7.jpg: no step up, nothing that needs to be encoded. A Bot API server of one's own in its local mode
/// answers with a path of its machine, which nobody else can read.
bool is_file_path(std::string_view path) {
  constexpr std::string_view spelling = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";
  constexpr std::size_t bytes_max = 512;
  return !path.empty() && path.size() <= bytes_max && path.front() != '/' &&
         path.find_first_not_of(spelling) == std::string_view::npos &&
         path.find("..") == std::string_view::npos && path.find("//") == std::string_view::npos &&
         path.find("/./") == std::string_view::npos && !path.starts_with("./");
}

expected<media_call, media_failure> next_telegram(const media_request& r, const answer& from) {
  const auto o = object_in(from);
  const auto file = o ? member_object(*o, "result") : std::nullopt;
  if (is_success(from) && file) {
    const auto path = member_text(*file, "file_path");
    if (!is_file_path(path))
      return fail(media_end::failed, "its platform's answer names no path that can be asked for");
    if (const auto bytes = member_int(*file, "file_size");
        bytes && *bytes > 0 && static_cast<std::uint64_t>(*bytes) > r.bytes_max) {
      return fail(media_end::too_large, "it has " + std::to_string(*bytes) + " bytes");
    }
    return media_call{get_call(telegram_file_url(r.account, path), ""), true, !r.account.api_url.empty()};
  }
  const std::string description = o ? kept(member_text(*o, "description")) : std::string{};
  if (description.find("too big") != std::string::npos) {
    return fail(media_end::too_large, "Telegram gives bots no files of more than 20 MB");
  }
  const bool refused = from.status == 401 || from.status == 404;  // 404: a token that is none
  return fail(refused ? media_end::no_access : media_end::failed, "its platform refuses it: " + description);
}

/// "URL signature expired": what Meta's hosts say of an address that has had its time.
bool says_expired(const answer& from) {
  constexpr std::size_t looked_at = 512;
  return from.body.substr(0, looked_at).find("expired") != std::string_view::npos;
}

std::string_view ending_of(std::string_view name) {
  const auto point = name.rfind('.');
  return point == std::string_view::npos ? std::string_view{} : name.substr(point + 1);
}

struct known_type {
  std::string_view type, ending;
};
constexpr std::array<known_type, 28> shown_types = {{
    {"image/jpeg", "jpg"},  {"image/jpeg", "jpeg"}, {"image/png", "png"},        {"image/gif", "gif"},
    {"image/webp", "webp"}, {"image/avif", "avif"}, {"image/heic", "heic"},      {"image/heif", "heif"},
    {"image/bmp", "bmp"},   {"audio/mpeg", "mp3"},  {"audio/mp4", "m4a"},        {"audio/ogg", "ogg"},
    {"audio/ogg", "oga"},   {"audio/opus", "opus"}, {"audio/aac", "aac"},        {"audio/amr", "amr"},
    {"audio/wav", "wav"},   {"audio/x-wav", ""},    {"audio/webm", ""},          {"audio/flac", "flac"},
    {"video/mp4", "mp4"},   {"video/webm", "webm"}, {"video/quicktime", "mov"},  {"video/3gpp", "3gp"},
    {"video/ogg", "ogv"},   {"video/mpeg", "mpeg"}, {"video/x-matroska", "mkv"}, {"application/pdf", "pdf"},
}};

bool same_word(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  });
}

std::string_view without_parameters(std::string_view type) {
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() <= ' ') type.remove_suffix(1);
  return type;
}

std::string_view known(std::string_view type) {
  const auto at = std::find_if(shown_types.begin(), shown_types.end(), [&](const known_type& each) {
    return same_word(without_parameters(type), each.type);
  });
  return at == shown_types.end() ? std::string_view{} : at->type;
}

}  // namespace

expected<media_call, media_failure> first_media(const media_request& r) {
  if (r.what.size && *r.what.size > r.bytes_max) {
    return fail(media_end::too_large, "it has " + std::to_string(*r.what.size) + " bytes");
  }
  if (r.what.platform_media_id.size() > id_bytes_max) {
    return fail(media_end::nothing, "its id is longer than any platform's");
  }
  if (!r.what.platform_media_id.empty()) {
    if (r.platform == platform::whatsapp) return whatsapp_id(r);
    if (r.platform == platform::telegram) return telegram_id(r);
    if (r.platform == platform::bluesky && r.what.url.empty()) return bluesky_id(r);
  }
  if (!r.what.url.empty()) return by_address(r, r.what.url);
  return fail(media_end::nothing, "its platform gave neither an address nor an id that could be asked for");
}

expected<media_call, media_failure> next_media(const media_request& r, const answer& from) {
  return r.platform == platform::telegram ? next_telegram(r, from) : next_whatsapp(r, from);
}

expected<void, media_failure> read_media(const media_request& r, const answer& from, bool with_token) {
  const auto status = "its host answers " + std::to_string(from.status);
  if (from.status == 200) {
    const auto encoding = header_of(from, "content-encoding");
    if (encoding.empty() || same_word(encoding, "identity")) return {};
    return fail(media_end::failed, "its host answers in an encoding that nobody asked for");
  }
  if (from.status >= 300 && from.status < 400) {
    return fail(media_end::failed, status + ", and redirects are not followed");
  }
  if (from.status == 401 || from.status == 403) {
    if (with_token && r.platform == platform::x && r.oauth1 == nullptr) {
      return fail(media_end::no_access,
                  status +
                      " to the account's access_token, which needs dm.read for media of "
                      "direct messages; or give the account oauth1_token and "
                      "oauth1_token_secret, and its source consumer_key");
    }
    if (with_token)
      return fail(media_end::no_access,
                  status + (r.oauth1 ? " to the account's oauth1_token" : " to the account's access_token"));
    if (says_expired(from)) return fail(media_end::expired, status + ": its address has had its time");
  }
  // Telegram's files stay; what it does not find today it may find by another path tomorrow.
  const bool gone = from.status == 410 || (from.status == 404 && r.platform != platform::telegram);
  return fail(gone ? media_end::expired : media_end::failed, status);
}

std::string_view shown_type(std::string_view answered, std::string_view told, std::string_view name) {
  const auto said = without_parameters(answered);
  const bool says_nothing =
      said.empty() || same_word(said, "application/octet-stream") || same_word(said, "binary/octet-stream");
  if (!says_nothing) return known(said);
  if (!told.empty()) return known(told);
  const auto ending = ending_of(name);
  const auto at = std::find_if(shown_types.begin(), shown_types.end(), [&](const known_type& each) {
    return !each.ending.empty() && same_word(ending, each.ending);
  });
  return at == shown_types.end() ? std::string_view{} : at->type;
}

}  // namespace switchboard::net::platforms
