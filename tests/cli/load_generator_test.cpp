#include "cli/load_generator.hpp"

#include "scripted_server.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <set>

namespace switchboard::cli {
namespace {

using namespace std::chrono_literals;
using test::http_answer;
using test::scripted_answer;
using test::scripted_server;
using test::seen_request;

/// Requests whose number can be read back on the other side.
class numbered final : public request_source {
 public:
  std::string_view next(std::uint64_t number) override {
    const std::string body = std::to_string(number);
    text_ =
        "POST /n HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    return text_;
  }

 private:
  std::string text_;
};

std::unique_ptr<request_source> make_numbered() {
  return std::make_unique<numbered>();
}

load_plan plan_for(const scripted_server& s) {
  load_plan p;
  p.port = s.port();
  p.connections = 8;
  p.duration = 300ms;
  p.drain_max = 2s;
  return p;
}

TEST(load_generator, sends_exactly_so_many_and_each_number_once) {
  scripted_server server(
      [](const seen_request&, std::size_t) { return scripted_answer{http_answer(200, "ok")}; });
  for (const std::uint32_t threads : {1u, 3u}) {
    const auto before = server.requests().size();
    auto p = plan_for(server);
    p.threads = threads;
    p.requests_max = 500;
    p.first_number = 1'000;
    const auto r = generate(p, make_numbered);
    ASSERT_TRUE(r);
    EXPECT_EQ(r->answered, 500u);
    EXPECT_EQ(r->sent_in_all, 500u);
    EXPECT_EQ(r->by_status[200], 500u);
    EXPECT_EQ(r->latency.count(), 500u);
    EXPECT_EQ(r->unexpected + r->broken + r->unanswered, 0u);
    std::set<std::string> numbers;
    const auto seen = server.requests();
    for (auto i = before; i < seen.size(); ++i) numbers.insert(seen[i].body);
    EXPECT_EQ(numbers.size(), 500u);
    EXPECT_EQ(*numbers.begin(), "1000");
  }
}

TEST(load_generator, counts_what_is_not_as_expected) {
  scripted_server server([](const seen_request&, std::size_t n) {
    if (n % 4 == 0) return scripted_answer{http_answer(503, "busy")};
    return scripted_answer{
        http_answer(200, n % 4 == 1 ? R"({"events":0,"quarantined":1})" : R"({"events":1,"quarantined":0})")};
  });
  auto p = plan_for(server);
  p.requests_max = 400;
  p.expect_body = "\"quarantined\":0";
  const auto r = generate(p, make_numbered);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->answered, 200u);
  EXPECT_EQ(r->unexpected, 200u);
  EXPECT_EQ(r->by_status[503], 100u);
  EXPECT_EQ(r->by_status[200], 300u);
  EXPECT_EQ(r->latency.count(), 200u);
}

TEST(load_generator, survives_connections_that_break_and_close) {
  scripted_server server([](const seen_request&, std::size_t n) {
    if (n % 10 == 3) return scripted_answer{"", true};  // cut off without an answer
    if (n % 10 == 7) return scripted_answer{http_answer(200, "bye", "Connection: close\r\n"), true};
    if (n % 10 == 9) return scripted_answer{"SSH-2.0-what\r\n", true};
    return scripted_answer{http_answer(200, "ok")};
  });
  auto p = plan_for(server);
  p.requests_max = 200;
  const auto r = generate(p, make_numbered);
  ASSERT_TRUE(r);
  EXPECT_EQ(server.requests().size(), 200u);
  EXPECT_EQ(r->answered, 160u);
  EXPECT_EQ(r->broken, 40u);
  EXPECT_EQ(r->unanswered, 40u);
}

TEST(load_generator, takes_answers_in_pieces_and_requests_larger_than_the_socket_buffer) {
  scripted_server server([](const seen_request& r, std::size_t) {
    return scripted_answer{http_answer(200, std::string(300'000, 'x') + std::to_string(r.body.size()))};
  });
  const std::string body(6'000'000, 'b');
  const std::string request =
      "POST / HTTP/1.1\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  for (const char* expect : {"", "6000000"}) {
    auto p = plan_for(server);
    p.connections = 2;
    p.requests_max = 4;
    p.expect_body = expect;
    const auto r = generate(p, [&] { return std::make_unique<fixed_request>(request); });
    ASSERT_TRUE(r);
    EXPECT_EQ(r->answered, 4u);
    EXPECT_EQ(r->bytes_sent, 4 * request.size());
  }
}

TEST(load_generator, keeps_its_rate_in_an_open_loop) {
  scripted_server server(
      [](const seen_request&, std::size_t) { return scripted_answer{http_answer(200, "ok")}; });
  for (const bool poisson : {false, true}) {
    auto p = plan_for(server);
    p.rate = 1'000;
    p.poisson = poisson;
    p.warm_up = 100ms;
    p.duration = 500ms;
    send_ledger ledger(2'000);
    p.ledger = &ledger;
    const auto r = generate(p, make_numbered);
    ASSERT_TRUE(r);
    EXPECT_EQ(r->unanswered, 0u);
    EXPECT_NEAR(static_cast<double>(r->answered), 500, poisson ? 120 : 1);
    EXPECT_NEAR(static_cast<double>(r->sent_in_all), 600, poisson ? 130 : 1);
    for (std::uint64_t n = 1; n < r->sent_in_all; ++n) {
      ASSERT_GT(ledger.at(n), ledger.at(n - 1));
      if (!poisson) {
        ASSERT_NEAR(static_cast<double>(ledger.at(n) - ledger.at(n - 1)), 1e6, 2);
      }
    }
  }
}

TEST(load_generator, does_not_let_a_stall_hide_what_it_kept_from_being_sent) {
  // One stall of 300 ms in a run of 600 ms: a closed loop would record it once or eight times. Of the
  // requests due meanwhile every one waited, the first of them longest.
  scripted_server server([](const seen_request&, std::size_t n) {
    if (n == 200) std::this_thread::sleep_for(300ms);
    return scripted_answer{http_answer(200, "ok")};
  });
  auto p = plan_for(server);
  p.connections = 4;
  p.rate = 1'000;
  p.duration = 600ms;
  const auto r = generate(p, make_numbered);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->answered, 600u);
  EXPECT_GE(r->latency.at(0.99), 250ms);
  EXPECT_GE(r->latency.at(0.80), 100ms);
}

TEST(load_generator, counts_what_was_never_answered) {
  scripted_server server([](const seen_request&, std::size_t n) {
    return scripted_answer{n < 50 ? http_answer(200, "ok") : ""};
  });
  auto p = plan_for(server);
  p.connections = 4;
  p.rate = 500;
  p.duration = 200ms;
  p.drain_max = 200ms;
  const auto r = generate(p, make_numbered);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->answered, 50u);
  EXPECT_EQ(r->answered + r->unanswered, 100u);
  EXPECT_EQ(r->latency.count(), 100u);
  EXPECT_GE(r->latency.at(0.99), 200ms);
}

TEST(load_generator, counts_in_a_closed_loop_by_when_the_answer_came) {
  // Sent in the warm-up, answered in the measured time: one of its answers, or slow servers look slower still.
  scripted_server server([](const seen_request&, std::size_t) {
    std::this_thread::sleep_for(400ms);
    return scripted_answer{http_answer(200, "ok")};
  });
  auto p = plan_for(server);
  p.connections = 1;
  p.warm_up = 100ms;
  p.duration = 650ms;
  const auto r = generate(p, make_numbered);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->answered, 1u);
  EXPECT_EQ(r->unanswered, 0u);
}

TEST(load_generator, says_when_nobody_is_there) {
  load_plan p;
  p.port = free_port();
  const auto r = generate(p, make_numbered);
  ASSERT_FALSE(r);
  EXPECT_NE(r.error().find("is the engine running"), std::string::npos);
}

TEST(load_report, is_void_when_the_generator_itself_was_late) {
  load_report r;
  r.answered = 100'000;
  r.late = 100;
  EXPECT_FALSE(r.is_void());
  r.late = 101;
  EXPECT_TRUE(r.is_void());
}

}  // namespace
}  // namespace switchboard::cli
