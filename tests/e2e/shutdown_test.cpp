// How an engine ends, and how it refuses to begin.

#include "json_text.hpp"
#include "load.hpp"
#include "scratch.hpp"
#include "subscriber.hpp"
#include "tests/eventually.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <thread>

namespace switchboard::e2e {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using testing::AnyOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

class ending_of_engine : public testing::Test {
 protected:
  ending_of_engine() : engine_(scratch_.path()) {}
  void start(const setup& s = {}) {
    engine_.configure(s.toml(engine_.data()));
    engine_.start();
  }
  [[nodiscard]] int say(std::string_view id) const {
    return deliver(engine_, "meta", whatsapp_text(acme_number, "1", id, "text")).status;
  }
  std::vector<std::string> journal() {
    std::string cursor = "earliest";
    return read_log(engine_, cursor);
  }
  scratch scratch_;
  engine_process engine_;
};

// -- SIGTERM
// -----------------------------------------------------------------------------------------------------

/// A request of which the engine has the head and half of the body: it is under way.
class half_sent {
 public:
  half_sent(std::uint16_t port, const std::string& id) : wire_(port) {
    const auto whole = signed_request("meta", whatsapp_text(acme_number, "77", id, "half, and half"));
    rest_ = whole.substr(whole.size() - 100);
    EXPECT_TRUE(wire_.send(std::string_view(whole).substr(0, whole.size() - 100)));
  }
  /// Status of the answer; 0: none.
  int finish() {
    std::string got;
    if (!wire_.send(rest_)) return 0;
    while (got.find("\r\n\r\n") == std::string::npos) {
      const auto state = wire_.receive(got, 10s);
      if (state != wire_state::bytes) return 0;
    }
    return std::stoi(got.substr(got.find(' ') + 1));
  }

