// How attachments are fetched: what is asked of each platform, with what, and what the answers mean.

#include "net/platforms/media.hpp"

#include "sending_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchboard::net::platforms {
namespace {

using domain::platform;
using testing::attached;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint64_t bytes_max = 1000;
const std::string bearer = "Bearer secret";

/// Members are set before use.
struct viewer {
  platform of = platform::whatsapp;
  domain::attachment what;
  sending_account account{.platform_id = "1", .access_token = "secret"};
  std::vector<std::string> hosts{};
  bool demo = false;
  std::chrono::seconds age{0};

  [[nodiscard]] media_request request() const {
    return {.platform = of,
            .account = account,
            .what = what,
            .more_hosts = hosts,
            .demo = demo,
            .bytes_max = bytes_max,
            .age = age,
            .oauth1 = oauth1 ? &*oauth1 : nullptr,
            .nonce = "n0nce",
            .now = domain::timestamp{std::chrono::seconds{1318622958}}};
  }
  std::optional<oauth1_keys> oauth1 = {};
  [[nodiscard]] expected<media_call, media_failure> first() const { return first_media(request()); }
  [[nodiscard]] expected<media_call, media_failure> next(int status, std::string_view body) const {
    return next_media(request(), {.status = status, .headers = {}, .body = body});
  }
  [[nodiscard]] std::optional<media_end> end(int status, std::string_view body = {}, bool with_token = false,
                                             std::span<const field> headers = {}) const {
    const auto r = read_media(request(), {.status = status, .headers = headers, .body = body}, with_token);
    return r ? std::nullopt : std::optional(r.error().end);
  }
};

viewer by_url(platform p, std::string_view url) {
  return {.of = p, .what = attached("image", url)};
}
viewer by_id(platform p, std::string_view id) {
  return {.of = p, .what = attached("image", "", id)};
}

TEST(media, of_whatsapp_is_asked_for_by_its_id_and_fetched_with_the_token_from_its_one_host) {
  const auto v = by_id(platform::whatsapp, "77/..?x");
  const auto first = v.first();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->what.url, "https://graph.facebook.com/v24.0/77%2F..%3Fx");
  EXPECT_EQ(first->what.method, "GET");
  EXPECT_EQ(first->what.headers, (std::vector<header>{{"Authorization", bearer}}));
  EXPECT_FALSE(first->last);
  EXPECT_FALSE(first->of_operator);

