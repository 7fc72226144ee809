// The table of what starts, stops and ends each clock, beside the worked cases (vectors_test.cpp).
#include "tests/domain/sla/life.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchboard::domain::sla {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using enum metric;

class Clocks : public promised {
 protected:
  /// At ten on a Monday the customer wrote, and this is promised.
  void begins(sla::policy p) {
    promises(std::move(p));
    at("2026-06-01T10:00");
    customer();
  }
  void begins(const std::vector<std::pair<metric, clock_rule>>& clocks) { begins(promise(hours, clocks)); }

  const std::shared_ptr<const calendar> hours = berlin_nine_to_five();
};

TEST_F(Clocks, what_we_begin_promises_nothing_until_the_customer_writes) {
  promises(promise(hours, {{first_response, within(1h)}, {resolution, within(8h)}}));
  at("2026-06-01T09:00");
  EXPECT_THAT(told(native_echo(now)), IsEmpty());
  at("2026-06-01T10:00");
  EXPECT_THAT(told(customer()), ElementsAre("armed resolution/1", "armed firstResponse/1"));
  EXPECT_EQ(due(first_response), "2026-06-01T09:00:00.000Z");
}

TEST_F(Clocks, bots_notes_and_what_many_get_answer_nobody_unless_bots_may) {
  for (const bool may : {false, true}) {
    start_over();
    auto p = promise(hours, {{first_response, within(1h)}});
    p.bots_fulfil = may;
    begins(p);
    run(add_note{current().id, "he is angry", "ann"});
    EXPECT_THAT(told(reply(sender_type::system, "")), IsEmpty());
    EXPECT_EQ(state_of(first_response), "running");
    reply(sender_type::bot, "helper");
    EXPECT_EQ(state_of(first_response), may ? "met" : "running");
  }
}

TEST_F(Clocks, what_was_typed_in_the_platforms_own_app_answers_when_it_was_written) {
  begins({{first_response, within(1h)}, {next_response, within(1h)}});
  const auto written = utc("2026-06-01T10:59:00+02:00");
  at("2026-06-01T10:59");
  now = utc("2026-06-01T11:00:00+02:00");
  EXPECT_THAT(told(native_echo(written)), ElementsAre("met firstResponse/1"));
  EXPECT_EQ(of(first_response)->elapsed, 59min);
  at("2026-06-01T11:10");
  customer();
  at("2026-06-01T11:20");
  EXPECT_THAT(told(native_echo(utc("2026-06-01T11:05:00+02:00"))), IsEmpty())
      << "it was written before he asked";
  EXPECT_EQ(state_of(next_response), "running");
}

TEST_F(Clocks, say_who_answered_where_that_is_known) {
  const auto met_by = [](const event_list& events) {
    std::vector<std::string> all;
    for (const auto& e : events) {
      if (e.type == event_type::sla_met)
        all.push_back(std::string(to_word(e.sla->clock.what)) + " " + e.sla->by.value);
    }
    return all;
  };
  begins({{first_response, within(1h)}, {next_response, within(1h)}, {resolution, within(8h)}});
  (void)assigned("support", "ann");
  EXPECT_THAT(met_by(reply(sender_type::agent, "bob")), ElementsAre("firstResponse bob"))
      << "whosesoever it is";
  at("2026-06-01T10:10");
  customer();
  EXPECT_THAT(met_by(native_echo(now)), ElementsAre("nextResponse ")) << "typed elsewhere";
  EXPECT_THAT(met_by(becomes(status::resolved)), ElementsAre("resolution ")) << "that is nobody's word";
}

TEST_F(Clocks, are_waited_for_until_the_earliest_deadline_missed_or_not) {
  begins({{first_response, within(1h)}, {requester_wait, within(8h)}});
  const auto clocks = [&]() -> const sla::clocks& { return *current().sla; };
  EXPECT_EQ(testing::shown(clocks().waits_until()), "2026-06-01T09:00:00.000Z");
  EXPECT_EQ(testing::shown(clocks().overdue_since()), "never");
  at("2026-06-01T12:00");
  EXPECT_EQ(testing::shown(clocks().overdue_since()), "2026-06-01T09:00:00.000Z");
  EXPECT_EQ(testing::shown(clocks().waits_until()), "2026-06-01T09:00:00.000Z");
  EXPECT_EQ(testing::shown(clocks().next_due()), "2026-06-02T08:00:00.000Z");
  (void)reply();
  EXPECT_EQ(testing::shown(clocks().overdue_since()), "never") << "it was done, though late";
  EXPECT_EQ(testing::shown(clocks().waits_until()), "2026-06-02T08:00:00.000Z");
  (void)becomes(status::pending);
  EXPECT_EQ(testing::shown(clocks().waits_until()), "never") << "nobody waits for what is paused";
}

