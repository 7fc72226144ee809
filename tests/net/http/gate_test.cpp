// The gate on bytes alone: the table of attacks, what must pass, and that splitting changes nothing. Against a second
// reading of the RFC, on what becomes of all these by mutation: tests/fuzz/gate_agreement_test.cpp.
#include "net/http/gate.hpp"

#include "attacks.hpp"
#include "tests/fuzz/gate_reader.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace switchboard::net::http {
namespace {

using testing::attack;
using testing::attacks;

fuzz::gate_reading read(const std::string& bytes, std::size_t step) {
  return fuzz::read_by_gate(bytes, step);
}

constexpr std::size_t whole = 1 << 30;

TEST(gate, the_table_has_a_row_for_each_number) {
  std::set<int> numbers;
  for (const auto& a : attacks()) {
    numbers.insert(a.number);
    EXPECT_NE(a.bytes.empty(), a.told_by.empty()) << a.name;
  }
  for (int n = 1; n <= 88; ++n) EXPECT_TRUE(numbers.contains(n)) << "H" << n;
}

TEST(gate, refuses_each_attack) {
  for (const auto& a : attacks()) {
    if (a.bytes.empty()) continue;
    SCOPED_TRACE("H" + std::to_string(a.number) + " " + a.name);
    const auto r = read(a.bytes, whole);
    EXPECT_EQ(r.status, a.status);
    if (a.executes) {  // what is left over must be no request
      EXPECT_GE(read(a.bytes.substr(r.used) + testing::get("/canary"), whole).status, 400);
    }
  }
}

TEST(gate, refuses_the_same_at_any_split) {
  for (const auto& a : attacks()) {
    if (a.bytes.empty()) continue;
    SCOPED_TRACE("H" + std::to_string(a.number) + " " + a.name);
    for (const std::size_t step : {1u, 2u, 3u, 7u}) EXPECT_EQ(read(a.bytes, step).status, a.status) << step;
  }
}

struct good {
  std::string name;
  std::string bytes;
  std::string body;
};

TEST(gate, lets_good_requests_pass) {
  const std::vector<good> table{
      {"GET", testing::get("/v1/events?from=latest&type=message.received"), ""},
      {"GET with a percent in the query", testing::get("/a?x=%C3%A9%20%26"), ""},
      {"GET with CL 0", "GET / HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n", ""},
      {"HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", ""},
      {"absolute form of the same host", "GET http://t:80/a?b HTTP/1.1\r\nHost: t:80\r\n\r\n", ""},
      {"absolute form without path", "GET http://t HTTP/1.1\r\nHost: t\r\n\r\n", ""},
      {"OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n", ""},
      {"IPv6 Host", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", ""},
      {"empty header value", testing::get("/", "Host: t\r\nX:\r\nY: \t \r\n"), ""},
      {"POST by length", testing::post("Content-Length: 5\r\n", "hello"), "hello"},
      {"POST with nothing", testing::post("Content-Length: 0\r\n"), ""},
      {"JSON with charset",
       testing::post("Content-Type: application/json; charset=\"UTF-8\"\r\nContent-Length: 2\r\n", "{}"),
       "{}"},
      {"POST by chunks", testing::chunked("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"), "hello world"},
      {"chunk extension", testing::chunked("5;a=b\r\nhello\r\n0;last\r\n\r\n"), "hello"},
      {"chunk size in hexadecimal", testing::chunked("1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n"),
       "abcdefghijklmnopqrstuvwxyz"},
      {"TE upper case", testing::post("TRANSFER-ENCODING: Chunked\r\n", "0\r\n\r\n"), ""},
      {"Expect", testing::post("Expect: 100-Continue\r\nContent-Length: 1\r\n", "x"), "x"},
      {"h2c upgrade, ignored",
       testing::get("/",
                    "Host: t\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                    "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n"),
       ""},
      {"target of the limit", testing::get("/" + std::string(2'047, 'a')), ""},
      {"underscore elsewhere", testing::get("/", "Host: t\r\nX_Trace_Id: 1\r\n"), ""},
  };
  for (const auto& g : table) {
    for (const std::size_t step : {whole, std::size_t{1}, std::size_t{5}}) {
      const auto r = read(g.bytes + testing::get("/next"), step);
      EXPECT_EQ(r.status, 200) << g.name << " in steps of " << step;
      EXPECT_EQ(r.body, g.body) << g.name;
      EXPECT_EQ(r.used, g.bytes.size()) << g.name;
    }
  }
}

TEST(gate, tells_what_a_head_says) {
  const std::string bytes =
      "GET /v1/a?b=c HTTP/1.1\r\nHost: h.example:1\r\nConnection: keep-alive, Upgrade\r\nUpgrade: "
      "WebSocket\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  auto r = read(bytes, whole);
  ASSERT_EQ(r.status, 200);
  EXPECT_EQ(r.how.path, "/v1/a");
  EXPECT_EQ(r.how.query, "b=c");
  EXPECT_EQ(r.how.host, "h.example:1");
  EXPECT_TRUE(r.how.websocket);
  EXPECT_TRUE(r.how.keep_alive);
  ASSERT_EQ(r.fields.size(), 5u);
  EXPECT_EQ(r.fields[3].first, "Sec-WebSocket-Key");

  EXPECT_FALSE(read(testing::get("/", "Host: t\r\nConnection: close\r\n"), whole).how.keep_alive);
  EXPECT_FALSE(read("GET / HTTP/1.0\r\n\r\n", whole).how.keep_alive);
  EXPECT_TRUE(read("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", whole).how.keep_alive);
}

TEST(gate, a_head_waits_only_for_what_can_become_one) {
  const std::string good = testing::get("/store", "Host: t\r\nX: y\r\n");
  for (std::size_t n = 0; n < good.size(); ++n) EXPECT_EQ(read(good.substr(0, n), whole).status, 0) << n;
}

TEST(gate, chunks_at_random_splits_decode_the_same) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::string body, encoded;
    for (auto chunks = random() % 8; chunks > 0; --chunks) {
      std::string data(random() % 300 + 1, '\0');
      for (auto& c : data) c = static_cast<char>(random());
      char size[24];
      std::snprintf(size, sizeof size, "%zx", data.size());
      encoded += size + std::string(random() % 2 == 0 ? "" : ";x=y") + "\r\n" + data + "\r\n";
      body += data;
    }
    encoded += "0\r\n\r\n";
    const auto r = read(testing::chunked(encoded), random() % 40 + 1);
    ASSERT_EQ(r.status, 200);
    ASSERT_EQ(r.body, body);
  }
}

}  // namespace
}  // namespace switchboard::net::http
