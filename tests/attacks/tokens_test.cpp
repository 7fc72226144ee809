// Tokens of the real engine: withdrawn while their streams are open, sent where none belong, too long to be any; and
// that no log tells of them, or of what customers said.

#include "tests/e2e/json_text.hpp"
#include "tests/e2e/scratch.hpp"
#include "tests/e2e/setup.hpp"
#include "tests/e2e/subscriber.hpp"
#include "tests/eventually.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <memory>

namespace switchboard::attacks {
namespace {

using namespace e2e;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::chrono::seconds revoked_within{5};
constexpr std::uint16_t code_unauthorized = 4401;

std::string token_toml(const std::string& value, std::string_view brand, std::string_view role) {
  return "\n[[token]]\nvalue = \"" + value + "\"\nbrand = \"" + std::string(brand) + "\"\nrole = \"" +
         std::string(role) + "\"\nagent = \"ana\"\n";
}

std::string ticket_of(const engine_process& engine, std::string_view token) {
  http_connection c(engine.port());
  const auto issued = c.ask("POST", "/v1/tickets", e2e::bearer(token));
  EXPECT_EQ(issued.status, 201) << issued.body;
  return text_at(issued.body, "/ticket").value_or("");
}

/// Reads until the engine ended the stream, or for too long.
void read_to_end(subscriber& s) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (s.connected() && !s.close_code() && std::chrono::steady_clock::now() < until) {
    if (!s.read(1 << 20, std::chrono::milliseconds{100})) break;
  }
}

stream_options reading(stream_kind kind, std::string_view token, std::string ticket = {}) {
  stream_options o;
  o.kind = kind;
  o.token = token;
  o.ticket = std::move(ticket);
  return o;
}

bool heard(const subscriber& s, std::string_view text) {
  return std::ranges::any_of(s.events(),
                             [&](const stream_event& e) { return e.json.find(text) != std::string::npos; });
}

/// Reads until the text came; false when it did not.
bool hears(subscriber& s, std::string_view text) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!heard(s, text) && std::chrono::steady_clock::now() < until) {
    if (!s.read(1 << 20, std::chrono::milliseconds{100})) break;
  }
  return heard(s, text);
}

TEST(tokens, withdrawn_by_a_reload_are_over_within_five_seconds_with_all_that_they_opened) {
  scratch dir;
  engine_process engine{dir.path()};
  setup with, without;
  with.more = token_toml("canary-doomed", "acme", "reader") + token_toml("canary-changed", "acme", "admin");
  without.more = token_toml("canary-changed", "globex", "admin");
  engine.configure(with.toml(engine.data()));
  engine.start();
  ASSERT_EQ(deliver(engine, "meta", whatsapp_text(acme_number, "100", "wamid.1", "before")).status, 200);

  struct opened {
    std::string name;
    stream_options how;
    std::unique_ptr<subscriber> stream;
  };
  std::vector<opened> streams;
  for (const std::string token : {"canary-doomed", "canary-changed"}) {
    for (const auto kind : {stream_kind::sse, stream_kind::websocket}) {
      const auto name = token + (kind == stream_kind::sse ? " SSE" : " WebSocket");
      streams.push_back({name, reading(kind, token), {}});
      streams.push_back({name + " by ticket", reading(kind, token, ticket_of(engine, token)), {}});
    }
  }
  for (auto& s : streams) {
    s.stream = std::make_unique<subscriber>(s.how);
    ASSERT_TRUE(s.stream->connect(engine.port())) << s.name << s.stream->refusal().body;
    ASSERT_TRUE(hears(*s.stream, "before")) << s.name;
  }
  subscriber stays{reading(stream_kind::sse, acme_token)};
  ASSERT_TRUE(stays.connect(engine.port()));
  http_connection poll(engine.port());
  ASSERT_TRUE(poll.send(request_bytes("GET", "/v1/events?wait=60", e2e::bearer("canary-doomed"), {})));
  const auto unused = ticket_of(engine, "canary-doomed");

  engine.configure(without.toml(engine.data()));
  engine.send_signal(SIGHUP);
  engine.wait_logged("config-applied");
  const auto applied = std::chrono::steady_clock::now();
  for (auto& s : streams) read_to_end(*s.stream);
  const auto answered = poll.receive();
  const auto took = std::chrono::steady_clock::now() - applied;
  EXPECT_LE(took, revoked_within);
  EXPECT_EQ(answered.status, 401) << answered.body;
  for (const auto& s : streams) EXPECT_EQ(s.stream->close_code(), code_unauthorized) << s.name;

  ASSERT_EQ(deliver(engine, "meta", whatsapp_text(acme_number, "100", "wamid.2", "after")).status, 200);
  EXPECT_TRUE(hears(stays, "after")) << "who is not concerned goes on";
  for (auto& s : streams) {
    if (s.stream->connected()) (void)s.stream->read(1 << 20, std::chrono::milliseconds{1});
    EXPECT_FALSE(heard(*s.stream, "after")) << s.name;
    EXPECT_TRUE(heard(*s.stream, "before")) << s.name;
  }
  for (const auto* target : {"/v1/conversations", "/v1/events"}) {
    EXPECT_EQ(get(engine, target, "canary-doomed").status, 401) << target;
    EXPECT_THAT(get(engine, target, "canary-changed").body, Not(HasSubstr("acme"))) << target;
  }
  http_connection c(engine.port());
  EXPECT_EQ(c.ask("GET", "/v1/events?ticket=" + unused).status, 401);
  EXPECT_EQ(engine.terminate().code, 0);
  EXPECT_THAT(engine.said(), Not(HasSubstr("canary")));
}

