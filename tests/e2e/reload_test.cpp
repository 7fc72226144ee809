// Reloads under load: a webhook meets the old config or the new one, never a bit of both.

#include "scratch.hpp"
#include "setup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <set>
#include <thread>
#include <vector>

namespace switchboard::e2e {
namespace {

// A source and its account come and go while somebody posts to it: what is answered 200 is a message, each one,
// and what is not is 404. The account was once looked up in another config than the source.
TEST(reload, of_a_source_that_comes_and_goes_makes_no_dead_letter_and_loses_nothing) {
  constexpr int reloads = 40, senders = 2;
  const std::string late_number = "106540352242000";
  scratch dir;
  engine_process engine{dir.path()};
  setup without, with;
  with.more =
      "\n[[source]]\nid = \"late\"\nkind = \"meta\"\nsecrets = [\"demo-secret\"]\nverify_token = \"v\"\n" +
      account_toml("late-whatsapp", "acme", "late", "whatsapp", late_number);
  engine.configure(without.toml(engine.data()));
  engine.start();

  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0}, refused{0};
  std::vector<std::set<std::string>> accepted(senders);
  std::vector<std::thread> threads;
  for (std::size_t n = 0; n < senders; ++n) {
    threads.emplace_back([&, n] {
      http_connection c(engine.port());
      for (int i = 0; !stop; ++i) {
        const auto id = "wamid." + std::to_string(n) + "." + std::to_string(i);
        const auto body = whatsapp_text(late_number, std::to_string(i % 50), id, "text");
        const auto answer = c.ask("POST", "/webhooks/late", signed_headers("meta", body), body);
        if (answer.status == 200) {
          accepted[n].insert(id);
        } else {
          ++(answer.status == 404 ? refused : wrong);
        }
      }
    });
  }
  for (int i = 0; i < reloads; ++i) {
    engine.configure((i % 2 == 0 ? with : without).toml(engine.data()));
    engine.send_signal(SIGHUP);
    engine.wait_logged("config-applied");
  }
  stop = true;
  for (auto& t : threads) t.join();

  EXPECT_EQ(wrong, 0);
  EXPECT_GT(refused, 0);
  std::set<std::string> all = accepted[0];
  all.insert(accepted[1].begin(), accepted[1].end());
  EXPECT_FALSE(all.empty());
  std::string cursor = "earliest";
  std::size_t received = 0;
  for (const auto& e : read_log(engine, cursor, "&type=message.received")) {
    const auto at = e.find("wamid.");
    ASSERT_NE(at, std::string::npos);
    received += all.contains(e.substr(at, e.find('"', at) - at));
  }
  EXPECT_EQ(received, all.size());
  EXPECT_THAT(read_list(engine, "/v1/dead-letters", "deadLetters"), testing::IsEmpty());
  EXPECT_EQ(engine.terminate().code, 0);
}

/// Whoever was answered sees what was done.
TEST(reload, is_on_the_stream_when_it_is_answered) {
  constexpr std::size_t reloads = 30;
  scratch s;
  engine_process engine(s.path());
  engine.configure(setup{}.toml(engine.data()));
  engine.start();
  http_connection admin(engine.admin_port());
  std::string cursor = "earliest";
  for (std::size_t i = 0; i < reloads; ++i) {
    ASSERT_EQ(admin.ask("POST", "/reload").status, 200);
    EXPECT_EQ(read_log(engine, cursor, "&type=config.applied").size(), 1U) << "after reload " << i + 1;
  }
}

}  // namespace
}  // namespace switchboard::e2e
