// GET /v1/events without a stream: a page at once, or waited for.

#include "net/api/event_stream_state.hpp"
#include "stream_fixture.hpp"

#include <gmock/gmock.h>

namespace switchboard::net::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class event_polls : public stream_fixture {};

TEST_F(event_polls, a_plain_get_gives_a_page_and_where_to_go_on) {
  for (std::uint64_t n = 1; n <= 5; ++n) commit(n);
  const auto first = p.get("/v1/events?from=earliest&limit=2");
  EXPECT_EQ(first->answer().body, "{\"events\":[" + p.engine.log.records[0]->bytes + "," +
                                      p.engine.log.records[1]->bytes + "],\"cursor\":\"" +
                                      p.engine.log.cursor(2) + "\"}");
  EXPECT_EQ(first->header("Cache-Control"), "no-store");
  const auto end = p.get("/v1/events?from=" + p.engine.log.cursor(5));
  EXPECT_EQ(end->answer().body, "{\"events\":[],\"cursor\":\"" + p.engine.log.cursor(5) + "\"}");
}

TEST_F(event_polls, a_page_is_waited_for_only_so_long) {
  const auto answered = p.get("/v1/events?wait=30s");
  const auto empty = p.get("/v1/events?wait=2");
  EXPECT_EQ(p.server.timers(), 3u);
  EXPECT_FALSE(answered->answered());
  p.server.pass(2s);
  EXPECT_EQ(empty->answer().body, "{\"events\":[],\"cursor\":\"" + p.engine.log.cursor(0) + "\"}");
  EXPECT_FALSE(answered->answered());
  commit(1, "beta");
  turn();
  EXPECT_FALSE(answered->answered()) << "not its brand";
  commit(1);
  turn();
  ASSERT_TRUE(answered->answered());
  EXPECT_THAT(answered->answer().body, HasSubstr("message 1"));
  EXPECT_EQ(p.server.timers(), 1u) << "only the tick is left";
  EXPECT_EQ(answered->ends, 1);
}

TEST_F(event_polls, polls_have_bounds) {
  for (const auto* query : {"limit=0", "limit=1001", "limit=x", "limit=", "limit=-1", "wait=61", "wait=1m",
                            "wait=-1", "wait=s", "wait="}) {
    EXPECT_EQ(p.get(std::string("/v1/events?") + query)->status(), 400) << query;
  }
  settings->limits.subscribers_max = 1;
  EXPECT_FALSE(p.get("/v1/events?wait=5")->answered());
  EXPECT_EQ(p.get("/v1/events?wait=5")->status(), 503);
  EXPECT_EQ(p.get("/v1/events")->status(), 200) << "who does not wait costs nothing";
}

TEST_F(event_polls, a_poll_whose_filter_matches_nothing_comes_back_with_the_place_that_it_came_to) {
  const auto one = std::make_shared<const storage::record>(*[&] {
    commit(1, "beta");
    return p.engine.log.records[0];
  }());
  p.engine.log.records.assign(api::scan_per_pull * (api::poll_pulls_max + 8), one);
  const auto x = p.get("/v1/events?from=earliest");
  turn();
  ASSERT_EQ(x->status(), 200);
  EXPECT_THAT(x->answer().body, HasSubstr(p.engine.log.cursor(api::scan_per_pull * api::poll_pulls_max)));
}

TEST_F(event_polls, drain_answers_who_waits) {
  const auto x = p.get("/v1/events?wait=60");
  p.stream->drain();
  turn();
  EXPECT_EQ(x->status(), 200);
  EXPECT_EQ(p.server.timers(), 1u);
}

TEST_F(event_polls, a_poll_that_can_not_be_read_is_told) {
  commit(1);
  p.engine.log.on_disk = 1;
  const auto expired = p.get("/v1/events?from=earliest&wait=5");
  p.engine.log.earliest = 2;
  p.engine.log.run_jobs();
  turn();
  EXPECT_EQ(expired->status(), 410);
  EXPECT_THAT(expired->answer().body, HasSubstr("\"earliest\":\"" + p.engine.log.cursor(1) + "\""));
  p.engine.log.broken = true;
  EXPECT_EQ(p.get("/v1/events")->status(), 503);
}

}  // namespace
}  // namespace switchboard::net::testing
