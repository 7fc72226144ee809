// What the clients make of bytes off the wire: HTTP heads, SSE, WebSocket frames and chunks, cut anywhere.

#include "cli/response_parser.hpp"
#include "cli/sse_parser.hpp"
#include "cli/stream_framing.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace switchboard::cli {
namespace {

TEST(response_parser, reads_what_ends_an_answer) {
  response_shape s;
  const std::string head = "HTTP/1.1 503 Busy\r\ncontent-LENGTH: 12\r\nConnection: close\r\n\r\n";
  ASSERT_EQ(parse_response(head + "{}", s), parse_state::complete);
  EXPECT_EQ(s.status, 503);
  EXPECT_EQ(s.head_bytes, head.size());
  EXPECT_EQ(s.body_bytes, 12u);
  EXPECT_TRUE(s.close);
  for (std::size_t n = 0; n < head.size(); ++n)
    EXPECT_EQ(parse_response(head.substr(0, n), s), parse_state::incomplete) << n;
}

TEST(response_parser, knows_chunked_and_bodyless) {
  response_shape s;
  ASSERT_EQ(parse_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", s),
            parse_state::complete);
  EXPECT_TRUE(s.chunked);
  ASSERT_EQ(parse_response("HTTP/1.1 204 \r\nContent-Length: 9\r\n\r\n", s), parse_state::complete);
  EXPECT_EQ(s.body_bytes, 0u);
}

TEST(response_parser, refuses_what_is_not_http) {
  response_shape s;
  for (const char* bad : {"SSH-2.0", "HTTP/1.1 2x0 \r\n\r\n", "HTTP/1.1 200\r\nContent-Length: 1x\r\n\r\n",
                          "HTTP/2 200\r\n\r\n", "HTTP/1.1 \r\n\r\n"})
    EXPECT_EQ(parse_response(bad, s), parse_state::malformed) << bad;
}

TEST(sse_parser, gives_the_same_events_wherever_the_bytes_are_cut) {
  const std::string wire =
      ": hello\nretry: 1500\nid: 0\n\nid: 0\n\nid: 1\nevent: a\ndata: {\"x\":1}\n\nid: 2\r\ndata: "
      "two\r\ndata: lines\r\n\r\n"
      "id: 3\rdata:no space\r\rid: 4\ndata: never finished";
  for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
    sse_parser p;
    std::vector<sse_event> got;
    const auto keep = [&](sse_event&& e) { got.push_back(std::move(e)); };
    ASSERT_TRUE(p.feed(wire.substr(0, cut), keep));
    ASSERT_TRUE(p.feed(wire.substr(cut), keep));
    ASSERT_EQ(got.size(), 3u) << cut;
    EXPECT_EQ(got[0].id, "1");
    EXPECT_EQ(got[0].name, "a");
    EXPECT_EQ(got[0].data, "{\"x\":1}");
    EXPECT_EQ(got[1].data, "two\nlines");
    EXPECT_EQ(got[1].name, "");
    EXPECT_EQ(got[2].data, "no space");
    EXPECT_EQ(p.retry_ms(), 1500u);
  }
}

TEST(sse_parser, forgets_what_a_broken_connection_cut_off) {
  sse_parser p;
  std::vector<std::string> got;
  const auto keep = [&](sse_event&& e) { got.push_back(e.data); };
  ASSERT_TRUE(p.feed("id: 1\ndata: half", keep));
  p.restart();
  ASSERT_TRUE(p.feed("id: 1\ndata: whole\n\n", keep));
  EXPECT_EQ(got, std::vector<std::string>{"whole"});
}

TEST(sse_parser, bounds_a_line) {
  sse_parser p;
  const std::string piece(1u << 20, 'x');
  bool ok = true;
  for (int i = 0; i < 17 && ok; ++i) ok = p.feed(piece, [](sse_event&&) {});
  EXPECT_FALSE(ok);
}

std::string server_frame(int opcode, const std::string& payload) {
  std::string out(1, static_cast<char>(0x80 | opcode));
  if (payload.size() < 126) {
    out += static_cast<char>(payload.size());
  } else if (payload.size() < 65'536) {
    out += '\x7e';
    out += static_cast<char>(payload.size() >> 8);
    out += static_cast<char>(payload.size() & 255);
  } else {
    out += '\x7f';
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(payload.size() >> shift & 255);
  }
  return out + payload;
}

struct collected {
  std::vector<std::string> events, pings;
  std::vector<int> closes;
  framing_events on{[this](std::string_view e) { events.emplace_back(e); },
                    [this](std::string_view p) { pings.emplace_back(p); },
                    [this](std::uint16_t c) { closes.push_back(c); }};
};

TEST(websocket_framing, takes_whole_frames_and_leaves_the_rest) {
  const std::string large(70'000, 'b'), middle(300, 'm');
  const std::string wire = server_frame(1, "small") + server_frame(9, "ping") + server_frame(1, middle) +
                           server_frame(1, large) + server_frame(8, "\x03\xf4why");
  for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{9},
                                std::size_t{400}, wire.size() - 1, wire.size()}) {
    collected c;
    bool ok = false;
    std::string buffer = wire.substr(0, cut);
    buffer.erase(0, read_websocket(buffer, c.on, ok));
    ASSERT_TRUE(ok);
    buffer += wire.substr(cut);
    EXPECT_EQ(read_websocket(buffer, c.on, ok), buffer.size()) << cut;
    EXPECT_TRUE(ok);
    EXPECT_EQ(c.events, (std::vector<std::string>{"small", middle, large}));
    EXPECT_EQ(c.pings, std::vector<std::string>{"ping"});
    EXPECT_EQ(c.closes, std::vector<int>{1012});
  }
}

TEST(websocket_framing, refuses_what_a_server_must_not_send) {
  for (const auto& bad : {std::string("\x81\x85"
                                      "abcdhello"),
                          std::string("\xc1\x01x"), std::string("\x01\x01x"), std::string("\x83\x01x"),
                          std::string("\x81\x7f\0\0\0\0\x7f\0\0\0", 10)}) {
    collected c;
    bool ok = true;
    (void)read_websocket(bad, c.on, ok);
    EXPECT_FALSE(ok);
    EXPECT_TRUE(c.events.empty());
  }
}

TEST(sse_framing, takes_whole_events) {
  collected c;
  bool ok = false;
  const std::string wire =
      ":hb\n\nretry: 1\nid: 0\n\nid: 1\nevent: e\ndata: {\"a\":1}\n\ndata: x\n\nid: 2\nda";
  EXPECT_EQ(read_sse(wire, c.on, ok), wire.size() - 8);
  EXPECT_TRUE(ok);
  EXPECT_EQ(c.events, (std::vector<std::string>{"{\"a\":1}", "x"}));
}

TEST(dechunker, takes_chunks_off_wherever_they_are_cut) {
  const std::string wire = "5\r\nhello\r\n1;ext=1\r\n \r\nA\r\n0123456789\r\n0\r\n\r\n";
  for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
    dechunker d;
    std::string out;
    ASSERT_TRUE(d.feed(wire.substr(0, cut), out));
    ASSERT_TRUE(d.feed(wire.substr(cut), out));
    EXPECT_EQ(out, "hello 0123456789");
    EXPECT_TRUE(d.done());
  }
  dechunker d;
  std::string out;
  EXPECT_FALSE(d.feed("5\r\nhelloX", out));
  EXPECT_FALSE(dechunker().feed("g\r\n", out));
  EXPECT_FALSE(dechunker().feed("123456789\r\n", out));
}

}  // namespace
}  // namespace switchboard::cli
