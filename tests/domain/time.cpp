#include "domain/time.hpp"

#include <gtest/gtest.h>

#include <random>

namespace switchboard::domain {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

timestamp at_us(std::int64_t us) {
  return timestamp{microseconds{us}};
}

TEST(time, is_written_in_utc_with_milliseconds) {
  EXPECT_EQ(to_rfc3339(at_us(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(at_us(1'795'248'348'123'999)), "2026-11-21T08:05:48.123Z");
  EXPECT_EQ(to_rfc3339(at_us(-1)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(to_rfc3339(at_us(951'782'400'000'000)), "2000-02-29T00:00:00.000Z");
}

TEST(time, beyond_the_years_of_rfc_3339_is_written_as_their_edge) {
  EXPECT_EQ(to_rfc3339(timestamp::max()), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(to_rfc3339(timestamp::min()), "0000-01-01T00:00:00.000Z");
}

TEST(time, reads_back_what_it_writes) {
  std::mt19937_64 random(3);
  std::uniform_int_distribution<std::int64_t> instant(-62'167'219'200'000'000, 253'402'300'799'999'999);
  for (int i = 0; i < 5000; ++i) {
    const auto t = at_us(instant(random));
    const auto text = to_rfc3339(t);
    ASSERT_EQ(text.size(), 24u) << text;
    EXPECT_EQ(parse_rfc3339(text), std::chrono::floor<milliseconds>(t)) << text;
  }
}

TEST(time, reads_the_spellings_of_the_platforms) {
  const auto t = at_us(1'795'248'348'000'000);
  struct spelling {
    const char* text;
    std::int64_t us;
  };
  const spelling spellings[] = {
      {"2026-11-21T08:05:48Z", 0},
      {"2026-11-21t08:05:48z", 0},
      {"2026-11-21 08:05:48Z", 0},
      {"2026-11-21T08:05:48+0000", 0},
      {"2026-11-21T08:05:48+00:00", 0},
      {"2026-11-21T08:05:48-00:00", 0},
      {"2026-11-21T10:05:48+02:00", 0},
      {"2026-11-21T10:05:48+0200", 0},
      {"2026-11-20T20:35:48-11:30", 0},
      {"2026-11-22T07:05:48+23:00", 0},
      {"2026-11-21T08:05:48.1Z", 100'000},
      {"2026-11-21T08:05:48.000001Z", 1},
      {"2026-11-21T08:05:48.123456789Z", 123'456},
      {"2026-11-21T08:04:60Z", -48'000'000},  // a leap second is the next minute's first
  };
  for (const auto& s : spellings) EXPECT_EQ(parse_rfc3339(s.text), t + microseconds{s.us}) << s.text;
}

TEST(time, refuses_what_is_no_instant) {
  const char* const texts[] = {"",
                               "2026",
                               "2026-11-21",
                               "2026-11-21T08:05Z",
                               "2026-11-21T08:05:48",
                               "2026-11-21T08:05:48.Z",
                               "2026-11-21T08:05:48.1234567890Z",
                               "2026-11-21T08:05:48,5Z",
                               "2026-11-21T08:05:48ZZ",
                               "2026-11-21T08:05:48Z ",
                               " 2026-11-21T08:05:48Z",
                               "2026-11-21T08:05:48+",
                               "2026-11-21T08:05:48+02",
                               "2026-11-21T08:05:48+2:00",
                               "2026-11-21T08:05:48+24:00",
                               "2026-11-21T08:05:48+02:60",
                               "2026-11-21T08:05:48+02:00x",
                               "2026-13-21T08:05:48Z",
                               "2026-00-21T08:05:48Z",
                               "2026-02-29T08:05:48Z",
                               "2100-02-29T08:05:48Z",
                               "2026-04-31T08:05:48Z",
                               "2026-11-21T24:00:00Z",
                               "2026-11-21T08:60:48Z",
                               "2026-11-21T08:05:61Z",
                               "26-11-21T08:05:48Z",
                               "-026-11-21T08:05:48Z",
                               "2026-1-21T08:05:48Z",
                               "2026-11-21X08:05:48Z",
                               "20261121T080548Z",
                               "1795248348"};
  for (const auto* text : texts) EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
}

TEST(time, any_bytes_are_read_or_refused) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 20000; ++i) {
    std::string text = "2026-11-21T08:05:48.123+02:00";
    for (auto n = random() % 3; n-- > 0;) text[random() % text.size()] = static_cast<char>(random());
    if (random() % 2 == 0) text.resize(random() % text.size());
    const auto t = parse_rfc3339(text);
    EXPECT_TRUE(!t || parse_rfc3339(to_rfc3339(*t)) == std::chrono::floor<milliseconds>(*t)) << text;
  }
}

}  // namespace
}  // namespace switchboard::domain
