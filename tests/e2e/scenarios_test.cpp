// tests/scenarios/*.scenario: payloads in, expected events out. A new case is a new file; nothing is
// compiled.

#include "json_text.hpp"
#include "scenario.hpp"
#include "scratch.hpp"
#include "setup.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <set>

namespace switchboard::e2e {
namespace {

/// Runs the steps of one file against an engine of its own.
class run_of_scenario {
 public:
  explicit run_of_scenario(const scenario& s) : scenario_(s), engine_(scratch_.path()) {
    engine_.configure(toml());
    engine_.start();
  }

  void run() {
    for (const auto& step : scenario_.steps) {
      SCOPED_TRACE("line " + std::to_string(step.line) + ": " + step.verb);
      perform(step);
      if (testing::Test::HasFailure()) return;
    }
    nothing_unexpected();
  }

 private:
  [[nodiscard]] std::string toml() const {
    setup s;
    s.more = accounts_;
    return s.toml(engine_.data());
  }

  void perform(const scenario_step& step) {
    if (step.verb == "event") return event(step);
    if (step.verb == "account") return account(step);
    nothing_unexpected();
    if (step.verb == "deliver") return deliver_body(step);
    if (step.verb == "call") return call(step);
    if (step.verb == "reload") return reload(step);
    if (step.verb == "kill") {
      engine_.kill();
    } else {
      EXPECT_EQ(engine_.terminate().code, 0);
    }
    engine_.start();
  }

  /// `deliver SOURCE STATUS EVENTS QUARANTINED`; the last two only with 200.
  void deliver_body(const scenario_step& step) {
    ASSERT_TRUE(step.words.size() == 2 || step.words.size() == 4)
        << "deliver SOURCE STATUS [EVENTS QUARANTINED]";
    const auto got = deliver(engine_, step.words[0], substitute(step.body, variables_));
    ASSERT_EQ(std::to_string(got.status), step.words[1]) << got.body;
    if (step.words.size() == 4) {
      EXPECT_EQ(text_at(got.body, "/events").value_or("none"), step.words[2]);
      EXPECT_EQ(text_at(got.body, "/quarantined").value_or("none"), step.words[3]);
    }
    EXPECT_EQ(mismatch(got.body, step.expected, variables_), "") << got.body;
    collect();
  }

  /// The events of one conversation come in their order; those of two may come in any, since two actors
  /// decide. So the step takes the first that fits among those that are next in their own conversation.
  void event(const scenario_step& step) {
    ASSERT_EQ(step.words.size(), 1U) << "event TYPE";
    ASSERT_FALSE(events_.empty()) << "no event is left";
    auto next = events_.begin();
    std::set<std::string> passed;  // subjects whose next event is another one
    for (auto at = events_.begin(); at != events_.end(); ++at) {
      if (!passed.insert(text_at(*at, "/subject").value_or("")).second) continue;
      auto trial = variables_;
      if (text_at(*at, "/type") != step.words[0] || !mismatch(*at, step.expected, trial).empty()) continue;
      next = at;
      break;
    }
    const auto taken = std::move(*next);
    events_.erase(next);
    EXPECT_EQ(text_at(taken, "/type").value_or(""), step.words[0]) << taken;
    EXPECT_EQ(mismatch(taken, step.expected, variables_), "") << taken;
  }

  /// `call METHOD TARGET STATUS [TOKEN]`, with the body as JSON.
  void call(const scenario_step& step) {
    ASSERT_GE(step.words.size(), 3U) << "call METHOD TARGET STATUS [TOKEN]";
    const std::string token = step.words.size() > 3 ? step.words[3] : std::string(admin_token);
    const auto body = substitute(step.body, variables_);
    headers with = bearer(token);
    if (!body.empty()) with.emplace_back("Content-Type", "application/json");
    http_connection c(engine_.port());
    const auto got = c.ask(step.words[0], substitute(step.words[1], variables_), with, body);
    EXPECT_EQ(std::to_string(got.status), step.words[2]) << got.body;
    EXPECT_EQ(mismatch(got.body, step.expected, variables_), "") << got.body;
    collect();
  }

  /// `account ID BRAND SOURCE PLATFORM PLATFORM_ID`: in the config from the next reload on.
  void account(const scenario_step& step) {
    ASSERT_EQ(step.words.size(), 5U);
    const auto& w = step.words;
    accounts_ += account_toml(w[0], w[1], w[2], w[3], w[4]);
    engine_.configure(toml());
  }

  void reload(const scenario_step& step) {
    http_connection c(engine_.admin_port());
    const auto got = c.ask("POST", "/reload");
    EXPECT_EQ(got.status, 200) << got.body;
    EXPECT_EQ(mismatch(got.body, step.expected, variables_), "") << got.body;
    collect();
  }

  /// What was answered is durable, so it is in the log now.
  void collect() {
    for (auto& e : read_log(engine_, cursor_)) {
      if (text_at(e, "/type") != "config.applied") events_.push_back(std::move(e));
    }
  }

  void nothing_unexpected() {
    EXPECT_TRUE(events_.empty()) << "an event that the scenario does not expect: " << events_.front();
    events_.clear();
  }

  const scenario& scenario_;
  scratch scratch_;
  engine_process engine_;
  std::string accounts_;
  std::string cursor_ = "earliest";
  std::deque<std::string> events_;  ///< happened, not yet looked at
  std::map<std::string, std::string> variables_;
};

class scenarios : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(scenarios, happens_as_written) {
  const auto s = read_scenario(GetParam());
  run_of_scenario(s).run();
}

INSTANTIATE_TEST_SUITE_P(file, scenarios, testing::ValuesIn(scenario_files()), [](const auto& file) {
  auto name = file.param.stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

// The runner itself must be able to say no.
TEST(scenario_runner, sees_what_is_not_as_expected) {
  std::map<std::string, std::string> variables{{"who", "Ana"}};
  using enum expectation::kind;
  const std::string json = R"({"a":{"name":"Ana","n":7,"id":"7"}})";
  const auto check = [&](expectation e) { return mismatch(json, {std::move(e)}, variables).empty(); };
  EXPECT_TRUE(check({equals, "/a/name", "${who}", 1}));
  EXPECT_FALSE(check({equals, "/a/name", "Eve", 1}));
  EXPECT_TRUE(check({equals, "/a/id", "\"7\"", 1}));
  EXPECT_FALSE(check({equals, "/a/n", "\"7\"", 1}));
  EXPECT_FALSE(check({equals, "/a/none", "x", 1}));
  EXPECT_FALSE(check({absent, "/a/n", "", 1}));
  EXPECT_TRUE(check({absent, "/a/none", "", 1}));
  EXPECT_FALSE(check({contains, "/a/name", "x", 1}));
  EXPECT_TRUE(check({captures, "/a/n", "count", 1}));
  EXPECT_EQ(variables.at("count"), "7");
}

}  // namespace
}  // namespace switchboard::e2e
