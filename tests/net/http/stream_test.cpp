// Server-sent events and WebSocket over real sockets.
#include "attacks.hpp"
#include "harness.hpp"

#include <gtest/gtest.h>

#include <future>

namespace switchboard::net::http {
namespace {

using namespace testing;
using std::chrono::milliseconds;

/// Runs `f` on the channel's thread and waits for it.
template <class F>
void on_thread(const channel_ptr& c, F f) {
  std::promise<void> done;
  c->post([&] {
    f();
    done.set_value();
  });
  done.get_future().get();
}

bool write_and_wait(const channel_ptr& c, std::vector<outgoing> pieces) {
  std::promise<bool> done;
  c->post([&, pieces = std::make_shared<std::vector<outgoing>>(std::move(pieces))] {
    c->write(std::move(*pieces), [&](bool ok) { done.set_value(ok); });
  });
  return done.get_future().get();
}

outgoing piece(std::string head, std::string body, std::string_view tail) {
  auto keep = std::make_shared<const std::string>(std::move(body));
  return {std::move(head), *keep, tail, keep};
}

/// The chunks' data of what follows the head; `ended` tells of the last chunk.
std::string unchunk(std::string_view text, bool* ended = nullptr) {
  std::string out;
  text.remove_prefix(text.find("\r\n\r\n") + 4);
  while (!text.empty()) {
    const auto size = std::stoul(std::string(text.substr(0, text.find("\r\n"))), nullptr, 16);
    text.remove_prefix(text.find("\r\n") + 2);
    if (size == 0) {
      if (ended != nullptr) *ended = text == "\r\n";
      break;
    }
    out += text.substr(0, size);
    text.remove_prefix(size + 2);
  }
  return out;
}

TEST(sse, head_pieces_ping_and_close) {
  for (const bool tls : {false, true}) {
    test_server s(test_settings(tls));
    client c(s.port(), tls);
    c.send(get("/sse"));
    auto ch = s.routes->take_channel();
    ASSERT_NE(ch, nullptr);
    EXPECT_TRUE(write_and_wait(ch, {piece("id: 1\nevent: a\ndata: ", "{\"x\":1}", "\n\n"),
                                    piece("id: 2\ndata: ", std::string(100'000, 'y'), "\n\n")}));
    on_thread(ch, [&] { ch->ping(""); });
    on_thread(ch, [&] { ch->close(1001, "going\naway"); });
    const auto all = c.read_all();
    EXPECT_NE(
        all.find("Content-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n"),
        std::string::npos);
    bool ended = false;
    EXPECT_EQ(unchunk(all, &ended),
              "retry: 2000\n\nid: 1\nevent: a\ndata: {\"x\":1}\n\nid: 2\ndata: " + std::string(100'000, 'y') +
                  "\n\n: hb\n\n: close 1001 going away\n\n");
    EXPECT_TRUE(ended);
  }
}

TEST(sse, ids_without_an_event_say_where_the_stream_is) {
  test_server s;
  client c(s.port());
  c.send(get("/sse?c41"));
  auto ch = s.routes->take_channel();
  ASSERT_NE(ch, nullptr);
  on_thread(ch, [&] { ch->ping("c42"); });
  on_thread(ch, [&] { ch->close(1000, ""); });
  EXPECT_TRUE(unchunk(c.read_all()).starts_with("retry: 2000\nid: c41\n\nid: c42\n\n: close 1000\n\n"));
}

TEST(sse, over_http_1_0_the_end_is_the_connections) {
  test_server s;
  client c(s.port());
  c.send("GET /sse HTTP/1.0\r\n\r\n");
  auto ch = s.routes->take_channel();
  ASSERT_NE(ch, nullptr);
  EXPECT_TRUE(write_and_wait(ch, {piece("data: ", "x", "\n\n")}));
  on_thread(ch, [&] { ch->close(1000, ""); });
  EXPECT_TRUE(c.read_all().ends_with(
      "\r\n\r\nretry: 2000\n\ndata: x\n\n: close 1000\n\n"));
}

TEST(sse, a_peer_that_leaves_is_told_once) {
  test_server s;
  auto c = std::make_unique<client>(s.port());
  c->send(get("/sse"));
  auto ch = s.routes->take_channel();
  ASSERT_NE(ch, nullptr);
  c.reset();
  EXPECT_TRUE(eventually([&] { return s.routes->gone == 1; }));
  EXPECT_FALSE(write_and_wait(ch, {piece("data: ", "x", "\n\n")}));
  on_thread(ch, [&] { ch->close(1000, ""); });
  EXPECT_EQ(s.routes->gone, 1);
}

TEST(sse, a_reader_that_stands_still_is_let_go) {
  auto settings = test_settings();
  settings->limits.write_timeout = milliseconds{200};
  test_server s(settings);
  client c(s.port(), false, 4'096);
  c.send(get("/sse"));
  auto ch = s.routes->take_channel();
  ASSERT_NE(ch, nullptr);
  EXPECT_FALSE(write_and_wait(ch, {piece("data: ", std::string(32 << 20, 'x'), "\n\n")}));
  EXPECT_TRUE(eventually([&] { return s.routes->gone == 1; }));
}

// -- WebSocket ----------------------------------------------------------------------------------------------

const std::string upgrade =
    get("/ws",
        "Host: t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");

std::string frame(int first, std::string payload, bool masked = true) {
  std::string out(1, static_cast<char>(first));
  const auto n = payload.size();
  const int mask_bit = masked ? 0x80 : 0;
  if (n < 126) {
    out += static_cast<char>(mask_bit | static_cast<int>(n));
  } else {
    out += static_cast<char>(mask_bit | (n < 65'536 ? 126 : 127));
    for (int i = (n < 65'536 ? 2 : 8) - 1; i >= 0; --i) out += static_cast<char>(n >> (8 * i));
  }
  if (!masked) return out + payload;
  const std::string mask = "\x11\x22\x33\x44";
  for (std::size_t i = 0; i < n; ++i) payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
  return out + mask + payload;
}

/// Connected, the 101 read.
std::unique_ptr<client> websocket(test_server& s, bool tls = false) {
  auto c = std::make_unique<client>(s.port(), tls);
  c->send(upgrade);
  EXPECT_TRUE(c->read_until("\r\n\r\n"));
  EXPECT_EQ(status_of(c->text), 101) << c->text;
  EXPECT_NE(c->text.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), std::string::npos);
  c->text.erase(0, c->text.find("\r\n\r\n") + 4);
  return c;
}

TEST(websocket, handshake_frames_and_text) {
  for (const bool tls : {false, true}) {
    test_server s(test_settings(tls));
    std::promise<std::string> heard;
    s.routes->on_text = [&](std::string_view text) {
      heard.set_value(std::string(text));
      return true;
    };
    auto c = websocket(s, tls);
    auto ch = s.routes->take_channel();
    ASSERT_NE(ch, nullptr);
    EXPECT_TRUE(write_and_wait(ch, {piece("", "a", ""), piece("", std::string(300, 'b'), ""),
                                    piece("", std::string(70'000, 'c'), "")}));
    const auto expected = frame(0x81, "a", false) + frame(0x81, std::string(300, 'b'), false) +
                          frame(0x81, std::string(70'000, 'c'), false);
    c->read_until([&](const std::string& t) { return t.size() >= expected.size(); });
    EXPECT_TRUE(c->text == expected);
    c->text.clear();
    on_thread(ch, [&] { ch->ping("c7"); });
    c->read_until([](const std::string& t) { return t.size() >= 2; });
    EXPECT_EQ(c->text, (std::string{'\x89', '\0'}));
    c->text.clear();
    c->send(frame(0x01, "hel") + frame(0x89, "are you there") + frame(0x80, "lo"));
    EXPECT_EQ(heard.get_future().get(), "hello");
    c->read_until([](const std::string& t) { return t.size() >= 15; });
    EXPECT_EQ(c->text, frame(0x8a, "are you there", false));
  }
}

TEST(websocket, the_subprotocol_is_echoed) {
  test_server s;
  client c(s.port());
  c.send(upgrade);
  ASSERT_TRUE(c.read_until("\r\n\r\n"));
  EXPECT_NE(c.text.find("Sec-WebSocket-Protocol: switchboard.v1\r\n"), std::string::npos);
  EXPECT_EQ(c.text.find("permessage-deflate"), std::string::npos);
}

TEST(websocket, the_101_has_the_headers_that_it_is_given_and_names_no_server) {
  test_server s;
  client c(s.port());
  auto asked = upgrade;
  asked.replace(asked.find("/ws"), 3, "/ws?c41");
  c.send(asked);
  ASSERT_TRUE(c.read_until("\r\n\r\n"));
  EXPECT_EQ(status_of(c.text), 101);
  EXPECT_NE(c.text.find("\r\nX-Place: c41\r\n"), std::string::npos) << c.text;
  EXPECT_EQ(c.text.find("Server"), std::string::npos) << c.text;
  EXPECT_EQ(c.text.find("Beast"), std::string::npos) << c.text;
  EXPECT_EQ(c.text.find("\r\n\r\n"), c.text.size() - 4) << "nothing was torn out of its head";
}

TEST(websocket, close_from_either_side) {
  test_server s;
  auto c = websocket(s);
  auto ch = s.routes->take_channel();
  on_thread(ch, [&] { ch->close(1001, "c42"); });
  on_thread(ch, [&] { ch->close(1001, "again"); });
  const auto goodbye = frame(0x88, std::string("\x03\xe9") + "c42", false);
  c->read_until([&](const std::string& t) { return t.size() >= goodbye.size(); });
  c->send(frame(0x88, "\x03\xe9"));
  EXPECT_EQ(c->read_all(), goodbye);
  EXPECT_TRUE(eventually([&] { return s.routes->gone == 0 || s.routes->gone == 1; }));

  auto d = websocket(s);
  auto their = s.routes->take_channel();
  d->send(frame(0x88, "\x03\xe8"));
  EXPECT_EQ(d->read_all(), frame(0x88, "\x03\xe8", false));
  d.reset();
  c.reset();
  EXPECT_TRUE(eventually([&] { return s.routes->gone == 2; }));
  EXPECT_FALSE(write_and_wait(their, {piece("", "x", "")}));
}

struct bad_frames {
  std::string name;
  std::string bytes;
  int code;
};

TEST(websocket, bad_frames_end_it_with_their_code) {
  std::string empty_fragments = frame(0x01, "a");
  for (int i = 0; i < 60'000; ++i) empty_fragments += frame(0x00, "");
  std::string tiny_fragments = frame(0x01, "a");
  for (int i = 0; i < 3'000; ++i) tiny_fragments += frame(0x00, "b");
  std::string messages, pings;
  for (int i = 0; i < 200; ++i) {
    messages += frame(0x81, "m");
    pings += frame(0x89, "p");
  }
  const std::vector<bad_frames> table{
      {"unmasked", frame(0x81, "hello", false), 1002},
      {"reserved bit", frame(0xc1, "hello"), 1002},
      {"reserved opcode", frame(0x83, "hello"), 1002},
      {"fragmented control", frame(0x09, "x"), 1002},
      {"long control", frame(0x89, std::string(126, 'x')), 1002},
      {"continuation of nothing", frame(0x80, "x"), 1002},
      {"text within text", frame(0x01, "x") + frame(0x81, "y"), 1002},
      {"invalid UTF-8", frame(0x81, "\xff\xfe"), 1007},
      {"close with one byte", frame(0x88, "x"), 1002},
      {"close code 1005", frame(0x88, "\x03\xed"), 1002},
      {"binary", frame(0x82, "x"), 1003},
      {"larger than the limit", frame(0x81, std::string(65'537, 'x')), 1009},
      {"length of 64 bits", std::string("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff", 10) + "\x11\x22\x33\x44",
       1009},
      {"empty fragments without end", empty_fragments, 1009},
      {"tiny fragments", tiny_fragments, 1008},
      {"more messages than allowed", messages, 1008},
      {"more pings than allowed", pings, 1008},
  };
  test_server s;
  for (const auto& t : table) {
    SCOPED_TRACE(t.name);
    auto c = websocket(s);
    c->send(t.bytes);
    const auto answer = c->read_all();
    const std::string code{static_cast<char>(t.code >> 8), static_cast<char>(t.code & 0xff)};
    const auto close = answer.rfind('\x88');
    ASSERT_NE(close, std::string::npos);
    EXPECT_EQ(answer.substr(close + 2, 2), code);
  }
}

TEST(websocket, text_that_is_not_welcome_ends_it_with_1008) {
  test_server s;
  s.routes->on_text = [](std::string_view) { return false; };
  auto c = websocket(s);
  c->send(frame(0x81, "{}"));
  EXPECT_EQ(c->read_all(), frame(0x88, std::string("\x03\xf0") + "not understood", false));
}

TEST(websocket, a_silent_peer_is_gone) {
  auto settings = test_settings();
  settings->limits.pong_timeout = milliseconds{200};
  test_server s(settings);
  auto c = websocket(s);
  EXPECT_EQ(c->read_all(), "");
  EXPECT_TRUE(eventually([&] { return s.routes->gone == 1; }));
}

TEST(websocket, what_is_no_upgrade_is_426) {
  test_server s;
  client c(s.port());
  c.send(get("/ws"));
  EXPECT_EQ(status_of(c.read_response()), 426);
  c.send(get("/canary"));
  EXPECT_EQ(status_of(c.read_response()), 200);
}

TEST(websocket, streams_do_not_hold_up_a_drain) {
  test_server s;
  auto c = websocket(s);
  auto ch = s.routes->take_channel();
  s.http->stop_accepting();
  EXPECT_TRUE(s.http->wait_idle(milliseconds{5'000}));
  on_thread(ch, [&] { ch->close(1001, "cursor"); });
  EXPECT_EQ(c->read_all(), frame(0x88, std::string("\x03\xe9") + "cursor", false));
}

}  // namespace
}  // namespace switchboard::net::http
