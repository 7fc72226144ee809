// The worked cases of what is promised, word for word: Berlin, Monday to Friday 9 to 17, June 2026. (1 June is a Monday.)
#include "tests/domain/sla/life.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchboard::domain::sla {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using enum metric;

using Vectors = promised;

TEST_F(Vectors, m1_first_response_over_the_night_and_what_the_last_millisecond_is_worth) {
  for (const auto late : {0ms, 1ms}) {
    start_over();
    promises(promise(berlin_nine_to_five(), {{first_response, within(30min)}}));
    at("2026-06-01T16:50");
    customer();
    EXPECT_EQ(due(first_response), "2026-06-02T07:20:00.000Z") << "Tuesday 09:20 in Berlin";
    now = utc("2026-06-02T09:20:00.000+02:00") + late;
    const auto events = reply();
    if (late == 0ms) {
      EXPECT_THAT(told(events), ElementsAre("met firstResponse/1"));
      EXPECT_EQ(state_of(first_response), "met");
    } else {
      EXPECT_THAT(told(events), ElementsAre("breached firstResponse/1", "met firstResponse/1"));
      EXPECT_EQ(state_of(first_response), "missed, breached");
      EXPECT_EQ(to_rfc3339(events[1].sla->at), "2026-06-02T07:20:00.000Z") << "stamped at the deadline";
    }
  }
}

TEST_F(Vectors, m2_next_response_by_the_oldest_unanswered_and_a_thanks_that_is_resolved) {
  promises(promise(berlin_nine_to_five(), {{first_response, within(60min)}, {next_response, within(60min)}}));
  at("2026-06-01T09:00");
  customer();
  reply();
  at("2026-06-01T10:00");
  EXPECT_THAT(told(customer()), ElementsAre("armed nextResponse/1"));
  at("2026-06-01T10:20");
  EXPECT_THAT(told(customer()), IsEmpty());
  at("2026-06-01T10:40");
  customer();
  EXPECT_EQ(due(next_response), "2026-06-01T09:00:00.000Z") << "11:00";
  at("2026-06-01T10:50");
  EXPECT_THAT(told(reply()), ElementsAre("met nextResponse/1"));
  at("2026-06-01T10:55");
  EXPECT_THAT(told(customer()), ElementsAre("armed nextResponse/2"));
  EXPECT_EQ(due(next_response), "2026-06-01T09:55:00.000Z") << "11:55";
  at("2026-06-01T11:00");
  EXPECT_THAT(told(becomes(status::resolved)), ElementsAre("cancelled nextResponse/2 resolved"));
  at("2026-06-03T11:00");
  EXPECT_THAT(all_of(event_type::sla_breached), IsEmpty());
}

TEST_F(Vectors, m3_requester_wait_does_not_run_while_it_is_on_the_customer) {
  promises(promise(berlin_nine_to_five(), {{requester_wait, within(8h)}}));
  at("2026-06-01T09:00");
  customer();
  at("2026-06-01T11:00");
  EXPECT_THAT(told(becomes(status::pending)), ElementsAre("paused requesterWait/1"));
  at("2026-06-02T10:00");
  EXPECT_THAT(told(customer()), ElementsAre("resumed requesterWait/1"));
  EXPECT_EQ(due(requester_wait), "2026-06-02T14:00:00.000Z") << "Tuesday 16:00";
  at("2026-06-02T12:00");
  const auto events = becomes(status::resolved);
  ASSERT_THAT(told(events), ElementsAre("met requesterWait/1"));
  EXPECT_EQ(events.back().sla->elapsed, 4h);
}

TEST_F(Vectors, m4_a_bot_talks_over_the_weekend) {
  for (const auto from : {start::handoff, start::message}) {
    start_over();
    auto p = promise(berlin_nine_to_five(), {{first_response, within(30min)}});
    p.start = from;
    p.bot_queues = {{"bot"}};
    promises(p);
    at("2026-06-05T16:00");
    customer();
    queued("bot");
    assigned("bot", "helper");
    at("2026-06-05T16:01");
    reply(sender_type::bot, "helper");
    at("2026-06-08T09:30");
    const auto events = queued("people");
    if (from == start::handoff) {
      EXPECT_THAT(told(events), ElementsAre("armed firstResponse/1 handoff"));
      EXPECT_EQ(due(first_response), "2026-06-08T08:00:00.000Z") << "Monday 10:00";
    } else {
      const auto missed = all_of(event_type::sla_breached);
      ASSERT_EQ(missed.size(), 1u);
      EXPECT_EQ(to_rfc3339(missed[0]->sla->at), "2026-06-05T14:30:00.000Z") << "Friday 16:30";
    }
  }
}

