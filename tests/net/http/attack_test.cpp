// The table of attacks over real sockets, each with a canary request behind it that must never run; and the
// attacks that need time, bulk or a broken connection.
#include "attacks.hpp"
#include "harness.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace switchboard::net::http {
namespace {

using namespace testing;
using std::chrono::milliseconds;

const std::string canary = get("/canary");

/// Most of what is waited for here is there within microseconds: it is looked for so long before anyone sleeps.
template <class Condition>
bool soon(Condition&& holds) {
  for (int i = 0; i < 2'000; ++i) {
    if (holds()) return true;
    std::this_thread::yield();
  }
  return eventually(holds);
}

/// Sends the attack, cut at `cut`, then the canary; checks the answer and that nothing behind it ran.
void strike(test_server& s, const attack& a, bool tls, std::size_t cut) {
  const auto stored = s.routes->stored.load();
  const auto before = s.http->counters();
  client c(s.port(), tls);
  ASSERT_TRUE(c.connected());
  if (cut > 0) {
    c.send(std::string_view(a.bytes).substr(0, cut));
    ASSERT_TRUE(soon([&] {
      const auto now = s.http->counters();
      return now.bytes_in - before.bytes_in >= cut || now.gate_refusals > before.gate_refusals;
    }));
  }
  c.send(a.bytes.substr(cut) + canary);
  const auto answer = c.read_all();
  EXPECT_EQ(status_of(answer), a.status) << answer.substr(0, 300);
  if (a.executes) {
    EXPECT_EQ(s.routes->stored.load(), stored + 1);
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  } else {
    EXPECT_EQ(s.routes->stored.load(), stored);
    EXPECT_NE(answer.find("application/problem+json"), std::string::npos);
  }
  EXPECT_EQ(s.routes->canaries.load(), 0);
}

/// Every byte in a packet (a record) of its own.
void dribble(test_server& s, const attack& a, bool tls) {
  client c(s.port(), tls);
  ASSERT_TRUE(c.connected());
  const auto before = s.http->counters();
  std::uint64_t sent = 0;
  for (const char byte : a.bytes + canary) {
    if (!c.send({&byte, 1})) break;
    ++sent;
    ASSERT_TRUE(soon([&] {
      const auto now = s.http->counters();
      return now.bytes_in - before.bytes_in >= sent || now.gate_refusals > before.gate_refusals;
    }));
    if (s.http->counters().gate_refusals > before.gate_refusals) break;
  }
  EXPECT_EQ(status_of(c.read_all()), a.status);
  EXPECT_EQ(s.routes->canaries.load(), 0);
}

constexpr std::size_t short_bytes = 400;

/// Every place; of those that are made of bulk a sample: the first bytes, the powers of two, the last.
std::vector<std::size_t> cuts_of(const attack& a) {
  std::vector<std::size_t> cuts;
  for (std::size_t cut = 1; cut < a.bytes.size();
       cut += cut < short_bytes / 8 || a.bytes.size() <= short_bytes ? 1 : cut)
    cuts.push_back(cut);
  if (a.bytes.size() > short_bytes) cuts.push_back(a.bytes.size() - 1);
  return cuts;
}

class attack_table : public ::testing::TestWithParam<bool> {};

TEST_P(attack_table, whole) {
  test_server s(test_settings(GetParam()));
  for (const auto& a : attacks()) {
    if (a.bytes.empty()) continue;
    SCOPED_TRACE("H" + std::to_string(a.number) + " " + a.name);
    strike(s, a, GetParam(), 0);
  }
}

TEST_P(attack_table, every_byte_alone) {
  test_server s(test_settings(GetParam()));
  for (const auto& a : attacks()) {
    if (a.bytes.empty() || a.bytes.size() > short_bytes) continue;
    SCOPED_TRACE("H" + std::to_string(a.number) + " " + a.name);
    dribble(s, a, GetParam());
  }
}

TEST_P(attack_table, split_at_every_byte) {
  test_server s(test_settings(GetParam()));
  for (const auto& a : attacks()) {
    SCOPED_TRACE("H" + std::to_string(a.number) + " " + a.name);
    for (const auto cut : cuts_of(a)) {
      strike(s, a, GetParam(), cut);
      if (HasFailure()) FAIL() << "cut at " << cut;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(over, attack_table, ::testing::Bool(),
                         [](const auto& over) { return over.param ? "tls" : "plain"; });

class attack_story : public ::testing::TestWithParam<bool> {};

// H28: what has announced more than it sends is no request.
TEST_P(attack_story, a_cut_body_stores_nothing) {
  test_server s(test_settings(GetParam()));
  for (const auto& bytes :
       {post("Content-Length: 50\r\n", "hello"), chunked("5\r\nhello\r\n"), chunked("5\r\nhel")}) {
    client c(s.port(), GetParam());
    c.send(bytes);
    c.half_close();
    EXPECT_EQ(c.read_all(), "");
  }
  EXPECT_EQ(s.routes->stored, 0);
  EXPECT_TRUE(eventually([&] { return s.http->counters().open == 0; }));
}

std::shared_ptr<config::settings> hasty(bool tls) {
  auto s = test_settings(tls);
  s->limits.head_timeout = milliseconds{200};
  s->limits.body_timeout = milliseconds{200};
  s->limits.idle_timeout = milliseconds{200};
  s->limits.write_timeout = milliseconds{200};
  s->limits.tls_handshake_timeout = milliseconds{200};
  s->limits.body_rate_min = 1'000'000'000;
  return s;
}

// H80
TEST_P(attack_story, a_slow_head_is_408) {
  test_server s(hasty(GetParam()));
  client c(s.port(), GetParam());
  c.send("GET /canary HTTP/1.1\r\nHost:");
  const auto answer = c.read_all();
  EXPECT_EQ(status_of(answer), 408);
  EXPECT_NE(answer.find("\"request-timeout\""), std::string::npos);
  EXPECT_EQ(s.http->counters().timeouts, 1u);
}

// H48, H81
TEST_P(attack_story, a_slow_body_is_408) {
  test_server s(hasty(GetParam()));
  for (const auto& bytes : {post("Content-Length: 500\r\n", "hello"), chunked("5\r\nhello\r\n")}) {
    client c(s.port(), GetParam());
    c.send(bytes);
    EXPECT_EQ(status_of(c.read_all()), 408);
  }
  EXPECT_EQ(s.routes->stored, 0);
}

// A body that keeps the rate may take longer than the timeout.
TEST_P(attack_story, a_body_that_moves_is_waited_for) {
  auto settings = hasty(GetParam());
  settings->limits.body_rate_min = 1;
  test_server s(settings);
  client c(s.port(), GetParam());
  c.send(post("Content-Length: 10\r\n", "hello"));
  client bystander(s.port(), GetParam());
  EXPECT_EQ(bystander.read_all(), "") << "closed by the same clock, later than 200 ms";
  c.send("world");
  EXPECT_EQ(status_of(c.read_response()), 200);
}

// H82, H63
TEST(attack_apart, a_slow_tls_hello_is_closed) {
  auto settings = test_settings(true);
  settings->limits.tls_handshake_timeout = milliseconds{200};
  test_server s(settings);
  client silent(s.port());
  silent.send("\x16\x03\x01");
  EXPECT_EQ(silent.read_all(), "");
  client plain(s.port());
  plain.send(canary);
  EXPECT_EQ(status_of(plain.read_all()), 0) << "HTTP on the TLS port";
  EXPECT_EQ(s.routes->canaries, 0);
}

// H83
TEST_P(attack_story, a_reader_that_does_not_read_is_closed) {
  test_server s(hasty(GetParam()));
  client c(s.port(), GetParam(), 4'096);
  c.send(get("/big"));
  EXPECT_TRUE(eventually([&] { return s.http->counters().timeouts == 1; }));
  EXPECT_TRUE(eventually([&] { return s.http->counters().open == 0; }));
}

// H84
TEST_P(attack_story, an_idle_connection_is_closed) {
  test_server s(hasty(GetParam()));
  client c(s.port(), GetParam());
  c.send(canary);
  EXPECT_EQ(status_of(c.read_response()), 200);
  EXPECT_EQ(c.read_all(), "");
}

// H85, in small; with ten thousand: tests/e2e/idle_connections_test.cpp.
TEST_P(attack_story, idle_connections_harm_nobody) {
  test_server s(test_settings(GetParam()));
  std::vector<std::unique_ptr<client>> idle;
  for (int i = 0; i < 400; ++i) {
    idle.push_back(std::make_unique<client>(s.port(), GetParam()));
    idle.back()->send("GET /canary HTTP/1.1\r\n");
  }
  client c(s.port(), GetParam());
  for (int i = 0; i < 100; ++i) {
    c.send(post("Content-Length: 5\r\n", "hello"));
    ASSERT_EQ(status_of(c.read_response()), 200);
  }
  EXPECT_EQ(s.routes->stored, 100);
}

// H86
TEST(attack_apart, a_thousand_pipelined_requests_are_answered_in_order) {
  for (const bool tls : {false, true}) {
    test_server s(test_settings(tls));
    client c(s.port(), tls);
    std::string all;
    for (int i = 0; i < 1'000; ++i) all += get("/echo?" + std::to_string(i));
    c.send(all);
    for (int i = 0; i < 1'000; ++i) {
      const auto r = c.read_response();
      ASSERT_TRUE(r.ends_with("\r\n\r\n" + std::to_string(i))) << r;
    }
  }
}

// H87
TEST_P(attack_story, half_close_is_answered_and_reset_stores_nothing) {
  test_server s(test_settings(GetParam()));
  client half(s.port(), GetParam());
  half.send(post("Content-Length: 5\r\n", "hello"));
  half.half_close();
  EXPECT_EQ(status_of(half.read_all()), 200);
  EXPECT_EQ(s.routes->stored, 1);

  client cut(s.port(), GetParam());
  cut.send(post("Content-Length: 500\r\n", "hello"));
  EXPECT_TRUE(eventually([&] { return s.routes->heads == 2; }));
  cut.reset();
  EXPECT_TRUE(eventually([&] { return s.http->counters().open == 0; }));
  EXPECT_EQ(s.routes->stored, 1);

  client gone(s.port(), GetParam());  // leaves while its request is being answered
  gone.send(get("/later"));
  auto waiting = s.routes->take_later(1);
  ASSERT_EQ(waiting.size(), 1u);
  gone.reset();
  waiting.front()->respond({});
  waiting.clear();
  EXPECT_TRUE(eventually([&] { return s.http->counters().open == 0; }));
}

// H88
TEST_P(attack_story, ten_thousand_requests_on_one_connection) {
  test_server s(test_settings(GetParam()));
  client c(s.port(), GetParam());
  for (int i = 0; i < 10'000; ++i) {
    c.send(post("Content-Length: 5\r\n", "hello"));
    ASSERT_EQ(status_of(c.read_response()), 200) << i;
  }
  EXPECT_EQ(s.routes->stored, 10'000);
  EXPECT_EQ(s.http->counters().accepted, 1u);
}

INSTANTIATE_TEST_SUITE_P(over, attack_story, ::testing::Bool(),
                         [](const auto& over) { return over.param ? "tls" : "plain"; });

}  // namespace
}  // namespace switchboard::net::http
