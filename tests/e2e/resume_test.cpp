// Subscribers come and go; what each has seen in the end is exactly the journal.

#include "json_text.hpp"
#include "load.hpp"
#include "scratch.hpp"
#include "subscriber.hpp"
#include "tests/eventually.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <random>
#include <thread>

namespace switchboard::e2e {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr auto quiet = 100ms;  ///< a look at what has come as often as this
constexpr std::size_t plenty = 1 << 20;

class streaming : public testing::Test {
 protected:
  streaming() : engine_(scratch_.path()), book_(scratch_.path() / "ledger") {}

  void start(const setup& s = {}) {
    engine_.configure(s.toml(engine_.data()));
    engine_.start();
  }
  void say(std::string_view number, std::string_view from, std::string_view id,
           std::string_view text = "text") {
    ASSERT_EQ(deliver(engine_, "meta", whatsapp_text(number, from, id, text)).status, 200);
  }
  std::vector<std::string> journal(std::string_view query = {}, std::string_view token = admin_token) {
    std::string cursor = "earliest";
    return read_log(engine_, cursor, query, token);
  }
  /// The engine may be restarting.
  void connect(subscriber& s) {
    ASSERT_TRUE(eventually([&] { return s.connect(engine_.port()); })) << s.refusal().body;
  }
  /// Reads until it has seen what the journal holds, or the deadline.
  void catch_up(subscriber& s, std::size_t count) {
    const auto until = clock::now() + 60s;
    while (s.events().size() < count && clock::now() < until) {
      if (!s.connected()) connect(s);
      (void)s.read(plenty, quiet);
    }
  }
  /// Ends the engine: behind its farewell nothing more can come.
  void read_to_the_end(std::vector<subscriber>& all) {
    engine_.send_signal(SIGTERM);
    for (auto& s : all) {
      const auto until = clock::now() + 60s;
      while (s.read(plenty, quiet) && clock::now() < until) {
      }
      EXPECT_FALSE(s.connected());
    }
    EXPECT_EQ(engine_.wait_end(60s).code, 0);
  }
  static void expect_same(const subscriber& s, const std::vector<std::string>& journal) {
    EXPECT_EQ(s.broken(), "");
    ASSERT_EQ(s.events().size(), journal.size());
    for (std::size_t i = 0; i < journal.size(); ++i) {
      ASSERT_EQ(json_at(s.events()[i].json, ""), journal[i]) << "event " << i;
    }
  }

  scratch scratch_;
  engine_process engine_;
  ledger book_;
};

TEST_F(streaming, cut_off_two_hundred_times_a_subscriber_sees_exactly_the_journal) {
  constexpr unsigned cuts = 200;
  start();
  const auto seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  std::vector<subscriber> all;
  for (const auto kind : {stream_kind::sse, stream_kind::websocket, stream_kind::long_poll}) {
    stream_options o;
    o.kind = kind;
    all.emplace_back(std::move(o));
  }
  std::array<std::atomic<unsigned>, 3> cut{};
  load clients{book_, seed};
  const load_plan plan{
      .connections = 4, .customers_each = 4, .hot_percent = 20, .duplicate_percent = 10, .per_second = 500};
  clients.start(engine_.port(), plan);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < all.size(); ++i) {
      threads.emplace_back([&, i] {
        std::mt19937_64 random{seed + i};
        while (cut[i] < cuts) {
          connect(all[i]);
          (void)all[i].read(1 + random() % 30'000, 30ms);
          all[i].cut();
          ++cut[i];
        }
      });
    }
    const auto all_cut = [&](unsigned times) {
      return eventually([&] { return cut[0] >= times && cut[1] >= times && cut[2] >= times; });
    };
    EXPECT_TRUE(all_cut(cuts / 2));
    EXPECT_EQ(engine_.terminate().code, 0);
    clients.stop();
    engine_.start();
    clients.start(engine_.port(), plan);
    EXPECT_TRUE(all_cut(cuts));
    clients.stop();
  }
  const auto log = journal();
  EXPECT_GT(log.size(), 300U);
  for (auto& s : all) {
    catch_up(s, log.size());
    expect_same(s, log);
  }
}

