// What our side says comes back by webhooks and feeds, before, with and behind the platform's answer: it is the message that is
// there already, in the conversation where it was said, and opens no case.

#include "every_platform.hpp"
#include "json_text.hpp"
#include "scratch.hpp"
#include "setup.hpp"
#include "tests/eventually.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace switchboard::e2e {
namespace {

using namespace std::chrono_literals;
using fake_platform::account;
using fake_platform::echo_time;
using testing::IsEmpty;

struct heard {
  std::string conversation, text;
};

/// One customer who writes to each account, and another one who speaks in public, where that is possible.
class echoing {
 public:
  echoing(std::vector<echo_time> echoes, bool x_activity)
      : platform_({.accounts = accounts_,
                   .sources = their_sources(),
                   .receipts = {.engine = {}, .apart = 20ms, .echoes = std::move(echoes)},
                   .streams = true}) {
    platform_.open_account_activity(!x_activity);
    setup s;
    s.limits = "feed_poll_interval = \"100ms\"\n";
    s.more = toml_of(accounts_, platform_);
    engine_.configure(s.toml(engine_.data()));
    engine_.start();
    platform_.tell(engine_.url());
    EXPECT_TRUE(eventually([&] { return platform_.has_reader(); })) << "of Bluesky's posts";
    customers_write();
  }

  std::vector<std::string> conversations() {
    std::vector<std::string> all;
    for (const auto& a : accounts_) {
      for (const auto& row : read_list(engine_, "/v1/conversations?account=" + a.id, "conversations"))
        all.push_back(text_at(row, "/id").value_or(""));
    }
    return all;
  }
  /// Of conversations below a page's or an Instagram account's posts.
  std::vector<std::string> answered_privately() {
    std::vector<std::string> all;
    for (const char* id : {"day-page", "day-instagram"}) {
      for (const auto& row :
           read_list(engine_, std::string("/v1/conversations?account=") + id, "conversations")) {
        if (text_at(row, "/metadata/source") == "comment") all.push_back(text_at(row, "/id").value_or(""));
      }
    }
    return all;
  }
  void reply(const std::string& conversation, const std::string& text, const std::string& more = {}) {
    http_connection c(engine_.port());
    const auto done = c.ask("POST", "/v1/conversations/" + conversation + "/messages", bearer(agent_token),
                            "{\"content\":" + json_string(text) + more + "}");
    ASSERT_EQ(done.status, 202) << done.body;
    said_.insert(text_at(done.body, "/id").value_or(""));
  }
  /// Until each reply is known to have arrived, and all that there was to tell is told.
  void settle() {
    std::set<std::string> open = said_;
    std::string cursor = "earliest";
    EXPECT_TRUE(eventually([&] {
      for (const auto& e : read_log(engine_, cursor)) {
        const auto type = text_at(e, "/type").value_or("");
        if (type == "message.sent" || type == "message.delivered" || type == "message.read")
          open.erase(text_at(e, "/data/message/id").value_or(""));
      }
      return open.empty();
    })) << open.size()
        << " replies have not arrived";
    EXPECT_TRUE(platform_.wait_all_told(60s));
  }
  /// Our side's messages, but for what is withdrawn.
  std::vector<heard> shown() {
    std::vector<heard> all;
    for (const auto& id : conversations()) {
      for (const auto& m : read_list(engine_, "/v1/conversations/" + id + "/messages", "messages")) {
        if (text_at(m, "/direction") == "outbound" && json_at(m, "/deleted") != "true")
          all.push_back({id, text_at(m, "/content").value_or("")});
      }
    }
    return all;
  }
  /// Events about messages of our side's that nobody asked for here: an echo that was taken for another message, if only for
  /// a moment.
  std::vector<std::string> taken_for_others() {
    std::vector<std::string> all;
    std::string cursor = "earliest";
    for (const auto& e : read_log(engine_, cursor)) {
      if (text_at(e, "/data/message/direction") == "outbound" &&
          !said_.contains(text_at(e, "/data/message/id").value_or("")))
        all.push_back(e);
    }
    return all;
  }
  [[nodiscard]] fake_platform::platform& platform() { return platform_; }

 private:
  void customers_write() {
    std::uint64_t next = 491700000000;
    for (const auto& a : accounts_) {
      for (const bool in_public : {false, true}) {
        const auto word = first_word_of(a, std::to_string(next++), in_public);
        if (!word.id.empty()) platform_.know(word.id, word.as);
        EXPECT_EQ(deliver(engine_, a.source, word.body).status, 200) << a.id;
      }
    }
  }

  const std::vector<account> accounts_ = an_account_of_each();
  fake_platform::platform platform_;
  scratch dir_;
  engine_process engine_{dir_.path()};
  std::set<std::string> said_;
};

struct course {
  const char* name;
  echo_time echo;
  bool x_activity;
};
class echoes : public testing::TestWithParam<course> {};

/// Each is known at once, for it comes back with what it is known by. That is little in one place: to who is not asked for a
/// reference (Instagram), a private answer comes back among his direct messages by its words alone.
TEST_P(echoes, are_the_messages_that_they_are_of) {
  echoing e({GetParam().echo}, GetParam().x_activity);
  const auto before = e.conversations();
  ASSERT_EQ(before.size(), 14u);
  std::map<std::string, std::string> where;  // by text
  for (int round = 0; round < 2; ++round) {
    for (const auto& id : before) {
      const auto text = "answer " + std::to_string(where.size()) + " <for> you & yours";
      where[text] = id;
      e.reply(id, text);
    }
  }
  for (const auto& id : e.answered_privately()) {
    const auto text = "between us " + std::to_string(where.size());
    where[text] = id;
    e.reply(id, text, R"(,"private":true)");
  }
  EXPECT_EQ(where.size(), 30u);
  e.settle();
  EXPECT_EQ(e.conversations().size(), before.size()) << "an echo opened a case";
  std::map<std::string, int> times;
  for (const auto& m : e.shown()) {
    ++times[m.text];
    const auto at = where.find(m.text);
    EXPECT_TRUE(at != where.end() && at->second == m.conversation) << m.text << " in " << m.conversation;
  }
  for (const auto& [text, id] : where) EXPECT_EQ(times[text], 1) << text;
  EXPECT_THAT(e.taken_for_others(), IsEmpty());
  const auto f = e.platform().count();
  EXPECT_EQ(f.taken, where.size());
  EXPECT_EQ(f.refused, 0u) << to_json(f);
}

INSTANTIATE_TEST_SUITE_P(courses, echoes,
                         testing::Values(course{"before_the_answer", echo_time::before, false},
                                         course{"with_the_answer", echo_time::with, true},
                                         course{"behind_the_answer", echo_time::behind, false},
                                         course{"before_the_answer_by_the_newer_api", echo_time::before,
                                                true}),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace switchboard::e2e
