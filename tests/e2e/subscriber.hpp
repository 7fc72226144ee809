#pragma once
// Subscribers to the event stream as front ends are: they remember the cursor of the last event that they got
// whole, before the first one that of the stream's opening, are cut off at any byte, and come back with it.

#include "cli/stream_framing.hpp"
#include "engine_process.hpp"
#include "wire.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::e2e {

enum class stream_kind : std::uint8_t { sse, websocket, long_poll };

struct stream_event {
  std::string cursor;
  std::string json;
};

struct stream_options {
  stream_kind kind = stream_kind::sse;
  std::string token = "demo-admin";
  std::string query;   ///< further parameters: "&type=message.received"
  std::string ticket;  ///< instead of the token
  std::string from = "earliest";
  wire_options socket;
  headers more;
};

/// One subscriber over any number of connections. Used by one thread.
class subscriber {
 public:
  explicit subscriber(stream_options o) : options_(std::move(o)) {}

  /// Connects, behind the last event if there was one. False: refused (see refusal()) or nobody there.
  [[nodiscard]] bool connect(std::uint16_t port);
  /// Takes what comes until `bytes_max` bytes came, the stream ended, or nothing came for `quiet`. False: it
  /// ended, or what came was not well-formed (see broken()).
  bool read(std::size_t bytes_max, std::chrono::milliseconds quiet);
  /// Drops the connection as a crash would, and what was not yet whole with it.
  void cut();

  [[nodiscard]] bool connected() const { return wire_ != nullptr; }
  [[nodiscard]] const std::vector<stream_event>& events() const { return events_; }
  [[nodiscard]] const answer& refusal() const { return refusal_; }
  /// Not empty: what the engine sent that no stream may hold.
  [[nodiscard]] const std::string& broken() const { return broken_; }
  /// The engine's farewell: close code, and the cursor that it named.
  [[nodiscard]] std::optional<std::uint16_t> close_code() const { return close_code_; }
  [[nodiscard]] const std::string& close_reason() const { return close_reason_; }
  [[nodiscard]] const std::string& cursor() const { return cursor_; }

 private:
  [[nodiscard]] std::string request() const;
  [[nodiscard]] bool take_head();
  bool take_bytes();
  void take_sse();
  void take_websocket();
  bool take_page();
  void add(std::string_view json, std::string_view cursor);

  stream_options options_;
  std::unique_ptr<wire> wire_;
  std::string raw_;   ///< as it came
  std::string text_;  ///< SSE without its chunks
  cli::dechunker dechunker_;
  std::vector<stream_event> events_;
  std::string cursor_;
  answer refusal_;
  std::string broken_;
  std::optional<std::uint16_t> close_code_;
  std::string close_reason_;
};

}  // namespace switchboard::e2e
