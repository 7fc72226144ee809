// What an event counts as, and how what it counts adds up.

#include "domain/reports/figures.hpp"

#include "domain/event.hpp"

#include <gmock/gmock.h>

namespace switchboard::domain::reports {
namespace {

using namespace std::chrono_literals;

const timestamp t{1'795'248'000s};

sla::clock_note note_of(bool breached = false) {
  sla::clock_note n;
  n.clock.what = sla::metric::next_response;
  n.clock.breached = breached;
  n.at = t - 1min;
  n.elapsed = 5min;
  return n;
}

std::optional<fact> of(event_type type, const sla::clock_note* n = nullptr) {
  return fact_of(type, t + 123us, platform::x, "support", "ann", n);
}

TEST(facts, are_of_few_events) {
  EXPECT_EQ(of(event_type::conversation_created)->kind, kind::created);
  EXPECT_EQ(of(event_type::conversation_reopened)->kind, kind::reopened);
  EXPECT_EQ(of(event_type::conversation_resolved)->kind, kind::resolved);
  const auto n = note_of();
  EXPECT_EQ(of(event_type::sla_met, &n)->kind, kind::met);
  EXPECT_EQ(of(event_type::sla_breached, &n)->kind, kind::breached);
  EXPECT_EQ(of(event_type::sla_cancelled, &n)->kind, kind::cancelled);
  const auto late = note_of(true);
  EXPECT_EQ(of(event_type::sla_met, &late)->kind, kind::missed) << "done, but too late";
  for (const auto type :
       {event_type::sla_armed, event_type::sla_paused, event_type::sla_resumed, event_type::sla_warning,
        event_type::message_received, event_type::conversation_closed}) {
    EXPECT_FALSE(may_count(type));
    EXPECT_FALSE(of(type, &n));
  }
}

TEST(facts, say_when_with_whom_and_how_long) {
  auto n = note_of();
  const auto f = of(event_type::sla_met, &n);
  EXPECT_EQ(f->at, t - 1min) << "when it was so, not when it was said";
  EXPECT_EQ(f->platform, platform::x);
  EXPECT_EQ(f->queue.value, "support");
  EXPECT_EQ(f->agent.value, "ann") << "whose conversation it is, where nobody is known to have said it";
  EXPECT_EQ(f->elapsed, 5min);
  EXPECT_FALSE(f->again);
  n.by.value = "bob";
  EXPECT_EQ(of(event_type::sla_met, &n)->agent.value, "bob")
      << "who answered, whosesoever conversation it is";
  n.by = {};
  n.clock.agent.value = "cid";
  EXPECT_EQ(of(event_type::sla_breached, &n)->agent.value, "cid") << "whose answer was waited for";
  n.clock.cycle = 2;
  EXPECT_TRUE(of(event_type::sla_met, &n)->again);
  n.reason = "bot";
  EXPECT_TRUE(of(event_type::sla_met, &n)->by_bot);
  EXPECT_EQ(of(event_type::conversation_created)->at, t) << "to the millisecond";
}

TEST(figures, count_what_people_did_apart_from_bots) {
  figures all;
  auto n = note_of();
  all.add(*of(event_type::sla_met, &n));
  n.clock.breached = true;
  n.elapsed = 9min;
  n.clock.cycle = 2;
  all.add(*of(event_type::sla_met, &n));
  n.clock.breached = false;
  n.reason = "bot";
  n.elapsed = 1ms;
  all.add(*of(event_type::sla_met, &n));
  all.add(*of(event_type::sla_breached, &n));
  all.add(*of(event_type::sla_cancelled, &n));
  n.clock.what = sla::metric::first_response;
  all.add(*of(event_type::sla_cancelled, &n));
  all.add(*of(event_type::conversation_created));
  ASSERT_EQ(all.clocks.size(), 2u);
  EXPECT_EQ(all.created, 1u);
  EXPECT_EQ(all.clocks[0].what, sla::metric::first_response);
  const auto& c = all.clocks[1];
  EXPECT_EQ(c.met, 2u);
  EXPECT_EQ(c.missed, 1u);
  EXPECT_EQ(c.breached, 1u);
  EXPECT_EQ(c.cancelled, 1u);
  EXPECT_EQ(c.by_bots, 1u);
  EXPECT_EQ(c.again, 2u);
  EXPECT_EQ(c.times.count(), 2u);
  EXPECT_EQ(c.times.least(), 300'000u) << "the bot's millisecond is nobody's";
  EXPECT_EQ(c.times.most(), 540'000u);
}

TEST(figures, of_parts_are_those_of_the_whole) {
  figures whole, one, other;
  auto n = note_of();
  for (int i = 0; i < 200; ++i) {
    n.clock.what = static_cast<sla::metric>(i * 7 % sla::metric_count);
    n.elapsed = std::chrono::milliseconds{i * i * 37};
    n.clock.breached = i % 3 == 0;
    const auto type = i % 5 == 0 ? event_type::sla_breached : event_type::sla_met;
    whole.add(*of(type, &n));
    (i % 2 == 0 ? one : other).add(*of(type, &n));
    whole.add(*of(event_type::conversation_resolved));
    other.add(*of(event_type::conversation_resolved));
  }
  EXPECT_TRUE(whole.may_hold(one));
  EXPECT_FALSE(one.may_hold(whole));
  one.merge(other);
  EXPECT_EQ(one, whole);
  EXPECT_TRUE(one.may_hold(whole));
}

}  // namespace
}  // namespace switchboard::domain::reports
