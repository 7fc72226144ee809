// A webhook's queue, rule by rule.

#include "domain/webhooks/delivery_queue.hpp"

#include "domain/event.hpp"

#include <gtest/gtest.h>

namespace switchboard::domain::webhooks {
namespace {

using namespace std::chrono_literals;

constexpr timestamp start{std::chrono::hours{24 * 365 * 55}};

wanted_event event(std::uint64_t place, std::uint64_t thread = 0) {
  return {.event = place,
          .type = event_type::message_received,
          .conversation = {{thread, thread}, thread == 0 ? 0U : 1U}};
}

std::optional<std::uint64_t> taken(delivery_queue& q, timestamp now = start) {
  const auto w = q.take(now);
  return w ? std::optional(w->event) : std::nullopt;
}

attempt fail(delivery_queue& q, std::uint64_t place, std::uint16_t status = 500, timestamp now = start) {
  return q.answered(place, {.status = status}, "said no", now);
}

TEST(delivery_queue, gives_out_in_the_order_of_the_log_up_to_its_concurrency) {
  delivery_queue q{{.concurrency = 2}, 10};
  for (const auto place : {11U, 12U, 15U}) q.add(event(place), start);
  EXPECT_EQ(taken(q), 11u);
  EXPECT_EQ(taken(q), 12u);
  EXPECT_EQ(taken(q), std::nullopt);
  EXPECT_EQ(q.next_due(), std::nullopt) << "nothing, before one is answered";
  const auto said = q.answered(12, {.status = 204}, {}, start);
  EXPECT_EQ(said.what, outcome::delivered);
  EXPECT_EQ(said.tries, 1u);
  EXPECT_EQ(said.next, std::nullopt);
  EXPECT_EQ(taken(q), 15u);
  EXPECT_EQ(q.under_way(), 2u);
  EXPECT_EQ(q.waiting(), 0u);
}

TEST(delivery_queue, a_start_reads_on_behind_what_is_settled) {
  delivery_queue q{{}, 10};
  EXPECT_EQ(q.settled(), 10u);
  q.add(event(12), start);
  q.add(event(14), start);
  q.read_to(20);
  EXPECT_EQ(q.settled(), 11u);
  ASSERT_EQ(taken(q), 12u);
  ASSERT_EQ(taken(q), 14u);
  (void)q.answered(14, {.status = 200}, {}, start);
  EXPECT_EQ(q.settled(), 11u) << "12 has no attempt yet";
  (void)fail(q, 12);
  EXPECT_EQ(q.settled(), 20u) << "its attempt says that it waits";
  EXPECT_EQ(q.next_due().has_value(), true);
}

TEST(delivery_queue, what_stands_in_line_is_written_down_and_holds_nothing_back) {
  delivery_queue q{{.ordered = true}, 0};
  q.add(event(1, 7), start);
  q.add(event(2, 7), start);
  q.add(event(3, 7), start);
  q.read_to(9);
  ASSERT_EQ(taken(q), 1u);
  EXPECT_EQ(q.settled(), 0u);
  (void)fail(q, 1);
  EXPECT_EQ(q.settled(), 1u);
  const auto one = q.parked(1);
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].event, 2u);
  EXPECT_EQ(one[0].what, outcome::waiting);
  EXPECT_EQ(one[0].tries, 0u);
  EXPECT_EQ(q.settled(), 2u);
  EXPECT_EQ(q.parked(10).size(), 1u);
  EXPECT_EQ(q.settled(), 9u);
  EXPECT_TRUE(q.parked(10).empty());
}

TEST(delivery_queue, ordered_means_that_the_next_of_a_conversation_waits) {
  delivery_queue q{{.ordered = true}, 0};
  q.add(event(1, 7), start);
  q.add(event(2, 7), start);
  q.add(event(3, 8), start);
  q.add(event(4), start);
  EXPECT_EQ(taken(q), 1u);
  EXPECT_EQ(taken(q), 3u);
  EXPECT_EQ(taken(q), 4u);
  EXPECT_EQ(taken(q), std::nullopt);
  const auto said = fail(q, 1);
  EXPECT_EQ(taken(q, *said.next - 1us), std::nullopt);
  EXPECT_EQ(taken(q, *said.next), 1u);
  (void)q.answered(1, {.status = 200}, {}, *said.next);
  EXPECT_EQ(taken(q, *said.next), 2u);
}

