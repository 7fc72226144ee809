// A stream's connection: what comes is told in order and whole, a reader that stops is waited for, and whatever ends it
// is told once.

#include "net/client/websocket_client.hpp"

#include "tests/fake_platform/jetstream.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchboard::net::client {
namespace {

using namespace std::chrono_literals;
using fake_platform::stream_fault;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A connection and what it told, on this thread.
class websocket_client_test : public testing::Test {
 protected:
  std::shared_ptr<websocket_client> connect(websocket_options o) {
    return websocket_client::connect(loop_.get_executor(), std::move(o),
                                     {.opened = [this] { ++opened_; },
                                      .message =
                                          [this](std::string_view m) {
                                            got_.emplace_back(m);
                                            return got_.size() != pause_after_;
                                          },
                                      .closed = [this](const std::string& why) { closed_.push_back(why); }});
  }
  std::shared_ptr<websocket_client> connect() { return connect({.url = server_.url()}); }
  /// Turns the loop until it is so.
  template <class Condition>
  bool run_until(Condition is_so) {
    const auto until = std::chrono::steady_clock::now() + 60s;
    while (!is_so()) {
      if (std::chrono::steady_clock::now() > until) return false;
      loop_.restart();
      loop_.run_one_for(100ms);
    }
    return true;
  }
  void fill(int frames) {
    for (int i = 1; i <= frames; ++i)
      server_.add(static_cast<std::uint64_t>(i), "frame " + std::to_string(i));
  }

  fake_platform::jetstream server_;
  boost::asio::io_context loop_;
  int opened_ = 0;
  std::vector<std::string> got_, closed_;
  std::size_t pause_after_ = 0;
};

TEST_F(websocket_client_test, tells_each_message_in_order) {
  fill(3);
  const auto c = connect({.url = server_.url(), .target = "/subscribe?cursor=2"});
  ASSERT_TRUE(run_until([&] { return got_.size() == 2; }));
  EXPECT_THAT(got_, ElementsAre("frame 2", "frame 3"));
  EXPECT_EQ(opened_, 1);
  EXPECT_THAT(server_.targets(), ElementsAre("/subscribe?cursor=2"));
  server_.add(4, "frame 4");
  ASSERT_TRUE(run_until([&] { return got_.size() == 3; }));
  EXPECT_THAT(closed_, IsEmpty());
}

TEST_F(websocket_client_test, waits_for_a_reader_that_stops) {
  fill(50);
  pause_after_ = 10;
  const auto c = connect({.url = server_.url(), .target = "/?cursor=0"});
  ASSERT_TRUE(run_until([&] { return got_.size() == 10; }));
  loop_.restart();
  loop_.run_for(50ms);
  EXPECT_EQ(got_.size(), 10u);
  c->resume();
  ASSERT_TRUE(run_until([&] { return got_.size() == 50; }));
  EXPECT_EQ(got_.back(), "frame 50");
  c->resume();  // nobody had stopped
  server_.add(51, "frame 51");
  ASSERT_TRUE(run_until([&] { return got_.size() == 51; }));
}

TEST_F(websocket_client_test, tells_once_that_and_why_it_ended) {
  fill(5);
  const struct {
    stream_fault with;
    std::size_t after;
    std::size_t messages;
  } rows[] = {{stream_fault::refuse, 0, 0},  {stream_fault::close, 2, 2},
              {stream_fault::reset, 3, 3},   {stream_fault::half_frame, 1, 1},
              {stream_fault::silence, 4, 4}, {stream_fault::no_answer, 0, 0}};
  for (const auto& row : rows) {
    got_.clear();
    closed_.clear();
    server_.next({{row.with, row.after}});
    const auto c = connect(
        {.url = server_.url(), .target = "/?cursor=0", .connect_timeout = 300ms, .idle_timeout = 300ms});
    ASSERT_TRUE(run_until([&] { return !closed_.empty(); })) << static_cast<int>(row.with);
    loop_.restart();
    loop_.run_for(20ms);
    EXPECT_EQ(closed_.size(), 1u) << static_cast<int>(row.with);
    EXPECT_FALSE(closed_.at(0).empty());
    EXPECT_LE(got_.size(), row.messages) << "a reset may overtake what was sent before it";
    if (row.with == stream_fault::close || row.with == stream_fault::silence) {
      EXPECT_EQ(got_.size(), row.messages);
    }
  }
}

TEST_F(websocket_client_test, takes_no_message_beyond_its_limit) {
  server_.add(1, std::string(2000, 'x'));
  server_.add(2, std::string(2001, 'x'));
  const auto c = connect({.url = server_.url(), .target = "/?cursor=0", .message_bytes_max = 2000});
  ASSERT_TRUE(run_until([&] { return !closed_.empty(); }));
  EXPECT_EQ(got_.size(), 1u);
}

TEST_F(websocket_client_test, tells_also_what_never_began) {
  for (const char* url : {"http://127.0.0.1:1", "ws://", "ws://127.0.0.1:1", "wss://127.0.0.1:1"}) {
    closed_.clear();
    const auto c = connect({.url = url});
    EXPECT_THAT(closed_, IsEmpty()) << "not before connect() has returned";
    ASSERT_TRUE(run_until([&] { return !closed_.empty(); })) << url;
  }
  closed_.clear();
  const auto c = connect({.url = "wss://127.0.0.1:1", .ca_file = "/nonexistent.pem"});
  ASSERT_TRUE(run_until([&] { return !closed_.empty(); }));
  EXPECT_THAT(closed_[0], HasSubstr("TLS"));
}

TEST_F(websocket_client_test, says_nothing_once_it_is_closed) {
  fill(2);
  auto c = connect({.url = server_.url(), .target = "/?cursor=0"});
  ASSERT_TRUE(run_until([&] { return got_.size() == 2; }));
  c->close();
  server_.add(3, "frame 3");
  loop_.restart();
  loop_.run_for(50ms);
  EXPECT_EQ(got_.size(), 2u);
  EXPECT_THAT(closed_, IsEmpty());
  auto other = connect();
  other.reset();  // in the midst of connecting
  loop_.restart();
  loop_.run_for(50ms);
  EXPECT_THAT(closed_, IsEmpty());
}

}  // namespace
}  // namespace switchboard::net::client