TEST_F(Clocks, a_reply_that_fails_for_good_answered_nobody) {
  begins({{first_response, within(1h)}});
  at("2026-06-01T10:10");
  EXPECT_THAT(told(reply()), ElementsAre("met firstResponse/1"));
  at("2026-06-01T10:20");
  EXPECT_THAT(told(settle_reply(settle_send::end::failed)),
              ElementsAre("armed firstResponse/2 reply_failed"));
  EXPECT_EQ(due(first_response), "2026-06-01T09:00:00.000Z") << "he waits since ten";
  reply();
  EXPECT_THAT(told(settle_reply(settle_send::end::sent)), IsEmpty());
  EXPECT_EQ(state_of(first_response), "met");
}

TEST_F(Clocks, what_was_written_earlier_and_came_later_moves_the_start_back) {
  begins({{first_response, within(1h)}});
  at("2026-06-01T10:05");
  EXPECT_THAT(told(customer(utc("2026-06-01T09:30:00+02:00"))),
              ElementsAre("armed firstResponse/1 earlier_message"));
  EXPECT_EQ(due(first_response), "2026-06-01T08:30:00.000Z");
}

TEST_F(Clocks, a_deadline_that_was_past_on_arrival_is_breached_then) {
  promises(promise(hours, {{first_response, within(30min)}}));
  at("2026-06-01T12:00");
  const auto events = customer(utc("2026-06-01T10:00:00+02:00"));
  ASSERT_THAT(told(events), ElementsAre("armed firstResponse/1", "breached firstResponse/1"));
  EXPECT_TRUE(events.back().sla->late_arrival);
  EXPECT_EQ(events.back().sla->at, utc("2026-06-01T10:30:00+02:00"));
}

TEST_F(Clocks, spam_waits_for_nothing) {
  begins({{first_response, within(1h)}, {resolution, within(8h)}});
  EXPECT_THAT(told(tagged({"spam"})),
              ElementsAre("cancelled firstResponse/1 spam", "cancelled resolution/1 spam"));
  EXPECT_THAT(told(customer()), IsEmpty());
}

TEST_F(Clocks, a_thanks_needs_no_next_response) {
  begins({{first_response, within(1h)}, {next_response, within(1h)}});
  reply();
  customer();
  EXPECT_THAT(told(tagged({"no-reply-needed"})), ElementsAre("cancelled nextResponse/1 no_reply_needed"));
}

TEST_F(Clocks, unreplied_is_no_miss) {
  begins({{first_response, within(1h)}});
  EXPECT_THAT(told(becomes(status::resolved)), ElementsAre("cancelled firstResponse/1 unreplied"));
}

TEST_F(Clocks, reopening_goes_on_with_what_had_passed) {
  begins({{requester_wait, within(4h)}});
  at("2026-06-01T11:00");
  becomes(status::resolved);
  at("2026-06-02T10:00");
  const auto events = customer();
  ASSERT_THAT(told(events), ElementsAre("armed requesterWait/2 reopened"));
  EXPECT_EQ(due(requester_wait), "2026-06-02T11:00:00.000Z") << "three hours were left";
}

TEST_F(Clocks, or_begins_anew) {
  auto p = promise(hours, {{first_response, within(1h)}, {requester_wait, within(4h)}});
  p.reopening = reopening::new_cycle;
  begins(p);
  reply();
  at("2026-06-01T11:00");
  becomes(status::resolved);
  at("2026-06-02T10:00");
  EXPECT_THAT(told(customer()), ElementsAre("armed requesterWait/2", "armed firstResponse/2"));
  EXPECT_EQ(due(requester_wait), "2026-06-02T12:00:00.000Z");
  EXPECT_EQ(current().sla->cycle, 2u);
}