TEST(delivery_queue, without_order_a_slow_one_is_overtaken_and_a_new_config_counts_at_once) {
  delivery_queue q{{}, 0};
  q.add(event(1, 7), start);
  q.add(event(2, 7), start);
  EXPECT_EQ(taken(q), 1u);
  q.apply({.ordered = true});
  EXPECT_EQ(taken(q), std::nullopt);
  q.apply({});
  EXPECT_EQ(taken(q), 2u);
}

TEST(delivery_queue, gives_up_in_the_end_and_lets_the_next_go) {
  delivery_queue q{{.ordered = true, .give_up_after = 60s}, 0};
  q.add(event(1, 7), start);
  q.add(event(2, 7), start);
  auto now = start;
  attempt said;
  for (int n = 0; n < 3 && said.what != outcome::given_up; ++n) {
    ASSERT_EQ(taken(q, now), 1u);
    said = fail(q, 1, 500, now);
    if (said.next) now = *said.next;
  }
  EXPECT_EQ(said.what, outcome::given_up);
  EXPECT_EQ(said.tries, 3u) << "at once, 5 s later, and at the end";
  EXPECT_EQ(now, start + 60s);
  EXPECT_EQ(said.error, "said no");
  EXPECT_EQ(taken(q, now), 2u);
}

TEST(delivery_queue, after_some_failures_in_a_row_one_probe_at_a_time) {
  delivery_queue q{{.concurrency = 4, .circuit_after = 3}, 0};
  for (std::uint64_t place = 1; place <= 9; ++place) q.add(event(place), start);
  for (int n = 0; n < 4; ++n) ASSERT_TRUE(q.take(start));
  (void)fail(q, 1);
  (void)fail(q, 2);
  EXPECT_FALSE(q.circuit_open());
  (void)fail(q, 3);
  EXPECT_TRUE(q.circuit_open());
  EXPECT_EQ(taken(q), std::nullopt) << "4 is under way yet";
  (void)fail(q, 4);
  EXPECT_EQ(taken(q), std::nullopt) << "not at once: who fails fast is not asked fast";
  EXPECT_EQ(q.next_due(), start + 5s);
  EXPECT_EQ(taken(q, start + 5s), 5u);
  EXPECT_EQ(taken(q, start + 5s), std::nullopt);
  (void)q.answered(5, {.status = 200}, {}, start);
  EXPECT_FALSE(q.circuit_open());
  for (int n = 0; n < 4; ++n) EXPECT_TRUE(q.take(start));
  EXPECT_FALSE(q.take(start));
}

TEST(delivery_queue, who_is_gone_is_asked_nothing_more_and_loses_nothing) {
  delivery_queue q{{}, 0};
  q.add(event(1), start);
  q.add(event(2), start);
  ASSERT_EQ(taken(q), 1u);
  const auto said = fail(q, 1, 410);
  EXPECT_TRUE(q.gone());
  EXPECT_EQ(said.what, outcome::failed);
  EXPECT_EQ(taken(q, start + 48h), std::nullopt);
  EXPECT_EQ(q.next_due(), std::nullopt);
  EXPECT_EQ(q.waiting(), 2u);
  q.revive();
  EXPECT_EQ(taken(q, start + 48h), 2u);
  EXPECT_EQ(taken(q, start + 48h), 1u);
}

TEST(delivery_queue, has_room_for_so_many_and_no_more) {
  delivery_queue q{{.waiting_max = 2}, 0};
  q.add(event(1), start);
  EXPECT_EQ(q.room(), 1u);
  q.add(event(2), start);
  EXPECT_EQ(q.room(), 0u);
  EXPECT_EQ(q.read(), 2u) << "from here the log is read on later";
  ASSERT_EQ(taken(q), 1u);
  EXPECT_EQ(q.room(), 0u);
  (void)q.answered(1, {.status = 200}, {}, start);
  EXPECT_EQ(q.room(), 1u);
}

