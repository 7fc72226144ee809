// The server beyond one request: its listeners, its limits, TLS, and how it ends.
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
  c.send(post("Content-Length: 2\r\n", "{}"));
  const auto refused = c.read_all();
  EXPECT_EQ(s.routes->stored, 0);
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

TEST(server, over_the_connection_limit_what_is_never_shed_is_answered_once) {
  for (const bool tls : {false, true}) {
    auto settings = test_settings(tls);
    settings->limits.connections_max = 1;
    test_server s(settings);
    client a(s.port(), tls);
    a.send(get("/canary"));
    EXPECT_EQ(status_of(a.read_response()), 200);
    client vital(s.port(), tls);
    vital.send(get("/who?vital") + get("/who?vital"));
    const auto answer = vital.read_all();
    EXPECT_EQ(status_of(answer), 200);
    EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
    EXPECT_EQ(answer.find("HTTP/1.1", 1), std::string::npos) << "a second answer: " << answer;
    client other(s.port(), tls);
    other.send(get("/who"));
    EXPECT_EQ(status_of(other.read_all()), 503);
    client silent(s.port(), tls);
    EXPECT_EQ(status_of(silent.read_all()), 503) << "and whoever does not say what for";
  }
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
  refused.send(get("/who"));
  EXPECT_EQ(status_of(refused.read_all()), 503) << "the public one is full";
  std::list<client> admins;
  for (std::uint32_t i = 0; i < admin_connections_max; ++i) {
    ASSERT_EQ(asks(admins.emplace_back(s.http->port(listener::admin))), 200) << i;
  }
  EXPECT_EQ(s.http->counters().open, 2u + admin_connections_max);
  client too_many(s.http->port(listener::admin));
  too_many.send(get("/who"));
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

// A request that was on its way when the server decided to end meets no reset: neither on a connection that was
// idle, nor on one that nobody had accepted yet.
TEST(server, a_drain_answers_requests_on_their_way) {
  auto settings = test_settings();
  settings->server.io_threads = 1;
  test_server s(settings);
  client idle(s.port());
  idle.send(get("/canary"));
  EXPECT_EQ(status_of(idle.read_response()), 200);
  std::promise<void> inside, go_on;
  s.http->post(0, [&] {
    inside.set_value();
    go_on.get_future().wait();
  });
  inside.get_future().wait();
  client newcomer(s.port());  // the kernel lets it in; the only I/O thread is held up
  std::thread ends([&] { s.http->stop_accepting(); });
  newcomer.send(get("/canary"));
  go_on.set_value();
  ends.join();
  idle.send(get("/canary"));
  const auto answer = idle.read_all();
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  EXPECT_EQ(status_of(newcomer.read_all()), 200);
  idle.reset();
  newcomer.reset();
  EXPECT_TRUE(s.http->wait_idle(milliseconds{10'000}));
}

TEST(server, an_announced_end_closes_behind_each_answer_and_still_accepts) {
  test_server s;
  client a(s.port());
  a.send(get("/canary"));
  EXPECT_EQ(a.read_response().find("Connection: close"), std::string::npos);
  s.http->announce_end();
  a.send(get("/canary"));
  EXPECT_NE(a.read_all().find("Connection: close"), std::string::npos);
  client b(s.port());
  b.send(get("/canary"));
  const auto answer = b.read_all();
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
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
