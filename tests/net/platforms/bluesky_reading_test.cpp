// How Bluesky is read: what is asked, whose a frame is, and where a page goes on.

#include "net/platforms/bluesky_reading.hpp"

#include "bluesky_bodies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace switchboard::net::platforms {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::vector<std::string> ours = {std::string(our_did), std::string(bob_did)};
const sending_account account{
    .platform_id = "did:plc:us", .access_token = "t", .api_url = "https://pds.example.com"};

std::string header_of(const call& c, std::string_view name) {
  for (const auto& h : c.headers)
    if (h.name == name) return h.value;
  return {};
}

TEST(bluesky_reading, whose_a_frame_is) {
  const std::string us = post_uri(our_did, "p1"), hers = post_uri(ana_did, "a1");
  const auto read = [](const std::string& frame) { return read_jetstream_frame(frame, ours, {}); };
  const struct {
    std::string frame;
    std::vector<std::string> concerns;
    std::string deleted;
  } rows[] = {
      {created(ana_did, "a1", post_record("hello")), {}, ""},
      {created(our_did, "a1", post_record("hello")), {"did:plc:us"}, ""},
      {created(ana_did, "a1", post_record("@us", naming(our_did))), {"did:plc:us"}, ""},
      {created(ana_did, "a1", post_record("yes", replying(us, hers))), {"did:plc:us"}, ""},
      {created(ana_did, "a1", post_record("yes", replying(hers, us))), {"did:plc:us"}, ""},
      {created(bob_did, "a1", post_record("yes", replying(us, us) + naming(our_did))),
       {"did:plc:bob", "did:plc:us"},
       ""},
      {created(ana_did, "a1", post_record("so", R"(,"embed":{"record":{"uri":")" + us + R"("}})")),
       {"did:plc:us"},
       ""},
      {commit(ana_did, "delete", "a1", {}), {}, hers},
      {commit(our_did, "delete", "p1", {}), {"did:plc:us"}, us},
      {commit(ana_did, "create", "l1", R"({"subject":{"uri":")" + us + R"("}})", "app.bsky.feed.like"),
       {},
       ""},
      {R"({"did":"did:plc:us","time_us":5,"kind":"account","account":{"active":false}})", {"did:plc:us"}, ""},
      {R"({"did":"did:plc:ana","time_us":5,"kind":"identity","identity":{"handle":"x"}})", {}, ""},
      {R"({"did":"did:plc:ana","time_us":5,"kind":"tomorrow"})", {}, ""},
  };
  for (const auto& row : rows) {
    const auto f = read(row.frame);
    ASSERT_TRUE(f) << row.frame;
    EXPECT_EQ(f->concerns, row.concerns) << row.frame;
    EXPECT_EQ(f->deleted, row.deleted) << row.frame;
    EXPECT_GT(f->at.time_since_epoch().count(), 0);
  }
  for (const char* none : {"", "{", "[]", "{}", R"({"time_us":"soon"})", R"({"time_us":-1})"})
    EXPECT_FALSE(read(none)) << none;
}

// Whom the reader takes a post for, the normaliser must find it to be about, and the other way round.
TEST(bluesky_reading, reader_and_normaliser_agree_on_whose_a_post_is) {
  std::mt19937_64 random{11};
  const std::string seeds[] = {
      created(ana_did, "a2", post_record("and?", replying(post_uri(our_did, "p"), post_uri(ana_did, "a")))),
      created(ana_did, "a2", post_record("@us", naming(our_did))), created(ana_did, "a3", post_record("so"))};
  for (int i = 0; i < 3000; ++i) {
    const auto frame = mutated(seeds[i % 3], random);
    const auto f = read_jetstream_frame(frame, ours, {});
    if (!f || f->deleted.size() > 0) continue;
    const auto body = normalise_bluesky(frame);
    const bool is_event = !body.events.empty();
    const bool is_ours = std::find(f->concerns.begin(), f->concerns.end(), our_did) != f->concerns.end();
    if (is_event) {
      EXPECT_TRUE(is_ours) << frame;
    }
    if (!is_ours && !body.rejected.empty()) {
      EXPECT_NE(body.rejected[0].reason, "account-notice") << frame;
    }
  }
}

TEST(bluesky_reading, what_is_read_stays_as_it_came) {
  const std::string frame = created(ana_did, "a1", post_record("@us", naming(our_did)));
  const auto body = bluesky_envelope(ours, frame);
  EXPECT_EQ(body, R"({"accounts":["did:plc:us","did:plc:bob"],"payload":)" + frame + "}");
  EXPECT_EQ(normalise_bluesky(bluesky_envelope({ours.data(), 1}, frame)).events.size(), 1u);
}

