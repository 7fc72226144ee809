// L3, L5, L7: a brand over its share, a conversation that everybody writes to, and very many brands.

#include "neighbours.hpp"

#include "account.hpp"
#include "times.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

namespace switchboard::load {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t customers = 50'000;

neighbour_plan plan() {
  neighbour_plan p;
  if (full()) p.warm_up = 3s, p.each = 20s, p.rounds = 5;
  return p;
}

/// Closed loop, over all of these; the numbers go on.
double measure_capacity(const rig& engine, const std::vector<cli::webhook_plan>& plans,
                        std::uint64_t& next_number, std::vector<acknowledgement>& acks) {
  traffic t{mixture(std::vector<double>(plans.size(), 1)), plans, next_number, {}};
  cli::load_plan p;
  p.port = engine.port();
  p.warm_up = 2s;
  const auto c = capacity(t, p, full() ? 20s : 4s);
  next_number = t.next_number;
  acks.insert(acks.end(), t.acks.begin(), t.acks.end());
  return c;
}

std::vector<std::string> look_into_log(const rig& engine, const std::vector<acknowledgement>& acks) {
  account log(engine.marker(), 1);
  read_log_into(log, engine.port(), token);
  return log.compare(acks);
}

// The share is that of the brand in what the engine can take: capacity / brands.
TEST(brand_share, twenty_times_it_leaves_the_others_as_they_were) {
  constexpr unsigned brands = 20;
  constexpr double others = 0.25, times = 20;
  rig_options options;
  options.brands = brands;
  rig engine(options);
  const on_core here(client_core);
  neighbourhood quiet, trouble;
  for (unsigned b = 0; b < brands; ++b) quiet.plans.push_back(engine.webhooks(b, customers / brands));
  trouble.plans = quiet.plans;
  std::uint64_t next_number = 0;
  std::vector<acknowledgement> acks;
  const double most = measure_capacity(engine, quiet.plans, next_number, acks);
  quiet.rates.assign(brands, others * most / (brands - 1));
  trouble.rates = quiet.rates;
  quiet.rates[0] = most / brands;
  trouble.rates[0] = times * most / brands;
  const auto f = compare(engine, quiet, trouble, plan(), next_number);
  std::printf("capacity %.0f/s, one brand at %.0f/s beside the others' %.0f/s: %s", most, trouble.rates[0],
              others * most, text_of(f).c_str());
  if (times_count()) {
    EXPECT_EQ(f.is_void, "") << "the run says nothing; is the machine idle?";
    EXPECT_LE(f.p99_ratio(), 1.2);
    EXPECT_LT(f.refused_share(), 0.001);
  }
  EXPECT_EQ(f.beside.wrong + f.beside.no_answer + f.trouble.wrong, 0u);
  EXPECT_GT(f.trouble.taken, f.quiet.taken / 100) << "the brand is let in no more";
  acks.insert(acks.end(), f.acks.begin(), f.acks.end());
  EXPECT_THAT(look_into_log(engine, acks), testing::IsEmpty());
}

TEST(hot_conversation, leaves_the_others_as_they_were_and_stays_in_order) {
  constexpr double load = 0.5;
  rig engine({});
  const on_core here(client_core);
  neighbourhood quiet{{engine.webhooks(0, customers, customers), engine.webhooks(0, customers)}, {}},
      trouble = quiet;
  trouble.plans[0].customers = 1;  // half of everything
  std::uint64_t next_number = 0;
  std::vector<acknowledgement> acks;
  const double most = measure_capacity(engine, quiet.plans, next_number, acks);
  quiet.rates = trouble.rates = {load * most / 2, load * most / 2};
  const auto f = compare(engine, quiet, trouble, plan(), next_number);
  std::printf("capacity %.0f/s, %.0f/s on one conversation and as many on others: %s", most, load * most / 2,
              text_of(f).c_str());
  if (times_count()) {
    EXPECT_EQ(f.is_void, "") << "the run says nothing; is the machine idle?";
    EXPECT_LE(f.p99_ratio(), 2.0);
    EXPECT_EQ(f.trouble.taken, f.trouble.asked());
    EXPECT_EQ(f.beside.taken, f.beside.asked());
  }
  EXPECT_EQ(f.beside.wrong + f.beside.no_answer + f.trouble.wrong, 0u);
  acks.insert(acks.end(), f.acks.begin(), f.acks.end());
  EXPECT_THAT(look_into_log(engine, acks), testing::IsEmpty());
}

// Not a promise with a number of its own: a thousand brands must cost about what one with as many conversations does.
TEST(many_brands, cost_little_more_than_one_with_as_many_conversations) {
  constexpr unsigned brands = 1'000, conversations = 100;
  constexpr double kept_min = 0.8;
  rig_options options;
  options.brands = brands;
  rig engine(options);
  const on_core here(client_core);
  std::vector<cli::webhook_plan> one{engine.webhooks(0, brands * conversations)}, many;
  for (unsigned b = 0; b < brands; ++b) many.push_back(engine.webhooks(b, conversations, 1'000'000));
  std::uint64_t next_number = 0;
  std::vector<acknowledgement> acks;
  double of_one = 0, of_many = 0;
  for (int i = 0; i < 2; ++i) {
    of_one = std::max(of_one, measure_capacity(engine, one, next_number, acks));
    of_many = std::max(of_many, measure_capacity(engine, many, next_number, acks));
  }
  std::printf("one brand %.0f/s, %u brands %.0f/s (%.0f %%)\n", of_one, brands, of_many,
              100 * of_many / of_one);
  if (times_count()) {
    EXPECT_GE(of_many, kept_min * of_one);
  }
  EXPECT_THAT(look_into_log(engine, acks), testing::IsEmpty());
}

}  // namespace
}  // namespace switchboard::load
