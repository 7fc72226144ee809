#include "config/units.hpp"

#include <gtest/gtest.h>

namespace switchboard::config {
namespace {

TEST(Units, DurationsHaveOneNumberAndOneUnit) {
  struct {
    std::string_view text;
    std::optional<std::uint64_t> ms;
  } const cases[] = {
      {"0s", 0},
      {"250ms", 250},
      {"10s", 10'000},
      {"5m", 300'000},
      {"72h", 259'200'000},
      {"8d", 691'200'000},
      {"", std::nullopt},
      {"10", std::nullopt},
      {"s", std::nullopt},
      {"10 s", std::nullopt},
      {" 10s", std::nullopt},
      {"-1s", std::nullopt},
      {"+1s", std::nullopt},
      {"1.5s", std::nullopt},
      {"1h30m", std::nullopt},
      {"10S", std::nullopt},
      {"1M", std::nullopt},
      {"99999999999999999999s", std::nullopt},
      {"18446744073709551615d", std::nullopt},
  };
  for (const auto& c : cases) EXPECT_EQ(parse_duration(c.text), c.ms) << c.text;
}

TEST(Units, SizesMayBePlainBytes) {
  struct {
    std::string_view text;
    std::optional<std::uint64_t> bytes;
  } const cases[] = {
      {"0", 0},
      {"512", 512},
      {"512B", 512},
      {"64KiB", 65'536},
      {"64MiB", 64u << 20},
      {"1GiB", 1u << 30},
      {"2TiB", 2ull << 40},
      {"1MB", std::nullopt},
      {"1kib", std::nullopt},
      {"MiB", std::nullopt},
      {"1 MiB", std::nullopt},
      {"", std::nullopt},
      {"-1", std::nullopt},
      {"99999999999TiB", std::nullopt},
  };
  for (const auto& c : cases) EXPECT_EQ(parse_size(c.text), c.bytes) << c.text;
}

TEST(Units, WhatIsWrittenIsReadBackTheSame) {
  for (const std::uint64_t n :
       {0ull, 1ull, 59ull, 999ull, 1000ull, 1023ull, 1024ull, 1025ull, 60'000ull, 90'000ull, 3'600'000ull,
        86'400'000ull, 1ull << 20, (1ull << 30) + 1, 1ull << 45, ~0ull}) {
    EXPECT_EQ(parse_duration(duration_text(n)), n) << duration_text(n);
    EXPECT_EQ(parse_size(size_text(n)), n) << size_text(n);
  }
  EXPECT_EQ(duration_text(75'000), "75s");
  EXPECT_EQ(duration_text(259'200'000), "3d");
  EXPECT_EQ(size_text(64 << 20), "64MiB");
  EXPECT_EQ(size_text(500), "500B");
}

TEST(Units, EndpointsAreAddressesNeverNames) {
  struct {
    std::string_view text;
    std::string_view written;  ///< empty: refused
  } const cases[] = {
      {"127.0.0.1:8080", "127.0.0.1:8080"},
      {"0.0.0.0:0", "0.0.0.0:0"},
      {"[::1]:8080", "[::1]:8080"},
      {"[::]:65535", "[::]:65535"},
      {"localhost:80", "127.0.0.1:80"},
      {"127.0.0.1", ""},
      {"127.0.0.1:", ""},
      {":8080", ""},
      {"127.0.0.1:65536", ""},
      {"127.0.0.1:-1", ""},
      {"127.0.0.1:80x", ""},
      {"::1:8080", ""},
      {"[::1]", ""},
      {"[127.0.0.1]:80", ""},
      {"[localhost]:80", ""},
      {"example.org:80", ""},
      {"127.1:80", ""},
      {"256.0.0.1:80", ""},
      {"[]:80", ""},
      {"", ""},
      {"[::1:80", ""},
  };
  for (const auto& c : cases) {
    const auto e = parse_endpoint(c.text);
    EXPECT_EQ(e ? to_text(*e) : "", c.written) << c.text;
  }
}

TEST(Units, LoopbackIsThisMachineAlone) {
  for (const char* host : {"127.0.0.1", "127.8.9.10", "::1", "localhost"})
    EXPECT_TRUE(is_loopback({host, 1})) << host;
  for (const char* host : {"0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "1.127.0.1", "::2", ""}) {
    EXPECT_FALSE(is_loopback({host, 1})) << host;
  }
}

TEST(Units, Addresses) {
  EXPECT_TRUE(is_address("10.0.0.1"));
  EXPECT_TRUE(is_address("2001:db8::1"));
  for (const std::string_view no :
       {std::string_view("10.0.0.0/8"), std::string_view("host"), std::string_view(""),
        std::string_view("10.0.0.1\0x", 10), std::string_view("010.0.0.1")}) {
    EXPECT_FALSE(is_address(no)) << no;
  }
}

TEST(Units, BusinessTimeIsInHoursOrUntilADaysEnd) {
  using std::chrono::hours;
  struct {
    std::string_view text;
    business_target target;
  } const good[] = {
      {"1s", milliseconds{1000}},         {"30m", milliseconds{1'800'000}},
      {"24h", milliseconds{hours{24}}},   {"10000h", milliseconds{hours{10'000}}},
      {"eobd", end_of_business_day{0}},   {"eobd+0", end_of_business_day{0}},
      {"eobd+2", end_of_business_day{2}}, {"eobd+366", end_of_business_day{366}},
  };
  for (const auto& c : good) {
    const auto parsed = parse_business_target(c.text);
    ASSERT_TRUE(parsed.has_value()) << c.text << parsed.error();
    EXPECT_EQ(*parsed, c.target) << c.text;
  }
  const auto why_not = [](std::string_view text) {
    const auto parsed = parse_business_target(text);
    return parsed ? std::string("it is taken") : parsed.error();
  };
  EXPECT_EQ(why_not("1d"),
            "a day of business time has no length of its own: it is 8 hours to one team and 24 to another; "
            "write the hours, "
            "like \"8h\", or \"eobd+1\" for the end of the next business day");
  EXPECT_EQ(why_not("0d"), why_not("1d"));
  for (const auto* text : {"", "0s", "500ms", "2000ms", "10001h", "1", "1.5h", "8 h", "-1h", "1h30m", "d"}) {
    EXPECT_EQ(why_not(text),
              "business time is one number and h, m or s, from \"1s\" to \"10000h\", like \"30m\"")
        << text;
  }
  for (const auto* text :
       {"eobd+", "eobd-1", "eobd+1d", "eobd+367", "eobd1", "eobd++1", "eobd+-1", "eobd+99999999999"}) {
    EXPECT_EQ(why_not(text),
              "the end of a business day is \"eobd\", or up to 366 business days later, \"eobd+1\"")
        << text;
  }
}

}  // namespace
}  // namespace switchboard::config
