#pragma once
// Server-sent events off the wire (WHATWG HTML, 9.2.6), in pieces cut anywhere.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::cli {

struct sse_event {
  std::string id;    ///< of this event; empty: it had none
  std::string name;  ///< the `event:` field; empty: none
  std::string data;
};

/// An event counts only with the blank line behind it: what a broken connection cut off is not an event, so
/// resuming behind the last id gives neither a gap nor a repeat.
class sse_parser {
 public:
  /// Longer lines end the stream as an error: nothing here is unbounded.
  static constexpr std::size_t line_bytes_max = 16u << 20;

  /// Calls `on_event` for each completed event. False: a line was over the limit.
  [[nodiscard]] bool feed(std::string_view bytes, const std::function<void(sse_event&&)>& on_event);
  /// The last `retry:` seen, in milliseconds.
  [[nodiscard]] std::optional<std::uint32_t> retry_ms() const { return retry_ms_; }
  /// A new connection: forgets what was cut off.
  void restart();

 private:
  void line(std::string_view text, const std::function<void(sse_event&&)>& on_event);

  std::string partial_;
  sse_event event_;
  bool has_data_ = false;
  bool after_cr_ = false;
  std::optional<std::uint32_t> retry_ms_;
};

}  // namespace switchboard::cli
