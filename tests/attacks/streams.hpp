#pragma once
// What the tests of streams share: an engine with something of two brands in its log, and the ways to ask for it.

#include "tests/e2e/json_text.hpp"
#include "tests/e2e/scratch.hpp"
#include "tests/e2e/setup.hpp"
#include "tests/e2e/subscriber.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchboard::attacks {

using namespace e2e;

inline constexpr std::string_view stream_path = "/v1/events?from=earliest";

/// An engine with a message of each of two brands in its log.
class streams : public testing::Test {
 protected:
  void SetUp() override {
    setup s;
    s.server = "allowed_origins = [\"https://desk.example\"]\n";
    engine.configure(s.toml(engine.data()));
    engine.start();
    ASSERT_EQ(deliver(engine, "meta", whatsapp_text(acme_number, "100", "wamid.a", "of acme")).status, 200);
    ASSERT_EQ(deliver(engine, "meta", whatsapp_text(globex_number, "200", "wamid.g", "of globex")).status,
              200);
  }
  void TearDown() override {
    if (!engine.running()) return;
    EXPECT_EQ(engine.terminate().code, 0);
  }

  /// The cursors of everything in the log.
  std::vector<std::string> cursors() {
    std::string from = "earliest";
    std::vector<std::string> all;
    for (const auto& e : read_log(engine, from)) all.push_back(text_at(e, "/cursor").value_or(""));
    return all;
  }

  /// Resident memory, in bytes.
  [[nodiscard]] std::uint64_t resident() const {
    std::ifstream in("/proc/" + std::to_string(engine.pid()) + "/statm");
    std::uint64_t total = 0, pages = 0;
    in >> total >> pages;
    return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  }

  scratch dir;
  engine_process engine{dir.path()};
};

inline stream_options reading(stream_kind kind, std::string_view token, std::string from = "earliest") {
  stream_options o;
  o.kind = kind;
  o.token = token;
  o.from = std::move(from);
  return o;
}

inline const headers good_upgrade{{"Connection", "Upgrade"},
                                  {"Upgrade", "websocket"},
                                  {"Sec-WebSocket-Version", "13"},
                                  {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};

inline headers upgrade_with(headers more, std::string_view token = acme_token) {
  headers all = good_upgrade;
  for (auto& h : e2e::bearer(token)) all.push_back(h);
  for (auto& h : more) all.push_back(std::move(h));
  return all;
}

}  // namespace switchboard::attacks
