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
#include <ostream>
#include <set>
#include <string>
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
void PrintTo(const folder& f, std::ostream* out) {
  *out << f.name;
}

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
  if (seen.conversations.empty() && seen.letters.empty()) reasons.insert("no conversation");
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

/// For short: the files under what is noted of them.
file_notes noted(const std::map<std::string, std::vector<std::string>>& by_note) {
  file_notes all;
  for (const auto& [note, files] : by_note) {
    for (const auto& file : files) all[file] = note;
  }
  return all;
}

// Where a conversation is there and no customer's word is in it, WhatsApp, Messenger and Instagram have no window that is
// open; elsewhere it is answered like any other.
const folder folders[] = {
    {.name = "messenger",
     .source = "meta",
     .exceptions = noted({{"409 window-closed, nobody wrote",
                           {"02-message-basic-echo.json", "03-message-edits.json",
                            "05-message-isdeleted.json", "16-delivery-basic.json", "22-reaction-1.json",
                            "23-reaction-2.json", "26-pass-thread-control.json"}},
                          {"dead letter account-notice, nobody wrote", {"31-policy-callback-block.json"}},
                          {"no conversation, nobody wrote", {"17-read-basic.json"}}})},
    {.name = "facebook_page",
     .source = "meta",
     .exceptions = noted(
         {{"nobody wrote",
           {"01-feed-comment-add-211.json", "03-feed-comment-add-with-photo.json",
            "05-feed-comment-edited-25.json", "06-feed-comment-edited-with-photo.json",
            "09-feed-comment-remove-25.json", "11-feed-post-edit.json", "12-feed-post-remove-25.json",
            "13-feed-reaction-add.json", "18-feed-share-add-25.json", "24-ratings-comment-edited-25.json",
            "26-ratings-comment-remove-25.json", "27-ratings-like-add-25.json", "28-ratings-like-add-40.json",
            "29-ratings-like-remove-25.json", "30-ratings-like-remove-40.json",
            "34-ratings-rating-remove-25.json", "35-ratings-reaction-add.json",
            "36-ratings-reaction-edit.json", "37-ratings-reaction-remove.json"}}})},
    {.name = "instagram",
     .source = "meta",
     .exceptions = noted({{"dead letter account-notice, nobody wrote", {"05-wh-story_insights.json"}},
                          {"409 window-closed, nobody wrote", {"07-messaging-seen.json"}},
                          {"dead letter malformed, nobody wrote",
                           {"23-chatwoot-story-reply.json", "24-chatwoot-unsend.json",
                            "25-chatwoot-share-attachment.json"}}})},
    {.name = "whatsapp",
     .source = "meta",
     .exceptions = noted(
         {{"409 window-closed, nobody wrote",
           {"100-netflie-reaction.json", "114-netflie-status.json",
            "115-netflie-status-conversation-initiated.json",
            "116-netflie-status-without-expiration-time.json", "118-netflie-status-with-errors.json",
            "122-netflie-utility-status.json", "123-netflie-service-status.json",
            "38-pywa-message-unreaction_empty.json", "39-pywa-message-unreaction_no_emoji.json",
            "52-pywa-message-status-delivered.json", "53-pywa-message-status-read.json",
            "54-pywa-message-status-played.json", "55-pywa-message-status-failed.json",
            "56-pywa-message-status-with_tracker.json", "57-pywa-message-status-group.json",
            "71-pywa-system-identity_change.json", "91-pywa-user-marketing-preferences-resume.json",
            "92-pywa-user-marketing-preferences-signup.json", "95-pywa-call-terminate-call_terminate.json"}},
          {"dead letter account-notice, nobody wrote",
           {"73-pywa-account-update-account_restriction.json",
            "74-pywa-account-update-account_violation.json",
            "76-pywa-account-update-authentication_international_eligibility.json",
            "77-pywa-account-update-account_disabled.json",
            "80-pywa-account-update-partner_app_installed.json",
            "83-pywa-account-update-partner_removed.json", "87-pywa-account-update-account_offboarded.json",
            "88-pywa-account-update-account_reconnected.json", "90-pywa-template-status-update-rejected.json",
            "96-pywa-template-quality-update-yellow.json"}}})},
    {.name = "telegram",
     .source = "telegram",
     .exceptions =
         noted({{"nobody wrote",
                 {"17-teloxide-update-message.json", "21-teloxide-update-message_reaction-new_reaction.json",
                  "34-teloxide-message-migrate_to_chat_id.json", "39-teloxide-message-is_topic_message.json",
                  "42-teloxide-message-other.json", "44-teloxide-message-other.json",
                  "45-teloxide-message-other.json", "46-teloxide-message-other.json",
                  "55-teloxide-message-other.json"}},
                {"dead letter unsupported, nobody wrote", {"19-teloxide-update-new_update_kind.json"}}})},
    {.name = "x",
     .source = "x",
     .exceptions = noted(
         {{"nobody wrote",
           {"01-tweetinvi-tweet_delete_events.json", "04-tweetinvi-block_events.json",
            "06-tweetinvi-mute_events.json", "09-tweetinvi-direct_message_events.json",
            "11-tweetinvi-direct_message_mark_read_events.json"}},
          {"no conversation, nobody wrote", {"10-tweetinvi-direct_message_indicate_typing_events.json"}}})},
    {.name = "bluesky",
     .source = "bluesky",
     .exceptions =
         noted({{"nobody wrote, queued failed no-recipient",
                 {"01-jetstream-commit-create-like.json", "15-jetstream-commit-delete-post.json"}},
                {"dead letter unconcerned, nobody wrote",
                 {"02-jetstream-commit-create-post-external.json", "03-jetstream-commit-create-post.json",
                  "11-jetstream-commit-create-post.json", "13-jetstream-commit-create-post-external.json",
                  "14-jetstream-commit-create-post-images.json", "18-jetstream-account.json"}},
                {"dead letter unsupported, nobody wrote",
                 {"06-jetstream-commit-create-repost.json", "09-jetstream-commit-update-status.json",
                  "12-jetstream-commit-create-block.json",
                  "35-notifications-app-bsky-notification-declaration.json",
                  "36-notifications-app-bsky-notification-declaration.json", "40-convo-obj.json",
                  "42-convo-obj.json", "43-convo-obj.json", "44-convo-obj.json"}},
                {"nobody wrote", {}},
                {"no conversation, nobody wrote",
                 {"17-jetstream-identity.json", "20-chat-getlog-log-begin-convo.json",
                  "22-chat-getlog-log-leave-convo.json", "23-chat-getlog-log-read-message.json",
                  "25-chat-getlog-log-read-convo.json"}}})},
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
