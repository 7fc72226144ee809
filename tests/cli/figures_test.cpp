#include "cli/figures.hpp"

#include "cli/backoff.hpp"
#include "cli/progress.hpp"
#include "cli/url.hpp"

#include <gtest/gtest.h>

namespace switchboard::cli {
namespace {

using namespace std::chrono_literals;

TEST(units, durations) {
  EXPECT_EQ(typed_duration("10s"), 10s);
  EXPECT_EQ(typed_duration("10"), 10s);
  EXPECT_EQ(typed_duration("250ms"), 250ms);
  EXPECT_EQ(typed_duration("1.5s"), 1500ms);
  EXPECT_EQ(typed_duration("2m"), 2min);
  EXPECT_EQ(typed_duration("7us"), 7us);
  for (const char* bad : {"", "s", "-1s", "1e3", "10 s", "10x", "1.s", ".5s", "inf", "0x10", "8000h"})
    EXPECT_FALSE(typed_duration(bad)) << bad;
}

TEST(units, counts) {
  EXPECT_EQ(typed_count("20000"), 20'000u);
  EXPECT_EQ(typed_count("20k"), 20'000u);
  EXPECT_EQ(typed_count("1.5M"), 1'500'000u);
  for (const char* bad : {"", "-1", "1.5", "20K", "1e99", "99999999999999999999", "k"})
    EXPECT_FALSE(typed_count(bad)) << bad;
}

TEST(units, format_for_people) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1'000), "1,000");
  EXPECT_EQ(format_count(1'234'567), "1,234,567");
  EXPECT_EQ(format_duration(410us), "0.41 ms");
  EXPECT_EQ(format_duration(11'300us), "11.3 ms");
  EXPECT_EQ(format_duration(2140ms), "2.14 s");
  EXPECT_EQ(format_bytes(560), "560 B");
  EXPECT_EQ(format_bytes(12'345'678), "12.3 MB");
}

TEST(progress, line) {
  EXPECT_EQ(progress_line(0.5, 1'200, 2.4), "[===============---------------]  50 %  1,200/s  ETA 3 s");
  EXPECT_EQ(progress_line(2, 5, 0), "[==============================] 100 %  5/s");
}

TEST(url, parts) {
  const auto u = parse_url("https://[::1]:8443/base/");
  ASSERT_TRUE(u);
  EXPECT_TRUE(u->tls);
  EXPECT_EQ(u->host, "::1");
  EXPECT_EQ(u->port, 8443);
  EXPECT_EQ(u->prefix, "/base");
  EXPECT_EQ(u->text(), "https://[::1]:8443/base");
  EXPECT_EQ(parse_url("http://example.com")->authority(), "example.com");
  EXPECT_EQ(parse_url("https://example.com")->port, 443);
  EXPECT_EQ(parse_url("http://example.com:443")->authority(), "example.com:443");
}

TEST(url, refuses_what_is_none) {
  for (const char* bad :
       {"", "127.0.0.1:8080", "ftp://x", "http://", "http://:80", "http://x:0", "http://x:70000",
        "http://x:8a", "http://user@x", "http://x/?q", "http://x/#f", "http://[::1", "http://a b"})
    EXPECT_FALSE(parse_url(bad)) << bad;
}

TEST(url, percent_encoding) {
  EXPECT_EQ(percent_encode("a b/ü&~"), "a%20b%2F%C3%BC%26~");
}

TEST(backoff, doubles_within_its_bounds_and_starts_anew) {
  backoff b(100ms, 1'000ms, 1);
  std::int64_t ceiling = 100;
  for (int i = 0; i < 8; ++i) {
    const auto wait = b.next().count();
    EXPECT_GE(wait, ceiling / 2);
    EXPECT_LE(wait, ceiling);
    ceiling = std::min<std::int64_t>(ceiling * 2, 1'000);
  }
  b.reset();
  EXPECT_LE(b.next(), 100ms);
}

}  // namespace
}  // namespace switchboard::cli
