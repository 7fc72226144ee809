#pragma once
// The wires between a morning's director and its engine: calls that are made for him by several threads, and the event stream,
// both put into one box that he alone empties.

#include "cli/http_client.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace switchboard::cli {

struct stage_call {
  std::uint64_t tag = 0;  ///< comes back with the answer
  std::string method, target;
  http_fields headers = {};
  std::string body = {};
};

/// Status 0: there was no answer, and `body` says why.
struct stage_answer {
  std::uint64_t tag = 0;
  int status = 0;
  std::string body = {};
};
struct stage_event {
  std::string json;
};
/// The stream has ended and won't come back: why. Empty: it was to end.
struct stage_end {
  std::string why;
};

class morning_stage {
 public:
  /// `where`: the engine; must be ready. Threads begin with open().
  explicit morning_stage(url where) : where_(std::move(where)) {}
  /// close(). The engine has to be gone: the stream is read until it ends.
  ~morning_stage();
  morning_stage(const morning_stage&) = delete;
  morning_stage& operator=(const morning_stage&) = delete;

  /// From the present on, with a token that may see every brand. The error is a sentence.
  [[nodiscard]] expected<void, std::string> open(const std::string& token);
  /// Waits while calls_max are under way.
  void call(stage_call c);
  /// The next thing that came; nullopt: nothing until then.
  [[nodiscard]] std::optional<std::variant<stage_event, stage_answer, stage_end>> next(
      std::chrono::steady_clock::time_point until);
  /// The stream may end now without being missed; then the engine may go.
  void expect_end();
  void close();

 private:
  void run_calls();
  void run_stream(std::string token, std::string from);
  void put(std::variant<stage_event, stage_answer, stage_end> item);

  url where_;
  std::mutex mutex_;
  std::condition_variable came_, room_, work_;
  std::deque<std::variant<stage_event, stage_answer, stage_end>> box_;
  std::deque<stage_call> calls_;
  std::size_t events_ = 0;  ///< in box_
  bool closing_ = false, end_expected_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace switchboard::cli
