#pragma once
// Tells whoever listens what platforms say of the messages that they took (echoes.hpp): by webhook, signed as they sign, or
// where nothing is pushed, by what their feeds then give. In the order of their times, from a thread of its own. A webhook
// that is not taken comes again, as from the real ones.

#include "config/settings.hpp"
#include "tests/fake_platform/echoes.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace switchboard::fake_platform {

/// When the first word of a message comes, seen from the answer to its call.
enum class echo_time : std::uint8_t {
  before,  ///< the answer waits until the listener has taken the word
  with,    ///< at about the same time
  behind   ///< `apart` later
};

struct receipts_options {
  std::string engine = {};               ///< its public address; empty: nothing is told
  std::chrono::milliseconds apart{300};  ///< between the message, delivered and read
  /// Of one message after the other, in turn.
  std::vector<echo_time> echoes = {echo_time::behind};
};

class receipts {
 public:
  /// Puts into a feed what is no webhook. Called from this one's thread. `ticket`: told() of it.
  using publisher = std::function<void(const account& of, const word& what, std::uint64_t ticket)>;
  receipts(receipts_options o, std::vector<config::source_settings> sources, publisher publish);
  ~receipts();  ///< what is left is not told

  /// From now on to this engine. Thread-safe, as the next.
  void tell(const std::string& engine);
  /// Never blocks. Not 0: the answer may only be given behind wait_told() of it.
  [[nodiscard]] std::uint64_t tell_of(const world& w, const taken& t);
  /// That listener has the word.
  void told(std::uint64_t ticket);
  /// For at most so long: an engine that is down, or that does not read, holds up no answer for ever.
  void wait_told(std::uint64_t ticket, std::chrono::milliseconds patience);
  /// Until all that there was to tell is told. False: it is not, within `patience`.
  [[nodiscard]] bool wait_all_told(std::chrono::milliseconds patience);

 private:
  class teller;
  std::unique_ptr<teller> teller_;
};

}  // namespace switchboard::fake_platform