TEST_F(Vectors, m5_updates_are_not_promised_before_the_first_response) {
  promises(promise(berlin_nine_to_five(), {{first_response, within(60min)}, {update, within(30min)}}));
  at("2026-06-01T10:00");
  customer();
  EXPECT_EQ(due(first_response), "2026-06-01T09:00:00.000Z") << "11:00";
  EXPECT_EQ(due(update), "none");
  at("2026-06-01T10:45");
  EXPECT_THAT(told(reply()), ElementsAre("met firstResponse/1", "armed update/1"));
  EXPECT_EQ(due(update), "2026-06-01T09:15:00.000Z");
}

TEST_F(Vectors, m6_a_priority_is_raised_in_time_and_too_late) {
  auto rule = within(60min);
  rule.targets[static_cast<std::size_t>(priority::urgent)] = target{.time = 30min};
  for (const bool in_time : {true, false}) {
    start_over();
    promises(promise(berlin_nine_to_five(), {{first_response, rule}}));
    at("2026-06-01T10:00");
    customer();
    prioritised(priority::high);
    at(in_time ? "2026-06-01T10:20" : "2026-06-01T10:40");
    const auto events = prioritised(priority::urgent);
    if (in_time) {
      EXPECT_THAT(told(events), ElementsAre("armed firstResponse/1 policy_change"));
      EXPECT_EQ(due(first_response), "2026-06-01T08:30:00.000Z") << "10:30";
    } else {
      EXPECT_THAT(told(events), ElementsAre("breached firstResponse/1 policy_change"));
      EXPECT_EQ(to_rfc3339(events.back().sla->at), "2026-06-01T08:40:00.000Z") << "now";
    }
  }
}

TEST_F(Vectors, m7_what_was_written_earlier_than_it_came) {
  for (const bool charged : {true, false}) {
    start_over();
    auto p = promise(berlin_nine_to_five(), {{requester_wait, within(8h)}});
    p.charge_ingest_lag = charged;
    promises(p);
    at("2026-06-01T10:00");
    customer();
    at("2026-06-01T11:00");
    becomes(status::pending);
    at("2026-06-01T13:00");
    const auto events = customer(utc("2026-06-01T11:05:00+02:00"));
    ASSERT_THAT(told(events), ElementsAre("resumed requesterWait/1"));
    EXPECT_EQ(of(requester_wait)->pauses.back().until,
              utc(charged ? "2026-06-01T11:05:00+02:00" : "2026-06-01T13:00:00+02:00"));
  }
}

TEST_F(Vectors, m8_monday_is_declared_closed_on_saturday) {
  const std::vector<std::pair<metric, clock_rule>> clocks{{first_response, within(4h)}};
  promises(promise(berlin_nine_to_five(), clocks));
  at("2026-06-05T16:00");
  customer();
  EXPECT_EQ(due(first_response), "2026-06-08T10:00:00.000Z") << "Monday 12:00";
  at("2026-06-06T12:00");
  using namespace std::chrono;
  auto other = promise(berlin_nine_to_five({testing::closed_on(2026y / June / 8)}), clocks);
  other.fingerprint = 2;
  other.hours_fingerprint = 2;
  promises(other);
  EXPECT_THAT(told(run(domain::wake{.id = current().id})),
              ElementsAre("armed firstResponse/1 calendar_change"));
  EXPECT_EQ(due(first_response), "2026-06-09T10:00:00.000Z") << "Tuesday 12:00";
}

TEST_F(Vectors, m9_paused_and_resolved_in_one_breath) {
  promises(promise(berlin_nine_to_five(), {{requester_wait, within(8h)}}));
  at("2026-06-01T09:00");
  customer();
  at("2026-06-01T10:00");
  becomes(status::pending);
  at("2026-06-01T15:00");
  const auto events = becomes(status::resolved);
  ASSERT_THAT(told(events), ElementsAre("met requesterWait/1"));
  EXPECT_EQ(events.back().sla->elapsed, 1h);
}

TEST_F(Vectors, m10_what_is_said_by_itself_out_of_hours_answers_nobody) {
  promises(promise(berlin_nine_to_five(), {{first_response, within(30min)}}));
  at("2026-06-06T12:00");
  customer();
  at("2026-06-06T12:01");
  EXPECT_THAT(told(reply(sender_type::system, "")), IsEmpty());
  EXPECT_EQ(due(first_response), "2026-06-08T07:30:00.000Z") << "Monday 09:30";
  EXPECT_EQ(state_of(first_response), "running");
}

}  // namespace
}  // namespace switchboard::domain::sla
