#pragma once
// One request as some reader understood it: what two readers must agree on, or one hides requests from the other.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace switchboard::fuzz {

struct request_reading {
  enum class verdict : std::uint8_t { more, refused, accepted };
  verdict is = verdict::more;
  int status = 0;  ///< refused: of the answer; of the reference always 400

  // accepted
  std::size_t used = 0;  ///< bytes of the request; what is behind them is the next one's
  std::string method, target, body;
  bool http_1_0 = false;
  std::vector<std::pair<std::string, std::string>> fields;

  bool operator==(const request_reading&) const = default;
};

}  // namespace switchboard::fuzz
