#pragma once
// A row of the tables of HTTP attacks, and what its bytes are made of.

#include <cstdint>
#include <string>
#include <string_view>

namespace switchboard::net::http::testing {

struct attack {
  int number;
  std::string name;
  std::string bytes;
  int status;                     ///< of the first answer
  bool executes = false;          ///< the first request is good: it runs, and what follows it is refused
  std::string_view told_by = {};  ///< the test of attack_test.cpp that needs time, bulk or a broken socket
};

inline constexpr std::uint64_t test_body_bytes_max = 1 << 20;

inline std::string post(const std::string& fields, const std::string& body = {}) {
  return "POST /store HTTP/1.1\r\nHost: t\r\n" + fields + "\r\n" + body;
}
inline std::string chunked(const std::string& body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}
inline std::string get(const std::string& target, const std::string& fields = "Host: t\r\n") {
  return "GET " + target + " HTTP/1.1\r\n" + fields + "\r\n";
}

}  // namespace switchboard::net::http::testing
