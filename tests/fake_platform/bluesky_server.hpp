#pragma once
// An account's server on Bluesky, as far as it is read: sessions, notifications, the log of messages. What was said stays,
// as there: whoever asks from a cursor gets all that is behind it.

#include "tests/fake_platform/server.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::fake_platform {

class bluesky {
 public:
  static constexpr std::size_t page_rows = 20;

  bluesky() : server_({}, [this](const asked& a) { return answer(a); }) {}

  [[nodiscard]] std::string url() const { return server_.url(); }
  /// One more of notifications[], the newest.
  void notify(std::string json) {
    const std::lock_guard lock(mutex_);
    notifications_.push_back(std::move(json));
  }
  /// One more of logs[]; `json` without its rev, which is where it stands.
  void say(const std::string& json) {
    const std::lock_guard lock(mutex_);
    logs_.push_back(json.substr(0, json.size() - 1) + R"(,"rev":")" + cursor(logs_.size() + 1) + "\"}");
  }
  /// Of the next questions that are not about sessions.
  void next(std::vector<told> answers) {
    const std::lock_guard lock(mutex_);
    next_.assign(answers.begin(), answers.end());
  }
  /// By its clock it is this time: what every answer says from now on (an HTTP date).
  void set_date(std::string date) {
    const std::lock_guard lock(mutex_);
    date_ = std::move(date);
  }
  /// The tokens that were given are good no more.
  void expire_sessions() {
    const std::lock_guard lock(mutex_);
    ++generation_;
  }
  void set_password(std::string p) {
    const std::lock_guard lock(mutex_);
    password_ = std::move(p);
  }
  [[nodiscard]] std::size_t count(std::string_view method) const {
    const std::lock_guard lock(mutex_);
    std::size_t n = 0;
    for (const auto& t : targets_) n += t.find(method) != std::string::npos ? 1U : 0U;
    return n;
  }

 private:
  /// As wide as any, so that texts stand in the order of what they count.
  static std::string cursor(std::size_t n) {
    const auto digits = std::to_string(n);
    return "c" + std::string(8 - digits.size(), '0') + digits;
  }
  static std::string parameter(const std::string& target, const std::string& name) {
    const auto at = target.find(name + "=");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 1;
    return target.substr(begin, target.find('&', begin) - begin);
  }
  told answer(const asked& a) {
    const std::lock_guard lock(mutex_);
    auto t = answer_to(a);
    if (!date_.empty()) t.headers.emplace_back("Date", date_);
    return t;
  }
  told answer_to(const asked& a) {
    targets_.push_back(a.target);
    if (a.target.find("createSession") != std::string::npos) return sign_in(a);
    if (a.target.find("refreshSession") != std::string::npos)
      return {.status = 400, .body = R"({"error":"ExpiredToken","message":"refresh"})"};
    if (!next_.empty()) {
      auto t = next_.front();
      next_.pop_front();
      return t;
    }
    const auto token = a.headers.find("authorization");
    if (token == a.headers.end() || token->second != "Bearer access-" + std::to_string(generation_))
      return {.status = 400, .body = R"({"error":"ExpiredToken","message":"Token has expired"})"};
    if (a.target.find("getLog") != std::string::npos) {
      const auto proxy = a.headers.find("atproto-proxy");
      if (proxy == a.headers.end() || proxy->second != "did:web:api.bsky.chat#bsky_chat")
        return {.status = 501, .body = R"({"error":"MethodNotImplemented","message":"no proxy"})"};
      return log_behind(parameter(a.target, "cursor"));
    }
    return notifications_before(parameter(a.target, "cursor"), std::stoul(parameter(a.target, "limit")));
  }

  told sign_in(const asked& a) const {
    if (a.body.find("\"password\":\"" + password_ + "\"") == std::string::npos)
      return {.status = 401, .body = R"({"error":"AuthenticationRequired","message":"Invalid password"})"};
    return {.body = R"({"did":"did:plc:x","handle":"x.example.com","active":true,"accessJwt":"access-)" +
                    std::to_string(generation_) + R"(","refreshJwt":"refresh"})"};
  }
  told log_behind(const std::string& from) const {
    std::size_t n = from.empty() ? 0 : std::stoul(from.substr(1));
    std::string out = "{\"logs\":[";
    const std::size_t begin = n;
    for (; n < logs_.size() && n < begin + page_rows; ++n) (out += n > begin ? "," : "") += logs_[n];
    return {.body = out + R"(],"cursor":")" + cursor(n) + "\"}"};
  }
  told notifications_before(const std::string& from, std::size_t rows_max) const {
    std::size_t n = from.empty() ? notifications_.size() : std::stoul(from);
    std::string out = "{\"notifications\":[";
    for (std::size_t rows = 0; n > 0 && rows < std::min(rows_max, page_rows); ++rows) {
      (out += rows > 0 ? "," : "") += notifications_[--n];
    }
    out += "]";
    if (n > 0) out += R"(,"cursor":")" + std::to_string(n) + "\"";
    return {.body = out + "}"};
  }

  mutable std::mutex mutex_;
  std::vector<std::string> notifications_, logs_, targets_;
  std::deque<told> next_;
  std::string password_ = "app-password", date_;
  unsigned generation_ = 1;
  server server_;
};

}  // namespace switchboard::fake_platform
