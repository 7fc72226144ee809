#pragma once
// What platforms tell by webhook of the messages they took: echoes, delivered, read; signed as they sign. In the order of
// their times, from a thread of its own.

#include "config/settings.hpp"
#include "tests/fake_platform/world.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace switchboard::fake_platform {

struct receipts_options {
  std::string engine = {};               ///< its public address; empty: nothing is told
  std::chrono::milliseconds apart{300};  ///< between sent, delivered and read
};

class receipts {
 public:
  receipts(receipts_options o, std::vector<config::source_settings> sources);
  ~receipts();  ///< what is left is not told

  /// From now on to this engine. Thread-safe, as the next.
  void tell(const std::string& engine);
  /// Never blocks.
  void tell_of(const taken& t);

 private:
  class teller;
  std::unique_ptr<teller> teller_;
};

/// The bodies, in order, the first one `apart` after the message: for tests too.
[[nodiscard]] std::vector<std::string> receipt_bodies(const taken& t);

}  // namespace switchboard::fake_platform
