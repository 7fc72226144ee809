#include "cli/events.hpp"

#include "cli/dead_letters.hpp"
#include "scripted_server.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace switchboard::cli {
namespace {

using std::chrono::milliseconds;
using test::http_answer;
using test::scripted_answer;
using test::scripted_server;
using test::seen_request;

std::string sse(int n) {
  return "id: c" + std::to_string(n) + "\nevent: message.received\ndata: {\"n\":" + std::to_string(n) +
         "}\n\n";
}

std::string stream_head() {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
}

std::string page(const std::vector<int>& numbers, const std::string& cursor) {
  std::string body = "{\"events\":[";
  for (const int n : numbers)
    body += (body.ends_with('[') ? "{\"n\":" : ",{\"n\":") + std::to_string(n) + '}';
  return http_answer(200, body + "],\"cursor\":\"" + cursor + "\"}");
}

bool never(milliseconds) {
  return false;
}
bool at_once(milliseconds) {
  return true;
}

struct reading {
  std::vector<std::string> got;
  std::optional<std::string> problem;
};

reading follow(scripted_server& s, events_options o, std::size_t enough,
               const reconnect_wait& wait = at_once) {
  reading r;
  const auto where = parse_url(s.url());
  const auto done = follow_stream(
      *where, o,
      [&](std::string_view json) {
        r.got.emplace_back(json);
        return r.got.size() < enough;
      },
      wait);
  if (!done) r.problem = done.error().what;
  return r;
}

std::string from_of(const seen_request& r) {
  const auto t = r.target();
  const auto at = t.find("from=");
  return at == std::string::npos ? "" : t.substr(at + 5, t.find('&', at) - at - 5);
}

TEST(events_follow, resumes_behind_the_last_whole_event_without_gap_or_repeat) {
  // Each connection serves what is behind the cursor, and breaks at another place: between events, in the
  // middle of one, before any, with an error.
  scripted_server server([](const seen_request& r, std::size_t n) {
    const std::string from = from_of(r);
    int next = from == "earliest" ? 1 : std::stoi(from.substr(1)) + 1;
    if (n == 1) return scripted_answer{http_answer(503, "", "Retry-After: 0\r\n")};
    if (n == 4) return scripted_answer{"", true};
    std::string out = stream_head() + "retry: 20\n\n: hb\n\n";
    for (int i = 0; i < 3; ++i) out += sse(next++);
    const std::string cut = sse(next);
    out += cut.substr(0, n * 7 % cut.size());
    return scripted_answer{out, true};
  });
  events_options o;
  o.from = "earliest";
  const auto r = follow(server, o, 40);
  ASSERT_EQ(r.got.size(), 40u);
  for (std::size_t i = 0; i < r.got.size(); ++i) EXPECT_EQ(r.got[i], "{\"n\":" + std::to_string(i + 1) + "}");
  EXPECT_FALSE(r.problem);
}

TEST(events_follow, reads_chunked_streams_and_passes_over_what_is_no_event) {
  scripted_server server([](const seen_request&, std::size_t) {
    const std::string text = sse(1) + ": close 1001 going away\n\nevent: other\ndata: {\"no\":\"id\"}\n\n" + sse(2);
    std::string out = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const char c : text) out += std::string("1\r\n") + c + "\r\n";
    return scripted_answer{out + "0\r\n\r\n", true};
  });
  events_options o;
  o.from = "earliest";
  EXPECT_EQ(follow(server, o, 2).got, (std::vector<std::string>{"{\"n\":1}", "{\"n\":2}"}));
}

TEST(events_follow, pins_latest_to_a_cursor_before_the_first_event) {
  scripted_server server([](const seen_request& r, std::size_t) {
    if (from_of(r) == "latest") return scripted_answer{page({}, "c7")};
    if (from_of(r) == "c7") return scripted_answer{stream_head() + ": nothing yet\n\n", true};
    return scripted_answer{http_answer(500, "")};
  });
  int breaks = 0;
  const auto r = follow(server, {}, 1, [&](milliseconds) { return ++breaks < 3; });
  EXPECT_TRUE(r.got.empty());
  const auto asked = server.requests();
  ASSERT_EQ(asked.size(), 4u);
  EXPECT_EQ(from_of(asked[0]), "latest");
  for (std::size_t i = 1; i < asked.size(); ++i) EXPECT_EQ(from_of(asked[i]), "c7");
}