TEST_F(streaming, a_slow_reader_catches_up_from_the_journal) {
  setup s;
  s.storage = "tail_bytes = \"1MiB\"\n";
  s.limits = "stream_chunk_bytes = \"16KiB\"\n";
  start(s);
  say(acme_number, "1", "wamid.first");
  stream_options slow_options;
  slow_options.socket.receive_buffer = 4'096;
  subscriber slow(slow_options), fast({});
  ASSERT_TRUE(slow.connect(engine_.port()));
  ASSERT_TRUE(fast.connect(engine_.port()));
  http_connection c(engine_.port());
  for (unsigned body = 0; body < 120;
       ++body) {  // 6,000 messages, some 8 MB: far beyond the tail and all buffers
    std::vector<std::string> ids;
    for (unsigned i = 0; i < 50; ++i) ids.push_back("wamid.s" + std::to_string(body * 50 + i));
    ASSERT_EQ(deliver(c, "meta", whatsapp_texts(acme_number, std::to_string(10 + body % 20), ids)).status,
              200);
    (void)fast.read(plenty, 1ms);
  }
  const auto log = journal();
  catch_up(fast, log.size());  // while the other one still has not read a byte
  expect_same(fast, log);
  EXPECT_TRUE(slow.events().empty());
  catch_up(slow, log.size());
  expect_same(slow, log);
}

TEST_F(streaming, filters_choose) {
  start();
  say(acme_number, "1", "wamid.a1");
  say(acme_number, "2", "wamid.a2");
  say(globex_number, "1", "wamid.g1");
  ASSERT_EQ(deliver(engine_, "meta", "{").status, 200);  // a dead letter
  const auto conversation = text_at(journal("&brand=globex").front(), "/subject").value_or("");
  const std::vector<std::pair<std::string, std::size_t>> expected{
      {"&type=message.received", 3},
      {"&type=message.received&type=conversation.created", 6},
      {"&brand=acme", 4},
      {"&brand=acme&brand=globex", 6},
      {"&account=globex-whatsapp", 2},
      {"&conversation=" + conversation, 2},
      {"&type=deadletter.added", 1},
      {"&type=message.received&brand=globex", 1},
      {"&queue=nobody", 0},
      {"&assignee=nobody", 0}};
  std::vector<subscriber> all;
  std::vector<std::vector<std::string>> pages;
  for (const auto& [query, count] : expected) {
    const auto page = journal(query);
    EXPECT_EQ(page.size(), count) << query;
    for (const auto kind : {stream_kind::sse, stream_kind::websocket}) {
      stream_options o;
      o.kind = kind;
      o.query = query;
      auto& s = all.emplace_back(o);
      connect(s);
      catch_up(s, count);
      pages.push_back(page);
    }
  }
  EXPECT_EQ(get(engine_, "/v1/events?from=earliest&type=no.such").status, 400);
  EXPECT_EQ(get(engine_, "/v1/events?from=nonsense").status, 400);
  read_to_the_end(all);
  for (std::size_t i = 0; i < all.size(); ++i) expect_same(all[i], pages[i]);  // and no more than that
}

// Who begins at `latest` and is cut off before the first event has a cursor all the same.
TEST_F(streaming, cut_off_before_its_first_event_a_subscriber_misses_nothing) {
  start();
  say(acme_number, "1", "wamid.before");
  std::string end = "earliest";
  (void)read_log(engine_, end);
  for (const auto kind : {stream_kind::sse, stream_kind::websocket}) {
    stream_options o;
    o.kind = kind;
    o.from = "latest";
    o.query = "&type=message.received";
    subscriber s(o);
    ASSERT_TRUE(s.connect(engine_.port()));
    const auto until = clock::now() + 60s;
    while (s.cursor().empty() && s.connected() && clock::now() < until) (void)s.read(plenty, quiet);
    EXPECT_EQ(s.cursor(), end);
    s.cut();
    const auto id = "wamid.between." + std::to_string(static_cast<int>(kind));
    say(acme_number, "1", id);
    catch_up(s, 1);
    const auto missed = read_log(engine_, end, "&type=message.received");
    EXPECT_EQ(missed.size(), 1U);
    expect_same(s, missed);
  }
}

