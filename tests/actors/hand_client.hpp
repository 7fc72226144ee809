#pragma once
// A platform by hand, for tests of what an engine sends.

#include "actors/platform_client.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::actors::testing {

using namespace std::chrono_literals;

inline constexpr std::chrono::seconds patience{60};

/// A platform by hand: calls wait until the test answers them.
class hand_client final : public platform_client {
 public:
  struct made {
    std::string text, answered;
    std::function<void(domain::attempt_outcome)> done;
  };

  [[nodiscard]] std::span<const domain::quota> quotas(domain::platform) const override { return quotas_; }
  [[nodiscard]] std::vector<domain::draw> draws(const reply&) const override { return {{0, 1}}; }
  void send(send_order what, std::function<void(domain::attempt_outcome)> done) override {
    const std::lock_guard lock(mutex_);
    calls_.push_back(
        {what.what->message.content, what.answered ? what.answered->content : "", std::move(done)});
    ++sent_;
    changed_.notify_all();
  }
  [[nodiscard]] std::vector<domain::draw> lookup_draws(const lookup_order&) const override { return {}; }
  [[nodiscard]] std::optional<std::vector<domain::draw>> signal_draws(const signal_order&) const override {
    return std::nullopt;
  }
  void signal(signal_order, std::function<void(bool)> done) override { done(false); }
  void look_up(lookup_order what, std::function<void(lookup_outcome)> done) override {
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back(what.sent.answered ? what.sent.answered->content : "");
      changed_.notify_all();
      if (!knows_.empty()) return done({.what = lookup_outcome::kind::found, .platform_message_id = knows_});
    }
    done({});
  }
  void stop() override {}

  /// Before the first account.
  void give(domain::quota q) { quotas_ = {q}; }
  /// The next call, when it comes.
  made next() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, patience, [&] { return !calls_.empty(); })) {
      ADD_FAILURE() << "no call came";
      return {"", "", [](domain::attempt_outcome) {}};
    }
    auto call = std::move(calls_.front());
    calls_.pop_front();
    return call;
  }
  /// What the message that is asked about answers.
  std::string wait_for_question() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, patience, [&] { return !asked_.empty(); }));
    return asked_.empty() ? std::string() : asked_.front();
  }
  void knows(std::string id) {
    const std::lock_guard lock(mutex_);
    knows_ = std::move(id);
  }
  [[nodiscard]] std::size_t sent() {
    const std::lock_guard lock(mutex_);
    return sent_;
  }

 private:
  std::vector<domain::quota> quotas_{{.name = "all", .units = 1'000, .per = 1s}};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<made> calls_;
  std::vector<std::string> asked_;
  std::string knows_;
  std::size_t sent_ = 0;
};

inline domain::attempt_outcome arrived(std::string id) {
  return {.end = domain::attempt_end::sent, .platform_message_id = std::move(id)};
}

}  // namespace switchboard::actors::testing