  const auto next = v.next(200, R"({"url":"https://lookaside.fbsbx.com/w/?mid=1","mime_type":"image/jpeg"})");
  ASSERT_TRUE(next);
  EXPECT_EQ(next->what.url, "https://lookaside.fbsbx.com/w/?mid=1");
  EXPECT_EQ(next->what.headers, (std::vector<header>{{"Authorization", bearer}}));
  EXPECT_TRUE(next->last);
  const auto cdn = v.next(200, R"({"url":"https://media.fra3-1.cdn.whatsapp.net/x"})");
  ASSERT_TRUE(cdn);
  EXPECT_THAT(cdn->what.headers, IsEmpty()) << "the token is for one host";
}

TEST(media, of_whatsapp_is_refused_for_what_its_answer_says) {
  auto v = by_id(platform::whatsapp, "77");
  EXPECT_EQ(v.next(200, R"({"url":"https://evil.example/x"})").error().end, media_end::host_refused);
  EXPECT_EQ(v.next(200, R"({"url":"http://lookaside.fbsbx.com/x"})").error().end, media_end::host_refused);
  EXPECT_EQ(v.next(200, R"({"url":"https://lookaside.fbsbx.com/x","file_size":1001})").error().end,
            media_end::too_large);
  EXPECT_TRUE(v.next(200, R"({"url":"https://lookaside.fbsbx.com/x","file_size":1000})"));
  for (const auto* body : {"", "{}", "[]", "null", "{\"url\":5}", "not JSON", "{\"url\":\"\"}"}) {
    EXPECT_EQ(v.next(200, body).error().end, media_end::failed) << body;
  }
  EXPECT_EQ(v.next(401, R"({"error":{"code":190,"message":"expired token"}})").error().end,
            media_end::no_access);
  const auto* const gone = R"({"error":{"code":100,"error_subcode":33,"message":"does not exist"}})";
  EXPECT_EQ(v.next(400, gone).error().end, media_end::failed) << "a permission may be missing";
  v.age = std::chrono::hours{30 * 24};
  EXPECT_EQ(v.next(400, gone).error().end, media_end::expired);
  EXPECT_EQ(v.next(500, "").error().end, media_end::failed);
  v.account.access_token.clear();
  EXPECT_EQ(v.first().error().end, media_end::no_access);
}

TEST(media, of_telegram_is_found_by_getFile_and_lies_below_the_bot) {
  auto v = by_id(platform::telegram, "AgAC-_x y");
  v.account.access_token = "42:AA/b";
  const auto first = v.first();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->what.url, "https://api.telegram.org/bot42:AA%2Fb/getFile?file_id=AgAC-_x%20y");
  EXPECT_THAT(first->what.headers, IsEmpty());
  const auto next = v.next(200, R"({"ok":true,"result":{"file_id":"x","file_path":"photos/file_7.jpg"}})");
  ASSERT_TRUE(next);
  EXPECT_EQ(next->what.url, "https://api.telegram.org/file/bot42:AA%2Fb/photos/file_7.jpg");
  EXPECT_TRUE(next->last);
}

TEST(media, of_telegram_has_no_path_that_leads_elsewhere) {
  const auto v = by_id(platform::telegram, "x");
  for (const auto* path : {"", "/etc/passwd", "../bot1:2/getMe", "a/../../b", "a//b", "./a", "a/./b", "a?b",
                           "a#b", "a%2fb", "a b", "a\\\\b", "http://evil.example/"}) {
    const auto r = v.next(200, R"({"ok":true,"result":{"file_path":")" + std::string(path) + "\"}}");
    ASSERT_FALSE(r) << path;
    EXPECT_EQ(r.error().end, media_end::failed) << path;
  }
  EXPECT_EQ(v.next(400, R"({"ok":false,"description":"Bad Request: file is too big"})").error().end,
            media_end::too_large);
  EXPECT_EQ(v.next(200, R"({"ok":true,"result":{"file_path":"a","file_size":1001}})").error().end,
            media_end::too_large);
  EXPECT_EQ(v.next(401, R"({"ok":false,"description":"Unauthorized"})").error().end, media_end::no_access);
  EXPECT_EQ(
      v.next(400, R"({"description":"wrong file_id or the file is temporarily unavailable"})").error().end,
      media_end::failed);
}

TEST(media, lies_on_hosts_that_are_its_platforms) {
  struct row {
    platform of;
    const char* url;
    bool taken, with_token;
  };
  for (const auto& r :
       {row{platform::facebook, "https://scontent.xx.fbcdn.net/v/1.jpg?oh=1", true, false},
        row{platform::facebook, "https://cdn.fbsbx.com/v/1.pdf", true, false},
        row{platform::facebook, "https://www.facebook.com/x", false, false},
        row{platform::facebook, "https://fbcdn.net.evil.example/x", false, false},
        row{platform::facebook, "https://xfbcdn.net/x", false, false},
        row{platform::instagram, "https://lookaside.fbsbx.com/ig_messaging_cdn/?a=1", true, false},
        row{platform::instagram, "https://scontent.cdninstagram.com/1.jpg", true, false},
        row{platform::instagram, "https://www.instagram.com/reel/1", false, false},
        row{platform::x, "https://pbs.twimg.com/media/1.jpg", true, false},
        row{platform::x, "https://video.twimg.com/1.mp4", true, false},
        row{platform::x, "https://ton.twitter.com/1.1/ton/data/dm/1/2/3.jpg", true, true},
        row{platform::x, "https://a.ton.twitter.com/x", true, false},
        row{platform::x, "https://t.co/x", false, false},
        row{platform::linkedin, "https://media.licdn.com/dms/image/1", true, false},
        row{platform::bluesky, "https://cdn.bsky.app/img/x", true, false},
        row{platform::bluesky, "https://scontent.xx.fbcdn.net/x", false, false},
        row{platform::whatsapp, "https://lookaside.fbsbx.com/x", true, true},
        row{platform::whatsapp, "https://a.lookaside.fbsbx.com/x", true, false},
        row{platform::whatsapp, "https://cdn.fbsbx.com/x", false, false},
        row{platform::telegram, "https://api.telegram.org/x", false, false}}) {
    const auto got = by_url(r.of, r.url).first();
    ASSERT_EQ(got.has_value(), r.taken) << r.url;
    if (!got) {
      EXPECT_EQ(got.error().end, media_end::host_refused) << r.url;
      continue;
    }
    EXPECT_TRUE(got->last);
    EXPECT_FALSE(got->of_operator);
    EXPECT_EQ(!got->what.headers.empty(), r.with_token) << r.url;
  }
}

TEST(media, lies_on_hosts_that_the_operator_adds_and_never_gets_the_token_there) {
  auto v = by_url(platform::whatsapp, "https://eu.media.example.com/1.jpg");
  EXPECT_FALSE(v.first());
  v.hosts = {"other.example", "media.example.com"};
  const auto got = v.first();
  ASSERT_TRUE(got);
  EXPECT_THAT(got->what.headers, IsEmpty());
  v.what.url = "https://xmedia.example.com/1.jpg";
  EXPECT_FALSE(v.first());
  v.what.url = "https://lookaside.fbsbx.com/x";
  v.account.access_token.clear();
  EXPECT_EQ(v.first().error().end, media_end::no_access);
}

TEST(media, on_the_operators_own_server_is_for_demonstrations) {
  auto v = by_url(platform::whatsapp, "http://127.0.0.1:9000/f/1.jpg");
  v.account.api_url = "http://127.0.0.1:9000";
  EXPECT_EQ(v.first().error().end, media_end::host_refused);
  v.demo = true;
  const auto got = v.first();
  ASSERT_TRUE(got);
  EXPECT_TRUE(got->of_operator);
  v.what.url = "http://127.0.0.1:9001/f/1.jpg";
  EXPECT_FALSE(v.first()) << "another port is another server";
  v.what.url = "https://scontent.xx.fbcdn.net/1.jpg";
  EXPECT_FALSE(v.first()->of_operator);
  // The API itself is where he says, always.
  v.demo = false;
  v.what = attached("image", "", "77");
  const auto api = v.first();
  EXPECT_EQ(api->what.url, "http://127.0.0.1:9000/v24.0/77");
  EXPECT_TRUE(api->of_operator);
  EXPECT_EQ(v.next(200, R"({"url":"http://127.0.0.1:9000/f/1.jpg"})").error().end, media_end::host_refused);
}

TEST(media, of_bluesky_is_an_image_of_somebodys) {
  auto v = by_id(platform::bluesky, "did:plc:abc/bafkreix");
  const auto got = v.first();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->what.url, "https://cdn.bsky.app/img/feed_fullsize/plain/did:plc:abc/bafkreix@jpeg");
  EXPECT_THAT(got->what.headers, IsEmpty());
  for (const auto* id :
       {"bafkreix", "did:plc:abc", "did:plc:abc/x/y", "did:plc:a?b/x", "x:plc:abc/y", "did:../x"}) {
    EXPECT_EQ(by_id(platform::bluesky, id).first().error().end, media_end::nothing) << id;
  }
  v.what.type = "video";
  EXPECT_EQ(v.first().error().end, media_end::nothing);
}

TEST(media, of_x_direct_messages_is_signed_for_where_the_account_can) {
  auto v = by_url(platform::x, "https://ton.twitter.com/1.1/ton/data/dm/1/2/3.jpg?a=b");
  EXPECT_EQ(v.first()->what.headers, (std::vector<header>{{"Authorization", bearer}}));
  EXPECT_EQ(v.end(403, {}, true), media_end::no_access);
  const auto refused = read_media(v.request(), {.status = 403, .headers = {}, .body = {}}, true);
  EXPECT_NE(refused.error().detail.find("oauth1_token"), std::string::npos) << "what would help";
  v.oauth1 = oauth1_keys{.consumer_key = "ck", .consumer_secret = "cs", .token = "tk", .token_secret = "ts"};
  const auto signed_for = v.first();
  ASSERT_TRUE(signed_for);
  EXPECT_EQ(signed_for->what.url, v.what.url);
  EXPECT_EQ(signed_for->what.headers,
            (std::vector<header>{
                {"Authorization", oauth1_header("GET", v.what.url, *v.oauth1, "n0nce", v.request().now)}}));
  EXPECT_EQ(signed_for->what.headers[0].value.find("cs"), std::string::npos) << "no secret is shown";
  v.account.access_token.clear();
  EXPECT_TRUE(v.first()) << "the one is enough";
  EXPECT_THAT(by_url(platform::x, "https://pbs.twimg.com/media/1.jpg").first()->what.headers, IsEmpty());
  auto open = by_url(platform::x, "https://pbs.twimg.com/media/1.jpg");
  open.oauth1 = v.oauth1;
  EXPECT_THAT(open.first()->what.headers, IsEmpty()) << "who does not ask is not told who we are";
}

TEST(media, that_is_none_or_too_large_is_not_asked_for) {
  EXPECT_EQ(by_id(platform::facebook, "369239263222822").first().error().end, media_end::nothing);
  EXPECT_EQ(by_url(platform::x, "").first().error().end, media_end::nothing);
  EXPECT_EQ(by_id(platform::whatsapp, std::string(1025, '%')).first().error().end, media_end::nothing);
  EXPECT_TRUE(by_id(platform::whatsapp, std::string(1024, '%')).first());
  auto v = by_id(platform::telegram, "x");
  v.what.size = bytes_max + 1;
  EXPECT_EQ(v.first().error().end, media_end::too_large);
  v.what.size = bytes_max;
  EXPECT_TRUE(v.first());
}

TEST(media, is_there_when_its_host_says_200_and_nothing_else) {
  const auto v = by_url(platform::facebook, "https://a.fbcdn.net/x");
  EXPECT_EQ(v.end(200, "x"), std::nullopt);
  for (const int status :
       {201, 204, 206, 301, 302, 303, 307, 308, 400, 401, 403, 405, 418, 429, 500, 502, 503}) {
    EXPECT_EQ(v.end(status), media_end::failed) << status;
  }
  EXPECT_EQ(v.end(404), media_end::expired);
  EXPECT_EQ(v.end(410), media_end::expired);
  EXPECT_EQ(v.end(403, "URL signature expired"), media_end::expired);
  EXPECT_EQ(v.end(401, "", true), media_end::no_access);
  EXPECT_EQ(v.end(403, "expired", true), media_end::no_access);
  EXPECT_EQ(by_id(platform::telegram, "x").end(404), media_end::failed);
  EXPECT_EQ(by_id(platform::telegram, "x").end(410), media_end::expired);
  const field gzip[] = {{"Content-Encoding", "gzip"}};
  const field identity[] = {{"content-encoding", "Identity"}};
  EXPECT_EQ(v.end(200, "x", false, gzip), media_end::failed);
  EXPECT_EQ(v.end(200, "x", false, identity), std::nullopt);
}

TEST(media, is_shown_as_what_can_hold_no_script) {
  EXPECT_EQ(shown_type("image/jpeg", "", ""), "image/jpeg");
  EXPECT_EQ(shown_type("IMAGE/PNG; q=1", "", ""), "image/png");
  EXPECT_EQ(shown_type("audio/ogg; codecs=opus", "", ""), "audio/ogg");
  EXPECT_EQ(shown_type("application/pdf", "", ""), "application/pdf");
  for (const auto* type :
       {"text/html", "image/svg+xml", "image/svg+xml; charset=utf-8", "application/xhtml+xml", "text/xml",
        "text/plain", "application/javascript", "multipart/x-mixed-replace", "image/", "image/jpeg2",
        "xx/jpeg", "image/jpeg, text/html", "image/jpeg\ntext/html"}) {
    EXPECT_EQ(shown_type(type, "image/png", "x.png"), "") << type << " is what its host says it is";
    EXPECT_EQ(shown_type("", type, "x.png"), "") << type;
  }
  EXPECT_EQ(shown_type("application/octet-stream", "video/mp4", ""), "video/mp4");
  EXPECT_EQ(shown_type("", "", "a.b/file_7.JPG"), "image/jpeg");
  EXPECT_EQ(shown_type("binary/octet-stream", "", "file_7.html"), "");
  EXPECT_EQ(shown_type("", "", "x.svg"), "");
  EXPECT_EQ(shown_type("", "", ""), "");
  EXPECT_EQ(shown_type("", "", "x."), "");
}

}  // namespace
}  // namespace switchboard::net::platforms
