// GET /v1/events on a log in memory and channels without sockets.

#include "net/api/event_stream.hpp"

#include "stream_fixture.hpp"

#include <gmock/gmock.h>

namespace switchboard::net::testing {
namespace {

using namespace std::chrono_literals;
using http::method;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

class event_stream : public stream_fixture {};

TEST_F(event_stream, frames_an_event_as_sse_with_its_cursor_and_type) {
  const auto ch = sse();
  EXPECT_EQ(last->ends, 1);
  EXPECT_THAT(ch->frames, SizeIs(0));
  const auto at = commit(1);
  turn();
  ASSERT_THAT(ch->frames, SizeIs(1));
  const auto& bytes = p.engine.log.records[0]->bytes;
  EXPECT_EQ(ch->frames[0],
            "id: " + p.engine.log.cursor(at) + "\nevent: message.received\ndata: " + bytes + "\n\n");
  EXPECT_EQ(bytes.find('\n'), std::string::npos) << "data is one line";
  EXPECT_EQ(p.stream->delivered(), 1u);
}

TEST_F(event_stream, gives_websocket_one_frame_an_event_and_takes_none) {
  const auto ch = websocket("", {{"Sec-WebSocket-Protocol", "other, switchboard.v1"}});
  EXPECT_EQ(last->accepted, "switchboard.v1");
  commit(1);
  commit(2);
  turn();
  ASSERT_THAT(ch->frames, SizeIs(2));
  EXPECT_EQ(ch->frames[1], p.engine.log.records[1]->bytes);
  EXPECT_FALSE(ch->say("hello"));
}

TEST_F(event_stream, starts_where_from_says) {
  for (std::uint64_t n = 1; n <= 5; ++n) commit(n);
  EXPECT_THAT(sse("?from=earliest")->frames, SizeIs(5));
  EXPECT_THAT(sse("?from=latest")->frames, SizeIs(0));
  EXPECT_THAT(sse()->frames, SizeIs(0));
  EXPECT_THAT(sse("?from=" + p.engine.log.cursor(3))->frames, SizeIs(2));
  // What EventSource says when it comes back goes before what its page was opened with.
  const auto ch = sse("?from=earliest", "acme-reader", {{"Last-Event-ID", p.engine.log.cursor(4)}});
  ASSERT_THAT(ch->frames, SizeIs(1));
  EXPECT_THAT(ch->frames[0], HasSubstr("message 5"));
}

TEST_F(event_stream, reconnecting_at_any_event_gives_no_gap_and_no_repeat) {
  for (std::uint64_t n = 1; n <= 20; ++n) commit(n, n % 3 == 0 ? "beta" : "acme");
  for (storage::log_sequence cut = 0; cut <= 20; ++cut) {
    const auto ch = sse("?from=" + p.engine.log.cursor(cut), "*-reader");
    ASSERT_THAT(ch->frames, SizeIs(20 - cut));
    if (cut < 20) {
      EXPECT_THAT(ch->frames[0], StartsWith("id: " + p.engine.log.cursor(cut + 1) + "\n"));
    }
  }
}

/// From `latest`, cut off before the first event: what came between is still to be had.
TEST_F(event_stream, tells_where_it_begins_before_the_first_event) {
  commit(1);
  const auto page = sse();
  const auto program = websocket();
  ASSERT_THAT(last->accepted_headers, SizeIs(1));
  const auto [name, cursor] = last->accepted_headers[0];
  EXPECT_EQ(name, "Switchboard-Cursor");
  EXPECT_EQ(cursor, p.engine.log.cursor(1));
  EXPECT_EQ(page->last_id, p.engine.log.cursor(1));
  page->leave();
  program->leave();
  turn();
  commit(2);
  turn();
  const auto again = sse("", "acme-reader", {{"Last-Event-ID", page->last_id}});
  ASSERT_THAT(again->frames, SizeIs(1));
  EXPECT_THAT(again->frames[0], HasSubstr("message 2"));
  EXPECT_THAT(websocket("?from=" + cursor)->frames, SizeIs(1));
  EXPECT_EQ(sse("?from=earliest")->last_id, p.engine.log.cursor(0))
      << "where it begins, not where it is soon";
}

TEST_F(event_stream, a_ping_moves_the_place_on_over_what_the_filter_left_out) {
  const auto ch = sse("?type=note.added");
  for (std::uint64_t n = 1; n <= 5; ++n) commit(n);
  turn();
  p.server.pass(settings->limits.ping_interval);
  EXPECT_EQ(ch->pings, 1u);
  EXPECT_EQ(ch->last_id, p.engine.log.cursor(5));
  p.engine.log.earliest = 4;  // what it began behind is no longer kept, which is no matter to it
  EXPECT_THAT(sse("", "acme-reader", {{"Last-Event-ID", ch->last_id}})->frames, SizeIs(0));
  EXPECT_EQ(last->status(), 0);
}

TEST_F(event_stream, refuses_cursors_that_are_none) {
  commit(1);
  const std::string foreign = storage::cursor_codec{999}.text(1);
  for (const std::string& from :
       {std::string("-1"), std::string("99999999999999999999"), std::string("latest2"), foreign,
        p.engine.log.cursor(2), std::string(1'500, 'a')}) {
    const auto x = p.get("/v1/events?from=" + from);
    EXPECT_EQ(x->status(), 400) << from;
    EXPECT_EQ(x->code(), "bad-request");
    EXPECT_EQ(p.get("/v1/events", "acme-admin", {{"Last-Event-ID", from}})->status(), 400) << from;
  }
}

TEST_F(event_stream, tells_where_to_go_on_from_when_a_cursor_has_expired) {
  for (std::uint64_t n = 1; n <= 9; ++n) commit(n);
  p.engine.log.earliest = 5;
  const auto x = p.get("/v1/events?from=" + p.engine.log.cursor(2));
  EXPECT_EQ(x->status(), 410);
  EXPECT_EQ(x->code(), "cursor-expired");
  EXPECT_THAT(x->answer().body, HasSubstr("\"earliest\":\"" + p.engine.log.cursor(4) + "\""));
  EXPECT_EQ(p.get("/v1/events?from=" + p.engine.log.cursor(4))->status(), 200)
      << "the one that it names works";
}

TEST_F(event_stream, filters_within_what_the_token_may_see) {
  commit(1, "acme");
  commit(1, "beta");
  domain::event config;
  config.type = domain::event_type::config_applied;
  config.config_version = "v2";
  p.engine.log.commit(config);
  const auto count = [&](const std::string& query, std::string_view token = "acme-reader") {
    return sse("?from=earliest" + query, token)->frames.size();
  };
  EXPECT_EQ(count(""), 1u);
  EXPECT_EQ(count("", "*-reader"), 3u);
  EXPECT_EQ(count("&brand=beta"), 0u) << "a filter does not widen the scope";
  EXPECT_EQ(count("&brand=beta&brand=acme", "*-reader"), 2u);
  EXPECT_EQ(count("&type=config.applied", "*-reader"), 1u);
  EXPECT_EQ(count("&type=config.applied"), 0u);
  EXPECT_EQ(count("&account=acme-wa"), 1u);
  EXPECT_EQ(count("&account=beta-wa"), 0u);
  EXPECT_EQ(count("&conversation=" + conversation_of("acme")), 1u);
  EXPECT_EQ(count("&conversation=" + conversation_of("beta")), 0u);
  EXPECT_EQ(count("&queue=x"), 0u);
  EXPECT_EQ(count("&assignee=x"), 0u);
  EXPECT_EQ(p.get("/v1/events?type=message.exploded")->status(), 400);
  EXPECT_EQ(p.get("/v1/events?conversation=12")->status(), 400);
}

TEST_F(event_stream, a_slow_reader_is_served_at_its_own_speed) {
  settings->limits.stream_chunk_bytes = 1;  // one event a write
  p.server.pass(1s);
  const auto slow = sse();
  const auto quick = sse();
  slow->slow = true;
  for (std::uint64_t n = 1; n <= 50; ++n) {
    commit(n);
    turn();
  }
  EXPECT_THAT(quick->frames, SizeIs(50));
  EXPECT_THAT(slow->frames, SizeIs(1)) << "nothing is queued for who takes nothing";
  for (int i = 0; i < 50; ++i) {
    slow->taken();
    turn();
  }
  ASSERT_THAT(slow->frames, SizeIs(50));
  for (std::size_t i = 0; i < 50; ++i) {
    EXPECT_EQ(slow->bodies[i], p.engine.log.records[i]->bytes);
    EXPECT_EQ(quick->bodies[i], p.engine.log.records[i]->bytes);
  }
  EXPECT_FALSE(slow->overlapped);
}

TEST_F(event_stream, who_is_far_behind_reads_from_disk_on_another_thread) {
  for (std::uint64_t n = 1; n <= 300; ++n) commit(n);
  p.engine.log.on_disk = 290;
  const auto ch = sse("?from=earliest");
  EXPECT_THAT(ch->frames, SizeIs(0));
  ASSERT_THAT(p.engine.log.jobs, SizeIs(1));
  commit(301);  // a wake while the disk is read starts no second read
  turn();
  EXPECT_THAT(p.engine.log.jobs, SizeIs(1));
  while (!p.engine.log.jobs.empty()) {
    p.engine.log.run_jobs();
    turn();
  }
  ASSERT_THAT(ch->frames, SizeIs(301));
  for (std::size_t i = 0; i < 301; ++i) ASSERT_EQ(ch->bodies[i], p.engine.log.records[i]->bytes);
}

TEST_F(event_stream, tries_again_when_no_reader_thread_is_free) {
  for (std::uint64_t n = 1; n <= 3; ++n) commit(n);
  p.engine.log.on_disk = 3;
  p.engine.log.jobs_max = 0;
  const auto ch = sse("?from=earliest");
  const auto now = p.get("/v1/events?from=earliest");
  EXPECT_EQ(now->status(), 503) << "who may not wait is told";
  EXPECT_EQ(now->header("Retry-After"), "1");
  const auto later = p.get("/v1/events?from=earliest&wait=30");
  EXPECT_FALSE(later->answered());
  p.engine.log.jobs_max = 8;
  p.server.pass(1s);  // no commit comes: the tick it is
  p.engine.log.run_jobs();
  turn();
  EXPECT_THAT(ch->frames, SizeIs(3));
  EXPECT_EQ(later->status(), 200);
  EXPECT_THAT(later->answer().body, HasSubstr("message 3"));
}

TEST_F(event_stream, ends_with_4410_when_its_place_is_no_longer_kept_and_1011_when_it_can_not_be_read) {
  for (std::uint64_t n = 1; n <= 5; ++n) commit(n);
  p.engine.log.on_disk = 5;
  const auto behind = sse("?from=earliest");
  p.engine.log.earliest = 4;
  p.engine.log.run_jobs();
  turn();
  EXPECT_EQ(behind->closed, 4410);
  const auto broken = sse("?from=" + p.engine.log.cursor(4));
  p.engine.log.broken = true;
  p.engine.log.run_jobs();
  turn();
  EXPECT_EQ(broken->closed, 1011);
  EXPECT_EQ(broken->closed_with, p.engine.log.cursor(4));
  EXPECT_EQ(p.stream->subscribers(), 0u);
}

TEST_F(event_stream, drain_closes_with_1001_and_the_cursor_to_go_on_from) {
  commit(1);
  const auto idle = websocket("?from=earliest");
  const auto busy = websocket("?from=earliest");
  ASSERT_THAT(idle->frames, SizeIs(1));
  busy->slow = true;
  commit(2);
  turn();
  p.stream->drain();
  turn();
  EXPECT_EQ(idle->closed, 1001);
  EXPECT_EQ(idle->closed_with, p.engine.log.cursor(2));
  EXPECT_FALSE(busy->closed) << "what is on its way comes first, or the cursor would repeat it";
  commit(3);
  busy->taken();
  turn();
  EXPECT_EQ(busy->closed, 1001);
  EXPECT_EQ(busy->closed_with, p.engine.log.cursor(2));
  EXPECT_THAT(busy->frames, SizeIs(2));
  EXPECT_EQ(p.stream->subscribers(), 0u);
  const auto late = sse();
  EXPECT_EQ(last->status(), 503);
  EXPECT_FALSE(last->header("Retry-After").empty());
}

TEST_F(event_stream, a_withdrawn_or_changed_token_ends_what_it_opened) {
  const auto stays = sse("", "beta-reader");
  const auto goes = sse("", "acme-reader");
  const auto narrowed = sse("", "*-reader");
  const auto waiting = p.get("/v1/events?wait=60", "acme-reader");
  auto next = some_settings();
  std::erase_if(next->tokens, [](const auto& t) { return t.brand == "acme"; });
  for (auto& t : next->tokens) {
    if (t.brand == "*") t.brand = "beta";
  }
  next->index();
  p.engine.take(next);
  p.server.pass(1s);
  EXPECT_EQ(goes->closed, 4401);
  EXPECT_EQ(narrowed->closed, 4401);
  EXPECT_FALSE(stays->closed);
  EXPECT_EQ(waiting->status(), 401);
  commit(1);
  turn();
  EXPECT_THAT(goes->frames, SizeIs(0));
}

TEST_F(event_stream, takes_no_more_subscribers_than_it_may) {
  settings->limits.subscribers_max = 2;
  const auto a = sse(), b = sse();
  (void)sse();
  EXPECT_EQ(last->status(), 503);
  EXPECT_EQ(last->code(), "too-many-subscribers");
  a->leave();
  turn();
  EXPECT_EQ(p.stream->subscribers(), 1u);
  (void)sse();
  EXPECT_EQ(last->status(), 0);
  EXPECT_EQ(p.stream->subscribers(), 2u);
}

TEST_F(event_stream, leaves_connections_to_webhooks) {
  settings->limits.subscribers_max = 100;
  settings->limits.connections_max = 20;
  std::vector<decltype(sse())> open;
  for (int i = 0; i < 17; ++i) open.push_back(sse());
  const auto poll = p.get("/v1/events?wait=5");
  EXPECT_FALSE(poll->answered()) << "the eighteenth";
  (void)sse();
  EXPECT_EQ(last->status(), 503);
  EXPECT_EQ(p.get("/v1/events?wait=5")->status(), 503);
}

TEST_F(event_stream, pings_who_hears_nothing) {
  const auto quiet = sse();
  const auto ws = websocket();
  p.server.pass(settings->limits.ping_interval);
  EXPECT_EQ(quiet->pings, 1u);
  EXPECT_EQ(ws->pings, 1u);
  commit(1);
  turn();
  p.server.pass(settings->limits.ping_interval);
  EXPECT_EQ(quiet->pings, 1u) << "an event was as good";
  EXPECT_EQ(ws->pings, 2u) << "a pong must show that the peer is there";
}

TEST_F(event_stream, who_leaves_in_the_middle_of_a_write_is_let_go_once) {
  const auto ch = sse();
  ch->slow = true;
  commit(1);
  turn();
  ch->taken(false);
  ch->leave();
  turn();
  EXPECT_EQ(p.stream->subscribers(), 0u);
  commit(2);
  turn();
  EXPECT_THAT(ch->frames, SizeIs(1));
}

TEST_F(event_stream, a_peer_gone_before_the_stream_began_is_no_subscriber) {
  auto x = std::make_shared<fake_exchange>(
      p.io, request_text{method::get,
                         "/v1/events",
                         {{"Accept", "text/event-stream"}, {"Authorization", "Bearer acme-reader"}},
                         {}});
  p.routes.handle(http::listener::open, x);  // its channel is null
  turn();
  EXPECT_EQ(p.stream->subscribers(), 0u);
}

TEST_F(event_stream, head_opens_no_stream) {
  const auto x =
      p.call(method::head, "/v1/events?wait=30", "", "acme-reader", {{"Accept", "text/event-stream"}});
  EXPECT_EQ(x->status(), 200);
  EXPECT_EQ(p.stream->subscribers(), 0u);
}

TEST_F(event_stream, hears_of_commits_until_it_is_stopped) {
  EXPECT_THAT(p.engine.log.wakes, SizeIs(1));
  p.stream->stop();
  EXPECT_THAT(p.engine.log.wakes, SizeIs(0));
}

TEST_F(event_stream, one_wake_stands_for_many_commits) {
  (void)sse();
  for (std::uint64_t n = 1; n <= 100; ++n) commit(n);
  EXPECT_EQ(p.io.waiting(), 1u);
}

}  // namespace
}  // namespace switchboard::net::testing
