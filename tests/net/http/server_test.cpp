// What well-behaved clients and the rest of the engine get from the server.
#include "attacks.hpp"
#include "harness.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <future>
#include <list>
#include <thread>

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

TEST(server, over_the_connection_limit_is_503) {
  auto settings = test_settings();
  settings->limits.connections_max = 2;
  test_server s(settings);
  client a(s.port()), b(s.port());
  a.send(get("/canary"));
  b.send(get("/canary"));
  EXPECT_EQ(status_of(a.read_response()), 200);
  EXPECT_EQ(status_of(b.read_response()), 200);
  client c(s.port());
  const auto refused = c.read_all();
  EXPECT_EQ(status_of(refused), 503);
  EXPECT_NE(refused.find("Retry-After: 1\r\n"), std::string::npos);
  EXPECT_NE(refused.find("\"too-many-connections\""), std::string::npos);
  EXPECT_EQ(s.http->counters().refused_connections, 1u);
  a.reset();
  EXPECT_TRUE(eventually([&] {
    client d(s.port());
    d.send(get("/canary"));
    return status_of(d.read_response()) == 200;
  }));
}

// Health is never shed: each listener has places of its own, and neither takes the other's.
TEST(server, a_full_public_listener_leaves_the_admin_one_open_and_the_reverse) {
  auto settings = test_settings();
  settings->limits.connections_max = 2;
  test_server s(settings);
  const auto asks = [](client& c) {
    c.send(get("/who"));
    return status_of(c.read_response());
  };
  client a(s.port()), b(s.port());
  EXPECT_EQ(asks(a), 200);
  EXPECT_EQ(asks(b), 200);
  client refused(s.port());
  EXPECT_EQ(status_of(refused.read_all()), 503) << "the public one is full";
  std::list<client> admins;
  for (std::uint32_t i = 0; i < admin_connections_max; ++i) {
    ASSERT_EQ(asks(admins.emplace_back(s.http->port(listener::admin))), 200) << i;
  }
  EXPECT_EQ(s.http->counters().open, 2u + admin_connections_max);
  client too_many(s.http->port(listener::admin));
  EXPECT_EQ(status_of(too_many.read_all()), 503) << "it has a bound too";
  a.reset();
  EXPECT_TRUE(eventually([&] {
    client c(s.port());
    return asks(c) == 200;
  })) << "but not the public one's";
}

TEST(server, forwarded_for_is_believed_behind_a_trusted_proxy_only) {
  const auto asked = get("/who", "Host: t\r\nX-Forwarded-For: 1.2.3.4, 203.0.113.9\r\n");
  test_server stranger;
  client c(stranger.port());
  c.send(asked);
  EXPECT_TRUE(c.read_response().ends_with("127.0.0.1"));
  auto settings = test_settings();
  settings->server.trusted_proxies = {"127.0.0.1"};
  test_server proxied(settings);
  client p(proxied.port());
  p.send(asked);
  EXPECT_TRUE(p.read_response().ends_with("203.0.113.9"));
}

TEST(server, the_admin_listener_is_another) {
  test_server s;
  client c(s.http->port(listener::admin));
  c.send(get("/who"));
  EXPECT_TRUE(c.read_response().ends_with("127.0.0.1 admin"));
}

TEST(server, a_taken_port_is_named) {
  test_server s;
  auto settings = test_settings();
  settings->server.listen.port = s.port();
  auto second = server::start(settings, std::make_shared<test_routes>());
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().what.find("cannot listen on 127.0.0.1:" + std::to_string(s.port())),
            std::string::npos);
  EXPECT_NE(second.error().what.find("another engine"), std::string::npos);
}

TEST(server, a_missing_certificate_is_named) {
  auto settings = test_settings();
  settings->server.tls = {"/nowhere/a.crt", "/nowhere/a.key"};
  auto started = server::start(settings, std::make_shared<test_routes>());
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().what.find("/nowhere/a.crt"), std::string::npos);
}

