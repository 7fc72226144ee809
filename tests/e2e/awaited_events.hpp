#pragma once
// The log as a test reads it that waits for one event after the other.

#include "json_text.hpp"
#include "setup.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace switchboard::e2e {

/// One thread. The engine may be killed and started in between.
class awaited_events {
 public:
  using condition = std::function<bool(const std::string&)>;

  explicit awaited_events(const engine_process& from) : from_(from) {}

  /// The first event of this type that is as wanted and was not given before; reads on where there is none yet. Empty, and a
  /// failure, where none comes.
  std::string next(
      const std::string& type, const condition& wanted = [](const std::string&) { return true; }) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (std::chrono::steady_clock::now() < until) {
      const auto found = std::find_if(read_.begin(), read_.end(), [&](const std::string& e) {
        return text_at(e, "/type") == type && wanted(e);
      });
      if (found != read_.end()) {
        const auto e = *found;
        read_.erase(found);
        return e;
      }
      const auto got = get(from_, "/v1/events?wait=5&from=" + cursor_);
      EXPECT_EQ(got.status, 200) << got.body;
      for (auto& e : elements_at(got.body, "/events")) read_.push_back(std::move(e));
      cursor_ = text_at(got.body, "/cursor").value_or(cursor_);
    }
    ADD_FAILURE() << "no " << type;
    return {};
  }

 private:
  const engine_process& from_;
  std::vector<std::string> read_;
  std::string cursor_ = "earliest";
};

}  // namespace switchboard::e2e
