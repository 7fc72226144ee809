// The swarm must see what a stream got wrong: it is the judge of order and completeness in the benchmarks.

#include "cli/subscriber_swarm.hpp"

#include "scripted_server.hpp"

#include <gtest/gtest.h>

namespace switchboard::cli {
namespace {

using namespace std::chrono_literals;
using test::scripted_answer;
using test::scripted_server;
using test::seen_request;

const std::string marker = "wamid.TEST";

std::string event(std::uint64_t number, std::uint64_t sequence) {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(number));
  return R"({"subject":"c_1","sequence":)" + std::to_string(sequence) +
         R"(,"data":{"message":{"platformMessageId":")" + marker + digits + R"("}}})";
}

std::string websocket_text(const std::string& json) {
  std::string out = "\x81\x7e";
  out += static_cast<char>(json.size() >> 8);
  out += static_cast<char>(json.size() & 255);
  if (json.size() < 126) out = std::string("\x81") + static_cast<char>(json.size());
  return out + json;
}

const std::string switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

/// Each connection gets these numbers; the n-th connection may get its own.
swarm_report read_all(const std::vector<std::vector<std::uint64_t>>& each, std::uint64_t expected,
                      bool sse = false) {
  scripted_server server([&](const seen_request&, std::size_t n) {
    std::string out = sse ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" : switching;
    std::uint64_t sequence = 0;
    for (const auto number : each[std::min(n, each.size() - 1)]) {
      const std::string json = event(number, ++sequence);
      if (!sse) {
        out += websocket_text(json);
        continue;
      }
      const std::string text = "id: x\ndata: " + json + "\n\n";
      for (const auto& half : {text.substr(0, 30), text.substr(30)}) {
        char size[16];
        std::snprintf(size, sizeof size, "%zx\r\n", half.size());
        out += size + half + "\r\n";
      }
    }
    return scripted_answer{out};
  });
  swarm_plan p;
  p.host = "127.0.0.1";
  p.port = server.port();
  p.subscribers = static_cast<std::uint32_t>(std::max<std::size_t>(each.size(), 2));
  p.sse = sse;
  p.marker = marker;
  p.numbers = expected;
  std::uint64_t wanted = 0;
  for (std::size_t i = 0; i < p.subscribers; ++i) wanted += each[std::min(i, each.size() - 1)].size();
  subscriber_swarm swarm(p);
  const auto started = swarm.start();
  EXPECT_TRUE(started);
  EXPECT_TRUE(swarm.wait_for(wanted, 2s));
  return swarm.finish(expected);
}

TEST(subscriber_swarm, finds_nothing_where_nothing_is_wrong) {
  for (const bool sse : {false, true}) {
    const auto r = read_all({{0, 1, 2, 3, 4}}, 5, sse);
    EXPECT_EQ(r.deliveries, 10u);
    EXPECT_EQ(r.missing + r.repeated + r.out_of_order + r.differing + r.lost, 0u);
  }
}

TEST(subscriber_swarm, sees_a_gap_a_repeat_and_another_order) {
  EXPECT_EQ(read_all({{0, 1, 3}}, 4).missing, 1u);
  EXPECT_EQ(read_all({{0, 1, 1, 2}}, 3).repeated, 1u);
  EXPECT_EQ(read_all({{0, 1, 2}, {0, 2, 1}}, 3).differing, 1u);
  EXPECT_EQ(read_all({{0, 1, 2}, {0, 1}, {0, 1, 2}}, 3).differing, 1u);
}

TEST(subscriber_swarm, measures_from_the_ledger) {
  scripted_server server([](const seen_request&, std::size_t) {
    return scripted_answer{switching + websocket_text(event(0, 1)) + websocket_text(event(3, 2))};
  });
  send_ledger ledger(2);
  const auto now = std::chrono::steady_clock::now();
  ledger.sent(0, now - 2s);
  ledger.sent(1, now - 1s);
  swarm_plan p;
  p.host = "127.0.0.1";
  p.port = server.port();
  p.marker = marker;
  p.numbers = 4;
  p.messages_per_request = 2;
  p.ledger = &ledger;
  subscriber_swarm swarm(p);
  ASSERT_TRUE(swarm.start());
  ASSERT_TRUE(swarm.wait_for(2, 2s));
  const auto r = swarm.finish(2);
  EXPECT_EQ(r.latency.count(), 2u);
  EXPECT_GE(r.latency.at(1), 2s);
  EXPECT_LT(r.latency.at(0), 1900ms);
}

TEST(subscriber_swarm, says_why_it_cannot_subscribe) {
  scripted_server server(
      [](const seen_request&, std::size_t) { return scripted_answer{test::http_answer(401, "")}; });
  swarm_plan p;
  p.host = "127.0.0.1";
  p.port = server.port();
  subscriber_swarm swarm(p);
  const auto started = swarm.start();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().find("--token"), std::string::npos);
}

}  // namespace
}  // namespace switchboard::cli