/// Who reads nothing can't be told of it, and is let go all the same: what it gets from then on is what was on its way.
TEST(tokens, withdrawn_from_a_reader_that_stands_still_give_it_no_more) {
  constexpr int bodies = 16, messages = 400;
  constexpr std::size_t on_its_way_max = 6 << 20;  // a chunk, and what the kernel keeps at either end
  scratch dir;
  engine_process engine{dir.path()};
  setup with, without;
  with.limits = without.limits = "write_timeout = \"2s\"\n";
  with.more = token_toml("canary-doomed", "acme", "reader");
  engine.configure(with.toml(engine.data()));
  engine.start();
  for (int b = 0; b < bodies; ++b) {
    std::vector<std::string> ids;
    for (int n = 0; n < messages; ++n)
      ids.push_back("wamid." + std::to_string(b) + "." + std::to_string(n) + std::string(900, 'x'));
    ASSERT_EQ(deliver(engine, "meta", whatsapp_texts(acme_number, "100", ids)).status, 200);
  }
  wire_options small;
  small.receive_buffer = 4'096;
  wire still(engine.port(), small);
  headers h = e2e::bearer("canary-doomed");
  h.emplace_back("Accept", "text/event-stream");
  ASSERT_TRUE(still.send(request_bytes("GET", "/v1/events?from=earliest", h, {})));
  const auto subscribers = [&] {
    http_connection c(engine.admin_port());
    return text_at(c.ask("GET", "/status").body, "/subscribers").value_or("");
  };
  ASSERT_TRUE(eventually([&] { return subscribers() == "1"; }));
  engine.configure(without.toml(engine.data()));
  engine.send_signal(SIGHUP);
  engine.wait_logged("config-applied");
  const auto applied = std::chrono::steady_clock::now();
  EXPECT_TRUE(eventually([&] { return subscribers() == "0"; }));
  EXPECT_LE(std::chrono::steady_clock::now() - applied, revoked_within);
  std::string all;
  auto got = wire_state::bytes;
  while (got == wire_state::bytes) got = still.receive(all, patience);
  EXPECT_THAT(got, testing::AnyOf(wire_state::end, wire_state::reset));
  EXPECT_LT(all.size(), on_its_way_max);
  std::string from = "earliest";
  std::size_t log_bytes = 0;
  for (const auto& e : read_log(engine, from)) log_bytes += e.size();
  EXPECT_GT(log_bytes, on_its_way_max) << "or it could have had all of it";
}

