// Business time held against a slow reading of its rules (naive_calendar.hpp): random calendars in zones that have tripped others,
// most of them around a change of clocks. A million instants in the long form.

#include "domain/business_time.hpp"
#include "tests/domain/naive_calendar.hpp"
#include "tests/domain/tzif_file.hpp"
#include "tests/full.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

namespace switchboard::domain {
namespace {

using std::chrono::local_days;
using std::chrono::minutes;
using testing::naive_calendar;

/// By half an hour; daylight time in winter, or in Ramadan, or no more; behind a date that was left out; at UTC+14; at 00:01;
/// over midnight, both ways; 45 minutes beside the hour; never.
constexpr std::array zone_names{
    "Europe/Berlin",      "America/New_York", "Australia/Lord_Howe", "Europe/Dublin",
    "America/Sao_Paulo",  "Asia/Kolkata",     "Pacific/Apia",        "Africa/Casablanca",
    "Pacific/Kiritimati", "America/St_Johns", "America/Havana",      "Asia/Beirut",
    "America/Asuncion",   "Pacific/Chatham",  "Africa/Cairo",        "UTC"};
constexpr std::int64_t block_days = 40;
constexpr int instants_of_a_block = 250;

class chance {
 public:
  explicit chance(unsigned seed) : random_(seed) {}
  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n));
  }
  bool one_in(std::int64_t n) { return below(n) == 0; }

 private:
  std::mt19937_64 random_;
};

/// Often at the hours at which clocks are set, at midnight, and overnight.
wall_window some_window(chance& c) {
  const auto some_minute = [&]() -> std::int64_t {
    switch (c.below(4)) {
      case 0:
        return 30 * c.below(9);
      case 1:
        return 60 * c.below(24);
      case 2:
        return c.one_in(2) ? 23 * 60 + c.below(60) : c.below(3);
      default:
        return c.below(24 * 60);
    }
  };
  return {minutes{some_minute()}, minutes{c.one_in(6) ? 24 * 60 : some_minute()}};
}

std::vector<wall_window> some_windows(chance& c, std::int64_t most) {
  std::vector<wall_window> windows;
  for (auto n = c.below(most + 1); n > 0; --n) windows.push_back(some_window(c));
  return windows;
}

calendar_rules some_rules(chance& c, local_days first) {
  calendar_rules rules;
  for (auto& day : rules.week) day = some_windows(c, 3);
  if (c.one_in(8)) rules.week.fill({{minutes{0}, minutes{24 * 60}}});
  for (std::int64_t d = 0; d < block_days; ++d) {
    if (c.one_in(7)) rules.overrides.push_back({first + std::chrono::days{d}, some_windows(c, 2)});
  }
  return rules;
}

/// A day of 1990 to 2059; two of three times so that a change of clocks lies in the middle of the block.
local_days some_day(chance& c, const zone& z) {
  const local_days from{std::chrono::year{1990} / 1 / 1}, to{std::chrono::year{2060} / 1 / 1};
  std::vector<local_days> around;
  for (const auto& p : z.periods()) {
    const local_days day{std::chrono::floor<std::chrono::days>(p.at).time_since_epoch()};
    if (day > from && day < to) around.push_back(day - std::chrono::days{block_days / 2 + c.below(5)});
  }
  if (!around.empty() && !c.one_in(3))
    return around[static_cast<std::size_t>(c.below(static_cast<std::int64_t>(around.size())))];
  return from + std::chrono::days{c.below((to - from).count())};
}

/// What is held against it: the same questions, of a calendar.
struct tally {
  std::uint64_t asked = 0, answered = 0, wrong = 0;
  std::string last_wrong = {};

  void note(bool right, const char* question, std::int64_t from, std::int64_t with) {
    ++answered;
    if (right) return;
    ++wrong;
    last_wrong = std::string(question) + " of " + std::to_string(from) + " and " + std::to_string(with);
  }
};

timestamp at(std::int64_t us) {
  return timestamp{std::chrono::microseconds{us}};
}

