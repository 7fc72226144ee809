// What well-behaved clients and the rest of the engine get from the server.
#include "attacks.hpp"
#include "harness.hpp"

#include <gtest/gtest.h>

namespace switchboard::net::http {
namespace {

using namespace testing;
using std::chrono::milliseconds;

TEST(server, answers_in_full) {
  for (const bool tls : {false, true}) {
    test_server s(test_settings(tls));
    client c(s.port(), tls);
    c.send(post("Content-Type: application/json\r\nContent-Length: 2\r\n", "{}"));
    const auto r = c.read_response();
    EXPECT_TRUE(r.starts_with("HTTP/1.1 200 OK\r\nDate: "));
    EXPECT_NE(r.find("\r\nContent-Type: application/json\r\nContent-Length: 12\r\n"
                     "X-Content-Type-Options: nosniff\r\n\r\n{\"events\":1}"),
              std::string::npos)
        << r;
    c.send(get("/who"));
    EXPECT_TRUE(c.read_response().ends_with(tls ? "127.0.0.1 tls" : "127.0.0.1"));
  }
}

TEST(server, bodies_of_all_sizes_and_framings_arrive_whole) {
  test_server s;
  client c(s.port());
  for (const std::size_t size : {1u, 100u, 4'000u, 4'096u, 5'000u, 70'000u, 1'000'000u, 1'048'576u}) {
    std::string body(size, '\0');
    for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<char>('a' + i * 7 % 26);
    c.send(post("Content-Length: " + std::to_string(size) + "\r\nX: y\r\n", body));
    ASSERT_EQ(status_of(c.read_response()), 200) << size;
    EXPECT_TRUE(s.routes->last_body() == body) << size;

    std::string chunks;
    for (std::size_t at = 0; at < size; at += 3'001) {
      const auto piece = body.substr(at, 3'001);
      char head[24];
      std::snprintf(head, sizeof head, "%zX\r\n", piece.size());
      chunks += head + piece + "\r\n";
    }
    c.send(chunked(chunks + "0\r\n\r\n"));
    ASSERT_EQ(status_of(c.read_response()), 200) << size;
    EXPECT_TRUE(s.routes->last_body() == body) << size;
  }
}

TEST(server, a_large_answer_arrives_whole) {
  for (const bool tls : {false, true}) {
    test_server s(test_settings(tls));
    client c(s.port(), tls);
    c.send(get("/big"));
    const auto r = c.read_response();
    EXPECT_EQ(r.size() - r.find("\r\n\r\n") - 4, std::size_t{32} << 20);
    c.send(get("/canary"));
    EXPECT_EQ(status_of(c.read_response()), 200);
  }
}

TEST(server, head_has_no_body) {
  test_server s;
  client c(s.port());
  c.send("HEAD /store HTTP/1.1\r\nHost: t\r\n\r\n" + get("/canary"));
  ASSERT_TRUE(c.read_until("\"canary\""));
  EXPECT_NE(c.text.find("Content-Length: 12\r\nX-Content-Type-Options: nosniff\r\n\r\nHTTP/1.1 200"),
            std::string::npos);
}

TEST(server, continue_comes_behind_the_verdict) {
  test_server s;
  client c(s.port());
  c.send(post("Expect: 100-continue\r\nContent-Length: 5\r\n"));
  ASSERT_TRUE(c.read_until("HTTP/1.1 100 Continue\r\n\r\n"));
  EXPECT_EQ(s.routes->stored, 0);
  c.text.clear();
  c.send("hello");
  EXPECT_EQ(status_of(c.read_response()), 200);

  s.routes->full = true;
  c.send(post("Expect: 100-continue\r\nContent-Length: 5\r\n"));
  const auto refused = c.read_all();
  EXPECT_EQ(status_of(refused), 429);
  EXPECT_NE(refused.find("Connection: close"), std::string::npos);
  EXPECT_EQ(s.routes->stored, 1);
}

TEST(server, a_refusal_without_a_body_keeps_the_connection) {
  test_server s;
  client c(s.port());
  c.send(get("/nowhere"));
  EXPECT_EQ(status_of(c.read_response()), 404);
  c.send(get("/canary"));
  EXPECT_EQ(status_of(c.read_response()), 200);
}

TEST(server, a_refusal_with_a_short_body_keeps_the_connection_and_executes_nothing_of_it) {
  for (const std::size_t size : {200u, 6'000u, 65'536u}) {  // in one piece with its head, and in many
    for (const bool in_pieces : {false, true}) {
      test_server s;
      s.routes->full = true;
      client c(s.port());
      const auto body = get("/canary") + std::string(size, 'x');
      const auto head =
          post("Content-Length: " + std::to_string(body.size() > 65'536 ? 65'536 : body.size()) + "\r\n");
      const auto sent = body.substr(0, 65'536);
      if (in_pieces) {
        c.send(head + sent.substr(0, 3));
        c.send(sent.substr(3, 100));
        c.send(sent.substr(103));
      } else {
        c.send(head + sent);
      }
      EXPECT_EQ(status_of(c.read_response()), 429) << size;
      EXPECT_EQ(s.routes->stored, 0);
      s.routes->full = false;
      c.send(post("Content-Length: 5\r\n", "hello"));
      EXPECT_EQ(status_of(c.read_response()), 200) << "the same connection, and what came next is a request";
      EXPECT_TRUE(c.text.empty()) << "nothing of the body was taken for a request";
      EXPECT_EQ(s.routes->stored, 1);
    }
  }
}

TEST(server, a_refusal_with_a_long_or_held_back_body_ends_the_connection) {
  auto settings = test_settings();
  settings->limits.body_timeout = milliseconds{200};
  test_server s(settings);
  s.routes->full = true;
  client longer(s.port());
  longer.send(post("Content-Length: 65537\r\n", std::string(10, 'x')));
  EXPECT_EQ(status_of(longer.read_all()), 429);
  client slow(s.port());
  slow.send(post("Content-Length: 100\r\n", std::string(10, 'x')));
  const auto refused = slow.read_all();
  EXPECT_EQ(status_of(refused), 429);
  EXPECT_NE(refused.find("Connection: close"), std::string::npos);
}

/// What the routes want beside any answer goes with those that the server gives itself, and with one only.
TEST(server, headers_of_the_verdict_go_with_every_answer_to_that_request) {
  auto settings = test_settings();
  settings->limits.body_timeout = milliseconds{200};
  settings->limits.body_rate_min = 1'000'000;
  test_server s(settings);
  const auto holds = [](const std::string& answer) { return answer.find("X-Beside: yes") != answer.npos; };
  client c(s.port());
  const std::string ask = "Host: t\r\nX-Ask: 1\r\n";
  for (const auto* path : {"/canary", "/nowhere", "/drop", "/throw", "/ws"}) {
    c.send(get(path, ask));
    const auto answer = c.read_response();
    EXPECT_TRUE(holds(answer)) << path << answer;
    EXPECT_EQ(answer.find("X-Evil"), answer.npos) << answer;
  }
  c.send(get("/canary"));
  EXPECT_FALSE(holds(c.read_response())) << "the next request did not ask";
  client large(s.port());
  large.send(post("X-Ask: 1\r\nContent-Length: 1048577\r\n"));
  const auto refused = large.read_all();
  EXPECT_EQ(status_of(refused), 413);
  EXPECT_TRUE(holds(refused)) << refused;
  client slow(s.port());
  slow.send(post("X-Ask: 1\r\nContent-Length: 5\r\n", "he"));
  const auto late = slow.read_all();
  EXPECT_EQ(status_of(late), 408);
  EXPECT_TRUE(holds(late)) << late;
  client stream(s.port());
  stream.send(get("/sse", ask));
  ASSERT_TRUE(stream.read_until("\r\n\r\n"));
  EXPECT_TRUE(holds(stream.text)) << stream.text;
}

TEST(server, http_1_0_and_close) {
  test_server s;
  client ten(s.port());
  ten.send("GET /canary HTTP/1.0\r\n\r\n");
  EXPECT_NE(ten.read_all().find("Connection: close"), std::string::npos);
  client kept(s.port());
  kept.send("GET /canary HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_NE(kept.read_response().find("Connection: keep-alive"), std::string::npos);
  client closing(s.port());
  closing.send(get("/canary", "Host: t\r\nConnection: close\r\n") + get("/canary"));
  EXPECT_NE(closing.read_all().find("Connection: close"), std::string::npos);
  EXPECT_EQ(s.routes->canaries, 3);
}

TEST(server, requests_per_connection_are_limited) {
  auto settings = test_settings();
  settings->limits.requests_per_connection_max = 2;
  test_server s(settings);
  client c(s.port());
  c.send(get("/canary") + get("/canary") + get("/canary"));
  c.read_all();
  EXPECT_EQ(s.routes->canaries, 2);
}

TEST(server, a_dropped_or_throwing_exchange_is_500) {
  test_server s;
  client c(s.port());
  for (const auto* path : {"/drop", "/throw", "/drop"}) {
    c.send(get(path));
    EXPECT_EQ(status_of(c.read_response()), 500) << path;
  }
  c.send(get("/canary"));
  EXPECT_EQ(status_of(c.read_response()), 200);
}

TEST(server, respond_all_answers_from_another_thread) {
  auto settings = test_settings();
  settings->server.io_threads = 3;
  test_server s(settings);
  EXPECT_EQ(s.http->io_threads(), 3u);
  std::vector<std::unique_ptr<client>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<client>(s.port()));
    clients.back()->send(get("/later?" + std::to_string(i)));
  }
  auto waiting = s.routes->take_later(20);
  ASSERT_EQ(waiting.size(), 20u);
  std::vector<std::pair<exchange_ptr, response>> answers;
  for (auto& x : waiting) {
    response r;
    r.content_type = "text/plain";
    r.body = x->request().query;
    answers.emplace_back(std::move(x), std::move(r));
  }
  waiting.clear();
  s.http->respond_all(std::move(answers));
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(
        clients[static_cast<std::size_t>(i)]->read_response().ends_with("\r\n\r\n" + std::to_string(i)));
  }
}

TEST(server, tells_how_long_a_whole_request_waited_for_its_answer) {
  using clock = std::chrono::steady_clock;
  test_server s;
  client c(s.port());
  domain::histogram waited;
  const auto sent = clock::now();
  c.send(get("/later"));
  auto x = s.routes->take_later(1).at(0);
  const auto taken = clock::now();
  client other(s.port());
  other.send(get("/canary"));
  other.read_response();
  response r;
  r.timed_by = &waited;
  const auto answered = clock::now();
  x->respond(r);
  EXPECT_EQ(status_of(c.read_response()), 200);
  const auto read = clock::now();
  EXPECT_EQ(waited.read().count(), 1u);
  EXPECT_GE(std::chrono::nanoseconds(waited.read().sum), answered - taken);
  EXPECT_LE(std::chrono::nanoseconds(waited.read().sum), read - sent);
}

TEST(server, counts_answers_by_their_class) {
  test_server s;
  client c(s.port());
  for (const auto* path : {"/canary", "/drop", "/nothing", "/canary"}) {
    c.send(get(path));
    c.read_response();
  }
  c.send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
  EXPECT_EQ(status_of(c.read_response()), 400);
  EXPECT_EQ(s.http->counters().answers, (std::array<std::uint64_t, 5>{0, 2, 0, 2, 1}));
  client sse(s.port());
  sse.send(get("/sse"));
  sse.read_until("retry:");
  client ws(s.port());
  ws.send(get("/ws",
              "Host: t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
  ws.read_until("\r\n\r\n");
  EXPECT_TRUE(eventually([&] {
    return s.http->counters().answers == std::array<std::uint64_t, 5>{1, 3, 0, 2, 1};
  }));
}

TEST(server, only_the_first_answer_counts) {
  test_server s;
  client c(s.port());
  c.send(get("/later"));
  auto x = s.routes->take_later(1).at(0);
  response r;
  r.content_type = "text/plain";
  r.body = "first";
  x->respond(r);
  r.body = "second";
  x->respond(r);
  x.reset();
  EXPECT_TRUE(c.read_response().ends_with("first"));
  c.send(get("/canary"));
  EXPECT_TRUE(c.read_response().ends_with("\"canary\""));
}

}  // namespace
}  // namespace switchboard::net::http
