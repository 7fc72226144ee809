// Bluesky read by a real engine over real sockets: posts by Jetstream, notifications and messages by asking, and what goes
// wrong on the way. What was made there is counted here: each is on the stream once, however often the engine was killed.

#include "bluesky_world.hpp"
#include "certificate.hpp"
#include "json_text.hpp"
#include "reading.hpp"
#include "scratch.hpp"
#include "setup.hpp"
#include "tests/eventually.hpp"
#include "tests/full.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <set>

namespace switchboard::e2e {
namespace {

using fake_platform::stream_fault;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(feeds, posts_notifications_and_messages_come_in) {
  world w;
  reading r;
  r.start(source_toml(w.stream.url(), password_toml(w)));
  ASSERT_TRUE(w.stream.wait_connections(1));
  w.noise();
  w.post();
  w.notification();
  w.message();
  ASSERT_TRUE(r.wait_messages(3));
  const auto d = compare(w.expected, r.seen);
  EXPECT_THAT(d.missing, IsEmpty());
  EXPECT_THAT(d.twice, IsEmpty());
  for (const char* feed : {"jetstream", "notifications", "messages"})
    EXPECT_TRUE(r.wait_metric("switchboard_feed_connected", feed, "1")) << feed;
  EXPECT_EQ(r.metric("switchboard_feed_frames_total", "jetstream"), "2");
  EXPECT_EQ(r.metric("switchboard_feed_taken_total", "jetstream"), "1") << "the other is nobody's concern";
  EXPECT_EQ(w.stream.targets().front(),
            "/subscribe?wantedCollections=app.bsky.feed.post&maxMessageSizeBytes=1048576")
      << "from now on";
  // Nobody can post where nothing is signed and no secret is given.
  EXPECT_EQ(deliver(r.engine, "sky", "{}").status, 404);
}

TEST(feeds, without_a_password_public_posts_are_read_and_no_more) {
  world w;
  reading r;
  r.start(source_toml(w.stream.url(), "api_url = \"" + w.server.url() + "\"\n"));
  ASSERT_TRUE(w.stream.wait_connections(1));
  w.message();
  const auto uri = w.post();
  ASSERT_TRUE(r.wait_messages(1));
  EXPECT_EQ(*r.seen.begin(), uri);
  EXPECT_EQ(w.server.count("xrpc"), 0u);
}

TEST(feeds, a_deletion_is_told_to_whoever_has_the_post) {
  world w;
  reading r;
  r.start(source_toml(w.stream.url(), {}));
  ASSERT_TRUE(w.stream.wait_connections(1));
  w.withdraw("at://did:plc:stranger/app.bsky.feed.post/none");
  const auto uri = w.post();
  w.withdraw(uri);  // at once: the post itself may not be durable yet
  const auto last = w.post();
  ASSERT_TRUE(r.wait_event("message.deleted"));
  ASSERT_TRUE(r.wait_messages(2));
  std::string cursor = "earliest";
  const auto deleted = read_log(r.engine, cursor, "&type=message.deleted");
  ASSERT_EQ(deleted.size(), 1u) << "the stranger's post is nobody's";
  EXPECT_EQ(text_at(deleted[0], "/data/message/platformMessageId"), uri);
  EXPECT_TRUE(r.seen.contains(last));
}

TEST(feeds, a_stream_that_fails_in_any_way_is_taken_up_where_it_ended) {
  world w;
  reading r;
  w.stream.next({{stream_fault::none},
                 {stream_fault::refuse},
                 {stream_fault::reset, 1},
                 {stream_fault::half_frame, 2},
                 {stream_fault::no_json, 3},
                 {stream_fault::close, 2},
                 {stream_fault::silence, 3}});
  r.start(source_toml(w.stream.url(), {}), "feed_idle_timeout = \"500ms\"\n");
  ASSERT_TRUE(w.stream.wait_connections(1));
  for (int i = 0; i < 4; ++i) w.post();
  ASSERT_TRUE(r.wait_messages(4));
  w.stream.drop_all();
  for (int i = 0; i < 4; ++i) w.post();
  ASSERT_TRUE(w.stream.wait_connections(8));
  for (int i = 0; i < 4; ++i) w.post();
  ASSERT_TRUE(r.wait_messages(12));
  const auto d = compare(w.expected, r.seen);
  EXPECT_THAT(d.missing, IsEmpty());
  EXPECT_THAT(d.twice, IsEmpty());
  EXPECT_TRUE(r.wait_metric("switchboard_feed_connected", "jetstream", "1"));
  EXPECT_EQ(r.metric("switchboard_feed_reconnects_total", "jetstream"), "7");
  EXPECT_THAT(w.stream.targets().back(), HasSubstr("&cursor="));
}

TEST(feeds, one_accounts_trouble_is_no_others) {
  world w, other;
  other.server.set_password("changed-by-somebody");
  reading r;
  r.start(source_toml({}, password_toml(w)) +
          account_toml("acme-locked", "acme", "sky", "bluesky", "did:plc:locked") + password_toml(other));
  w.server.next(
      {{.status = 429, .body = R"({"error":"RateLimitExceeded"})", .headers = {{"Retry-After", "1"}}},
       {.status = 500, .body = "no"},
       {.status = 200, .body = "[]"},
       {.status = 200, .body = "", .headers = {}, .with = fake_platform::fault::reset}});
  w.message();
  ASSERT_TRUE(r.wait_messages(1));
  w.server.expire_sessions();
  w.notification();
  w.message();
  ASSERT_TRUE(r.wait_messages(3));
  EXPECT_THAT(compare(w.expected, r.seen).missing, IsEmpty());
  EXPECT_GE(w.server.count("createSession"), 2u) << "the session had ended";
  EXPECT_TRUE(eventually([&] { return other.server.count("createSession") >= 3; })) << "it is tried again";
  EXPECT_EQ(other.server.count("getLog"), 0u);
  // The password is mended.
  other.server.set_password("app-password");
  const auto id = other.message();
  ASSERT_TRUE(r.wait_messages(4));
  EXPECT_TRUE(r.seen.contains(id));
}

TEST(feeds, more_than_is_read_back_is_told) {
  world w;
  reading r;
  w.notification();
  r.start(source_toml({}, password_toml(w)), "feed_backfill_max = 100\n");
  ASSERT_TRUE(r.wait_messages(1));
  ASSERT_TRUE(r.wait_metric("switchboard_feed_connected", "notifications", "1"));
  r.engine.kill();
  for (int i = 0; i < 150; ++i) w.notification();
  r.engine.start();
  ASSERT_TRUE(r.wait_metric("switchboard_feed_gaps_total", "notifications", "1"));
  ASSERT_TRUE(r.wait_messages(101));
  const auto d = compare(w.expected, r.seen);
  EXPECT_EQ(d.missing.size(), 50u) << "the older ones";
  EXPECT_THAT(d.twice, IsEmpty());
}

TEST(feeds, a_page_that_is_too_large_is_asked_for_in_smaller_ones) {
  world w;
  reading r;
  const std::string much(1'500'000, 'a');
  for (int i = 0; i < 5; ++i) w.notification(much);
  r.start(source_toml({}, password_toml(w)));
  ASSERT_TRUE(r.wait_messages(5));
  const auto d = compare(w.expected, r.seen);
  EXPECT_THAT(d.missing, IsEmpty());
  EXPECT_THAT(d.twice, IsEmpty());
  EXPECT_GE(w.server.count("limit=1&") + w.server.count("limit=1"), 1u);
  EXPECT_GE(w.server.count("limit=50"), 1u);
}

TEST(feeds, what_is_too_large_alone_is_a_dead_letter_and_the_feed_goes_on) {
  world w;
  reading r;
  const auto first = w.notification();
  const auto huge = w.notification(std::string(5u << 20, 'a'));
  const auto last = w.notification();
  r.start(source_toml({}, password_toml(w)));
  ASSERT_TRUE(r.wait_messages(2));
  EXPECT_EQ(r.seen, (std::multiset<std::string>{first, last}));
  const auto later = w.notification();
  ASSERT_TRUE(r.wait_messages(3));
  EXPECT_TRUE(r.seen.contains(later));
  std::string cursor = "earliest";
  const auto letters = read_log(r.engine, cursor, "&type=deadletter.added");
  ASSERT_EQ(letters.size(), 1u) << "told once, however often it is met";
  EXPECT_EQ(text_at(letters[0], "/data/deadLetter/reason"), "too-large");
  EXPECT_THAT(text_at(letters[0], "/data/deadLetter/detail").value_or(""), HasSubstr(huge));
}

TEST(feeds, a_first_reading_of_nothing_is_a_beginning_too) {
  world w;
  reading r;
  w.noise();  // time goes on
  w.server.set_date(w.http_date());
  r.start(source_toml({}, password_toml(w)));
  ASSERT_TRUE(r.wait_metric_above("switchboard_feed_notes_total", "notifications", 0));
  r.engine.kill();
  for (int i = 0; i < 50; ++i) w.notification();
  r.engine.start();
  ASSERT_TRUE(r.wait_messages(50)) << "a page has 20";
  EXPECT_THAT(compare(w.expected, r.seen).missing, IsEmpty());
}

TEST(feeds, a_stream_that_keeps_less_than_we_were_away_for_tells_what_is_missing) {
  world w;
  reading r;
  r.start(source_toml(w.stream.url(), password_toml(w)));
  ASSERT_TRUE(w.stream.wait_connections(1));
  w.post();
  w.notification();
  ASSERT_TRUE(r.wait_messages(2));
  ASSERT_TRUE(r.wait_metric_above("switchboard_feed_notes_total", "jetstream", 0));
  ASSERT_TRUE(r.wait_metric_above("switchboard_feed_notes_total", "notifications", 0));
  EXPECT_EQ(r.metric("switchboard_feed_gaps_total", "jetstream"), "0");
  const auto from = w.now_us() - 100'000'000;  // of the post; the notification is later
  r.engine.kill();
  const auto lost = w.post();
  const auto told = w.notification();
  w.stream.forget_before(w.now_us() + 1);
  const auto kept = w.post();
  const auto to = w.now_us();
  r.engine.start();
  ASSERT_TRUE(r.wait_messages(4));
  EXPECT_EQ(compare(w.expected, r.seen).missing, std::vector{lost});
  EXPECT_TRUE(r.seen.contains(told)) << "what the notifications have is filled in from there";
  EXPECT_TRUE(r.seen.contains(kept));
  EXPECT_EQ(r.metric("switchboard_feed_gaps_total", "jetstream"), "1");
  EXPECT_THAT(r.engine.said(), HasSubstr("begins later than it was read to"));
  ASSERT_TRUE(eventually([&] {
    std::string cursor = "earliest";
    for (const auto& e : read_log(r.engine, cursor, "&type=account.updated")) {
      if (text_at(e, "/data/account/gap/feed") == "jetstream" &&
          text_at(e, "/data/account/gap/from") == rfc3339(from) &&
          text_at(e, "/data/account/gap/to") == rfc3339(to))
        return true;
    }
    return false;
  }));
  // What is there is read on from there: no gap is told of again.
  ASSERT_TRUE(r.wait_metric_above("switchboard_feed_notes_total", "jetstream", 0));
  r.engine.kill();
  r.engine.start();
  ASSERT_TRUE(r.wait_metric("switchboard_feed_connected", "jetstream", "1"));
  w.post();
  ASSERT_TRUE(r.wait_messages(5));
  EXPECT_EQ(r.metric("switchboard_feed_gaps_total", "jetstream"), "0");
}

TEST(feeds, what_the_engine_has_no_room_for_waits) {
  world w;
  reading r;
  const auto accounts = source_toml(w.stream.url(), password_toml(w));
  r.start(accounts);
  ASSERT_TRUE(w.stream.wait_connections(1));
  w.post();
  ASSERT_TRUE(r.wait_messages(1));
  ASSERT_TRUE(r.wait_metric_above("switchboard_feed_notes_total", "jetstream", 0));
  (void)r.engine.terminate();
  r.configure(accounts, {}, {}, "free_space_min_bytes = \"60TiB\"\n");
  r.engine.start();
  for (int i = 0; i < 5; ++i) {
    w.post();
    w.notification();
    w.message();
  }
  for (const char* feed : {"jetstream", "notifications", "messages"})
    EXPECT_TRUE(r.wait_metric_above("switchboard_feed_waits_total", feed, 0)) << feed;
  EXPECT_THAT(r.more_messages(), IsEmpty());
  r.configure(accounts);
  http_connection c(r.engine.admin_port());
  ASSERT_EQ(c.ask("POST", "/reload").status, 200);
  ASSERT_TRUE(r.wait_messages(16));
  const auto d = compare(w.expected, r.seen);
  EXPECT_THAT(d.missing, IsEmpty());
  EXPECT_THAT(d.twice, IsEmpty());
}

TEST(feeds, nobody_else_answers_for_a_stream) {
  scratch files;
  write_certificate(files.path() / "cert.pem", files.path() / "key.pem");
  world w({.certificate_file = (files.path() / "cert.pem").string(),
           .key_file = (files.path() / "key.pem").string()});
  {
    reading r;
    r.start(source_toml(w.stream.url(), {}));
    EXPECT_TRUE(r.wait_metric_above("switchboard_feed_failures_total", "jetstream", 1));
    EXPECT_EQ(r.metric("switchboard_feed_connected", "jetstream"), "0");
    EXPECT_THAT(r.engine.said(), HasSubstr("TLS"));
    EXPECT_THAT(w.stream.targets(), IsEmpty()) << "nothing was asked of who could not prove his name";
  }
  reading r;
  r.start(source_toml(w.stream.url(), {}), {},
          "outbound_ca_file = " + json_string((files.path() / "cert.pem").string()) + "\n");
  ASSERT_TRUE(w.stream.wait_connections(1));
  w.post();
  EXPECT_TRUE(r.wait_messages(1));
}

/// Kills the engine again and again in the midst of reading.
difference killed_while_reading(const std::string& program, unsigned rounds) {
  world w;
  reading r(program);
  r.start(source_toml(w.stream.url(), password_toml(w)), "feed_in_flight_max = 8\n");
  EXPECT_TRUE(w.stream.wait_connections(1));
  w.post();
  w.notification();
  w.message();
  EXPECT_TRUE(r.wait_messages(3));  // so that there is a position of each to go on from
  for (const char* feed : {"jetstream", "notifications", "messages"})
    EXPECT_TRUE(r.wait_metric_above("switchboard_feed_notes_total", feed, 0)) << feed;
  std::mt19937_64 random{7};
  constexpr const char* notes = "switchboard_feed_notes_total";
  for (unsigned round = 0; round < rounds; ++round) {
    EXPECT_TRUE(eventually([&] { return r.metric(notes, "messages") != "none"; }));
    const int noted = std::stoi(r.metric(notes, "messages"));
    for (int i = 0; i < 15; ++i) {
      w.post();
      w.noise();
      w.notification();
      w.message();
    }
    if (round % 2 == 0) {  // as soon as it says that it has read something
      EXPECT_TRUE(r.wait_metric_above(notes, "messages", noted));
    } else {
      const auto many = r.seen.size() + 1 + random() % 20;
      EXPECT_TRUE(r.wait_messages(std::min(many, w.expected.size())));
    }
    r.engine.kill();
    r.engine.start();
  }
  const auto last = w.message();  // behind all others of its feed
  const auto settled = [&] {
    (void)r.more_messages();
    return r.seen.contains(last) && r.seen.size() >= w.expected.size();
  };
  (void)eventually(settled, std::chrono::seconds{program == engine_binary() ? 60 : 10});
  (void)r.more_messages();
  return compare(w.expected, r.seen);
}

TEST(feeds, nothing_is_missing_or_twice_however_often_the_engine_is_killed) {
  const auto d = killed_while_reading(engine_binary(), full() ? 200 : 8);
  EXPECT_THAT(d.missing, IsEmpty());
  EXPECT_THAT(d.twice, IsEmpty());
}

TEST(feeds, a_position_that_is_noted_too_soon_is_noticed) {
  const auto d = killed_while_reading(SWITCHBOARD_NOTES_FIRST, 4);
  EXPECT_THAT(d.missing, Not(IsEmpty())) << "the test would not notice a loss";
  EXPECT_THAT(d.twice, IsEmpty());
}

}  // namespace
}  // namespace switchboard::e2e