// Pages of another origin, as a browser would ask for them.
TEST_F(streaming, a_page_of_an_allowed_origin_may_call_and_read) {
  setup s;
  s.server = "allowed_origins = [\"https://desk.example\"]\n";
  start(s);
  http_connection c(engine_.port());
  const auto allow = [](const answer& a) { return a.header("Access-Control-Allow-Origin"); };
  const auto ask = c.ask("OPTIONS", "/v1/conversations",
                         {{"Origin", "https://desk.example"}, {"Access-Control-Request-Method", "GET"}});
  EXPECT_EQ(ask.status, 204);
  EXPECT_EQ(allow(ask), "https://desk.example");
  EXPECT_EQ(ask.header("Access-Control-Allow-Methods"), "GET, HEAD");
  for (const auto& origin : {"https://desk.example", "https://evil.example"}) {
    auto h = bearer(admin_token);
    h.emplace_back("Origin", origin);
    const auto expected = std::string_view(origin).find("evil") == std::string_view::npos ? origin : "";
    for (const auto* target : {"/v1/conversations", "/v1/nothing", "/v1/conversations?limti=1"}) {
      const auto a = c.ask("GET", target, h);
      EXPECT_GE(a.status, 200) << target;
      EXPECT_EQ(allow(a), expected) << target;
      EXPECT_EQ(a.header("Vary"), "Origin") << target;
    }
  }
}

// What belongs to globex is in nothing that acme may ask for, by any way, also not with globex's own ids.
TEST_F(streaming, one_brand_never_sees_another) {
  start();
  const std::string canary = "canary" + std::to_string(std::random_device{}());
  say(acme_number, "1", "wamid.a", "for acme");
  say(globex_number, "5551", "wamid." + canary, canary);
  const auto secret = journal("&brand=globex");
  ASSERT_EQ(secret.size(), 2U);
  const auto conversation = text_at(secret[1], "/data/conversation/id").value_or("");
  const auto customer = text_at(secret[1], "/data/conversation/customerId").value_or("");
  const auto cursor = text_at(secret[0], "/cursor").value_or("");
  ASSERT_NE(secret[1].find(canary), std::string::npos);

  const auto unseen = [&](std::string_view bytes, const std::string& where) {
    EXPECT_EQ(bytes.find(canary), std::string_view::npos) << where;
    EXPECT_EQ(bytes.find("globex"), std::string_view::npos) << where;
  };
  for (const auto& target :
       {"/v1/conversations", "/v1/conversations?brand=globex",
        "/v1/conversations?customer=", "/v1/events?from=earliest", "/v1/events?from=earliest&brand=globex"}) {
    const auto a = get(engine_, target, acme_token);
    EXPECT_EQ(a.status, 200) << target;
    unseen(a.body, target);
  }
  for (const auto& target :
       {"/v1/conversations/" + conversation, "/v1/conversations/" + conversation + "/messages",
        "/v1/customers/" + customer, "/v1/customers/" + customer + "/conversations"}) {
    EXPECT_EQ(get(engine_, target, acme_token).status, 404) << target;
    EXPECT_EQ(get(engine_, target, globex_token).status, 200) << target;
  }
  const std::string behind_it = "/v1/events?from=" + cursor;  // a cursor that another brand was given
  unseen(get(engine_, behind_it, acme_token).body, behind_it);
  std::vector<subscriber> all;
  std::vector<std::size_t> counts;
  for (const auto kind : {stream_kind::sse, stream_kind::websocket, stream_kind::long_poll}) {
    for (const auto& query : {std::string{}, std::string("&brand=globex"), "&conversation=" + conversation}) {
      stream_options o;
      o.kind = kind;
      o.token = acme_token;
      o.query = query;
      auto& s = all.emplace_back(o);
      ASSERT_TRUE(s.connect(engine_.port()));
      if (query.empty()) catch_up(s, 2);
      counts.push_back(query.empty() ? 2 : 0);
    }
  }
  read_to_the_end(all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (const auto& e : all[i].events()) unseen(e.json, "a stream");
    EXPECT_EQ(all[i].events().size(), counts[i]) << i;
  }
}