TEST(bluesky_reading, what_is_asked) {
  EXPECT_EQ(jetstream_target(std::nullopt, 500),
            "/subscribe?wantedCollections=app.bsky.feed.post&maxMessageSizeBytes=500");
  EXPECT_EQ(
      jetstream_target(domain::timestamp{std::chrono::microseconds{1783175888090631}}, 500),
      "/subscribe?wantedCollections=app.bsky.feed.post&maxMessageSizeBytes=500&cursor=1783175888090631");
  const auto list = list_notifications(account, "a b", 100);
  EXPECT_EQ(list.method, "GET");
  EXPECT_EQ(list.url,
            "https://pds.example.com/xrpc/app.bsky.notification.listNotifications?limit=100&cursor=a%20b");
  EXPECT_EQ(header_of(list, "Authorization"), "Bearer t");
  EXPECT_EQ(header_of(list, "atproto-proxy"), "");
  const auto log = read_chat_log(account, "");
  EXPECT_EQ(log.url, "https://pds.example.com/xrpc/chat.bsky.convo.getLog");
  EXPECT_EQ(header_of(log, "atproto-proxy"), "did:web:api.bsky.chat#bsky_chat");
  EXPECT_EQ(read_chat_log(account, "22").url, log.url + "?cursor=22");
}

TEST(bluesky_reading, where_a_page_goes_on) {
  const auto page = read_notification_page(
      R"({"cursor":"next","notifications":[{"uri":"at://b","cid":"2","indexedAt":"2026-07-04T14:38:08.000Z"},7,)"
      R"({"uri":"at://a","cid":"1","indexedAt":"2026-07-04T14:38:06.000Z"},{"uri":"at://c"}]})",
      {});
  ASSERT_TRUE(page);
  EXPECT_THAT(page->names, ElementsAre("at://b 2", "at://a 1", "at://c "));
  EXPECT_EQ(domain::to_rfc3339(*page->newest), "2026-07-04T14:38:08.000Z");
  EXPECT_EQ(domain::to_rfc3339(*page->oldest), "2026-07-04T14:38:06.000Z");
  EXPECT_EQ(page->cursor, "next");
  const auto log = read_chat_log_page(R"({"logs":[{},{}],"cursor":"22b"})", {});
  ASSERT_TRUE(log);
  EXPECT_EQ(log->entries, 2u);
  EXPECT_EQ(log->cursor, "22b");
  for (const char* none : {"", "[]", "{}", R"({"logs":{}})", R"({"notifications":7})"}) {
    EXPECT_FALSE(read_notification_page(none, {})) << none;
    EXPECT_FALSE(read_chat_log_page(none, {})) << none;
  }
}

TEST(bluesky_reading, what_an_answer_means) {
  const auto meaning = [](int status, std::string_view body, std::vector<field> headers = {}) {
    return read_bluesky_outcome({.status = status, .headers = headers, .body = body},
                                domain::timestamp{std::chrono::seconds{1'000}});
  };
  using domain::attempt_end;
  EXPECT_EQ(meaning(401, R"({"error":"AuthenticationRequired"})").end, attempt_end::no_access);
  EXPECT_EQ(meaning(400, R"({"error":"ExpiredToken"})").end, attempt_end::no_access);
  const auto limited = meaning(429, "{}", {{"ratelimit-remaining", "0"}, {"ratelimit-reset", "1060"}});
  EXPECT_EQ(limited.end, attempt_end::later);
  EXPECT_EQ(limited.retry_after, std::chrono::seconds{60});
  const auto last = meaning(200, "{}", {{"ratelimit-remaining", "0"}, {"ratelimit-reset", "1030"}});
  ASSERT_EQ(last.quotas.size(), 1u);
  EXPECT_EQ(last.quotas[0].remaining, 0u);
  EXPECT_EQ(last.quotas[0].full_again_in, std::chrono::seconds{30}) << "the next question waits so long";
}

TEST(bluesky_reading, what_was_passed_over_is_a_dead_letter_that_says_what) {
  const std::string did = "did:plc:us";
  const auto body = bluesky_envelope({&did, 1}, bluesky_passed_over("notifications", "at://x \"y\""));
  const auto out = bluesky_functions().normalise(body, "", {}, {});
  ASSERT_EQ(out.rejected.size(), 1u);
  EXPECT_EQ(out.rejected[0].reason, "too-large");
  EXPECT_EQ(out.rejected[0].account_platform_id, did);
  EXPECT_NE(out.rejected[0].detail.find("notifications, larger than is taken: at://x \"y\""), std::string::npos);
  EXPECT_EQ(out.rejected[0].raw, body) << "it can be replayed, to the same end";
}

}  // namespace
}  // namespace switchboard::net::platforms