void ask(tally& t, const calendar& subject, const naive_calendar& naive, std::int64_t from,
         std::int64_t amount, chance& c) {
  const auto days = static_cast<std::uint32_t>(c.below(4));
  const auto to = from + c.below(3 * 86'400'000'000);
  const business_duration target{amount};
  // Only what lies inside the table is known for certain.
  const auto compare = [&](const char* question, std::int64_t with, std::optional<std::int64_t> expected,
                           deadline is) {
    ++t.asked;
    if (expected && naive.knows(*expected)) t.note(is == at(*expected), question, from, with);
  };
  compare("next_open", 0, naive.next_open(from), next_open(subject, at(from)));
  compare("add", amount, naive.add(from, amount), add(subject, at(from), target));
  compare("sub", amount, naive.sub(from, amount), sub(subject, at(from), target));
  compare("end_of_business_day", days, naive.end_of_business_day(from, days),
          end_of_business_day(subject, at(from), days));
  t.asked += 2;
  t.note(is_open(subject, at(from)) == naive.is_open(from), "is_open", from, 0);
  t.note(between(subject, at(from), at(to)).count() == naive.between(from, to), "between", from, to);
}

/// Which calendar is asked, given the zone and the rules that the answers are by.
using planter = calendar (*)(std::shared_ptr<const zone>, const calendar_rules&, timestamp);

calendar as_it_is(std::shared_ptr<const zone> z, const calendar_rules& rules, timestamp) {
  return calendar(std::move(z), rules);
}

tally run(std::int64_t instants, unsigned seed, planter plant) {
  tally t;
  chance c(seed);
  std::array<std::shared_ptr<const zone>, zone_names.size()> zones;
  for (std::size_t i = 0; i < zones.size(); ++i) zones[i] = testing::real_zone(zone_names[i]);
  for (std::int64_t done = 0; done < instants; done += instants_of_a_block) {
    const auto which = static_cast<std::size_t>(done / instants_of_a_block) % zones.size();
    const testing::c_library_clock clock(zone_names[which]);
    const local_days first = some_day(c, *zones[which]);
    const calendar_rules rules = some_rules(c, first);
    const std::int64_t first_minute = first.time_since_epoch().count() * naive_calendar::day_minutes;
    const naive_calendar naive(rules, first_minute, block_days * naive_calendar::day_minutes);
    const auto wrong_before = t.wrong;
    const calendar subject = plant(zones[which], rules, at(first_minute * naive_calendar::minute_us));
    for (int i = 0; i < instants_of_a_block; ++i) {
      // Whole minutes are where windows begin and end.
      const auto minute =
          first_minute + naive_calendar::margin + c.below((block_days - 12) * naive_calendar::day_minutes);
      const auto from =
          minute * naive_calendar::minute_us + (c.one_in(3) ? 0 : c.below(naive_calendar::minute_us));
      const auto whole = c.below(i % 2 == 0 ? 600 : 4'000) * naive_calendar::minute_us;
      ask(t, subject, naive, from, c.one_in(3) ? whole : whole + c.below(naive_calendar::minute_us), c);
    }
    if (t.wrong > wrong_before && plant == as_it_is) {
      ADD_FAILURE() << zone_names[which] << " in the 40 days from day " << first.time_since_epoch().count()
                    << ": " << t.last_wrong;
    }
  }
  return t;
}

/// In parts, so that each is a test of a minute at most in the long form, too.
class business_time_at_random : public ::testing::TestWithParam<unsigned> {};

TEST_P(business_time_at_random, is_what_a_slow_reading_of_the_rules_gives) {
  const std::int64_t instants = full() ? 250'000 : 20'000;
  const auto t = run(instants, GetParam(), as_it_is);
  EXPECT_EQ(t.wrong, 0u);
  EXPECT_GE(t.asked, 5 * static_cast<std::uint64_t>(instants));
  EXPECT_GT(t.answered, t.asked / 10 * 8);
}
INSTANTIATE_TEST_SUITE_P(seeds, business_time_at_random, ::testing::Values(1u, 2u, 3u, 4u));

/// What Chatwoot did: an offset is kept instead of the zone.
calendar with_an_offset(std::shared_ptr<const zone> z, const calendar_rules& rules, timestamp now) {
  return calendar(std::make_shared<const zone>(z->offset_at(now), std::vector<clock_change>{}), rules);
}
calendar without_holidays(std::shared_ptr<const zone> z, calendar_rules rules) {
  rules.overrides.clear();
  return calendar(std::move(z), std::move(rules));
}
/// A holiday that leaves the night before its tail, as if that were the night's date alone.
calendar with_the_tail_of_the_night_before(std::shared_ptr<const zone> z, const calendar_rules& rules,
                                           timestamp) {
  calendar_rules changed = rules;
  for (auto& o : changed.overrides) {
    const auto before = std::chrono::weekday{o.date - std::chrono::days{1}}.c_encoding();
    for (const auto& w : rules.week[before]) {
      if (w.overnight() && w.close > minutes{0}) o.windows.push_back({minutes{0}, w.close});
    }
  }
  return calendar(std::move(z), std::move(changed));
}
calendar that_closes_a_minute_early(std::shared_ptr<const zone> z, const calendar_rules& rules, timestamp) {
  calendar_rules changed = rules;
  for (auto& day : changed.week) {
    for (auto& w : day) {
      if (w.close - w.open > minutes{1}) w.close -= minutes{1};
    }
  }
  return calendar(std::move(z), std::move(changed));
}

TEST(business_time_planted, the_slow_reading_notices_what_others_got_wrong) {
  constexpr std::int64_t instants = 8'000;
  EXPECT_GT(run(instants, 1, with_an_offset).wrong, 100u);
  EXPECT_GT(run(instants, 2, with_the_tail_of_the_night_before).wrong, 100u);
  EXPECT_GT(run(instants, 3, that_closes_a_minute_early).wrong, 100u);
  const planter no_holidays = [](std::shared_ptr<const zone> z, const calendar_rules& rules, timestamp) {
    return without_holidays(std::move(z), rules);
  };
  EXPECT_GT(run(instants, 4, no_holidays).wrong, 100u);
}

}  // namespace
}  // namespace switchboard::domain
