// What may be asked to open a stream: refused, or given nothing of another brand.

#include "streams.hpp"

#include <gmock/gmock.h>

namespace switchboard::attacks {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

headers upgrade_changed(std::string_view name, std::string_view value) {
  headers all = upgrade_with({});
  std::erase_if(all, [&](const auto& h) { return h.first == name && value.empty(); });
  for (auto& [n, v] : all) {
    if (n == name) v = value;
  }
  return all;
}

// -- opening -----------------------------------------------------------------------------------------------------

struct opening {
  std::string name;
  headers with;
  int status;
  std::string target = std::string(stream_path);
  std::string method = "GET";
};

TEST_F(streams, are_opened_by_the_handshakes_that_may) {
  const std::string own = "http://127.0.0.1";
  const std::vector<opening> table{
      {"no Origin: a program", upgrade_with({}), 101},
      {"an allowed Origin", upgrade_with({{"Origin", "https://desk.example"}}), 101},
      {"its own Origin", upgrade_with({{"Origin", own}}), 101},
      {"another Origin", upgrade_with({{"Origin", "https://evil.example"}}), 403},
      {"null", upgrade_with({{"Origin", "null"}}), 403},
      {"an empty Origin", upgrade_with({{"Origin", ""}}), 403},
      {"an Origin that begins like an allowed one",
       upgrade_with({{"Origin", "https://desk.example.evil.example"}}), 403},
      {"an Origin that ends like an allowed one", upgrade_with({{"Origin", "https://evil-desk.example"}}),
       403},
      {"another scheme", upgrade_with({{"Origin", "http://desk.example"}}), 403},
      {"another port", upgrade_with({{"Origin", "https://desk.example:444"}}), 403},
      {"with a user", upgrade_with({{"Origin", "https://desk.example@evil.example"}}), 403},
      {"its own with a path", upgrade_with({{"Origin", own + "/"}}), 403},
      {"two, the first allowed",
       upgrade_with({{"Origin", "https://desk.example"}, {"Origin", "https://evil.example"}}), 403},
      {"two, the second allowed",
       upgrade_with({{"Origin", "https://evil.example"}, {"Origin", "https://desk.example"}}), 403},
      {"our subprotocol", upgrade_with({{"Sec-WebSocket-Protocol", "switchboard.v1"}}), 101},
      {"ours among others", upgrade_with({{"Sec-WebSocket-Protocol", "chat, switchboard.v1"}}), 101},
      {"another subprotocol", upgrade_with({{"Sec-WebSocket-Protocol", "chat"}}), 400},
      {"a later version of ours", upgrade_with({{"Sec-WebSocket-Protocol", "switchboard.v2"}}), 400},
      {"its beginning", upgrade_with({{"Sec-WebSocket-Protocol", "switchboard"}}), 400},
      {"no token", good_upgrade, 401},
      {"a token that is none", upgrade_with({}, "nobodys"), 401},
      {"a token as subprotocol",
       [] {
         auto h = good_upgrade;
         h.emplace_back("Sec-WebSocket-Protocol", "switchboard.v1, " + std::string(acme_token));
         return h;
       }(),
       401},
      {"a cursor of another directory", upgrade_with({}), 400, "/v1/events?from=0000000000000000001"},
      {"a cursor that is none", upgrade_with({}), 400, "/v1/events?from=-1"},
      {"the version before", upgrade_changed("Sec-WebSocket-Version", "8"), 426},
      {"no version", upgrade_changed("Sec-WebSocket-Version", ""), 426},
      {"no key", upgrade_changed("Sec-WebSocket-Key", ""), 426},
      {"two keys", upgrade_with({{"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}}), 426},
      {"a POST", upgrade_with({}), 405, std::string(stream_path), "POST"},
      {"where there is no stream", upgrade_with({}), 200, "/v1/conversations"},
      {"another upgrade", upgrade_changed("Upgrade", "h2c"), 426},
  };
  for (const auto& t : table) {
    SCOPED_TRACE(t.name);
    http_connection c(engine.port());
    const auto a = c.ask(t.method, t.target, t.with);
    EXPECT_EQ(a.status, t.status) << a.body;
    EXPECT_EQ(a.header("Sec-WebSocket-Extensions"), "");
    EXPECT_THAT(a.head, Not(HasSubstr(acme_token)));
    if (a.status != 101) {
      EXPECT_THAT(a.body, Not(HasSubstr("of globex")));
    }
  }
}

TEST_F(streams, compress_nothing_whatever_is_offered) {
  for (const auto* offer :
       {"permessage-deflate", "permessage-deflate; client_max_window_bits", "x-webkit-deflate-frame"}) {
    http_connection c(engine.port());
    const auto a = c.ask("GET", stream_path, upgrade_with({{"Sec-WebSocket-Extensions", offer}}));
    EXPECT_EQ(a.status, 101);
    EXPECT_EQ(a.header("Sec-WebSocket-Extensions"), "") << a.head;
  }
}

/// What follows the head of an upgrade as its body must not be taken for frames, nor for the next request.
TEST_F(streams, are_not_opened_by_an_upgrade_with_a_body) {
  const std::string canary = request_bytes("GET", "/v1/conversations", e2e::bearer(acme_token), {});
  const std::string frame = cli::client_frame(9, "ping");
  const std::pair<std::string, std::string> bodies[] = {
      {"Content-Length: " + std::to_string(canary.size()) + "\r\n", canary},
      {"Content-Length: " + std::to_string(frame.size()) + "\r\n", frame},
      {"Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n" + canary},
      {"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n" + canary},
  };
  for (const auto& [length, body] : bodies) {
    auto head = request_bytes("GET", stream_path, upgrade_with({}), {});
    head.insert(head.size() - 2, length);
    wire w(engine.port());
    ASSERT_TRUE(w.send(head + body));
    std::string all;
    while (w.receive(all, patience) == wire_state::bytes) {
    }
    EXPECT_TRUE(all.starts_with("HTTP/1.1 400") || all.starts_with("HTTP/1.1 413")) << length << all;
    EXPECT_EQ(all.find("HTTP/1.1", 1), std::string::npos) << "one answer, and the end: " << all;
    EXPECT_THAT(all, Not(HasSubstr("101 Switching")));
  }
}

// -- places ------------------------------------------------------------------------------------------------------

TEST_F(streams, of_server_sent_events_go_on_only_from_places_that_are) {
  const auto all = cursors();
  ASSERT_GE(all.size(), 4u);
  const auto later = all.front().substr(0, 6) + "zzzzzzzzzzzzz";
  auto other_directory = all.front();
  other_directory[0] = other_directory[0] == '0' ? '1' : '0';
  const std::vector<std::pair<std::string, int>> table{
      {std::string(4'000, '9'), 400},
      {"-1", 400},
      {"0", 400},
      {"18446744073709551616", 400},
      {later, 400},
      {other_directory, 400},
      {all[0] + "0", 400},
      {all[0].substr(1), 400},
      {"../" + all[0], 400},
      {all[0] + "," + all[1], 400},
      {"null", 400},
      {"earliest", 200},
      {all.back(), 200},
      {"", 200},
  };
  for (const auto& [id, status] : table) {
    for (const bool as_header : {true, false}) {
      http_connection c(engine.port());
      headers h = e2e::bearer(acme_token);
      std::string target = "/v1/events";
      if (as_header) {
        h.emplace_back("Last-Event-ID", id);
        h.emplace_back("Accept", status == 200 ? "application/json" : "text/event-stream");
      } else if (id.size() < 2'000) {
        target += "?from=" + id;
      }
      if (!as_header && id.size() >= 2'000) continue;
      const auto a = c.ask("GET", target, h);
      EXPECT_EQ(a.status, status) << id.substr(0, 40) << a.body;
      EXPECT_LT(a.body.size(), 4'096u) << "an id without end is not repeated";
    }
  }
}

TEST_F(streams, go_on_from_another_brands_place_with_nothing_of_that_brand) {
  const auto all = cursors();
  for (const auto& from : all) {
    for (const auto kind : {stream_kind::sse, stream_kind::websocket}) {
      subscriber s{reading(kind, globex_token, from)};
      ASSERT_TRUE(s.connect(engine.port()));
      (void)s.read(1 << 20, std::chrono::milliseconds{20});
      for (const auto& e : s.events()) {
        EXPECT_EQ(text_at(e.json, "/brand"), "globex");
        EXPECT_THAT(e.json, Not(HasSubstr("acme")));
      }
    }
    const auto page = get(engine, "/v1/events?from=" + from, globex_token);
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(page.body, Not(HasSubstr("acme")));
  }
  for (const auto* filter : {"&brand=acme", "&account=acme-whatsapp", "&brand=acme&account=acme-whatsapp"}) {
    const auto page = get(engine, std::string(stream_path) + filter, globex_token);
    EXPECT_THAT(elements_at(page.body, "/events"), IsEmpty()) << page.body;
  }
}

}  // namespace
}  // namespace switchboard::attacks
