#pragma once
// Jetstream for tests: keeps every frame that was ever made, sends them from a cursor on and then as they are made, and
// misbehaves as servers and networks do. A thread a connection.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace switchboard::fake_platform {

/// What becomes of a connection.
enum class stream_fault : std::uint8_t {
  none,
  refuse,      ///< 503 instead of the handshake
  close,       ///< closed after `after` frames, as it should be
  reset,       ///< reset after `after` frames
  half_frame,  ///< reset in the middle of the frame behind `after` others
  silence,     ///< nothing more after `after` frames, not even an answer to a ping
  no_json,     ///< bytes that are no frame after `after` others
  no_answer    ///< the connection is taken, and nothing said
};
struct stream_plan {
  stream_fault with = stream_fault::none;
  std::size_t after = 0;
};

struct jetstream_options {
  std::string certificate_file = {}, key_file = {};  ///< PEM; empty: plain
};

class jetstream {
 public:
  explicit jetstream(jetstream_options o = {});
  ~jetstream();
  jetstream(const jetstream&) = delete;
  jetstream& operator=(const jetstream&) = delete;

  /// A frame that happened at this time; times never fall.
  void add(std::uint64_t time_us, std::string frame);
  /// What happened before this time is kept no more: whoever asks for it gets what is left.
  void forget_before(std::uint64_t time_us);
  /// Of the next connections, one after the other; then all is well.
  void next(std::vector<stream_plan> plans);

  [[nodiscard]] std::string url() const;  ///< ws(s)://127.0.0.1:port
  /// Path and query of each connection so far.
  [[nodiscard]] std::vector<std::string> targets() const;
  /// Waits for so many connections; false: they did not come.
  [[nodiscard]] bool wait_connections(std::size_t many) const;
  /// Ends the connections that there are.
  void drop_all();

 private:
  class running;
  std::unique_ptr<running> running_;
};

}  // namespace switchboard::fake_platform
