// Which pages may open a WebSocket, and what is spoken on it.

#include "stream_fixture.hpp"

namespace switchboard::net::testing {
namespace {

class websocket_request : public stream_fixture {};

struct origin_case {
  const char* origin;
  int status;  ///< 0: accepted
};

TEST_F(websocket_request, a_page_of_another_origin_opens_no_websocket) {
  settings->server.allowed_origins = {"https://desk.example"};
  const origin_case cases[] = {{nullptr, 0},
                               {"https://desk.example", 0},
                               {"http://own.example:8080", 0},
                               {"https://own.example:8080", 403},
                               {"http://own.example", 403},
                               {"https://evil.example", 403},
                               {"https://desk.example.evil.example", 403},
                               {"https://desk.example/", 403},
                               {"null", 403},
                               {"", 403}};
  for (const auto& c : cases) {
    std::vector<std::pair<std::string, std::string>> headers{{"Host", "own.example:8080"}};
    if (c.origin) headers.emplace_back("Origin", c.origin);
    (void)websocket("", headers);
    EXPECT_EQ(last->status(), c.status) << (c.origin ? c.origin : "none");
    EXPECT_EQ(last->accepted.has_value(), c.status == 0);
    if (c.status == 403) {
      EXPECT_EQ(last->code(), "origin-not-allowed");
    }
  }
}

TEST_F(websocket_request, speaks_its_own_subprotocol_or_none) {
  (void)websocket();
  EXPECT_EQ(last->accepted, "");
  (void)websocket("", {{"Sec-WebSocket-Protocol", "a"}, {"sec-websocket-protocol", " b ,\tswitchboard.v1"}});
  EXPECT_EQ(last->accepted, "switchboard.v1");
  for (const auto* asked : {"switchboard.v2", "switchboard.v1x", "", "SWITCHBOARD.V1", "graphql-ws"}) {
    (void)websocket("", {{"Sec-WebSocket-Protocol", asked}});
    EXPECT_EQ(last->status(), 400) << asked;
  }
}

}  // namespace
}  // namespace switchboard::net::testing