TEST_F(Clocks, agents_who_open_it_again_go_on) {
  auto p = promise(hours, {{first_response, within(1h)}, {requester_wait, within(4h)}});
  p.reopening = reopening::new_cycle;
  begins(p);
  reply();
  becomes(status::resolved);
  at("2026-06-01T12:00");
  EXPECT_THAT(told(becomes(status::open)), ElementsAre("armed requesterWait/2 reopened"));
}

TEST_F(Clocks, updates_follow_each_other_and_wait_where_they_may) {
  begins({{update, within(30min)}, {pausable_update, within(30min)}});
  at("2026-06-01T10:10");
  EXPECT_THAT(told(reply()), ElementsAre("armed update/1", "armed pausableUpdate/1"));
  at("2026-06-01T10:20");
  EXPECT_THAT(told(becomes(status::pending)), ElementsAre("paused pausableUpdate/1"));
  at("2026-06-01T10:30");
  EXPECT_THAT(told(reply()), ElementsAre("met update/1", "armed update/2", "met pausableUpdate/1",
                                         "armed pausableUpdate/2"));
  EXPECT_EQ(due(pausable_update), "never");
}

TEST_F(Clocks, waiting_in_a_queue_and_for_who_took_it) {
  promises(promise(hours, {{queue_wait, within(20min)}, {assignee_response, within(10min)}}));
  at("2026-06-01T10:00");
  customer();
  EXPECT_THAT(told(queued("support")), ElementsAre("armed queueWait/1"));
  EXPECT_THAT(told(queued("billing")), ElementsAre("cancelled queueWait/1 left_queue", "armed queueWait/2"));
  EXPECT_THAT(told(assigned("billing", "ann")), ElementsAre("met queueWait/2", "armed assigneeResponse/1"));
  EXPECT_THAT(told(reply(sender_type::agent, "bob")), IsEmpty()) << "it is not he who is waited for";
  EXPECT_THAT(told(assigned("billing", "cid")),
              ElementsAre("cancelled assigneeResponse/1 unassigned", "armed assigneeResponse/2"));
  EXPECT_THAT(told(reply(sender_type::agent, "cid")), ElementsAre("met assigneeResponse/2"));
}

TEST_F(Clocks, warn_once_at_each_threshold_and_do_what_is_to_be_done) {
  begins(
      {{first_response,
        within(60min, {{.percent = 50,
                        .actions = {{action_kind::raise_priority, "urgent"}, {action_kind::add_tag, "late"}}},
                       {.remaining = 10min, .actions = {{action_kind::notify, "assignee"}}}})}});
  at("2026-06-01T10:30");
  EXPECT_EQ(current().priority, priority::urgent);
  EXPECT_THAT(current().tags, ElementsAre("late"));
  at("2026-06-01T12:00");
  const auto warned = all_of(event_type::sla_warning);
  ASSERT_EQ(warned.size(), 2u);
  EXPECT_EQ(warned[0]->sla->at, utc("2026-06-01T10:30:00+02:00"));
  EXPECT_EQ(warned[1]->sla->at, utc("2026-06-01T10:50:00+02:00"));
  EXPECT_EQ(warned[1]->sla->actions.front().what, "assignee");
  EXPECT_EQ(all_of(event_type::sla_breached).size(), 1u);
}

TEST_F(Clocks, an_action_that_shortens_the_target_is_followed_at_once) {
  auto rule = within(60min, {{.percent = 80, .actions = {{action_kind::raise_priority, "urgent"}}}});
  rule.targets[static_cast<std::size_t>(priority::urgent)] = target{.time = 30min};
  begins({{first_response, rule}});
  at("2026-06-01T11:00");
  const auto missed = all_of(event_type::sla_breached);
  ASSERT_EQ(missed.size(), 1u);
  EXPECT_EQ(missed[0]->sla->reason, "policy_change");
  EXPECT_EQ(missed[0]->sla->at, utc("2026-06-01T10:48:00+02:00"));
}

TEST_F(Clocks, a_priority_may_have_a_clock_that_another_has_not) {
  clock_rule rule;
  rule.targets[static_cast<std::size_t>(priority::urgent)] = target{.time = 30min};
  begins({{first_response, rule}});
  EXPECT_EQ(state_of(first_response), "none");
  at("2026-06-01T10:10");
  EXPECT_THAT(told(prioritised(priority::urgent)), ElementsAre("armed firstResponse/1 policy_change"));
  EXPECT_EQ(due(first_response), "2026-06-01T08:30:00.000Z");
  EXPECT_THAT(told(prioritised(priority::low)), ElementsAre("cancelled firstResponse/1 policy_change"));
}

