// The config files that come with the engine.

#include "config/digest.hpp"
#include "config/properties.hpp"
#include "config/routing.hpp"
#include "tests/config/loading.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace switchboard::config {
namespace {

const std::string folder = std::string(SWITCHBOARD_SOURCE_DIR) + "/config/";

settings_ptr expect_loads(const std::string& path) {
  auto result = load_file(path);
  if (result) return *result;
  for (const problem& p : result.error()) ADD_FAILURE() << to_text(p);
  return nullptr;
}

TEST(Files, ReferenceIsWhatTheTableSays) {
  if (std::getenv("SWITCHBOARD_WRITE_REFERENCE") != nullptr) {
    std::ofstream(folder + "reference.toml", std::ios::binary) << reference_toml();
  }
  EXPECT_EQ(testing::read_file(folder + "reference.toml"), reference_toml())
      << "the property table changed; run this test with SWITCHBOARD_WRITE_REFERENCE=1 and look at the diff";
}

TEST(Files, ReferenceLoadsAndMeansTheDefaults) {
  const settings_ptr s = expect_loads(folder + "reference.toml");
  ASSERT_NE(s, nullptr);
  for (const property& p : properties()) EXPECT_EQ(p.get(*s), default_of(p)) << p.section << '.' << p.name;
  EXPECT_EQ(s->version, testing::loaded("")->version);
}

TEST(Files, ReferenceNamesEveryKey) {
  const std::string text = reference_toml();
  for (const property& p : properties()) {
    EXPECT_NE(text.find("\n" + std::string(p.name) + " = "), std::string::npos) << p.name;
  }
  for (const record_key& k : record_keys()) {
    EXPECT_NE(text.find("\n#   " + std::string(k.name) + " = " + std::string(k.example) + "\n"),
              std::string::npos)
        << k.name;
  }
}

TEST(Files, TheExamplesOfTheReferenceLoadTogether) {
  ::setenv("META_APP_SECRET", "0123456789abcdef", 1);
  ::setenv("META_VERIFY_TOKEN", "verify", 1);
  ::setenv("ACME_WEBHOOK_SECRET", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz", 1);
  ::setenv("ACME_WEBHOOK_SECRET_PREVIOUS", "whsec_MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0", 1);
  std::string text, section;
  for (const record_key& k : record_keys()) {
    // Of other kinds: below.
    if (k.name == "jetstream_url" || k.name == "handshakes_apart_max" || k.name == "app_token" ||
        k.name == "consumer_key") {
      continue;
    }
    if (k.section == "source.application" && section != k.section) {  // the source of the examples is Meta's
      ::setenv("LINKEDIN_CHILD_SECRET", "0123456789abcdef", 1);
      text +=
          "[[source]]\nid = \"linkedin\"\nkind = \"linkedin\"\nsecrets = [{ env = \"META_APP_SECRET\" }]\n";
    }
    const bool one = k.section == "queue.overflow" || k.section == "queue.tell_wait";
    if (k.section != section) {
      // A channel for what the example's is not about, and the status of who is away.
      if (k.section == "routing.status") text += "[[routing.channel]]\n";
      if (section == "routing.status") text += "[[routing.status]]\nname = \"away\"\nplatforms = []\n";
      section = k.section;
      text += one ? "[" + section + "]\n" : "[[" + section + "]]\n";
    }
    const bool one_of_two = (k.section == "token" && k.name == "value") ||
                            (k.section == "calendar.override" && k.name == "closed");
    if (!one_of_two) text += std::string(k.name) + " = " + std::string(k.example) + "\n";
  }
  text +=
      "[[source]]\nid = \"bluesky\"\nkind = \"bluesky\"\njetstream_url = \"wss://jetstream.example.com\"\n"
      "[[source]]\nid = \"x\"\nkind = \"x\"\nsecrets = [{ env = \"META_APP_SECRET\" }]\nhandshakes_apart_max "
      "= \"3h\"\napp_token = { env = \"X_APP_TOKEN\" }\nconsumer_key = \"xvz1evFS4wEEPTGEFPHBog\"\n";
  EXPECT_EQ(testing::problems_of(text), std::vector<std::string>{}) << text;
}

TEST(Files, Demo) {
  const settings_ptr s = expect_loads(folder + "demo.toml");
  ASSERT_NE(s, nullptr);
  EXPECT_TRUE(s->server.demo && is_loopback(s->server.listen) && is_loopback(s->server.admin_listen));
  EXPECT_EQ(s->brands.size(), 2u);
  const account_settings* whatsapp = s->find_account("meta", domain::platform::whatsapp, "106540352242922");
  ASSERT_NE(whatsapp, nullptr);
  EXPECT_EQ(whatsapp->brand.value, "acme");
  EXPECT_EQ(s->find_source("meta")->secrets, std::vector<std::string>{"demo-secret"});
  EXPECT_EQ(s->find_source("meta")->verify_token, "demo-verify");
  EXPECT_EQ(s->find_source("telegram")->kind, source_kind::telegram);

  const token_settings* agent = s->find_token(sha256_hex("demo-agent"));
  ASSERT_NE(agent, nullptr);
  EXPECT_EQ(agent->agent.value, "ana");
  EXPECT_EQ(s->find_token(sha256_hex("demo-admin"))->brand, "*");
  EXPECT_EQ(s->find_token(sha256_hex("demo-reader"))->role, role::reader);

  EXPECT_EQ(s->warnings, std::vector<std::string>{});
  for (const auto& a : s->agents) {
    const auto is_his = [&](const token_settings& t) { return t.agent == a.id && t.brand == a.brand.value; };
    EXPECT_TRUE(std::any_of(s->tokens.begin(), s->tokens.end(), is_his))
        << a.id.value << " can't try it without a token";
  }
  EXPECT_EQ(routing_of(*s, {"acme"}).router.queues.size(), 2u);
  EXPECT_EQ(routing_of(*s, {"globex"}).router.agents.size(), 1u);
}

TEST(Files, LargeLoadsOnceItsSecretsAreThere) {
  for (const char* name : {"META_APP_SECRET_NEXT", "META_VERIFY_TOKEN", "TELEGRAM_SECRET_TOKEN",
                           "ACME_DESK_TOKEN", "SWITCHBOARD_ADMIN_TOKEN"}) {
    ::setenv(name, (std::string(name) + "-0123456789").c_str(), 1);
  }
  testing::scratch dir;
  dir.write("secrets/meta-app", "the present one\n");
  const std::string copy = dir.write("large.toml", testing::read_file(folder + "large.toml"));
  const settings_ptr s = expect_loads(copy);
  ASSERT_NE(s, nullptr);
  EXPECT_FALSE(s->server.demo);
  EXPECT_EQ(s->find_source("meta")->secrets,
            (std::vector<std::string>{"the present one", "META_APP_SECRET_NEXT-0123456789"}));
  EXPECT_EQ(s->storage.partitions, 256);
  EXPECT_EQ(s->warnings, std::vector<std::string>{});
  EXPECT_EQ(routing_of(*s, {"acme"}).default_queue, 0u);
}

TEST(Files, LargeGivesTheReasonBesideEachNumber) {
  const std::string text = testing::read_file(folder + "large.toml");
  std::istringstream lines(text.substr(0, text.find("[[source]]")));
  for (std::string line; std::getline(lines, line);) {
    const bool setting = line.find(" = ") != std::string::npos && !line.starts_with('#');
    const bool obvious = line.starts_with("data_dir") || line.starts_with("id") || line.starts_with("name") ||
                         line.starts_with("brand") || line.starts_with("allowed_origins");
    EXPECT_TRUE(!setting || obvious || line.find(" # ") != std::string::npos) << line;
  }
}

TEST(Files, NoneThatIsNotThereOrNotAFile) {
  const auto missing = load_file("/nonexistent/x.toml");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(to_text(missing.error().at(0)),
            "/nonexistent/x.toml: error: cannot be read: No such file or directory");
  const auto directory = load_file(SWITCHBOARD_SOURCE_DIR);
  ASSERT_FALSE(directory.has_value());
  EXPECT_NE(to_text(directory.error().at(0)).find("is a directory"), std::string::npos);
}

TEST(Files, NoneBeyondTheLimit) {
  testing::scratch dir;
  const auto result = load_file(dir.write("big.toml", std::string((16 << 20) + 1, '#')));
  ASSERT_FALSE(result.has_value());
  EXPECT_NE(to_text(result.error().at(0)).find("larger than 16 MiB"), std::string::npos);
}

}  // namespace
}  // namespace switchboard::config
