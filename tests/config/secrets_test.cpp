#include "config/digest.hpp"
#include "tests/config/loading.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace switchboard::config {
namespace {

using testing::loaded;
using testing::problems_of;

std::string source_with(const std::string& secrets, bool demo = false) {
  return std::string("[server]\ndemo = ") + (demo ? "true" : "false") +
         "\n[[source]]\nid = \"meta\"\nkind = \"meta\"\nverify_token = \"v\"\nsecrets = " + secrets + "\n";
}

std::vector<std::string> secrets_of(const std::string& text, const std::string& directory = ".") {
  const settings_ptr s = loaded(text, directory);
  return s ? s->sources.at(0).secrets
           : std::vector<std::string>{"did not load: " + problems_of(text, directory).at(0)};
}

class Secrets : public ::testing::Test {
 protected:
  void SetUp() override {
    ::setenv("SB_TEST_SECRET", "from-env", 1);
    ::setenv("SB_TEST_EMPTY", "", 1);
    ::unsetenv("SB_TEST_UNSET");
  }
  testing::scratch dir_;
};

TEST_F(Secrets, ComeFromEnvironmentAndFilesAndInADemoFromHere) {
  dir_.write("secrets/meta", "from-file\n");
  EXPECT_EQ(
      secrets_of(source_with("[{ env = \"SB_TEST_SECRET\" }, { file = \"secrets/meta\" }]"), dir_.path()),
      (std::vector<std::string>{"from-env", "from-file"}));
  EXPECT_EQ(secrets_of(source_with("[\"here\", { env = \"SB_TEST_SECRET\" }]", true)),
            (std::vector<std::string>{"here", "from-env"}));
}

TEST_F(Secrets, OneNewlineAtTheEndOfAFileIsDropped) {
  struct {
    std::string content, secret;
  } const cases[] = {{"abc", "abc"}, {"abc\n", "abc"}, {"abc\r\n", "abc"}, {" abc ", " abc "}};
  for (const auto& c : cases) {
    const std::string path = dir_.write("s", c.content);
    EXPECT_EQ(secrets_of(source_with("[{ file = \"" + path + "\" }]")), std::vector<std::string>{c.secret});
  }
}

TEST_F(Secrets, ProblemsSayWhatToDo) {
  dir_.write("empty", "");
  dir_.write("newline", "\n");
  dir_.write("lines", "a\nb\n");
  dir_.write("huge", std::string(70'000, 'x'));
  struct {
    std::string secrets, column, what;
  } const cases[] = {
      {"[\"here\"]", "12",
       "secrets is written out, which only [server] demo = true allows; write { env = \"META_SECRET\" } or { "
       "file = "
       "\"…\" }"},
      {"[{ env = \"SB_TEST_UNSET\" }]", "20",
       "environment variable \"SB_TEST_UNSET\" for secrets is not set; set it where the engine is started"},
      {"[{ env = \"SB_TEST_EMPTY\" }]", "20",
       "environment variable \"SB_TEST_EMPTY\" for secrets is empty; set it where the engine is started"},
      {"[{ file = \"none\" }]", "21",
       "file \"DIR/none\" for secrets cannot be read; does it exist, and may this user read it?"},
      {"[{ file = \".\" }]", "21",
       "file \"DIR/.\" for secrets cannot be read; does it exist, and may this user read it?"},
      {"[{ file = \"empty\" }]", "21", "file \"DIR/empty\" for secrets is empty"},
      {"[{ file = \"newline\" }]", "21", "file \"DIR/newline\" for secrets is empty"},
      {"[{ file = \"lines\" }]", "12", "secrets has more than one line; a secret is one"},
      {"[{ file = \"huge\" }]", "21",
       "file \"DIR/huge\" for secrets is larger than 64 KiB; that is no secret"},
      {"[{ env = \"SB_TEST_SECRET\", file = \"lines\" }]", "12",
       "secrets needs one of { env = \"…\" } and { file = \"…\" }"},
      {"[{ }]", "12", "secrets needs one of { env = \"…\" } and { file = \"…\" }"},
      {"[{ evn = \"SB_TEST_SECRET\" }]", "14", "unknown key \"evn\" in secrets; did you mean \"env\"?"},
      {"[{ vault = \"x\" }]", "14",
       "unknown key \"vault\" in secrets; write { env = \"…\" } or { file = \"…\" }"},
      {"[{ env = 5 }]", "20", "env in secrets must be a string, like \"META_SECRET\""},
      {"[5]", "12", "secrets must be { env = \"META_SECRET\" } or { file = \"…\" }, not an integer"},
      {"[]", "11", "secrets is empty, so nothing could be verified; write [{ env = \"META_SECRET\" }]"},
      {"\"here\"", "11", "secrets must be a list, like [{ env = \"META_SECRET\" }], not a string"},
      {"[{ env = \"SB_TEST_SECRET\" }, { env = \"SB_TEST_SECRET\" }]", "40",
       "the same secret stands here twice; remove one"},
  };
  for (const auto& c : cases) {
    std::string what = c.what;
    if (const auto at = what.find("DIR"); at != std::string::npos) what.replace(at, 3, dir_.path());
    EXPECT_EQ(problems_of(source_with(c.secrets), dir_.path()),
              std::vector<std::string>{"t.toml:7:" + c.column + ": error: " + what})
        << c.secrets;
  }
}

TEST_F(Secrets, EmptyInADemoIsStillNone) {
  EXPECT_EQ(problems_of(source_with("[\"\"]", true)),
            std::vector<std::string>{"t.toml:7:12: error: secrets is empty"});
}

TEST_F(Secrets, AreNeverInAMessage) {
  const std::string canary = "EAAGm0PX4ZCpsBA-canary";
  const std::string file = dir_.write("canary", canary + "\n" + canary);
  const std::string accounts =
      "[[account]]\nid = \"a\"\nbrand = \"b\"\nsource = \"meta\"\nplatform = \"whatsapp\"\n"
      "platform_id = \"1\"\n";
  for (const std::string& text : std::vector<std::string>{
           source_with("[\"" + canary + "\"]"), source_with("\"" + canary + "\""),
           source_with("[{ env = \"" + canary + "\" }]"), source_with("[{ file = \"" + file + "\" }]"),
           accounts + "access_token = \"" + canary + "\"\n", accounts + "acess_token = \"" + canary + "\"\n",
           accounts + "access_token = [\"" + canary + "\"]\n",
           "[[token]]\nvalue = \"" + canary + "\"\nbrand = \"*\"\nrole = \"admin\"\n",
           "[[token]]\nsha256 = \"" + canary + "\"\nbrand = \"*\"\nrole = \"admin\"\n",
           "[[token]]\ntoken = \"" + canary + "\"\nbrand = \"*\"\nrole = \"admin\"\n"}) {
    const auto problems = problems_of(text, dir_.path());
    EXPECT_FALSE(problems.empty()) << text;
    for (const std::string& p : problems) EXPECT_EQ(p.find("EAAGm0"), std::string::npos) << p;
  }
}

TEST_F(Secrets, TelegramsAreOfItsAlphabet) {
  const auto text = [](const std::string& secret) {
    return "[server]\ndemo = true\n[[brand]]\nid = \"b\"\n[[source]]\nid = \"t\"\nkind = "
           "\"telegram\"\nsecrets = [\"" +
           secret +
           "\"]\n[[account]]\nid = \"a\"\nbrand = \"b\"\nsource = \"t\"\nplatform = \"telegram\"\n"
           "platform_id = \"1\"\n";
  };
  EXPECT_EQ(problems_of(text("Az09_-")), std::vector<std::string>{});
  EXPECT_EQ(problems_of(text(std::string(256, 'a'))), std::vector<std::string>{});
  for (const std::string& bad : {std::string("a b"), std::string("a.b"), std::string(257, 'a')}) {
    EXPECT_EQ(problems_of(text(bad)),
              std::vector<std::string>{
                  "t.toml:8:12: error: a Telegram secret_token has 1 to 256 of A-Z a-z 0-9 _ -; "
                  "Telegram could never send this one"});
  }
}

TEST_F(Secrets, AnAccessTokenIsNotMissedUntilSomethingIsSent) {
  const auto with = [](const std::string& token) {
    return "[server]\ndemo = true\n[[brand]]\nid = \"b\"\n[[source]]\nid = \"m\"\nkind = \"meta\"\nsecrets = "
           "[\"s\"]\n"
           "verify_token = \"v\"\n[[account]]\nid = \"a\"\nbrand = \"b\"\nsource = \"m\"\nplatform = "
           "\"whatsapp\"\n"
           "platform_id = \"1\"\n" +
           token;
  };
  for (const std::string& token :
       {std::string(), std::string("access_token = { env = \"SB_TEST_UNSET\" }\n")}) {
    const settings_ptr s = loaded(with(token));
    ASSERT_NE(s, nullptr) << token;
    EXPECT_EQ(s->accounts[0].access_token, "");
  }
  EXPECT_EQ(loaded(with("access_token = { env = \"SB_TEST_SECRET\" }\n"))->accounts[0].access_token,
            "from-env");
  EXPECT_EQ(problems_of(with("access_token = { env = \"SB_TEST_EMPTY\" }\n")).size(), 1u);
  EXPECT_EQ(problems_of(with("access_token = { file = \"/nonexistent/x\" }\n")).size(), 1u);
}

TEST_F(Secrets, OfTokensOnlyTheHashIsKept) {
  ::setenv("SB_TEST_TOKEN", "0123456789abcdef", 1);
  const std::string hash = sha256_hex("0123456789abcdef");
  std::string upper = hash;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  for (const std::string& given : {std::string("value = { env = \"SB_TEST_TOKEN\" }"),
                                   "sha256 = \"" + hash + "\"", "sha256 = \"" + upper + "\""}) {
    const settings_ptr s = loaded("[[token]]\nbrand = \"*\"\nrole = \"admin\"\n" + given + "\n");
    ASSERT_NE(s, nullptr) << given;
    EXPECT_EQ(s->tokens[0].sha256, hash);
    EXPECT_NE(s->find_token(hash), nullptr);
  }
}

TEST_F(Secrets, AGuessableTokenIsForDemosOnly) {
  ::setenv("SB_TEST_TOKEN", "0123456789abcde", 1);
  EXPECT_EQ(problems_of("[[token]]\nbrand = \"*\"\nrole = \"admin\"\nvalue = { env = \"SB_TEST_TOKEN\" }\n"),
            std::vector<std::string>{
                "t.toml:4:9: error: value has 15 bytes, easy to guess; use at least 16, e.g. from: "
                "openssl rand -hex 24"});
}

}  // namespace
}  // namespace switchboard::config
