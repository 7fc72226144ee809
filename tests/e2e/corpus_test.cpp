// Real payloads, where they are at hand: each is answered 200, everything in it is visible, and nothing in it
// has a second effect.

#include "json_text.hpp"
#include "scratch.hpp"
#include "setup.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace switchboard::e2e {
namespace {

namespace fs = std::filesystem;

struct recorded {
  std::string name;
  std::string source;
  std::string body;
};

std::string read_file(const fs::path& p) {
  std::ifstream in(p, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Telegram's files are updates, or messages without their update.
std::string as_update(const std::string& text, unsigned number) {
  if (text_at(text, "/update_id")) return text;
  return R"({"update_id":)" + std::to_string(700'000 + number) + R"(,"message":)" + text + "}";
}

std::vector<recorded> read_corpus(const fs::path& root) {
  std::vector<recorded> all;
  unsigned number = 0;
  for (const char* folder :
       {"messenger", "facebook_page", "instagram", "whatsapp", "telegram", "x", "bluesky"}) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(root / folder)) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const auto& f : files) {
      const bool telegram = std::string_view(folder) == "telegram", x = std::string_view(folder) == "x",
                 sky = std::string_view(folder) == "bluesky";
      const auto text = read_file(f);
      all.push_back({std::string(folder) + "/" + f.filename().string(),
                     telegram ? "telegram"
                     : x      ? "x"
                     : sky    ? "bluesky"
                              : "meta",
                     telegram ? as_update(text, ++number) : text});
    }
  }
  return all;
}

/// Whom the payload names as its account: (platform, platform id).
std::set<std::pair<std::string, std::string>> accounts_in(const std::string& body) {
  std::set<std::pair<std::string, std::string>> found;
  if (const auto id = text_at(body, "/for_user_id")) found.emplace("x", *id);
  const auto object = text_at(body, "/object").value_or("");
  for (const auto& entry : elements_at(body, "/entry")) {
    if (object == "whatsapp_business_account") {
      for (const auto& change : elements_at(entry, "/changes")) {
        if (const auto id = text_at(change, "/value/metadata/phone_number_id"))
          found.emplace("whatsapp", *id);
      }
    } else if (const auto id = text_at(entry, "/id"); id && !id->empty()) {
      found.emplace(object == "instagram" ? "instagram" : "facebook", *id);
    }
  }
  return found;
}

/// `id` with a suffix wherever it stands as a whole word.
std::string renumbered(std::string body, const std::string& id, const std::string& suffix) {
  const auto word = [&](std::size_t at) {
    return at < body.size() && (std::isalnum(static_cast<unsigned char>(body[at])) != 0 || body[at] == '_');
  };
  for (auto at = body.find(id); at != std::string::npos; at = body.find(id, at + id.size())) {
    if ((at > 0 && word(at - 1)) || word(at + id.size())) continue;
    body.insert(at + id.size(), suffix);
  }
  return body;
}

/// Bluesky's say who acted, or were read for one account: a frame's own author has an account then.
std::string did_for(const std::string& body) {
  return text_at(body, "/time_us") ? text_at(body, "/did").value_or("did:plc:nobody")
                                   : "did:plc:ec72yg6n2sydzjvtovvdlxrk";
}

/// The recorded payloads come from many projects' documentation, which use the same message ids. So each file
/// gets accounts of its own: ids are unique within an account.
std::string give_own_accounts(std::vector<recorded>& files) {
  std::string toml;
  unsigned number = 100;
  for (auto& f : files) {
    const auto n = std::to_string(++number);
    const std::string_view brand = number % 2 == 0 ? "acme" : "globex";
    if (f.source == "telegram") {
      f.source += "-" + n;
      toml += "\n[[source]]\nid = \"" + f.source +
              "\"\nkind = \"telegram\"\nsecrets = [\"demo-telegram-secret\"]\n";
      toml += account_toml("bot-" + n, brand, f.source, "telegram", "7000" + n);
      continue;
    }
    if (f.source == "bluesky") {
      f.source += "-" + n;
      toml += "\n[[source]]\nid = \"" + f.source +
              "\"\nkind = \"bluesky\"\nsecrets = [\"demo-bluesky-secret\"]\n";
      toml += account_toml("sky-" + n, brand, f.source, "bluesky", did_for(f.body));
      continue;
    }
    unsigned nth = 0;
    for (const auto& [platform, id] : accounts_in(f.body)) {
      f.body = renumbered(f.body, id, n);
      toml += account_toml("own-" + n + "-" + std::to_string(++nth), brand, f.source, platform, id + n);
    }
  }
  return toml;
}

/// Events about something that is not there, which is not opened for them.
bool may_change_nothing(const std::string& body) {
  return body.find("\"read\"") != std::string::npos || body.find("\"delivery\"") != std::string::npos ||
         body.find("\"reaction\"") != std::string::npos || body.find("\"remove\"") != std::string::npos ||
         body.find("indicate_typing") != std::string::npos || body.find("#logBegin") != std::string::npos ||
         body.find("#logLeave") != std::string::npos || body.find("#logRead") != std::string::npos;
}

/// Dead letters by right: notices about the whole business that name no account or person of ours, bodies without
/// their `object`, and a kind of update that Telegram does not have.
const std::set<std::string> not_for_a_conversation{
    "messenger/31-policy-callback-block.json",
    "instagram/05-wh-story_insights.json",
    "instagram/23-chatwoot-story-reply.json",
    "instagram/24-chatwoot-unsend.json",
    "instagram/25-chatwoot-share-attachment.json",
    "whatsapp/73-pywa-account-update-account_restriction.json",
    "whatsapp/74-pywa-account-update-account_violation.json",
    "whatsapp/76-pywa-account-update-authentication_international_eligibility.json",
    "whatsapp/77-pywa-account-update-account_disabled.json",
    "whatsapp/80-pywa-account-update-partner_app_installed.json",
    "whatsapp/83-pywa-account-update-partner_removed.json",
    "whatsapp/87-pywa-account-update-account_offboarded.json",
    "whatsapp/88-pywa-account-update-account_reconnected.json",
    "whatsapp/90-pywa-template-status-update-rejected.json",
    "whatsapp/96-pywa-template-quality-update-yellow.json",
    "telegram/19-teloxide-update-new_update_kind.json",
    // Acts in a repository that tell nothing of a conversation, news of an account, and objects that are no events.
    "bluesky/06-jetstream-commit-create-repost.json",
    "bluesky/09-jetstream-commit-update-status.json",
    "bluesky/12-jetstream-commit-create-block.json",
    "bluesky/17-jetstream-identity.json",
    "bluesky/18-jetstream-account.json",
    "bluesky/35-notifications-app-bsky-notification-declaration.json",
    "bluesky/36-notifications-app-bsky-notification-declaration.json",
    "bluesky/40-convo-obj.json",
    "bluesky/42-convo-obj.json",
    "bluesky/43-convo-obj.json",
    "bluesky/44-convo-obj.json",
};

TEST(corpus, every_file_is_taken_in_whole_and_once) {
  const fs::path root = fs::path(SWITCHBOARD_SOURCE_DIR) / ".." / "shared" / "corpus";
  if (!fs::exists(root)) GTEST_SKIP() << "no recorded payloads at " << root;
  auto files = read_corpus(root);
  ASSERT_GE(files.size(), 100U);
  scratch place;
  engine_process engine(place.path());
  setup s;
  s.more = give_own_accounts(files);
  engine.configure(s.toml(engine.data()));
  engine.start();
  std::string cursor = "earliest";
  (void)read_log(engine, cursor);
  std::uint64_t quarantined_in_all = 0, events_in_all = 0, without_effect = 0;
  for (const auto& f : files) {
    SCOPED_TRACE(f.name);
    const auto a = deliver(engine, f.source, f.body);
    ASSERT_EQ(a.status, 200) << a.body;
    const auto events = std::stoull(text_at(a.body, "/events").value_or("0"));
    const auto quarantined = std::stoull(text_at(a.body, "/quarantined").value_or("0"));
    EXPECT_GE(events + quarantined, 1U);
    EXPECT_EQ(quarantined > 0, not_for_a_conversation.contains(f.name)) << a.body;
    std::uint64_t visible = 0, letters = 0;
    for (const auto& e : read_log(engine, cursor)) {
      const auto type = text_at(e, "/type").value_or("");
      letters += type == "deadletter.added";
      visible += !type.starts_with("conversation.created") && type != "deadletter.added";
    }
    EXPECT_EQ(letters, quarantined);
    if (events > 0 && visible == 0) {
      EXPECT_TRUE(may_change_nothing(f.body)) << f.body;
      ++without_effect;
    }
    quarantined_in_all += quarantined;
    events_in_all += events;
  }
  EXPECT_EQ(read_list(engine, "/v1/dead-letters", "deadLetters").size(), quarantined_in_all);
  std::printf("%zu files, %llu events (%llu changed nothing), %llu dead letters\n", files.size(),
              static_cast<unsigned long long>(events_in_all), static_cast<unsigned long long>(without_effect),
              static_cast<unsigned long long>(quarantined_in_all));
  for (const auto& f : files) {
    EXPECT_EQ(deliver(engine, f.source, f.body).status, 200) << f.name;
  }
  for (const auto& e : read_log(engine, cursor)) ADD_FAILURE() << "delivered again, it had an effect: " << e;
}

}  // namespace
}  // namespace switchboard::e2e
