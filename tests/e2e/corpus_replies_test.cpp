// Any recorded payload can be tried, as the README tells a new user to: `deliver --own --now` of each by itself to the demo, then
// one answer to every conversation in which a customer said something. The stream shows the whole life of both messages.
// Each file has a demo of its own: they come from many projects' documentation, which use the same message ids.

#include "demo.hpp"
#include "json_text.hpp"
#include "scratch.hpp"
#include "setup.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace switchboard::e2e {
namespace {

namespace fs = std::filesystem;

const fs::path corpus = fs::path(SWITCHBOARD_SOURCE_DIR) / ".." / "shared" / "corpus";

/// By file: why not all of it could be answered, or that no customer said anything in it.
using file_notes = std::map<std::string, std::string>;

/// In every other file of the folder a customer writes, and each conversation is answered.
struct folder {
  const char* name;
  const char* source;
  file_notes exceptions = {};
};

/// One file in a demo of its own.
class trial {
 public:
  explicit trial(const fs::path& place) : platform_(demo_platform()), place_(place), engine_(place) {
    engine_.configure(demo_toml(engine_.data(), platform_.url()));
    engine_.start();
    platform_.tell(engine_.url());
  }

  [[nodiscard]] ending deliver(const fs::path& file, const std::string& source,
                               const std::vector<std::string>& flags) {
    std::vector<std::string> words{"deliver", file.string(), "--source", source,
                                   "--url",   engine_.url(), "--config", engine_.config().string()};
    words.insert(words.end(), flags.begin(), flags.end());
    return run_command(words, place_);
  }

  /// All of the log up to now.
  struct story {
    std::map<std::string, std::string> conversations = {};  ///< as they are now, by id
    std::set<std::string> spoken =
        {};  ///< of them those in which a customer said something and did not take it back
    std::set<std::string> letters = {};  ///< dead letters' reasons
  };
  [[nodiscard]] story look() {
    story seen;
    std::map<std::string, std::string> said;  // message → conversation
    std::string cursor = "earliest";
    for (const auto& e : read_log(engine_, cursor, {}, demo_admin)) {
      const auto type = text_at(e, "/type").value_or("");
      const auto message = text_at(e, "/data/message/id").value_or("");
      const auto conversation = text_at(e, "/data/conversation/id").value_or("");
      if (!conversation.empty())
        seen.conversations[conversation] = json_at(e, "/data/conversation").value_or("");
      if (type == "message.received" && text_at(e, "/data/message/senderType") == "customer")
        said[message] = conversation;
      if (type == "message.deleted") said.erase(message);
      if (type == "deadletter.added") seen.letters.insert(text_at(e, "/data/deadLetter/reason").value_or(e));
    }
    for (const auto& [message, conversation] : said) seen.spoken.insert(conversation);
    return seen;
  }

  [[nodiscard]] answer reply(const std::string& conversation, const std::string& text) {
    http_connection c(engine_.port());
    return c.ask("POST", "/v1/conversations/" + conversation + "/messages", bearer(demo_admin),
                 "{\"content\":" + json_string(text) + "}");
  }

  /// Of each of `ends` (message → how it should end) what the stream told of it, in order, once all have come to their end or
  /// to a failure: "queued sent delivered read", "queued failed no-recipient".
  [[nodiscard]] std::map<std::string, std::string> wait_lives(
      const std::map<std::string, std::string>& ends) {
    std::map<std::string, std::string> lives;
    for (const auto& [message, end] : ends) lives[message];
    std::string cursor = "earliest";
    const auto until = std::chrono::steady_clock::now() + patience;
    std::set<std::string> ended;
    while (ended.size() < ends.size() && std::chrono::steady_clock::now() < until) {
      const auto page = get(engine_, "/v1/events?wait=2&from=" + cursor, demo_admin);
      for (const auto& e : elements_at(page.body, "/events")) {
        const auto type = text_at(e, "/type").value_or("");
        const auto id = text_at(e, "/data/message/id").value_or("");
        if (!type.starts_with("message.") || !ends.contains(id)) continue;
        const auto step = type.substr(std::string_view("message.").size());
        auto& life = lives[id];
        life += (life.empty() ? "" : " ") + step;
        if (step == "failed") life += ' ' + text_at(e, "/data/message/error/code").value_or(e);
        if (step == ends.at(id) || step == "failed") ended.insert(id);
      }
      cursor = text_at(page.body, "/cursor").value_or(cursor);
    }
    return lives;
  }

  [[nodiscard]] fake_platform::platform& platform() { return platform_; }

