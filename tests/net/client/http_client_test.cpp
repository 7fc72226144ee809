// What the client tells of a call: whether the other side may have acted is what decides if it may be made again.

#include "net/client/http_client.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace switchboard::net::client {
namespace {

using namespace std::chrono_literals;

/// Serves connections one after the other, by hand.
class hand_server {
 public:
  /// `serve`: of the n-th connection, from 0; the socket is closed behind it.
  explicit hand_server(std::function<void(int socket, int n)> serve) : serve_(std::move(serve)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&a), sizeof a), 0);
    EXPECT_EQ(::listen(listener_, 16), 0);
    socklen_t size = sizeof a;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&a), &size);
    port_ = ntohs(a.sin_port);
    thread_ = std::thread([this] {
      for (int n = 0;; ++n) {
        const int s = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (s < 0) return;
        serve_(s, n);
        ::close(s);
      }
    });
  }
  ~hand_server() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  hand_server(const hand_server&) = delete;
  hand_server& operator=(const hand_server&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/x"; }

 private:
  std::function<void(int, int)> serve_;
  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
};

/// A whole request with a body of this length; "" where the peer left before.
std::string read_request(int s, std::size_t body) {
  std::string got;
  char buffer[4096];
  for (;;) {
    const auto end = got.find("\r\n\r\n");
    if (end != std::string::npos && got.size() >= end + 4 + body) return got;
    const auto n = ::recv(s, buffer, sizeof buffer, 0);
    if (n <= 0) return {};
    got.append(buffer, static_cast<std::size_t>(n));
  }
}

void say(int s, const std::string& text) {
  (void)::send(s, text.data(), text.size(), MSG_NOSIGNAL);
}

std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\nX-A: b \r\n\r\n" + body;
}

/// Waits until the peer leaves.
void wait_for_end(int s) {
  char c = 0;
  while (::recv(s, &c, 1, 0) > 0) {
  }
}

