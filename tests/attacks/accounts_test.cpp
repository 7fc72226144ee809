// An account that goes from one brand to another: what comes from then on is the other's, and the first sees none of
// it, also where its threads are awake.

#include "tests/e2e/json_text.hpp"
#include "tests/e2e/scratch.hpp"
#include "tests/e2e/setup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace switchboard::attacks {
namespace {

using namespace e2e;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr std::string_view number = "106540352242555";

/// Everything that is shown to a token.
std::string seen_by(const engine_process& engine, std::string_view token) {
  std::string from = "earliest";
  std::string all;
  for (const auto& e : read_log(engine, from, {}, token)) all += e;
  for (const auto& c : read_list(engine, "/v1/conversations", "conversations", token)) {
    all += c;
    const auto path = "/v1/conversations/" + text_at(c, "/id").value_or("") + "/messages";
    for (const auto& m : read_list(engine, path, "messages", token)) all += m;
  }
  return all;
}

TEST(accounts, that_change_hands_tell_their_old_brand_nothing_new) {
  scratch dir;
  engine_process engine{dir.path()};
  setup of_acme, of_nobody, of_globex;
  of_acme.more = account_toml("moving", "acme", "meta", "whatsapp", number);
  of_globex.more = account_toml("moving", "globex", "meta", "whatsapp", number);
  engine.configure(of_acme.toml(engine.data()));
  engine.start();
  const auto say = [&](std::string_view id, std::string_view text) {
    const auto a = deliver(engine, "meta", whatsapp_text(number, "555", id, text));
    EXPECT_EQ(a.status, 200) << a.body;
  };
  const auto reload = [&](const setup& s, const std::string& outcome) {
    engine.configure(s.toml(engine.data()));
    engine.send_signal(SIGHUP);
    engine.wait_logged(outcome);
  };
  say("wamid.1", "said to acme");
  reload(of_globex, "config-refused");
  EXPECT_THAT(engine.said(), HasSubstr("the brand of [[account]]"));
  // In two steps it goes: nothing is left to compare with.
  reload(of_nobody, "config-applied");
  reload(of_globex, "config-applied");
  say("wamid.2", "said to globex, awake");
  EXPECT_THAT(seen_by(engine, acme_token), Not(HasSubstr("said to globex")));
  EXPECT_THAT(seen_by(engine, globex_token), Not(HasSubstr("said to acme")));
  const auto letters = read_list(engine, "/v1/dead-letters", "deadLetters");
  ASSERT_THAT(letters, SizeIs(1)) << "nothing signed is dropped";
  EXPECT_EQ(text_at(letters[0], "/brand"), "globex");

  EXPECT_EQ(engine.terminate().code, 0);
  engine.start();
  http_connection c(engine.port());
  const auto replay = "/v1/dead-letters/" + text_at(letters[0], "/id").value_or("") + "/replay";
  EXPECT_EQ(c.ask("POST", replay, e2e::bearer(admin_token)).body, R"({"events":1,"quarantined":0})");
  say("wamid.3", "said to globex, later");
  EXPECT_THAT(seen_by(engine, acme_token), Not(HasSubstr("said to globex")));
  const auto theirs = seen_by(engine, globex_token);
  EXPECT_THAT(theirs, HasSubstr("said to globex, awake"));
  EXPECT_THAT(theirs, HasSubstr("said to globex, later"));
  EXPECT_THAT(theirs, Not(HasSubstr("said to acme")));
}

/// A part that can't be read names an id but no platform; where two brands have that id, each on its own platform, it
/// may be either's.
TEST(accounts, of_two_brands_with_one_id_own_no_part_that_can_not_be_read) {
  scratch dir;
  engine_process engine{dir.path()};
  setup s;
  s.more = account_toml("twin-number", "acme", "meta", "whatsapp", number) +
           account_toml("twin-page", "globex", "meta", "facebook", number);
  engine.configure(s.toml(engine.data()));
  engine.start();
  auto broken = whatsapp_text(number, "555", "wamid.1", "said to acme");
  const std::string id = "\"id\":\"wamid.1\",";
  broken.erase(broken.find(id), id.size());
  EXPECT_EQ(deliver(engine, "meta", broken).body, R"({"events":0,"quarantined":1})");
  auto alone = whatsapp_text(acme_number, "555", "wamid.1", "said to acme");
  alone.erase(alone.find(id), id.size());
  EXPECT_EQ(deliver(engine, "meta", alone).body, R"({"events":0,"quarantined":1})");
  const auto letters = read_list(engine, "/v1/dead-letters", "deadLetters");
  ASSERT_THAT(letters, SizeIs(2));
  EXPECT_EQ(text_at(letters[0], "/brand"), "acme") << "whose it is alone";
  EXPECT_EQ(text_at(letters[1], "/brand").value_or(""), "");
}

}  // namespace
}  // namespace switchboard::attacks
