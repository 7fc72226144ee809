// Signature headers: nothing verifies but the one spelling of the right digest, and that once.

#include "net/platforms/signature.hpp"

#include "net/platforms/platform.hpp"
#include "tests/fuzz/targets.hpp"

#include <string>
#include <vector>

namespace switchboard::fuzz {

/// Header values up to an empty line, each in a line of its own, then the body.
void run_signature(std::string_view bytes) {
  using namespace net::platforms;
  static const std::vector<std::string> secrets{"demo-secret", "", "second-secret"};
  std::vector<std::string_view> values;
  while (!bytes.empty() && values.size() < 8) {
    const auto end = bytes.find('\n');
    const auto line = bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (line.empty()) break;
    values.push_back(line);
  }
  // A body that could be a challenge of X: its signature is given to anybody who asks.
  const bool asked_for =
      !bytes.empty() && bytes.size() <= 512 &&
      bytes.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_.~:") ==
          std::string_view::npos;
  for (const auto which : {kind::meta, kind::telegram, kind::x, kind::linkedin}) {
    const auto& f = functions_of(which);
    std::vector<field> headers{{"Host", "t"}};
    const auto name = f.sign(bytes, secrets[0]).first;
    for (const auto value : values) headers.push_back({name, value});
    const bool verified = f.verify(headers, bytes, secrets);
    const bool right =
        !(which == kind::x && asked_for) && values.size() == 1 &&
        (values[0] == f.sign(bytes, secrets[0]).second || values[0] == f.sign(bytes, secrets[2]).second);
    hold(verified == right, "exactly the right signature verifies");
    headers.resize(1);
    hold(!f.verify(headers, bytes, secrets), "no signature does not");
  }
  for (const auto value : values) {
    if (const auto digest = from_hex(value)) hold(to_hex(*digest) == value, "a digest has one spelling");
    if (const auto digest = from_base64(value)) hold(to_base64(*digest) == value, "in base64 too");
    hold(!equal_constant_time(value, std::string(value) + "x"), "a longer token is another");
  }
}

}  // namespace switchboard::fuzz