void reset(int s) {
  const linger at_once{1, 0};
  ::setsockopt(s, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

result call(http_client& c, request r) {
  std::promise<result> got;
  c.perform(std::move(r), [&](result&& g) { got.set_value(std::move(g)); });
  return got.get_future().get();
}

request post(const hand_server& s, std::string body = "hello") {
  return {.url = s.url(), .headers = {{"Content-Type", "text/plain"}}, .body = std::move(body)};
}

TEST(http_client_test, an_answer_is_told_as_it_is) {
  std::string seen;
  const hand_server server([&](int s, int) {
    seen = read_request(s, 5);
    say(s, ok("hi"));
    wait_for_end(s);
  });
  http_client c({});
  const auto got = call(c, post(server));
  EXPECT_EQ(got.what, reached::answered);
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "hi");
  EXPECT_EQ(got.headers.back(), (std::pair<std::string, std::string>{"x-a", "b"}));
  EXPECT_TRUE(seen.starts_with("POST /x HTTP/1.1\r\n"));
  EXPECT_NE(seen.find("Content-Type: text/plain\r\n"), std::string::npos);
  EXPECT_EQ(seen.find("Expect"), std::string::npos);
  c.stop();
}

TEST(http_client_test, whatever_is_not_asked_for_has_a_body) {
  std::vector<std::string> seen;
  const hand_server server([&](int s, int) {
    for (const std::size_t body : {5u, 0u}) {
      seen.push_back(read_request(s, body));
      say(s, ok("hi"));
    }
    wait_for_end(s);
  });
  http_client c({});
  auto put = post(server);
  put.method = "PUT";
  EXPECT_EQ(call(c, request(put)).status, 200);
  put.body.clear();
  EXPECT_EQ(call(c, request(put)).status, 200);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_TRUE(seen[0].starts_with("PUT /x HTTP/1.1\r\n"));
  EXPECT_TRUE(seen[0].ends_with("\r\n\r\nhello")) << seen[0];
  EXPECT_NE(seen[1].find("Content-Length: 0\r\n"), std::string::npos) << seen[1];
  c.stop();
}

TEST(http_client_test, connections_are_used_again) {
  std::atomic<int> connections{0};
  const hand_server server([&](int s, int) {
    ++connections;
    while (!read_request(s, 5).empty()) say(s, ok("hi"));
  });
  http_client c({});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(call(c, post(server)).status, 200);
  EXPECT_EQ(connections, 1);
  c.stop();
}

TEST(http_client_test, a_pooled_connection_that_dies_behind_the_body_is_no_reason_to_send_it_again) {
  std::atomic<int> requests{0};
  const hand_server server([&](int s, int n) {
    if (!read_request(s, 5).empty()) ++requests;
    say(s, ok("hi"));
    if (n > 0) return wait_for_end(s);
    if (!read_request(s, 5).empty()) ++requests;  // the second on this connection: taken, and never answered
  });
  http_client c({});
  EXPECT_EQ(call(c, post(server)).what, reached::answered);
  const auto got = call(c, post(server));
  EXPECT_EQ(got.what, reached::no_answer) << got.status;
  EXPECT_EQ(requests, 2);
  c.stop();
}

TEST(http_client_test, nobody_there_is_not_sent) {
  std::string url;
  {
    const hand_server gone([](int, int) {});
    url = gone.url();
  }
  http_client c({});
  const auto got = call(c, {.url = url, .body = "x"});
  EXPECT_EQ(got.what, reached::not_sent);
  EXPECT_FALSE(got.why.empty());
  EXPECT_EQ(call(c, {.url = "http://name.invalid/", .body = "x"}).what, reached::not_sent);
  EXPECT_EQ(call(c, {.url = "file:///etc/hostname", .body = "x"}).what, reached::not_sent);
}

TEST(http_client_test, no_answer_in_time_is_no_answer) {
  const hand_server server([](int s, int) {
    (void)read_request(s, 5);
    wait_for_end(s);
  });
  http_client c({});
  auto r = post(server);
  r.timeout = 50ms;
  EXPECT_EQ(call(c, std::move(r)).what, reached::no_answer);
}

TEST(http_client_test, half_an_answer_is_no_answer) {
  const hand_server server([](int s, int n) {
    (void)read_request(s, 5);
    say(s, n == 0 ? "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal" : "HTTP/1.1 200 O");
    reset(s);
  });
  http_client c({});
  for (int i = 0; i < 2; ++i) {
    const auto got = call(c, post(server));
    EXPECT_EQ(got.what, reached::no_answer);
    EXPECT_TRUE(got.body.empty());
  }
}

TEST(http_client_test, too_large_an_answer_is_no_answer) {
  const hand_server server([](int s, int) {
    (void)read_request(s, 5);
    say(s, ok(std::string(2'000, 'x')));
    wait_for_end(s);
  });
  http_client c({.answer_bytes_max = 1'000});
  const auto got = call(c, post(server));
  EXPECT_EQ(got.what, reached::no_answer);
  EXPECT_EQ(got.why, "the answer is larger than is taken");
}

TEST(http_client_test, an_address_is_asked_about_for_each_request_also_on_a_kept_connection) {
  std::atomic<int> connections{0}, requests{0};
  const hand_server server([&](int s, int) {
    ++connections;
    while (!read_request(s, 0).empty()) {
      ++requests;
      say(s, ok("hi"));
    }
  });
  http_client c({.may_reach = [](std::span<const std::uint8_t> a) { return a.size() == 4 && a[0] != 127; }});
  const request to_server{.method = "GET", .url = server.url()};
  EXPECT_EQ(call(c, to_server).by, cut::address);
  EXPECT_EQ(connections, 0);
  auto trusted = to_server;
  trusted.to_any_address = true;
  EXPECT_EQ(call(c, trusted).body, "hi");
  const auto got = call(c, to_server);
  EXPECT_EQ(got.by, cut::address) << "the connection is there, and is not for this one";
  EXPECT_NE(got.what, reached::answered);
  EXPECT_EQ(call(c, trusted).body, "hi");
  EXPECT_EQ(requests, 2);
}

TEST(http_client_test, one_request_may_have_a_smaller_answer_than_the_others) {
  const hand_server server([](int s, int) {
    while (!read_request(s, 5).empty()) say(s, ok(std::string(500, 'x')));
  });
  http_client c({.answer_bytes_max = 1'000});
  EXPECT_EQ(call(c, post(server)).body.size(), 500u);
  auto small = post(server);
  small.answer_bytes_max = 499;
  const auto got = call(c, small);
  EXPECT_EQ(got.by, cut::too_large);
  EXPECT_TRUE(got.body.empty());
}

TEST(http_client_test, a_host_is_read_as_libcurl_reads_it) {
  EXPECT_EQ(host_of("https://a.example:443/x"), "a.example");
  EXPECT_EQ(host_of("https://b.example@a.example/"), "a.example");
  EXPECT_EQ(host_of("https://[::1]/"), "::1");
  EXPECT_EQ(host_of("https://0x7f.1/"), "127.0.0.1");
  EXPECT_EQ(host_of("not a url"), "");
}

TEST(http_client_test, redirects_are_answers) {
  const hand_server server([](int s, int) {
    (void)read_request(s, 5);
    say(s, "HTTP/1.1 307 Elsewhere\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n");
    wait_for_end(s);
  });
  http_client c({});
  EXPECT_EQ(call(c, post(server)).status, 307);
  c.stop();
}

TEST(http_client_test, more_than_may_be_open_wait_for_their_turn) {
  const hand_server server([](int s, int) {
    for (std::string seen = read_request(s, 2); !seen.empty(); seen = read_request(s, 2))
      say(s, ok(seen.substr(seen.size() - 2)));
  });
  http_client c({.connections_max = 1});
  std::vector<std::promise<result>> got(50);
  for (std::size_t i = 0; i < got.size(); ++i)
    c.perform(post(server, std::to_string(10 + i)), [&, i](result&& r) { got[i].set_value(std::move(r)); });
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_EQ(got[i].get_future().get().body, std::to_string(10 + i));
  c.stop();
}

TEST(http_client_test, a_handle_carries_nothing_over_to_its_next_request) {
  std::vector<std::string> seen;
  const hand_server server([&](int s, int) {
    seen.push_back(read_request(s, seen.empty() ? 0 : 5));
    say(s, ok(std::string(1'000, 'x')));
    wait_for_end(s);
  });
  http_client c({});
  auto first = post(server, "");
  first.method = "DELETE";
  first.headers.emplace_back("X-First", "1");
  first.answer_bytes_max = 10;
  first.leads_to = server.url().substr(7, server.url().size() - 9);
  first.once = true;
  first.url = "http://elsewhere.test/x";
  EXPECT_EQ(call(c, std::move(first)).by, cut::too_large);
  const auto second = call(c, post(server));
  EXPECT_EQ(second.body.size(), 1'000u) << second.why;
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_TRUE(seen[0].starts_with("DELETE /x")) << seen[0];
  EXPECT_TRUE(seen[1].starts_with("POST /x")) << seen[1];
  EXPECT_EQ(seen[1].find("X-First"), std::string::npos);
  c.stop();
}

TEST(http_client_test, the_end_tells_everybody_once) {
  const hand_server server([](int s, int) {
    (void)read_request(s, 5);
    wait_for_end(s);
  });
  auto c = std::make_unique<http_client>(options{});
  std::vector<std::promise<result>> got(3);
  for (auto& g : got) c->perform(post(server), [&](result&& r) { g.set_value(std::move(r)); });
  c->stop();
  for (auto& g : got) EXPECT_NE(g.get_future().get().what, reached::answered);
  std::promise<result> late;
  c->perform(post(server), [&](result&& r) { late.set_value(std::move(r)); });
  EXPECT_EQ(late.get_future().get().what, reached::not_sent);
}

}  // namespace
}  // namespace switchboard::net::client
