// The commands that a newcomer types first, against a running engine.

#include "json_text.hpp"
#include "scratch.hpp"
#include "setup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace switchboard::e2e {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> all;
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

class commands : public testing::Test {
 protected:
  commands() : engine_(scratch_.path()) {}
  void start() {
    engine_.configure(setup{}.toml(engine_.data()));
    engine_.start();
  }
  [[nodiscard]] ending run(std::vector<std::string> words) const {
    return run_command(words, scratch_.path());
  }
  [[nodiscard]] ending deliver_folder(const std::string& folder, const std::string& source) const {
    return run({"deliver", (fs::path(SWITCHBOARD_SOURCE_DIR) / "examples" / folder).string(), "--source",
                source, "--config", engine_.config().string(), "--url", engine_.url()});
  }

  scratch scratch_;
  engine_process engine_;
};

TEST_F(commands, deliver_the_examples_and_watch_them_arrive) {
  start();
  for (const auto& [folder, source] :
       {std::pair{"meta", "meta"}, std::pair{"telegram", "telegram"}, std::pair{"x", "x"},
        std::pair{"linkedin", "linkedin"}, std::pair{"bluesky", "bluesky"}}) {
    const auto delivered = deliver_folder(folder, source);
    EXPECT_EQ(delivered.code, 0) << delivered.out << delivered.err;
  }
  const auto events = run({"events", "--url", engine_.url(), "--from", "earliest"});
  EXPECT_EQ(events.code, 0) << events.err;
  std::string cursor = "earliest";
  const auto log = read_log(engine_, cursor);
  const auto printed = lines_of(events.out);
  ASSERT_EQ(printed.size(), log.size());
  for (std::size_t i = 0; i < log.size(); ++i) EXPECT_EQ(json_at(printed[i], ""), log[i]);
  const auto messages = run(
      {"events", "--url", engine_.url(), "--type", "message.received", "--token", std::string(acme_token)});
  EXPECT_GE(lines_of(messages.out).size(), 9U);
  // Once more: nothing is doubled.
  EXPECT_EQ(deliver_folder("meta", "meta").code, 0);
  EXPECT_EQ(read_log(engine_, cursor).size(), 0U);
  // And with the engine stopped, from the journal itself.
  EXPECT_EQ(engine_.terminate().code, 0);
  const auto offline = run({"events", "--data-dir", engine_.data().string()});
  EXPECT_EQ(offline.code, 0) << offline.err;
  EXPECT_EQ(lines_of(offline.out), printed);
}

TEST_F(commands, dead_letters_are_listed_shown_and_replayed) {
  start();
  ASSERT_EQ(deliver(engine_, "meta", whatsapp_text("555000", "9", "wamid.1", "hello?")).status, 200);
  const auto listed = run({"dead-letters", "list", "--url", engine_.url()});
  EXPECT_EQ(listed.code, 0) << listed.err;
  ASSERT_EQ(lines_of(listed.out).size(), 1U) << listed.out;
  const auto id = text_at(listed.out, "/id").value_or("");
  const auto shown = run({"dead-letters", "show", id, "--url", engine_.url()});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_THAT(text_at(shown.out, "/raw").value_or(""), HasSubstr("hello?"));
  setup wider;
  wider.more = account_toml("acme-second", "acme", "meta", "whatsapp", "555000");
  engine_.configure(wider.toml(engine_.data()));
  http_connection admin(engine_.admin_port());
  ASSERT_EQ(admin.ask("POST", "/reload").status, 200);
  const auto replayed = run({"dead-letters", "replay", id, "--url", engine_.url()});
  EXPECT_EQ(replayed.code, 0) << replayed.err;
  EXPECT_EQ(text_at(replayed.out, "/events"), "1");
  const auto none = run({"dead-letters", "show", "dl_none", "--url", engine_.url()});
  EXPECT_EQ(none.code, 1);
  EXPECT_EQ(lines_of(none.err).size(), 1U) << none.err;
}

TEST_F(commands, check_config_names_every_error_with_its_place) {
  const auto file = scratch_.path() / "bad.toml";
  std::ofstream(file) << "[server]\nlissten = \"127.0.0.1:0\"\n\n[storage]\ndedup_window = \"1d\"\n";
  const auto bad = run({"check-config", file.string()});
  EXPECT_EQ(bad.code, 1);
  EXPECT_THAT(bad.err + bad.out, HasSubstr(file.string() + ":2:1: error:"));
  EXPECT_THAT(bad.err + bad.out, HasSubstr("listen"));
  EXPECT_THAT(bad.err + bad.out, HasSubstr(file.string() + ":5:"));
  const auto good =
      run({"check-config", (fs::path(SWITCHBOARD_SOURCE_DIR) / "config" / "demo.toml").string()});
  EXPECT_EQ(good.code, 0) << good.err;
  EXPECT_EQ(run({"serve", "--config", file.string()}).code, 1);
  EXPECT_EQ(run({"serv"}).code, 2);
}

}  // namespace
}  // namespace switchboard::e2e
