#pragma once
// The table of HTTP attacks: what a stranger may send, and the one answer it gets. gate_test.cpp runs it on
// the pure gate, attack_test.cpp over sockets, plain and TLS, whole and split at every byte, each with a
// canary request behind it. Each number from 1 to 88 has a row; rows without bytes name the test that has
// their story.

#include <string>
#include <string_view>
#include <vector>

namespace switchboard::net::http::testing {

struct attack {
  int number;
  std::string name;
  std::string bytes;
  int status;                     ///< of the first answer
  bool executes = false;          ///< the first request is good: it runs, and what follows it is refused
  std::string_view told_by = {};  ///< the test of attack_test.cpp that needs time, bulk or a broken socket
};

inline constexpr std::uint64_t test_body_bytes_max = 1 << 20;

inline std::string post(const std::string& fields, const std::string& body = {}) {
  return "POST /store HTTP/1.1\r\nHost: t\r\n" + fields + "\r\n" + body;
}
inline std::string chunked(const std::string& body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}
inline std::string get(const std::string& target, const std::string& fields = "Host: t\r\n") {
  return "GET " + target + " HTTP/1.1\r\n" + fields + "\r\n";
}

inline std::vector<attack> attacks() {
  using namespace std::string_literals;
  const std::string zero(1, '\0');
  std::string many_headers = "Host: t\r\n";
  for (int i = 0; i < 101; ++i) many_headers += "X-" + std::to_string(i) + ": 1\r\n";
  std::string tiny_chunks;
  for (int i = 0; i < 100'000; ++i) tiny_chunks += "1\r\nx\r\n";
  std::string big_chunks;
  for (int i = 0; i < 17; ++i) big_chunks += "10000\r\n" + std::string(0x10000, 'x') + "\r\n";

  return {
      // -- framing
      {1, "CL and TE", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {2, "TE and CL", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400},
      {3, "TE gzip and CL", post("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n", "hello"), 400},
      {4, "TE gzip alone", post("Transfer-Encoding: gzip\r\n", "hello"), 400},
      {5, "TE identity and CL", post("Transfer-Encoding: identity\r\nContent-Length: 5\r\n", "hello"), 400},
      {6, "TE xchunked and CL", post("Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n", "hello"), 400},
      {7, "TE chunked, identity", post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"), 400},
      {8, "TE quoted", post("Transfer-Encoding: \"chunked\"\r\nContent-Length: 5\r\n", "hello"), 400},
      {9, "TE gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 400},
      {10, "TE with parameter", post("Transfer-Encoding: chunked;a=b\r\n", "0\r\n\r\n"), 400},
      {11, "TE twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
       400},
      {12, "TE vertical tab", post("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n"), 400},
      {12, "TE form feed", post("Transfer-Encoding: chunked\f\r\n", "0\r\n\r\n"), 400},
      {12, "TE NUL", post("Transfer-Encoding: chunked" + zero + "\r\n", "0\r\n\r\n"), 400},
      {13, "TE leading comma", post("Transfer-Encoding: ,chunked\r\n", "0\r\n\r\n"), 400},
      {13, "TE trailing comma", post("Transfer-Encoding: chunked,\r\n", "0\r\n\r\n"), 400},
      {13, "TE empty", post("Transfer-Encoding:\r\n", "0\r\n\r\n"), 400},
      {14, "TE on HTTP/1.0", "POST /store HTTP/1.0\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       400},
      {15, "TE folded", post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"), 400},
      {15, "CL folded", post("Content-Length:\r\n 5\r\n", "hello"), 400},
      {16, "two CL differ", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), 400},
      {17, "two CL same", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400},
      {18, "CL list", post("Content-Length: 5, 5\r\n", "hello"), 400},
      {19, "CL plus", post("Content-Length: +5\r\n", "hello"), 400},
      {20, "CL minus", post("Content-Length: -5\r\n", "hello"), 400},
      {21, "CL hexadecimal", post("Content-Length: 0x5\r\n", "hello"), 400},
      {22, "CL leading zeros", post("Content-Length: 005\r\n", "hello"), 400},
      {23, "CL underscore", post("Content-Length: 5_0\r\n", "hello"), 400},
      {24, "CL space inside", post("Content-Length: 5 5\r\n", "hello"), 400},
      {25, "CL empty", post("Content-Length:\r\n", "hello"), 400},
      {26, "CL 2^64+5", post("Content-Length: 18446744073709551621\r\n", "hello"), 400},
      {27, "POST without length", post(""), 411},
      {27, "PUT without length", "PUT /store HTTP/1.1\r\nHost: t\r\n\r\n", 411},
      {28, "CL more than sent", "", 0, false, "a_cut_body_stores_nothing"},
      {29, "CL less than sent", post("Content-Length: 5\r\n", "helloworld"), 200, true},
      {30, "Content_Length", post("Content_Length: 5\r\nContent-Length: 5\r\n", "hello"), 400},
      {30, "Transfer_Encoding", post("Transfer_Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
       400},
      // -- chunks
      {31, "size 0x5", chunked("0x5\r\nhello\r\n0\r\n\r\n"), 400},
      {32, "size plus", chunked("+5\r\nhello\r\n0\r\n\r\n"), 400},
      {33, "size minus", chunked("-5\r\nhello\r\n0\r\n\r\n"), 400},
      {34, "size leading space", chunked(" 5\r\nhello\r\n0\r\n\r\n"), 400},
      {35, "size trailing space", chunked("5 \r\nhello\r\n0\r\n\r\n"), 400},
      {36, "size of 17 digits", chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"), 400},
      {36, "size of 16 digits", chunked("ffffffffffffffff\r\nhello\r\n0\r\n\r\n"), 413},
      {37, "size of 19 digits, leading zeros", chunked("0000000000000000005\r\nhello\r\n0\r\n\r\n"), 400},
      {37, "last size of two zeros", chunked("5\r\nhello\r\n00\r\n\r\n"), 400},
      {38, "size empty", chunked("\r\nhello\r\n0\r\n\r\n"), 400},
      {39, "size 5_0", chunked("5_0\r\nhello\r\n0\r\n\r\n"), 400},
      {40, "bare LF behind the size", chunked("5\nhello\r\n0\r\n\r\n"), 400},
      {41, "bare LF behind the data", chunked("5\r\nhello\n0\r\n\r\n"), 400},
      {42, "no CRLF behind the data", chunked("5\r\nhello0\r\n\r\n"), 400},
      {43, "LF in an extension", chunked("5;a\nb\r\nhello\r\n0\r\n\r\n"), 400},
      {44, "CR in an extension", chunked("5;a\rb\r\nhello\r\n0\r\n\r\n"), 400},
      {45, "NUL in an extension", chunked("5;a" + zero + "b\r\nhello\r\n0\r\n\r\n"), 400},
      {46, "64 KiB extension", chunked("5;a=" + std::string(65'536, 'x') + "\r\nhello\r\n0\r\n\r\n"), 400},
      {47, "tiny chunks without end", chunked(tiny_chunks), 400},
      {48, "no final chunk", "", 0, false, "a_slow_body_is_408"},
      {49, "trailer Content-Length", chunked("5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n"), 400},
      {49, "trailer Transfer-Encoding", chunked("5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n"),
       400},
      {49, "trailer Host", chunked("5\r\nhello\r\n0\r\nHost: evil\r\n\r\n"), 400},
      {50, "trailer signature", chunked("5\r\nhello\r\n0\r\nX-Hub-Signature-256: sha256=00\r\n\r\n"), 400},
      {50, "trailer Authorization", chunked("5\r\nhello\r\n0\r\nAuthorization: Bearer x\r\n\r\n"), 400},
      {51, "data behind the final chunk", chunked("5\r\nhello\r\n0\r\n\r\nhello"), 200, true},
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

}  // namespace switchboard::net::http::testing
