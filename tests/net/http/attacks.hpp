#pragma once
// The table of HTTP attacks: what a stranger may send, and the one answer it gets. gate_test.cpp runs it on
// the pure gate, attack_test.cpp over sockets, plain and TLS, whole and split at every byte, each with a
// canary request behind it. Each number from 1 to 88 has a row; rows without bytes name the test that has
// their story.

#include "attack.hpp"
#include "framing_attacks.hpp"

#include <string>
#include <utility>
#include <vector>

namespace switchboard::net::http::testing {

/// Lines and heads, limits, time and bulk: the rows behind those about framing.
inline std::vector<attack> head_attacks() {
  using namespace std::string_literals;
  const std::string zero(1, '\0');
  std::string many_headers = "Host: t\r\n";
  for (int i = 0; i < 101; ++i) many_headers += "X-" + std::to_string(i) + ": 1\r\n";
  std::string big_chunks;
  for (int i = 0; i < 17; ++i) big_chunks += "10000\r\n" + std::string(0x10000, 'x') + "\r\n";

  return {
      // -- lines
      {52, "bare LF request line", "GET /store HTTP/1.1\nHost: t\r\n\r\n", 400},
      {52, "bare LF header", "GET /store HTTP/1.1\r\nHost: t\nX: y\r\n\r\n", 400},
      {52, "bare LF end", "GET /store HTTP/1.1\r\nHost: t\r\n\n", 400},
      {52, "bare LF throughout", "GET /store HTTP/1.1\nHost: t\n\n", 400},
      {53, "CR only", "GET /store HTTP/1.1\rHost: t\r\r", 400},
      {54, "folded line", get("/store", "Host: t\r\nX: a\r\n b\r\n"), 400},
      {54, "folded line by tab", get("/store", "Host: t\r\nX: a\r\n\tb\r\n"), 400},
      {55, "space before the colon", post("Content-Length : 5\r\n", "hello"), 400},
      {56, "empty name", get("/store", "Host: t\r\n: x\r\n"), 400},
      {57, "no colon", get("/store", "Host: t\r\nX\r\n"), 400},
      {58, "space before the first header", get("/store", " Host: t\r\n"), 400},
      {59, "control byte in a name", get("/store", "Host: t\r\nX\x01: 1\r\n"), 400},
      {59, "NUL in a name", get("/store", "Host: t\r\nX" + zero + ": 1\r\n"), 400},
      {59, "control byte in a value", get("/store", "Host: t\r\nX: \x02\r\n"), 400},
      {59, "NUL in a value", get("/store", "Host: t\r\nX: a" + zero + "b\r\n"), 400},
      {59, "CR in a value", get("/store", "Host: t\r\nX: a\rb\r\n"), 400},
      {60, "byte 0xE9 in a value", get("/store", "Host: t\r\nX-Hub-Signature-256: \xe9\r\n"), 400},
      {61, "HTTP/0.9 without version", "GET /store\r\n\r\n", 505},
      {61, "HTTP/0.9", "GET /store HTTP/0.9\r\nHost: t\r\n\r\n", 505},
      {61, "HTTP/1.2", "GET /store HTTP/1.2\r\nHost: t\r\n\r\n", 505},
      {61, "HTTP/2.0", "GET /store HTTP/2.0\r\nHost: t\r\n\r\n", 505},
      {61, "HTTP/9.9", "GET /store HTTP/9.9\r\nHost: t\r\n\r\n", 505},
      {61, "lower-case version", "GET /store http/1.1\r\nHost: t\r\n\r\n", 400},
      {61, "version with a sign", "GET /store HTTP/+1.1\r\nHost: t\r\n\r\n", 400},
      {62, "h2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 501},
      {63, "TLS hello on the plain port", "\x16\x03\x01\x02"s + zero + "\x01"s + zero + "\x01\xfc\x03\x03",
       400},
      {64, "no Host", get("/store", "X: y\r\n"), 400},
      {65, "two Hosts", get("/store", "Host: t\r\nHost: t\r\n"), 400},
      {66, "Host with a path", get("/store", "Host: t/x\r\n"), 400},
      {66, "Host with user", get("/store", "Host: a@t\r\n"), 400},
      {66, "Host with two ports", get("/store", "Host: t:1:2\r\n"), 400},
      {66, "Host that is a port", get("/store", "Host: :80\r\n"), 400},
      {66, "Host with a port of letters", get("/store", "Host: t:http\r\n"), 400},
      {66, "Host with an open bracket", get("/store", "Host: [::1\r\n"), 400},
      {66, "Host with a name behind the bracket", get("/store", "Host: [::1]t\r\n"), 400},
      {66, "Host empty", get("/store", "Host:\r\n"), 400},
      {67, "absolute form, other host", get("http://evil/store"), 400},
      {67, "absolute form without host", get("http:///store"), 400},
      {68, "fragment", get("/store#x"), 400},
      {69, "0xFF in the target", get("/store\xff"), 400},
      {70, "%00", get("/store%00"), 400},
      {70, "%2e%2e", get("/a/%2e%2e/store"), 400},
      {70, "dots", get("/a/../store"), 400},
      {70, "%0d%0a in the query", get("/store?a=%0d%0aX"), 400},
      {70, "%00 in the query", get("/store?a=%00"), 400},
      {70, "cut percent in the query", get("/store?a=%2"), 400},
      {70, "two slashes", get("//store"), 400},
      {70, "backslash", get("/a\\store"), 400},
      // -- limits
      {71, "64 KiB target", get("/" + std::string(65'536, 'a')), 414},
      {71, "target of limit + 1", get("/" + std::string(2'048, 'a')), 414},
      {72, "101 headers", get("/store", many_headers), 431},
      {73, "16 KiB header", get("/store", "Host: t\r\nX: " + std::string(16'384, 'a') + "\r\n"), 431},
      {74, "body limit + 1 by length", post("Content-Length: 1048577\r\n"), 413},
      {74, "body limit + 1 by chunks", chunked(big_chunks), 413},
      {75, "unknown Expect", post("Expect: 200-ok\r\nContent-Length: 5\r\n", "hello"), 417},
      {75, "Expect, too large", post("Expect: 100-continue\r\nContent-Length: 9999999999\r\n"), 413},
      {76, "GET with body", "GET /store HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello", 400},
      {76, "GET with chunks", "GET /store HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       400},
      {76, "HEAD with body", "HEAD /store HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello", 400},
      {76, "OPTIONS with body", "OPTIONS /store HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello", 400},
      {76, "DELETE with body", "DELETE /store HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello", 400},
      {77, "TRACE", "TRACE /store HTTP/1.1\r\nHost: t\r\n\r\n", 405},
      {77, "CONNECT", "CONNECT t:443 HTTP/1.1\r\nHost: t\r\n\r\n", 405},
      {77, "4 KiB method", std::string(4'096, 'A') + " /store HTTP/1.1\r\nHost: t\r\n\r\n", 501},
      {77, "lower-case method", "get /store HTTP/1.1\r\nHost: t\r\n\r\n", 501},
      {78, "gzip body", post("Content-Encoding: gzip\r\nContent-Length: 5\r\n", "hello"), 415},
      {79, "wrong content type", post("Content-Type: text/xml\r\nContent-Length: 5\r\n", "hello"), 415},
      {79, "UTF-16", post("Content-Type: application/json; charset=utf-16\r\nContent-Length: 5\r\n", "hello"),
       415},
      {79, "nearly JSON", post("Content-Type: application/jsonx\r\nContent-Length: 5\r\n", "hello"), 415},
      {79, "a form",
       post("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5\r\n", "hello"), 415},
      {79, "two content types",
       post("Content-Type: application/json\r\nContent-Type: text/xml\r\nContent-Length: 5\r\n", "hello"),
       400},
      // -- time and bulk
      {80, "slow head", "", 0, false, "a_slow_head_is_408"},
      {81, "slow body", "", 0, false, "a_slow_body_is_408"},
      {82, "slow TLS hello", "", 0, false, "a_slow_tls_hello_is_closed"},
      {83, "slow read", "", 0, false, "a_reader_that_does_not_read_is_closed"},
      {84, "idle", "", 0, false, "an_idle_connection_is_closed"},
      {85, "many idle connections", "", 0, false, "idle_connections_harm_nobody"},
      {86, "1,000 pipelined", "", 0, false, "a_thousand_pipelined_requests_are_answered_in_order"},
      {87, "half-close and reset", "", 0, false, "half_close_is_answered_and_reset_stores_nothing"},
      {88, "10,000 requests a connection", "", 0, false, "ten_thousand_requests_on_one_connection"},
  };
}

inline std::vector<attack> attacks() {
  auto all = framing_attacks();
  for (auto& a : head_attacks()) all.push_back(std::move(a));
  return all;
}

}  // namespace switchboard::net::http::testing
