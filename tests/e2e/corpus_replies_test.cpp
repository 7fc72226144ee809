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
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace switchboard::e2e {
namespace {

namespace fs = std::filesystem;

const fs::path corpus = fs::path(SWITCHBOARD_SOURCE_DIR) / ".." / "shared" / "corpus";

/// Why a file has nothing that was answered.
using reasons = std::map<std::string, std::string>;

/// What one platform's folder is, and which of its files can't be answered. Every other file must be.
struct folder {
  const char* name;
  const char* source;
  reasons unanswered = {};
};

/// The lives of the messages of a log: for each id the kinds of its events, in order.
using lives = std::map<std::string, std::vector<std::string>>;

/// One file in a demo of its own.
class trial {
 public:
  explicit trial(const fs::path& place) : platform_(demo_platform()), place_(place), engine_(place) {
    engine_.configure(demo_toml(engine_.data(), platform_.url()));
    engine_.start();
    platform_.tell(engine_.url());
  }

  [[nodiscard]] ending deliver(const fs::path& file, const std::string& source) {
    return run_command({"deliver", file.string(), "--source", source, "--own", "--now", "--url",
                        engine_.url(), "--config", engine_.config().string()},
                       place_);
  }

  /// Conversations in which the log has something that a customer said and did not take back.
  [[nodiscard]] std::map<std::string, std::string> told_by_customers() {
    std::map<std::string, std::string> by_message, rows;
    std::string cursor = "earliest";
    for (const auto& e : read_log(engine_, cursor, {}, demo_admin)) {
      const auto type = text_at(e, "/type").value_or("");
      const auto id = text_at(e, "/data/message/id").value_or("");
      if (type == "message.deleted") by_message.erase(id);
      if (type != "message.received" || text_at(e, "/data/message/senderType") != "customer") continue;
      by_message[id] = json_at(e, "/data/conversation").value_or("");
    }
    for (const auto& [message, row] : by_message) rows[text_at(row, "/id").value_or("")] = row;
    return rows;
  }

  [[nodiscard]] answer reply(const std::string& conversation, const std::string& text) {
    http_connection c(engine_.port());
    return c.ask("POST", "/v1/conversations/" + conversation + "/messages", bearer(demo_admin),
                 "{\"content\":" + json_string(text) + "}");
  }

  /// The stream from its beginning until each of `ends` (message → how it should end) has come to its end, or to a failure.
  [[nodiscard]] lives wait_lives(const std::map<std::string, std::string>& ends) {
    lives seen;
    std::string cursor = "earliest";
    const auto until = std::chrono::steady_clock::now() + patience;
    std::set<std::string> ended;
    while (ended.size() < ends.size() && std::chrono::steady_clock::now() < until) {
      const auto page = get(engine_, "/v1/events?wait=2&from=" + cursor, demo_admin);
      for (const auto& e : elements_at(page.body, "/events")) {
        const auto type = text_at(e, "/type").value_or("");
        const auto id = text_at(e, "/data/message/id").value_or("");
        if (!type.starts_with("message.") || !ends.contains(id)) continue;
        seen[id].push_back(type.substr(std::string_view("message.").size()));
        if (seen[id].back() == ends.at(id) || seen[id].back() == "failed") ended.insert(id);
      }
      cursor = text_at(page.body, "/cursor").value_or(cursor);
    }
    return seen;
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

/// "" where a customer's word was answered, and the answer had its whole life; else why it has none.
std::string try_out(const fs::path& file, const std::string& source, std::size_t& answered) {
  const scratch place;
  trial t(place.path());
  const auto done = t.deliver(file, source);
  EXPECT_EQ(done.code, 0) << done.err;
  std::string why;
  std::map<std::string, std::string> ends;
  for (const auto& [id, row] : t.told_by_customers()) {
    const auto a = t.reply(id, "an answer to " + file.filename().string() + " in " + id);
    if (a.status == 202) {
      ends[text_at(a.body, "/id").value_or("")] = end_of(row);
    } else {
      why = std::to_string(a.status) + ' ' + text_at(a.body, "/code").value_or(a.body);
    }
  }
  if (ends.empty()) return why.empty() ? "nobody wrote" : why;
  const auto seen = t.wait_lives(ends);
  for (const auto& [message, end] : ends) {
    const auto life = seen.contains(message) ? seen.at(message) : std::vector<std::string>{};
    std::string told;
    for (const auto& step : life) told += (told.empty() ? "" : " ") + step;
    EXPECT_TRUE(told.starts_with("queued sent")) << told;
    EXPECT_TRUE(told.ends_with(end)) << told << ", and not " << end;
  }
  const auto f = t.platform().count();
  EXPECT_EQ(f.taken, ends.size()) << to_json(f);
  EXPECT_EQ(f.repeated + f.refused + f.limited, 0u) << to_json(f);
  answered += ends.size();
  return why;
}

class corpus_replies : public testing::TestWithParam<folder> {};

TEST_P(corpus_replies, show_the_whole_life_of_what_was_recorded_and_of_its_answer) {
  const auto& [name, source, unanswered] = GetParam();
  if (!fs::exists(corpus)) GTEST_SKIP() << "no recorded payloads at " << corpus;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(corpus / name)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  ASSERT_FALSE(files.empty());
  std::size_t answered = 0;
  reasons found;
  for (const auto& file : files) {
    SCOPED_TRACE(file.filename().string());
    if (const auto why = try_out(file, source, answered); !why.empty()) found[file.filename().string()] = why;
  }
  std::printf("%s: %zu files, %zu conversations answered, %zu files not:\n", name, files.size(), answered,
              found.size());
  for (const auto& [file, why] : found) std::printf("  %s: %s\n", file.c_str(), why.c_str());
  EXPECT_EQ(found, unanswered);
}

const folder folders[] = {
    {.name = "messenger", .source = "meta"},    {.name = "facebook_page", .source = "meta"},
    {.name = "instagram", .source = "meta"},    {.name = "whatsapp", .source = "meta"},
    {.name = "telegram", .source = "telegram"}, {.name = "x", .source = "x"},
    {.name = "bluesky", .source = "bluesky"},
};

INSTANTIATE_TEST_SUITE_P(of, corpus_replies, testing::ValuesIn(folders),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace switchboard::e2e
