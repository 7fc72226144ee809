#pragma once
// Replies on their worst day: platforms that limit, fail, hang, reset and lose answers, and an engine that is killed
// meanwhile. What the platforms took is counted by them, and held against what the engine says of each reply.

#include "tests/e2e/engine_process.hpp"
#include "tests/e2e/scratch.hpp"
#include "tests/e2e/wire.hpp"
#include "tests/fake_platform/platform.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::faults {

/// What may not happen, one text a reply.
struct send_findings {
  std::vector<std::string> doubled;  ///< a platform took it twice
  std::vector<std::string> lost;     ///< it was answered 202, and has come to no end
  std::vector<std::string>
      untrue;  ///< said to be sent, and no platform has it; or to have failed, and one has
  std::vector<std::string> out_of_order;  ///< a platform took it before an earlier one of its conversation
  std::vector<std::string> shown_twice;   ///< two messages of the engine's say it
  std::vector<std::string> unknown_though_told;  ///< its platform has it and said so, and it is still unknown
  std::vector<std::string> opened;               ///< conversations that hold what only our side said
  [[nodiscard]] bool none() const {
    return doubled.empty() && lost.empty() && untrue.empty() && out_of_order.empty() && shown_twice.empty() &&
           unknown_though_told.empty() && opened.empty();
  }
  [[nodiscard]] std::string text() const;
};

/// How far a reply came, by the engine's own word.
struct reply_end {
  std::string status;   ///< sent, failed, unknown, … or empty: nothing was heard of it
  bool is_end = false;  ///< nothing more will come of it by itself
};

/// A reply that was answered 202.
struct accepted_reply {
  std::string id, conversation, text;
};

/// A message of our side as the engine shows it: of which reply, in which conversation.
struct shown_message {
  std::string conversation, name;
};

/// `replies` in the order in which they were accepted.
[[nodiscard]] send_findings judge(const std::vector<accepted_reply>& replies,
                                  const std::vector<fake_platform::taken>& book,
                                  const std::map<std::string, reply_end>& ends);

/// `conversations`: those in which replies were asked for.
void judge_shown(send_findings& f, const std::vector<accepted_reply>& replies,
                 const std::vector<std::string>& conversations, const std::vector<shown_message>& shown);

class bad_day {
 public:
  struct options {
    std::string program = e2e::engine_binary();
    double trouble_share = 0.3;
    std::uint64_t seed = 1;
    std::uint32_t customers = 25;  ///< of each account
    std::string unknown_wait = "12s";
    std::uint32_t in_flight_max = 64;  ///< of each account
    bool tls = false;                  ///< the platforms speak HTTPS
    bool by_x = false;                 ///< X alone, whose limits leave room for few; else all the others
    bool by_x_activity = false;        ///< … which tells by its newer API
  };
  explicit bad_day(options o);

  /// Everything is up, and each customer has written.
  void begin();
  /// So many more replies are asked for, from a thread of their own, one to each conversation in turn; meanwhile the engine
  /// is killed so often, at moments that are drawn. With `place`: killed there (domain/kill_point.hpp), once.
  void answer_all(std::uint64_t replies, std::uint64_t kills);
  void answer_until_killed_at(const std::string& place, std::uint64_t occurrence);
  /// Waits until every reply has come to an end, troubles or not. False: some have not, within `patience`.
  [[nodiscard]] bool settle(std::chrono::seconds patience);
  [[nodiscard]] send_findings check();
  [[nodiscard]] std::string summary() const;
  [[nodiscard]] std::uint64_t replies() const { return accepted_.size(); }
  /// So many at most are begun and without an answer when the engine is killed.
  [[nodiscard]] std::uint64_t in_flight_max() const;
  [[nodiscard]] const std::map<std::string, reply_end>& ends() const { return ends_; }
  [[nodiscard]] fake_platform::platform& platform() { return *platform_; }
  void stop();
  /// Of a reply's text, or of what became of it at its platform: by what it is known.
  [[nodiscard]] static std::string name_in(const std::string& content);

 private:
  [[nodiscard]] std::vector<shown_message> shown();
  void start();
  void customers_write();
  void post(std::uint64_t first, std::uint64_t how_many);
  [[nodiscard]] std::optional<accepted_reply> post_one(std::uint64_t n);
  void read_ends();

  const options options_;
  const std::vector<fake_platform::account> accounts_;
  e2e::scratch dir_;
  e2e::engine_process engine_;
  std::optional<fake_platform::platform> platform_;
  std::vector<std::string> conversations_;
  std::vector<accepted_reply> accepted_;
  std::map<std::string, reply_end> ends_;
  std::string cursor_ = "earliest";
  std::uint64_t asked_ = 0, kills_ = 0;
  std::atomic<std::uint64_t> posted_{0};
  std::atomic<bool> give_up_{false};
};

}  // namespace switchboard::faults
