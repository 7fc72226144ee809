#include "config/settings.hpp"

#include "config/digest.hpp"
#include "tests/config/loading.hpp"

#include <gtest/gtest.h>

namespace switchboard::config {
namespace {

settings many() {
  settings s;
  for (int i = 0; i < 300; ++i) {
    const std::string n = std::to_string(i);
    s.brands.push_back({{"brand-" + n}, "", {}});
    s.sources.push_back({{"source-" + n}, source_kind::meta, {"s"}, "v"});
    // One platform id for all: only source and platform tell them apart.
    s.accounts.push_back({{"account-" + n},
                          {"brand-" + n},
                          {"source-" + std::to_string(i / 3)},
                          static_cast<domain::platform>(i % 3),
                          "1",
                          ""});
    s.tokens.push_back({sha256_hex("token-" + n), "*", role::reader, {}});
  }
  s.index();
  return s;
}

TEST(Settings, LooksUpWhatIsThereAndNothingElse) {
  const settings s = many();
  for (int i = 0; i < 300; ++i) {
    const std::string n = std::to_string(i);
    EXPECT_EQ(s.find_brand("brand-" + n), &s.brands[i]);
    EXPECT_EQ(s.find_source("source-" + n), &s.sources[i]);
    EXPECT_EQ(s.find_account("account-" + n), &s.accounts[i]);
    EXPECT_EQ(s.find_token(sha256_hex("token-" + n)), &s.tokens[i]);
    const account_settings& a = s.accounts[i];
    EXPECT_EQ(s.find_account(a.source.value, a.platform, a.platform_id), &a);
  }
  EXPECT_EQ(s.find_brand(""), nullptr);
  EXPECT_EQ(s.find_source("source-300"), nullptr);
  EXPECT_EQ(s.find_account("Account-1"), nullptr);
  EXPECT_EQ(s.find_token("token-1"), nullptr);
}

TEST(Settings, AnAccountIsNeverFoundAcrossSources) {
  const settings s = many();
  EXPECT_EQ(s.find_account("source-0", domain::platform::facebook, "1"), &s.accounts[0]);
  EXPECT_EQ(s.find_account("source-1", domain::platform::facebook, "1"), &s.accounts[3]);
  EXPECT_EQ(s.find_account("source-200", domain::platform::facebook, "1"), nullptr);
  EXPECT_EQ(s.find_account("source-0", domain::platform::telegram, "1"), nullptr);
  EXPECT_EQ(s.find_account("source-0", domain::platform::facebook, "2"), nullptr);
  EXPECT_EQ(s.find_account("source-0", domain::platform::facebook, ""), nullptr);
}

TEST(Settings, ACopyStandsOnItsOwn) {
  auto original = std::make_unique<settings>(many());
  const settings copy = *original;
  original.reset();
  EXPECT_EQ(copy.find_account("source-9", domain::platform::whatsapp, "1"), &copy.accounts[29]);
  EXPECT_EQ(copy.find_source("source-9"), &copy.sources[9]);
}

TEST(Settings, IndexForgetsWhatIsGone) {
  settings s = many();
  s.accounts.resize(1);
  s.index();
  EXPECT_EQ(s.find_account("account-1"), nullptr);
  EXPECT_EQ(s.find_account("source-0", domain::platform::instagram, "1"), nullptr);
  EXPECT_NE(s.find_account("account-0"), nullptr);
}

TEST(Digest, IsSha256) {
  // FIPS 180-4's examples.
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

constexpr std::string_view base = R"([server]
demo = true
[[brand]]
id = "acme"
[[source]]
id = "meta"
kind = "meta"
secrets = ["one"]
verify_token = "v"
[[account]]
id = "wa"
brand = "acme"
source = "meta"
platform = "whatsapp"
platform_id = "1"
access_token = "at"
[[token]]
value = "t"
brand = "acme"
role = "admin"
)";

std::string version_with(std::string_view from, std::string_view to) {
  std::string text(base);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  const settings_ptr s = testing::loaded(text);
  EXPECT_NE(s, nullptr) << text;
  return s ? s->version : "";
}

TEST(Version, IsOfTheMeaningNotTheText) {
  const std::string same = version_with("", "");
  EXPECT_EQ(same.size(), 16u);
  EXPECT_EQ(same.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(version_with("[server]", "# a comment\n[server]\nlisten = \"127.0.0.1:8080\""), same);
  EXPECT_EQ(version_with("id = \"acme\"", "reopen_window = \"72h\"\nid = \"acme\""), same);
}

TEST(Version, LeavesSecretsOut) {
  const std::string same = version_with("", "");
  EXPECT_EQ(version_with("[\"one\"]", "[\"two\", \"three\"]"), same);
  EXPECT_EQ(version_with("\"v\"", "\"w\""), same);
  EXPECT_EQ(version_with("\"at\"", "\"bt\""), same);
  EXPECT_EQ(version_with("value = \"t\"", "value = \"u\""), same);
}

TEST(Version, SeesEveryOtherChange) {
  std::vector<std::string> versions{version_with("", "")};
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"demo = true", "demo = true\ndrain_timeout = \"11s\""},
           {"id = \"acme\"", "id = \"acme\"\nname = \"A\""},
           {"id = \"acme\"", "id = \"acme\"\nreopen_window = \"1h\""},
           {"id = \"acme\"", "id = \"acme\"\nredact_deleted = false"},
           {"\"whatsapp\"", "\"instagram\""},
           {"platform_id = \"1\"", "platform_id = \"2\""},
           {"id = \"wa\"", "id = \"wb\""},
           {"id = \"wa\"", "id = \"wa\"\napi_url = \"https://a.example\""},
           {"id = \"wa\"", "id = \"wa\"\napi_version = \"v1\""},
           {"id = \"wa\"", "id = \"wa\"\npage_id = \"5\""},
           {"id = \"wa\"", "id = \"wa\"\nhuman_agent_tag = true"},
           {"id = \"wa\"", "id = \"wa\"\nmessages_per_second = 20"},
           {"id = \"wa\"", "id = \"wa\"\nread_receipts = false"},
           {"id = \"wa\"", "id = \"wa\"\nsplit_long_texts = false"},
           {"id = \"wa\"", "id = \"wa\"\nmedia_hosts = [\"a.example\"]"},
           {"id = \"wa\"", "id = \"wa\"\nsubscriber = \"urn:li:person:a\""},
           {"verify_token = \"v\"", "verify_token = \"v\"\napp_id = \"5\""},
           {"verify_token = \"v\"", "verify_token = \"v\"\npublic_url = \"https://a.example/x\""},
           {"role = \"admin\"", "role = \"reader\""},
           {"role = \"admin\"", "role = \"admin\"\nagent = \"ana\""}}) {
    const std::string changed = version_with(from, to);
    EXPECT_EQ(std::count(versions.begin(), versions.end(), changed), 0) << from << " → " << to;
    versions.push_back(changed);
  }
}

}  // namespace
}  // namespace switchboard::config