TEST(server, draining_answers_what_is_under_way_and_ends_the_rest) {
  test_server s;
  client idle(s.port()), busy(s.port());
  idle.send(get("/canary"));
  EXPECT_EQ(status_of(idle.read_response()), 200);
  busy.send(get("/later"));
  auto waiting = s.routes->take_later(1);
  ASSERT_EQ(waiting.size(), 1u);
  const auto port = s.port();
  s.http->stop_accepting();
  EXPECT_TRUE(idle.ended());
  EXPECT_FALSE(client(port).connected());
  EXPECT_FALSE(s.http->wait_idle(milliseconds{1}));
  waiting.front()->respond({});
  waiting.clear();
  EXPECT_TRUE(s.http->wait_idle(milliseconds{10'000}));
  EXPECT_NE(busy.read_all().find("Connection: close"), std::string::npos);
}

TEST(server, stopping_with_requests_waiting_lets_go_of_them) {
  auto s = std::make_unique<test_server>();
  client c(s->port());
  c.send(get("/later"));
  auto waiting = s->routes->take_later(1);
  s->http->stop();
  EXPECT_TRUE(c.ended());
  waiting.front()->respond({});
  waiting.clear();
  s.reset();
}

TEST(server, posts_and_timers_run_on_their_thread) {
  auto settings = test_settings();
  settings->server.io_threads = 2;
  test_server s(settings);
  std::promise<std::thread::id> here, zero;
  s.http->post(1, [&] { here.set_value(std::this_thread::get_id()); });
  s.http->after(milliseconds{1}, [&] { zero.set_value(std::this_thread::get_id()); });
  EXPECT_NE(here.get_future().get(), zero.get_future().get());

  std::atomic<bool> cancelled_ran{false};
  std::promise<void> later;
  const auto key = s.http->after(milliseconds{20}, [&] { cancelled_ran = true; });
  s.http->cancel(key);
  s.http->after(milliseconds{60}, [&] { later.set_value(); });
  later.get_future().get();
  EXPECT_FALSE(cancelled_ran);
}

TEST(server, new_limits_hold_for_new_requests) {
  test_server s;
  client c(s.port());
  c.send(get("/canary"));
  EXPECT_EQ(status_of(c.read_response()), 200);
  auto next = std::make_shared<config::settings>(*s.settings);
  next->limits.target_bytes_max = 4;
  s.http->apply_settings(next);
  std::promise<void> applied;
  s.http->post(0, [&] { applied.set_value(); });
  applied.get_future().get();
  c.send(get("/canary"));
  EXPECT_EQ(status_of(c.read_response()), 414);
}

/// The protocol and cipher that a client of these bounds gets; empty: refused.
std::string negotiated(std::uint16_t port, int lowest, int highest, const char* ciphers) {
  auto* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_min_proto_version(context, lowest);
  SSL_CTX_set_max_proto_version(context, highest);
  SSL_CTX_set_security_level(context, 0);
  if (ciphers != nullptr) SSL_CTX_set_cipher_list(context, ciphers);
  auto* bio = BIO_new_ssl_connect(context);
  BIO_set_conn_hostname(bio, ("127.0.0.1:" + std::to_string(port)).c_str());
  SSL* ssl = nullptr;
  BIO_get_ssl(bio, &ssl);
  std::string result;
  if (BIO_do_connect(bio) == 1 && BIO_do_handshake(bio) == 1) {
    result = std::string(SSL_get_version(ssl)) + " " + SSL_get_cipher_name(ssl);
    if (SSL_get_current_compression(ssl) != nullptr) result += " compressed";
  }
  BIO_free_all(bio);
  SSL_CTX_free(context);
  return result;
}

TEST(server, tls_matrix) {
  test_server s(test_settings(true));
  const auto p = s.port();
  EXPECT_TRUE(negotiated(p, TLS1_3_VERSION, TLS1_3_VERSION, nullptr).starts_with("TLSv1.3 TLS_"));
  EXPECT_TRUE(negotiated(p, TLS1_2_VERSION, TLS1_2_VERSION, nullptr).starts_with("TLSv1.2 ECDHE-ECDSA-AES"));
  EXPECT_EQ(negotiated(p, TLS1_2_VERSION, TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA256"), "") << "CBC";
  EXPECT_EQ(negotiated(p, TLS1_2_VERSION, TLS1_2_VERSION, "AES128-GCM-SHA256"), "") << "no forward secrecy";
  EXPECT_EQ(negotiated(p, TLS1_VERSION, TLS1_1_VERSION, nullptr), "");
}

}  // namespace
}  // namespace switchboard::net::http