TEST_F(Clocks, a_queue_may_have_a_policy_of_its_own) {
  auto vip = promise(hours, {{first_response, within(30min)}});
  vip.id = "vip";
  vip.fingerprint = 2;
  vip.queues = {{"vip"}};
  promises(std::vector{vip, promise(hours, {{first_response, within(2h)}})});
  at("2026-06-01T10:00");
  customer();
  EXPECT_EQ(current().sla->policy, "standard");
  at("2026-06-01T10:10");
  EXPECT_THAT(told(queued("vip")), ElementsAre("armed firstResponse/1 policy_change"));
  EXPECT_EQ(current().sla->policy, "vip");
  EXPECT_EQ(due(first_response), "2026-06-01T08:30:00.000Z");
}

TEST_F(Clocks, a_config_that_says_the_same_says_nothing) {
  const std::vector<std::pair<metric, clock_rule>> clocks{{first_response, within(1h)}};
  begins(clocks);
  promises(promise(berlin_nine_to_five(), clocks));
  EXPECT_THAT(run(domain::wake{.id = current().id}), IsEmpty());
}

TEST_F(Clocks, a_retroactive_calendar_counts_all_of_it_anew) {
  using namespace std::chrono;
  for (const auto how : {recalculation::frozen, recalculation::retroactive}) {
    start_over();
    begins({{first_response, within(4h)}});  // until 14:00
    at("2026-06-01T12:00");
    auto other = promise(berlin_nine_to_five({{local_days{2026y / June / 1}, {{11h, 17h}}, "late start"}}),
                         {{first_response, within(4h)}});
    other.fingerprint = other.hours_fingerprint = 2;
    other.recalculation = how;
    promises(other);
    run(domain::wake{.id = current().id});
    EXPECT_EQ(due(first_response),
              how == recalculation::frozen ? "2026-06-01T12:00:00.000Z" : "2026-06-01T13:00:00.000Z");
  }
}

TEST_F(Clocks, a_calendar_without_an_end_in_sight_is_never_due) {
  const auto nothing = std::make_shared<const calendar>(testing::team("Europe/Berlin", {}));
  promises(promise(nothing, {{first_response, within(1min)}}));
  at("2026-06-01T10:00");
  customer();
  EXPECT_TRUE(of(first_response)->never);
  EXPECT_EQ(wake(), std::nullopt);
}

TEST_F(Clocks, the_end_of_a_business_day_is_a_target) {
  clock_rule rule;
  rule.targets.fill(target{.business_days = 1});
  begins({{resolution, rule}});
  EXPECT_EQ(due(resolution), "2026-06-02T15:00:00.000Z") << "Tuesday 17:00";
  EXPECT_EQ(of(resolution)->target, 15h);
}

TEST_F(Clocks, who_was_not_there_fires_late_and_says_so) {
  begins({{first_response, within(1h)}});
  now = utc("2026-06-01T13:00:00+02:00");
  const auto events = run(domain::wake{.id = current().id, .late = true});
  ASSERT_THAT(told(events), ElementsAre("breached firstResponse/1"));
  EXPECT_TRUE(events.front().sla->fired_late);
  EXPECT_EQ(events.front().sla->at, utc("2026-06-01T11:00:00+02:00"));
  EXPECT_THAT(run(domain::wake{.id = current().id}), IsEmpty()) << "once";
}

TEST_F(Clocks, many_pauses_become_time_that_has_counted) {
  begins({{requester_wait, within(100h)}});
  for (int day = 2; day <= 26; ++day) {
    const auto date = "2026-06-" + std::string(day < 10 ? "0" : "") + std::to_string(day);
    at(date + "T09:00");
    becomes(status::pending);
    at(date + "T13:00");
    becomes(status::open);
  }
  EXPECT_LE(of(requester_wait)->pauses.size(), pauses_max);
  // Seven hours of the first Monday, four of each of the 18 working days behind it, and 13:00 to 17:00 of the last not yet.
  EXPECT_EQ(elapsed_at(*of(requester_wait), pace(hours.get()), now), 7h + 18 * 4h);
}

}  // namespace
}  // namespace switchboard::domain::sla
