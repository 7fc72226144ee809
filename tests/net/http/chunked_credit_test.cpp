// Bodies in chunks, whose size nobody announces, from sockets to admission: what is buffered is paid for.
#include "harness.hpp"
#include "net/admission.hpp"
#include "net/http/input_buffer.hpp"
#include "net/webhook.hpp"
#include "tests/net/api/parts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <list>

namespace switchboard::net::http {
namespace {

using namespace http::testing;

constexpr std::uint64_t kib = 1 << 10, mib = 1 << 20;

/// Only webhooks; the engine keeps what is handed in.
class webhook_routes final : public handler {
 public:
  explicit webhook_routes(webhook& w) : webhooks_(w) {}
  body_verdict head(listener, const request& r, std::uint64_t announced, bool chunked) override {
    return webhooks_.head(r, announced, chunked);
  }
  void handle(listener, exchange_ptr x) override { webhooks_.handle(x); }

 private:
  webhook& webhooks_;
};

class chunked_credit : public ::testing::Test {
 protected:
  static std::shared_ptr<config::settings> with(std::uint64_t bytes_max) {
    auto s = net::testing::some_settings();
    s->server = test_settings()->server;
    s->server.io_threads = 1;
    s->limits.bytes_in_flight_max = bytes_max;
    return s;
  }
  void start(std::uint64_t bytes_max) {
    settings = with(bytes_max);
    credits = std::make_unique<admission>(*settings);
    webhooks = std::make_unique<webhook>(*credits, settings);
    engine = std::make_unique<net::testing::fake_engine>(settings);
    auto started = server::start(settings, std::make_shared<webhook_routes>(*webhooks));
    ASSERT_TRUE(started) << started.error().what;
    http = std::move(*started);
    webhooks->serve(engine.get(), http.get());
  }
  void TearDown() override {
    if (http) http->stop();
    if (engine) engine->ingested.clear();
  }

  [[nodiscard]] client& connect() { return clients.emplace_back(http->port(listener::open)); }
  static std::string head(const std::string& fields = {}) {
    return "POST /webhooks/meta HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n" + fields + "\r\n";
  }
  static std::string chunk(std::size_t bytes) {
    char size[24];
    std::snprintf(size, sizeof size, "%zx\r\n", bytes);
    return size + std::string(bytes, ' ') + "\r\n";
  }
  static constexpr std::string_view end = "0\r\n\r\n";
  [[nodiscard]] std::uint64_t read() const { return http->counters().bytes_in; }
  [[nodiscard]] std::uint64_t held() const { return credits->bytes_in_flight(); }
  void expect_all_given_back() {
    EXPECT_TRUE(eventually([&] { return held() == 0 && credits->events_in_flight() == 0; })) << held();
  }