TEST(delivery_queue, a_replay_is_written_down_first_and_keeps_its_place_in_line) {
  delivery_queue q{{.ordered = true, .waiting_max = 3}, 10};
  q.add(event(11, 7), start);
  q.read_to(20);
  const auto said = q.replay(event(5, 7), start);
  ASSERT_TRUE(said);
  EXPECT_EQ(said->what, outcome::waiting);
  EXPECT_EQ(said->next, start);
  EXPECT_TRUE(q.replay(event(5, 7), start)) << "it waits already, and is to be tried now";
  EXPECT_EQ(q.waiting(), 2u);
  EXPECT_EQ(q.replay(event(21), start), std::nullopt) << "it comes by itself";
  EXPECT_EQ(q.settled(), 10u) << "for 11";
  EXPECT_EQ(taken(q), 5u);
  EXPECT_EQ(taken(q), std::nullopt);
  (void)q.answered(5, {.status = 200}, {}, start);
  EXPECT_EQ(taken(q), 11u);
  ASSERT_TRUE(q.replay(event(6), start));
  ASSERT_TRUE(q.replay(event(7), start));
  EXPECT_EQ(q.replay(event(8), start), std::nullopt) << "no room";
}

TEST(delivery_queue, one_of_an_erased_customer_is_forgotten) {
  delivery_queue q{{.ordered = true}, 0};
  q.add(event(1, 7), start);
  q.add(event(2, 7), start);
  ASSERT_EQ(taken(q), 1u);
  EXPECT_EQ(q.forgotten(1, "erased"), std::nullopt) << "the log says nothing of it";
  EXPECT_EQ(q.settled(), 1u);
  EXPECT_EQ(taken(q), 2u);
  (void)fail(q, 2);
  const auto said = q.forgotten(2, "erased");
  ASSERT_TRUE(said) << "else a start would find it waiting for ever";
  EXPECT_EQ(said->what, outcome::given_up);
  EXPECT_EQ(said->error, "erased");
  EXPECT_EQ(q.forgotten(2, "erased"), std::nullopt);
  EXPECT_EQ(q.under_way(), 0u);
  EXPECT_EQ(q.waiting(), 0u);
}

TEST(delivery_queue, what_was_cut_off_by_ourselves_is_no_attempt) {
  delivery_queue q{{.ordered = true}, 0};
  q.add(event(1, 7), start);
  q.add(event(2, 7), start);
  ASSERT_EQ(taken(q), 1u);
  q.put_back(1);
  EXPECT_EQ(q.under_way(), 0u);
  EXPECT_EQ(q.settled(), 0u);
  EXPECT_EQ(taken(q), 1u);
  EXPECT_EQ(fail(q, 1).tries, 1u);
}

TEST(delivery_queue, what_fails_holds_nothing_else_back) {
  delivery_queue q{{.concurrency = 9, .waiting_max = 2, .failing_max = 3, .circuit_after = 9}, 0};
  for (std::uint64_t place = 1; place <= 3; ++place) {
    ASSERT_GT(q.room(), 0u) << "before " << place;
    q.add(event(place), start);
    ASSERT_EQ(taken(q), place);
    (void)fail(q, place);
  }
  EXPECT_EQ(q.failing(), 3u);
  EXPECT_EQ(q.room(), 0u) << "but for a bound of its own";
  EXPECT_EQ(q.oldest(), start);
  const auto one = taken(q, start + 1h);
  ASSERT_TRUE(one);
  (void)q.answered(*one, {.status = 200}, {}, start + 1h);
  EXPECT_EQ(q.room(), 2u);
}

