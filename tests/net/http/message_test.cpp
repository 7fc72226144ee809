// Queries, percent decoding, problems, response heads, and who stands behind a proxy.
#include "net/http/message.hpp"

#include "net/http/forwarded.hpp"
#include "net/http/response_format.hpp"

#include <gtest/gtest.h>

namespace switchboard::net::http {
namespace {

TEST(message, percent_decode) {
  EXPECT_EQ(percent_decode("a%20b+c%C3%A9"), "a b c\xc3\xa9");
  for (const auto* bad : {"%", "%2", "%zz", "%00", "%0d%0a", "%7f", "a%1fb"})
    EXPECT_FALSE(percent_decode(bad)) << bad;
}

TEST(message, query) {
  request r;
  r.query = "type=a&type=b%2Cc&empty=&flag&x=%zz";
  EXPECT_EQ(r.query_value("type"), "a");
  EXPECT_EQ(r.query_all("type"), (std::vector<std::string>{"a", "b,c"}));
  EXPECT_EQ(r.query_value("empty"), "");
  EXPECT_EQ(r.query_value("flag"), "");
  EXPECT_FALSE(r.query_value("x"));
  EXPECT_FALSE(r.query_value("absent"));
}

TEST(message, headers_of_any_case) {
  const std::vector<header> h{{"Content-Type", "a"}, {"X-Y", "b"}, {"x-y", "c"}};
  request r;
  r.headers = h;
  EXPECT_EQ(r.find("x-y"), "b");
  EXPECT_EQ(r.find("CONTENT-TYPE"), "a");
  EXPECT_FALSE(r.find("content-typ"));
}

TEST(message, problem_is_rfc_9457) {
  const auto r = to_response({404, "not-found", "Not \"found\"", "line\nbreak", {{"errors", "[1]"}}});
  EXPECT_EQ(r.status, 404);
  EXPECT_EQ(r.content_type, "application/problem+json");
  EXPECT_EQ(
      r.body,
      R"({"type":"https://switchboard.example/problems/not-found","title":"Not \"found\"","status":404,)"
      R"("detail":"line\u000abreak","code":"not-found","errors":[1]})");
}

TEST(message, a_header_cannot_begin_another) {
  response r;
  r.content_type = "text/plain";
  r.body = "x";
  r.headers = {{"X-Good", "1"}, {"X-Bad", "1\r\nSet-Cookie: a"}, {"X\r\nY", "1"}};
  std::string out;
  append_response_head(out, r, {false, true, false, "D"});
  EXPECT_EQ(out,
            "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n"
            "X-Content-Type-Options: nosniff\r\nX-Good: 1\r\nConnection: close\r\n\r\n");
}

TEST(message, date) {
  EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(message, client_behind_proxy) {
  struct row {
    std::vector<header> headers;
    std::string_view client;
  };
  const std::vector<row> table{
      {{}, "proxy"},
      {{{"X-Forwarded-For", "203.0.113.9"}}, "203.0.113.9"},
      {{{"X-Forwarded-For", "1.2.3.4, 203.0.113.9"}}, "203.0.113.9"},
      {{{"x-forwarded-for", "1.2.3.4"}, {"X-Forwarded-For", "2001:db8::1"}}, "2001:db8::1"},
      {{{"X-Forwarded-For", "unknown"}}, "proxy"},
      {{{"X-Forwarded-For", "1.2.3.4,"}}, "proxy"},
  };
  for (const auto& t : table) EXPECT_EQ(client_behind_proxy(t.headers, "proxy"), t.client);
}

}  // namespace
}  // namespace switchboard::net::http