 private:
  fake_platform::platform platform_;
  fs::path place_;
  engine_process engine_;
};

/// The last that the platform of this conversation tells of an answer.
std::string end_of(const std::string& conversation) {
  const auto platform = text_at(conversation, "/platform").value_or("");
  const bool tells = platform == "whatsapp" || platform == "facebook" || platform == "instagram";
  return tells && text_at(conversation, "/metadata/source") == "dm" ? "read" : "sent";
}

/// What became of one file.
struct outcome {
  std::size_t answered = 0;  ///< conversations, each with the whole life of its answer
  std::string why =
      {};  ///< empty: a customer wrote, and every conversation was answered; else what there was instead
};

outcome try_out(const fs::path& file, const std::string& source, const std::vector<std::string>& flags) {
  const scratch place;
  trial t(place.path());
  const auto done = t.deliver(file, source, flags);
  EXPECT_EQ(done.code, 0) << done.err;
  const auto seen = t.look();
  outcome out;
  std::set<std::string> reasons;
  for (const auto& reason : seen.letters) reasons.insert("dead letter " + reason);
  std::map<std::string, std::string> ends;
  for (const auto& [id, row] : seen.conversations) {
    const auto a = t.reply(id, "an answer to " + file.filename().string() + " in " + id);
    if (a.status == 202) {
      ends[text_at(a.body, "/id").value_or("")] = end_of(row);
    } else {
      reasons.insert(std::to_string(a.status) + ' ' + text_at(a.body, "/code").value_or(a.body));
    }
  }
  for (const auto& [message, life] : t.wait_lives(ends)) {
    const auto& end = ends.at(message);
    if (life.starts_with("queued sent") && life.ends_with(end)) {
      ++out.answered;
    } else {
      reasons.insert(life + (life.find("failed") == std::string::npos ? ", and not " + end : ""));
    }
  }
  const auto f = t.platform().count();
  EXPECT_EQ(f.taken, out.answered) << to_json(f);
  EXPECT_EQ(f.repeated + f.refused + f.limited, 0u) << to_json(f);
  if (seen.spoken.empty()) reasons.insert("nobody wrote");
  for (const auto& each : reasons) out.why += (out.why.empty() ? "" : ", ") + each;
  return out;
}

class corpus_replies : public testing::TestWithParam<folder> {};

TEST_P(corpus_replies, show_the_whole_life_of_what_was_recorded_and_of_its_answer) {
  const auto& [name, source, exceptions] = GetParam();
  if (!fs::exists(corpus)) GTEST_SKIP() << "no recorded payloads at " << corpus;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(corpus / name)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  ASSERT_FALSE(files.empty());
  std::size_t answered = 0;
  file_notes found;
  for (const auto& file : files) {
    SCOPED_TRACE(file.filename().string());
    const auto out = try_out(file, source, {"--own", "--now"});
    answered += out.answered;
    if (!out.why.empty()) found[file.filename().string()] = out.why;
  }
  std::printf(
      "%s: %zu files, %zu conversations answered, %zu files without a customer's word, or not answered:\n",
      name, files.size(), answered, found.size());
  for (const auto& [file, why] : found) std::printf("  %s: %s\n", file.c_str(), why.c_str());
  EXPECT_EQ(found, exceptions);
}

const folder folders[] = {
    {.name = "messenger", .source = "meta"},    {.name = "facebook_page", .source = "meta"},
    {.name = "instagram", .source = "meta"},    {.name = "whatsapp", .source = "meta"},
    {.name = "telegram", .source = "telegram"}, {.name = "x", .source = "x"},
    {.name = "bluesky", .source = "bluesky"},
};

INSTANTIATE_TEST_SUITE_P(of, corpus_replies, testing::ValuesIn(folders),
                         [](const auto& each) { return std::string(each.param.name); });

// What the table above is worth: a recording that is not made ours, or not made new, is not taken for answered.

TEST(corpus_replies_notice, that_a_strangers_recording_was_not_made_ours) {
  const scratch place;
  const auto file = place.path() / "stranger.json";
  std::ofstream(file)
      << R"({"object":"page","entry":[{"id":"777","time":1700000000000,"messaging":[{"sender":)"
      << R"({"id":"5"},"recipient":{"id":"777"},"timestamp":1700000000000,"message":)"
      << R"({"mid":"m_1","text":"hello?"}}]}]})";
  EXPECT_EQ(try_out(file, "meta", {"--now"}).why, "dead letter unknown-account, nobody wrote");
  EXPECT_EQ(try_out(file, "meta", {"--own", "--now"}).why, "");
}

TEST(corpus_replies_notice, that_what_was_recorded_long_ago_was_not_made_new) {
  const fs::path file = fs::path(SWITCHBOARD_SOURCE_DIR) / "examples" / "meta" / "1-whatsapp-text.json";
  EXPECT_EQ(try_out(file, "meta", {"--own"}).why, "409 window-closed");
  EXPECT_EQ(try_out(file, "meta", {"--own", "--now"}).why, "");
}

}  // namespace
}  // namespace switchboard::e2e
