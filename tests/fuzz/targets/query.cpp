// Query strings, as handshakes and REST read them.

#include "net/api/parameters.hpp"
#include "net/http/message.hpp"
#include "net/platforms/platform.hpp"
#include "tests/fuzz/targets.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace switchboard::fuzz {

namespace {

bool is_plain(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u < 0x20 || u == 0x7f;
  });
}

/// Who answers a challenge with a signature signs for a stranger: never what would be taken for a signed body.
void sign_no_body(const net::http::request& r) {
  using net::platforms::kind;
  static const std::vector<std::string> secrets{"demo-secret"};
  for (const auto& [which, name] :
       {std::pair{kind::x, "crc_token"}, std::pair{kind::linkedin, "challengeCode"}}) {
    const auto& f = net::platforms::functions_of(which);
    for (const auto& challenge : r.query_all(name)) {
      const std::vector<net::platforms::field> query{{name, challenge}};
      const auto answer = f.handshake(query, {.secrets = secrets});
      hold(answer.status == 200 || answer.status == 400, "a challenge is answered");
      if (answer.status != 200) continue;
      hold(is_plain(answer.body) && answer.body.size() < 1024, "a challenge is a token");
      hold(!challenge.starts_with("hmacsha256="), "LinkedIn's signature of a body is no answer");
      const auto [header, signature] = f.sign(challenge, secrets[0]);
      const std::vector<net::platforms::field> headers{{header, signature}};
      hold(which != kind::x || !f.verify(headers, challenge, secrets), "X's answer is no body's signature");
    }
  }
}

}  // namespace

void run_query(std::string_view bytes) {
  net::http::request r;
  r.query = bytes;
  if (const auto decoded = net::http::percent_decode(bytes)) {
    hold(decoded->size() <= bytes.size() && is_plain(*decoded),
         "decoding adds nothing, and no control bytes");
  }
  for (const std::string_view name : {"from", "limit", "type", "hub.challenge"}) {
    const auto all = r.query_all(name);
    const auto first = r.query_value(name);
    hold(first.has_value() == !all.empty() && (!first || *first == all.front()),
         "the first of all is the first");
    for (const auto& value : all) hold(is_plain(value), "values have no control bytes");
  }
  constexpr std::string_view known[] = {"from", "limit", "type"};
  if (const auto ok = net::api::check_parameters(bytes, known); !ok)
    hold(!ok.error().empty(), "an error says what");

  // The same bytes as the values of a handshake: nothing but a token is ever echoed.
  for (const auto& challenge : r.query_all("hub.challenge")) {
    const std::vector<net::platforms::field> query{
        {"hub.mode", "subscribe"}, {"hub.verify_token", "v"}, {"hub.challenge", challenge}};
    const auto answer =
        net::platforms::functions_of(net::platforms::kind::meta).handshake(query, {.verify_token = "v"});
    hold(answer.status == 200 || answer.status == 400, "a handshake is answered");
    hold(answer.status != 200 || (answer.body == challenge && answer.body.size() <= 256 &&
                                  answer.body.find_first_of("<>&\"' \r\n") == std::string::npos),
         "only tokens are echoed");
  }
  sign_no_body(r);
}

}  // namespace switchboard::fuzz
