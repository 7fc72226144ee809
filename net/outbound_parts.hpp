#pragma once
// What everything that calls a platform's API shares: a call as the HTTP client takes it, its answer as the platforms' functions
// read it.

#include "actors/wall_clock.hpp"
#include "domain/sending.hpp"
#include "net/client/http_client.hpp"
#include "net/platforms/sending.hpp"

#include <algorithm>
#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchboard::net {

using actors::wall_clock;

[[nodiscard]] inline domain::attempt_outcome ended(domain::attempt_end end, std::string code,
                                                   std::string detail) {
  return {.end = end, .error = {.code = std::move(code), .title = {}, .detail = std::move(detail)}};
}

[[nodiscard]] inline client::request to_request(const platforms::call& c, std::chrono::milliseconds timeout) {
  client::request r{.method = std::string(c.method), .url = c.url, .body = c.body, .timeout = timeout};
  for (const auto& h : c.headers) r.headers.emplace_back(h.name, h.value);
  return r;
}

/// What a call takes, by the index of each quota.
[[nodiscard]] inline std::vector<domain::draw> draws_of(const platforms::call& c,
                                                        std::span<const domain::quota> all) {
  std::vector<domain::draw> draws;
  for (const auto& d : c.quotas) {
    const auto q =
        std::find_if(all.begin(), all.end(), [&](const auto& known) { return known.name == d.quota; });
    if (q == all.end()) continue;
    draws.push_back(
        {.quota = static_cast<std::uint8_t>(q - all.begin()), .units = static_cast<std::uint32_t>(d.units)});
  }
  return draws;
}

/// A platform's answer as its functions read it. Points into `r`.
class readable {
 public:
  explicit readable(const client::result& r) : body_(r.body), status_(r.status) {
    for (const auto& [name, value] : r.headers) headers_.push_back({name, value});
  }
  [[nodiscard]] platforms::answer get() const {
    return {.status = status_, .headers = headers_, .body = body_};
  }

 private:
  std::vector<platforms::field> headers_;
  std::string_view body_;
  int status_;
};

}  // namespace switchboard::net