 private:
  wire wire_;
  std::string rest_;
};

TEST_F(ending_of_engine, sigterm_under_load_loses_nothing) {
  start();
  const ledger book(scratch_.path() / "ledger");
  load clients{book, 1};
  clients.start(engine_.port(), {.connections = 16,
                                 .customers_each = 4,
                                 .hot_percent = 20,
                                 .duplicate_percent = 10,
                                 .per_second = 2'000});
  stream_options ws_options;
  ws_options.kind = stream_kind::websocket;
  subscriber sse({}), ws(ws_options);
  ASSERT_TRUE(sse.connect(engine_.port()));
  ASSERT_TRUE(ws.connect(engine_.port()));
  std::vector<half_sent> halves;
  for (int i = 0; i < 8; ++i) halves.emplace_back(engine_.port(), "wamid.half" + std::to_string(i));
  // The heads were read: every byte before them was, and these connections were made before.
  ASSERT_TRUE(eventually([&] { return clients.accepted() >= 300; }));

  const auto began = clock::now();
  engine_.send_signal(SIGTERM);
  engine_.wait_logged("draining");
  unsigned durable = 0;
  for (auto& h : halves) {
    const int status = h.finish();
    EXPECT_THAT(status, AnyOf(200, 503));
    durable += status == 200;
  }
  for (auto* s : {&sse, &ws}) {
    while (s->read(1 << 20, 10s)) {
      if (clock::now() > began + 20s) break;
    }
    EXPECT_EQ(s->close_code(), 1001);
    EXPECT_EQ(s->broken(), "");
  }
  EXPECT_EQ(engine_.wait_end(20s).code, 0);
  EXPECT_LE(clock::now() - began, 10s);
  clients.stop();
  EXPECT_EQ(clients.refused(), 0U);

  engine_.start();
  account_of_engine account;
  const auto log = journal();
  unsigned halves_there = 0;
  for (const auto& e : log) {
    const bool half = e.find("wamid.half") != std::string::npos;
    halves_there += half && text_at(e, "/type") == "message.received";
    if (text_at(e, "/data/conversation/metadata/customerPlatformId") != "77") account.take(e);
  }
  EXPECT_GE(halves_there, durable);
  const auto found = compare(read_ledger(book.file()), account);
  EXPECT_TRUE(found.none()) << found.text();
  // Both subscribers go on where they were told to, without gap or repeat.
  for (auto* s : {&sse, &ws}) {
    EXPECT_EQ(get(engine_, "/v1/events?from=" + s->close_reason()).status, 200) << s->close_reason();
    EXPECT_EQ(s->close_reason(), s->cursor());
    const auto deadline = clock::now() + 30s;
    ASSERT_TRUE(s->connect(engine_.port()));
    while (s->events().size() < log.size() && clock::now() < deadline) (void)s->read(1 << 20, 100ms);
    ASSERT_EQ(s->events().size(), log.size());
    for (std::size_t i = 0; i < log.size(); ++i) ASSERT_EQ(json_at(s->events()[i].json, ""), log[i]);
  }
}

TEST_F(ending_of_engine, sigterm_ends_an_idle_engine_at_once_and_answers_who_waits) {
  start();
  EXPECT_EQ(say("wamid.1"), 200);
  http_connection poll(engine_.port());
  ASSERT_TRUE(poll.send(request_bytes("GET", "/v1/events?from=latest&wait=60", bearer(admin_token), {})));
  EXPECT_EQ(get(engine_, "/v1/conversations").status, 200);
  engine_.send_signal(SIGTERM);
  const auto answered = poll.receive();
  EXPECT_THAT(answered.status, AnyOf(200, 503));
  EXPECT_EQ(engine_.wait_end(20s).code, 0);
}

// -- reload
// ------------------------------------------------------------------------------------------------------

TEST_F(ending_of_engine, sighup_applies_a_config_whole_or_not_at_all) {
  start();
  const auto status_for_new = [&] {
    return text_at(deliver(engine_, "meta", whatsapp_text("555000", "9", "wamid.new", "hi")).body, "/events")
        .value_or("");
  };
  EXPECT_EQ(status_for_new(), "0");  // a dead letter: nobody has this number

  setup wider;
  wider.more = account_toml("acme-second", "acme", "meta", "whatsapp", "555000");
  engine_.configure(wider.toml(engine_.data()) + "\n[[account]]\nid = \"half\"\n");
  engine_.send_signal(SIGHUP);
  engine_.wait_logged("config-refused");
  EXPECT_EQ(status_for_new(), "0");

  auto elsewhere = wider;
  elsewhere.server = "io_threads = 1\n";  // cannot change without a restart
  engine_.configure(elsewhere.toml(engine_.data()));
  http_connection admin(engine_.admin_port());
  const auto refused = admin.ask("POST", "/reload");
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr("io_threads"));
  EXPECT_EQ(status_for_new(), "0");

  engine_.configure(wider.toml(engine_.data()));
  engine_.send_signal(SIGHUP);
  engine_.wait_logged("config-applied");
  EXPECT_EQ(status_for_new(), "1");
  const auto log = journal();
  EXPECT_EQ(std::count_if(log.begin(), log.end(),
                          [](const auto& e) { return text_at(e, "/type") == "config.applied"; }),
            1);
}

// -- disk
// --------------------------------------------------------------------------------------------------------

TEST_F(ending_of_engine, a_disk_that_is_nearly_full_sheds_webhooks_but_not_handshakes) {
  setup low;
  low.storage = "free_space_min_bytes = \"64TiB\"\n";
  start(low);
  wait_ready(engine_, 503);
  http_connection admin(engine_.admin_port());
  EXPECT_THAT(admin.ask("GET", "/readyz").body, HasSubstr("disk_low"));
  EXPECT_EQ(admin.ask("GET", "/livez").status, 200);
  http_connection c(engine_.port());
  const auto refused = deliver(c, "meta", whatsapp_text(acme_number, "1", "wamid.1", "text"));
  EXPECT_EQ(refused.status, 503);
  EXPECT_FALSE(refused.header("Retry-After").empty());
  const auto shaken =
      get(engine_, "/webhooks/meta?hub.mode=subscribe&hub.verify_token=demo-verify&hub.challenge=1158201444");
  EXPECT_EQ(shaken.status, 200);
  EXPECT_EQ(shaken.body, "1158201444");
  EXPECT_TRUE(journal().empty());

  engine_.configure(setup{}.toml(engine_.data()));
  engine_.send_signal(SIGHUP);
  engine_.wait_logged("config-applied");
  wait_ready(engine_, 200);
  EXPECT_EQ(say("wamid.1"), 200);
}

TEST_F(ending_of_engine, a_directory_has_one_engine) {
  start();
  engine_process second(scratch_.path() / "second");
  fs::create_directory(scratch_.path() / "second");
  second.configure(setup{}.toml(engine_.data()));
  const auto refused = second.start_refused();
  EXPECT_NE(refused.code, 0);
  EXPECT_THAT(refused.out, HasSubstr(engine_.data().string()));
  EXPECT_THAT(refused.out, AnyOf(HasSubstr("another"), HasSubstr("in use"), HasSubstr("already")));
  EXPECT_EQ(std::count(refused.out.begin(), refused.out.end(), '\n'), 1) << refused.out;
  EXPECT_EQ(say("wamid.1"), 200);
}

}  // namespace
}  // namespace switchboard::e2e