/// Many callers behind one connection, as behind a proxy that keeps its own: each request is whose token it carries.
TEST(tokens, of_requests_that_share_a_connection_do_not_mix) {
  constexpr int rounds = 300;
  scratch dir;
  engine_process engine{dir.path()};
  engine.configure(setup{}.toml(engine.data()));
  engine.start();
  ASSERT_EQ(deliver(engine, "meta", whatsapp_text(acme_number, "100", "wamid.a", "of acme")).status, 200);
  ASSERT_EQ(deliver(engine, "meta", whatsapp_text(globex_number, "200", "wamid.g", "of globex")).status, 200);
  struct one {
    headers as;
    int status;
    std::string_view sees, does_not;
  };
  const one kinds[] = {{e2e::bearer(acme_token), 200, "acme-whatsapp", "globex"},
                       {e2e::bearer(globex_token), 200, "globex-whatsapp", "acme"},
                       {{}, 401, "unauthorized", "-whatsapp"},
                       {e2e::bearer("nobodys"), 401, "unauthorized", "-whatsapp"}};
  const std::string_view targets[] = {"/v1/conversations", "/v1/events?from=earliest&type=message.received"};
  http_connection c(engine.port());
  std::string all;
  for (int n = 0; n < rounds; ++n)
    all += request_bytes("GET", targets[static_cast<std::size_t>(n) % 2],
                         kinds[static_cast<std::size_t>(n) / 2 % 4].as, {});
  ASSERT_TRUE(c.send(all));
  for (int n = 0; n < rounds; ++n) {
    const auto& k = kinds[static_cast<std::size_t>(n) / 2 % 4];
    const auto a = c.receive();
    ASSERT_EQ(a.status, k.status) << n << a.body;
    EXPECT_THAT(a.body, HasSubstr(k.sees)) << n;
    EXPECT_THAT(a.body, Not(HasSubstr(k.does_not))) << n;
  }
}

TEST(tokens, are_taken_from_their_header_only_and_told_nowhere) {
  scratch dir;
  engine_process engine{dir.path()};
  setup s;
  const std::string token = "canary-token-0123456789";
  s.more = token_toml(token, "acme", "admin");
  engine.configure(s.toml(engine.data()));
  engine.start();
  http_connection c(engine.port());
  std::string told;
  const auto ask = [&](const std::string& target, const headers& more = {}, std::string_view method = "GET",
                       std::string_view body = {}) {
    const auto a = c.ask(method, target, more, body);
    told += a.head + a.body;
    return a.status;
  };
  for (const auto* name : {"token", "access_token", "api_key", "authorization", "bearer", "ticket"}) {
    for (const auto* path :
         {"/v1/events", "/v1/conversations", "/v1/dead-letters", "/v1/conversations/c_1", "/nothing"}) {
      const auto target = std::string(path) + "?" + name + "=" + token;
      const bool there = std::string_view(path) != "/nothing";
      EXPECT_EQ(ask(target), there ? 401 : 404) << target;
      // Beside a good one it is a parameter that is none; a ticket that is none lets nobody in.
      const bool ticket = std::string_view(name) == "ticket" && std::string_view(path) == "/v1/events";
      EXPECT_EQ(ask(target, e2e::bearer(token)), !there ? 404 : ticket ? 401 : 400) << target;
    }
  }
  EXPECT_EQ(ask("/v1/conversations", {{"Cookie", "token=" + token}}), 401);
  EXPECT_EQ(ask("/v1/conversations", {{"Proxy-Authorization", "Bearer " + token}}), 401);
  EXPECT_EQ(ask("/v1/tickets", {}, "POST", "{\"token\":\"" + token + "\"}"), 401);
  EXPECT_EQ(ask("/v1/conversations", e2e::bearer(token)), 200) << "it is a good one";

  // 8 KiB of a token, or nearly: no head holds it, and what one holds is none.
  const auto long_one = token + std::string(8'192 - token.size(), 'x');
  EXPECT_EQ(ask("/v1/conversations", e2e::bearer(long_one)), 431);
  for (const std::size_t bytes : {1'000u, 4'088u, 4'089u, 4'090u, 6'000u, 7'900u}) {
    EXPECT_EQ(ask("/v1/conversations", e2e::bearer(token + std::string(bytes - token.size(), 'x'))), 401)
        << bytes;
  }
  EXPECT_THAT(told, Not(HasSubstr("canary")));
  EXPECT_EQ(engine.terminate().code, 0);
  EXPECT_THAT(engine.said(), Not(HasSubstr("canary")));
}

}  // namespace
}  // namespace switchboard::attacks