TEST(delivery_queue, a_receiver_that_asks_for_time_has_it) {
  delivery_queue q{{}, 0};
  q.add(event(1), start);
  q.add(event(2), start);
  ASSERT_EQ(taken(q), 1u);
  (void)q.answered(1, {.status = 429, .retry_after = 60s}, {}, start);
  EXPECT_EQ(taken(q), std::nullopt) << "nothing else either";
  EXPECT_EQ(q.next_due(), start + 60s);
  EXPECT_EQ(taken(q, start + 60s), 2u);
  (void)q.answered(2, {.status = 503, .retry_after = 24h}, {}, start + 60s);
  EXPECT_EQ(q.next_due(), start + 60s + 5min) << "then it is asked again";
  q.revive();
  EXPECT_NE(q.next_due(), start + 60s + 5min);
}

TEST(delivery_queue, what_waits_is_tried_now_where_somebody_asks) {
  delivery_queue q{{.give_up_after = 3600s}, 0};
  q.add(event(1), start);
  ASSERT_EQ(taken(q), 1u);
  (void)fail(q, 1);
  ASSERT_EQ(taken(q, start + 6s), 1u);
  (void)fail(q, 1, 500, start + 6s);
  EXPECT_EQ(taken(q, start + 50s), std::nullopt);
  const auto said = q.replay(event(1), start + 50s);
  ASSERT_TRUE(said);
  EXPECT_EQ(said->next, start + 50s);
  EXPECT_EQ(said->tries, 2u);
  EXPECT_EQ(taken(q, start + 50s), 1u);
  EXPECT_EQ(q.replay(event(1), start + 50s), std::nullopt) << "it is under way";
  EXPECT_EQ(fail(q, 1, 500, start + 3601s).what, outcome::failed) << "with all its time again";
}

TEST(delivery_queue, a_start_that_finds_more_than_it_has_room_for_reads_on) {
  delivery_queue q{{.ordered = true, .waiting_max = 2}, 4};
  for (const std::uint64_t place : {6U, 7U, 8U}) {
    attempt a;
    a.event = place;
    a.conversation = event(place, 7).conversation;
    a.what = outcome::waiting;
    a.first = start;
    q.restore(a);
  }
  EXPECT_EQ(taken(q), std::nullopt) << "5 may be before them";
  ASSERT_GT(q.room(), 0u);
  q.add(event(5, 7), start);
  q.read_to(9);
  for (const std::uint64_t place : {5U, 6U, 7U, 8U}) {
    ASSERT_EQ(taken(q), place);
    (void)q.answered(place, {.status = 200}, {}, start);
  }
}

TEST(delivery_queue, goes_on_from_what_the_log_says) {
  delivery_queue q{{}, 10};
  q.restore(
      {.event = 4, .conversation = {}, .tries = 2, .error = {}, .first = start - 1h, .next = start + 1min});
  q.restore({.event = 12, .conversation = {}, .tries = 1, .error = {}, .first = start, .next = start});
  EXPECT_EQ(q.settled(), 10u);
  EXPECT_EQ(taken(q), 12u);
  q.add(event(12), start);
  q.add(event(13), start);
  EXPECT_EQ(taken(q), 13u) << "12 is known already";
  EXPECT_EQ(taken(q), std::nullopt);
  EXPECT_EQ(taken(q, start + 1min), 4u);
  EXPECT_EQ(fail(q, 4, 500, start + 1min).tries, 3u);
}

TEST(delivery_queue, what_a_start_finds_waiting_does_not_overtake_what_it_reads_again) {
  delivery_queue q{{.ordered = true}, 7};
  attempt behind;
  behind.event = 10;
  behind.conversation = event(10, 7).conversation;
  behind.what = outcome::waiting;
  behind.first = start;
  q.restore(behind);
  EXPECT_EQ(taken(q), std::nullopt) << "8 was under way, and is not read yet";
  q.add(event(8, 7), start);
  q.add(event(10, 7), start);
  EXPECT_EQ(taken(q), 8u);
  EXPECT_EQ(taken(q), std::nullopt);
  (void)q.answered(8, {.status = 200}, {}, start);
  EXPECT_EQ(taken(q), 10u);
}

}  // namespace
}  // namespace switchboard::domain::webhooks