  std::shared_ptr<config::settings> settings;
  std::unique_ptr<admission> credits;
  std::unique_ptr<webhook> webhooks;
  std::unique_ptr<net::testing::fake_engine> engine;
  std::unique_ptr<server> http;
  std::list<client> clients;
};

TEST_F(chunked_credit, covers_what_is_buffered_while_it_comes_and_is_given_back) {
  start(64 * mib);
  auto& c = connect();
  std::string sent = head();
  c.send(sent);
  EXPECT_TRUE(eventually([&] { return held() == 64 * kib; })) << held();
  for (const std::size_t size : {1u * kib, 60u * kib, 300u * kib, 1'000u * kib, 2'000u * kib}) {
    const auto piece = chunk(size);
    sent += piece;
    ASSERT_TRUE(c.send(piece));
    ASSERT_TRUE(eventually([&] { return read() == sent.size(); })) << size;
    EXPECT_GE(held(), sent.size()) << size;
    EXPECT_LE(held(), 2 * sent.size() + 64 * kib) << size;
    EXPECT_EQ(credits->events_in_flight(), 1u);
  }
  c.send(end);
  EXPECT_EQ(status_of(c.read_response()), 401) << "it is not signed";
  expect_all_given_back();
}

// Many who are nobody: together they never get more than large bodies may have.
TEST_F(chunked_credit, is_never_more_than_the_limit_however_many_strangers_send) {
  start(16 * mib);
  const auto piece = chunk(500 * kib);
  for (int i = 0; i < 40; ++i) connect().send(head());
  for (int round = 0; round < 7; ++round) {
    for (auto& c : clients) {
      c.send(piece);  // false once it is refused and gone
      EXPECT_LE(held(), 8 * mib + clients.size() * 64 * kib);
    }
  }
  int refused = 0, accepted = 0;
  for (auto& c : clients) {
    c.send(end);
    const auto answer = c.read_response();
    refused += status_of(answer) == 503;
    accepted += status_of(answer) == 401;
    if (status_of(answer) != 503) continue;
    EXPECT_NE(answer.find("\r\nRetry-After: 1\r\n"), std::string::npos);
    EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos);
    EXPECT_NE(answer.find("overloaded"), std::string::npos);
  }
  EXPECT_GT(refused, 0);
  EXPECT_GT(accepted, 0) << "what had its credit is read to the end";
  EXPECT_EQ(refused + accepted, 40);
  EXPECT_EQ(webhooks->counters().shed_for(shed_reason::credit), static_cast<std::uint64_t>(refused));
  expect_all_given_back();
}

TEST_F(chunked_credit, leaves_room_for_small_bodies) {
  start(2 * mib);
  for (int i = 0; i < 3; ++i) connect().send(head() + chunk(700 * kib));
  EXPECT_TRUE(eventually([&] { return held() >= 700 * kib; }));
  auto& small = connect();
  small.send("POST /webhooks/meta HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_EQ(status_of(small.read_response()), 401) << "taken in; it is only not signed";
}

TEST_F(chunked_credit, of_one_alone_is_enough_for_the_largest_body) {
  start(mib);
  auto& c = connect();
  const std::size_t size = settings->limits.webhook_body_bytes_max;
  c.send(head() + chunk(size) + std::string(end));
  EXPECT_EQ(status_of(c.read_response()), 401) << "or it could never be delivered";
  expect_all_given_back();
}

TEST_F(chunked_credit, comes_back_when_the_sender_goes_away) {
  start(64 * mib);
  auto& c = connect();
  c.send(head() + chunk(mib));
  EXPECT_TRUE(eventually([&] { return held() >= mib; }));
  c.reset();
  expect_all_given_back();
}

// The signed ones are as they were: whole, and held until they are durable.
TEST_F(chunked_credit, of_a_signed_body_is_held_until_it_is_durable) {
  start(64 * mib);
  std::string body =
      R"({"object":"whatsapp_business_account","entry":[])" + std::string(300 * kib, ' ') + "}";
  const auto signature = platforms::functions_of(platforms::kind::meta).sign(body, "s3cret");
  char size[24];
  std::snprintf(size, sizeof size, "%zx\r\n", body.size());
  auto& c = connect();
  c.send(head(signature.first + ": " + signature.second + "\r\n") + size + body + "\r\n" + std::string(end));
  std::vector<actors::ticket_ptr> tickets;
  EXPECT_TRUE(eventually([&] {
    std::promise<void> looked;
    http->post(0, [&] {
      if (!engine->ingested.empty()) tickets.push_back(std::move(engine->ingested.front().ticket));
      engine->ingested.clear();
      looked.set_value();
    });
    looked.get_future().wait();
    return !tickets.empty();
  }));
  EXPECT_GE(held(), body.size());
  for (const auto& t : tickets) ASSERT_TRUE(t->settle(actors::commit_state::durable));
  webhooks->committed(std::move(tickets));
  EXPECT_EQ(status_of(c.read_response()), 200);
  expect_all_given_back();
}

// A large body leaves no large buffer behind, also where the next request has begun already.
TEST(input_buffer, shrinks_around_what_has_come_of_the_next_request) {
  input_buffer b;
  b.reserve(4 * mib);
  std::fill_n(b.free_space(), mib, 'x');
  b.filled(mib);
  const std::string_view next = "GET /v1";
  next.copy(b.free_space(), next.size());
  b.filled(next.size());
  b.consume(mib);
  b.shrink();
  EXPECT_EQ(b.view(), next);
  EXPECT_LE(b.size() + b.room(), input_buffer::bytes_kept_max);
  b.consume(next.size());
  EXPECT_EQ(b.size(), 0u);
}

}  // namespace
}  // namespace switchboard::net::http