TEST_F(streaming, a_ticket_opens_one_stream_with_its_tokens_scope) {
  start();
  say(acme_number, "1", "wamid.a");
  say(globex_number, "1", "wamid.g");
  const auto ticket = [&](std::string_view token) {
    http_connection c(engine_.port());
    return c.ask("POST", "/v1/tickets", bearer(token));
  };
  EXPECT_EQ(ticket("wrong").status, 401);
  std::vector<subscriber> all;
  for (const auto kind : {stream_kind::websocket, stream_kind::sse}) {
    const auto issued = ticket(acme_token);
    ASSERT_EQ(issued.status, 201) << issued.body;
    stream_options o;
    o.kind = kind;
    o.ticket = text_at(issued.body, "/ticket").value_or("");
    auto& s = all.emplace_back(o);
    ASSERT_TRUE(s.connect(engine_.port()));
    catch_up(s, 2);
    subscriber again(o);
    EXPECT_FALSE(again.connect(engine_.port()));
    EXPECT_EQ(again.refusal().status, 401);
  }
  read_to_the_end(all);
  for (const auto& s : all) EXPECT_EQ(s.events().size(), 2U);  // acme's, not globex's
}

TEST_F(streaming, a_cursor_that_is_no_longer_kept_is_410_and_names_the_earliest) {
  setup s;
  s.storage = "retention_bytes = 65536\njournal_memtable_bytes = \"1MiB\"\n";
  start(s);
  say(acme_number, "1", "wamid.0");
  const auto first = text_at(journal().front(), "/cursor").value_or("");
  http_connection c(engine_.port());
  for (unsigned body = 0; body < 40; ++body) {
    std::vector<std::string> ids;
    for (unsigned i = 0; i < 50; ++i) ids.push_back("wamid.r" + std::to_string(body * 50 + i));
    ASSERT_EQ(deliver(c, "meta", whatsapp_texts(acme_number, "2", ids)).status, 200);
  }
  EXPECT_EQ(engine_.terminate().code, 0);  // it trims when it has flushed the views, and it flushes them now
  engine_.start();
  const auto expired = get(engine_, "/v1/events?from=" + first);
  ASSERT_EQ(expired.status, 410) << expired.body;
  EXPECT_EQ(text_at(expired.body, "/code"), "cursor-expired");
  const auto earliest = text_at(expired.body, "/earliest").value_or("");
  std::string cursor = earliest;
  const auto rest = read_log(engine_, cursor);
  ASSERT_FALSE(rest.empty());
  EXPECT_EQ(rest, journal());
  for (const auto kind : {stream_kind::sse, stream_kind::websocket}) {
    stream_options o;
    o.kind = kind;
    o.from = first;
    subscriber late(o);
    EXPECT_FALSE(late.connect(engine_.port()));
    EXPECT_EQ(late.refusal().status, 410);
    EXPECT_EQ(text_at(late.refusal().body, "/earliest"), earliest);
  }
  // What the journal no longer has is still there to be read.
  EXPECT_EQ(get(engine_, "/v1/conversations").status, 200);
  EXPECT_EQ(read_list(engine_, "/v1/conversations", "conversations").size(), 2U);
}

}  // namespace
}  // namespace switchboard::e2e
