// A WhatsApp number's own tier over a real engine: no more leaves in a second than the number may send, which the platform
// counts for itself.

#include "json_text.hpp"
#include "scratch.hpp"
#include "setup.hpp"
#include "tests/fake_platform/platform.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <set>

namespace switchboard::e2e {
namespace {

constexpr std::string_view number = "777001";
constexpr std::uint32_t shared_with_the_app = 20;
constexpr int customers = 50;

class tiers : public testing::Test {
 protected:
  void start(const std::string& tier) {
    setup s;
    s.more = '\n' + account_toml("sender", "acme", "meta", "whatsapp", number) +
             "access_token = \"secret-token\"\napi_url = \"" + platform_.url() + "\"\n" + tier;
    engine_.configure(s.toml(engine_.data()));
    engine_.start();
  }
  /// Everybody writes, and everybody is answered at once.
  void answer_everybody() {
    const auto now = static_cast<std::uint64_t>(std::time(nullptr));
    http_connection c(engine_.port());
    for (int i = 0; i < customers; ++i) {
      const auto who = std::to_string(4915100000 + i);
      ASSERT_EQ(deliver(c, "meta", whatsapp_text(number, who, "wamid." + who, "hello?", now)).status, 200);
    }
    for (const auto& row : read_list(engine_, "/v1/conversations?account=sender", "conversations")) {
      const auto id = text_at(row, "/id").value_or("");
      const auto done = c.ask("POST", "/v1/conversations/" + id + "/messages", bearer(agent_token),
                              R"({"content":"to )" + id + "\"}");
      ASSERT_EQ(done.status, 202) << done.body;
    }
    ASSERT_EQ(platform_.wait(customers, std::chrono::duration_cast<std::chrono::seconds>(patience)).size(),
              static_cast<std::size_t>(customers));
  }

  fake_platform::platform platform_{{.accounts = {{.id = "sender",
                                                   .platform = domain::platform::whatsapp,
                                                   .platform_id = std::string(number),
                                                   .access_token = "secret-token",
                                                   .messages_per_second = shared_with_the_app}}}};
  scratch dir_;
  engine_process engine_{dir_.path()};
};

TEST_F(tiers, are_kept_where_the_config_names_them) {
  start("messages_per_second = " + std::to_string(shared_with_the_app) + "\n");
  answer_everybody();
  const auto f = platform_.count();
  EXPECT_EQ(f.limited, 0u) << to_json(f);
  EXPECT_LE(f.limits.at("whatsapp.messages").fullest, shared_with_the_app);
}

TEST_F(tiers, are_the_platforms_to_tell_where_it_does_not) {
  start("");
  answer_everybody();
  EXPECT_GT(platform_.count().limited, 0u) << "else this platform counts nothing";
}

}  // namespace
}  // namespace switchboard::e2e