TEST(events_follow, ends_where_trying_again_cannot_help) {
  struct row {
    int status;
    std::string body, says;
  };
  for (const auto& c : {row{401, "", "--token"}, row{404, "", "--url"},
                        row{400, R"({"detail":"no such type"})", "no such type"},
                        row{410, R"({"earliest":"c42"})", "--from c42"}}) {
    scripted_server server(
        [&](const seen_request&, std::size_t) { return scripted_answer{http_answer(c.status, c.body)}; });
    events_options o;
    o.from = "c1";
    const auto r = follow(server, o, 1, never);
    ASSERT_TRUE(r.problem) << c.status;
    EXPECT_NE(r.problem->find(c.says), std::string::npos) << *r.problem;
  }
}

TEST(events_follow, waits_as_long_as_the_server_asks) {
  scripted_server server([](const seen_request&, std::size_t) {
    return scripted_answer{http_answer(503, "", "Retry-After: 7\r\n")};
  });
  events_options o;
  o.from = "earliest";
  milliseconds asked{};
  (void)follow(server, o, 1, [&](milliseconds d) {
    asked = d;
    return false;
  });
  EXPECT_EQ(asked, milliseconds(7'000));
}

TEST(events_pages, are_read_to_the_end_byte_by_byte_as_sent) {
  scripted_server server([](const seen_request& r, std::size_t) {
    if (from_of(r) == "earliest") return scripted_answer{page({1, 2}, "c2")};
    if (from_of(r) == "c2") return scripted_answer{page({}, "c5")};  // a filter left nothing, the log goes on
    if (from_of(r) == "c5") return scripted_answer{page({6}, "c6")};
    return scripted_answer{page({}, "c6")};
  });
  events_options o;
  o.token = "t0ken";
  o.types = {"message.received", "note.added"};
  o.brands = {"a b"};
  std::vector<std::string> got;
  const auto where = parse_url(server.url());
  ASSERT_TRUE(read_pages(*where, o, [&](std::string_view e) {
    got.emplace_back(e);
    return true;
  }));
  EXPECT_EQ(got, (std::vector<std::string>{"{\"n\":1}", "{\"n\":2}", "{\"n\":6}"}));
  const auto asked = server.requests();
  ASSERT_EQ(asked.size(), 4u);
  EXPECT_EQ(asked[0].header("Authorization"), "Bearer t0ken");
  EXPECT_EQ(asked[0].target(),
            "/v1/events?from=earliest&type=message.received&type=note.added&brand=a%20b&limit=1000");
}

TEST(events_pages, name_a_broken_answer) {
  scripted_server server(
      [](const seen_request&, std::size_t) { return scripted_answer{http_answer(200, "{\"events\":4}")}; });
  const auto where = parse_url(server.url());
  const auto r = read_pages(*where, {}, [](std::string_view) { return true; });
  ASSERT_FALSE(r);
  EXPECT_NE(r.error().what.find("not a page of events"), std::string::npos);
}

TEST(dead_letters, are_listed_page_by_page_shown_and_replayed) {
  scripted_server server([](const seen_request& r, std::size_t) {
    if (r.target() == "/v1/dead-letters?limit=200")
      return scripted_answer{http_answer(200, R"({"deadLetters":[{"id":"dl_1"}],"next":"p2"})")};
    if (r.target() == "/v1/dead-letters?limit=200&cursor=p2")
      return scripted_answer{http_answer(200, R"({"deadLetters":[{"id":"dl_2"}]})")};
    if (r.target() == "/v1/dead-letters/dl_1/replay" && r.head.starts_with("POST "))
      return scripted_answer{http_answer(200, R"({"events":1,"quarantined":0})")};
    return scripted_answer{http_answer(404, R"({"detail":"no such dead letter"})")};
  });
  dead_letters_options o;
  o.url = server.url();
  o.token = "t";
  using action = dead_letters_options::action;
  testing::internal::CaptureStdout();
  EXPECT_EQ(run_dead_letters(o), 0);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "{\"id\":\"dl_1\"}\n{\"id\":\"dl_2\"}\n");
  o.what = action::replay;
  o.id = "dl_1";
  testing::internal::CaptureStdout();
  EXPECT_EQ(run_dead_letters(o), 0);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "{\"events\":1,\"quarantined\":0}\n");
  o.what = action::show;
  o.id = "dl_9";
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_dead_letters(o), 1);
  const auto said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("no such dead letter"), std::string::npos);
  EXPECT_NE(said.find("dead-letters list"), std::string::npos);
}

}  // namespace
}  // namespace switchboard::cli
