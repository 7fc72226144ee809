// What another brand owns takes the same work as what nobody owns: nothing to be measured from outside.

#include "matrix.hpp"
#include "tests/net/api/parts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchboard::attacks {
namespace {

using net::testing::conversation_of;
using net::testing::parts;

/// What a request made the engine look up and do, and what it answered.
struct trace {
  std::vector<std::string> looked;
  std::vector<std::string> acts;  ///< in whose name
  int status = 0;
  std::string body;
  std::size_t headers = 0;
  bool operator==(const trace&) const = default;
};

trace of_request(const net::api::route& r, std::string_view id, std::string_view token, bool things_of_beta) {
  parts p;
  p.engine.result.refused =
      domain::refused{domain::refusal::not_found, "its detail is nobody's business " + std::string(id)};
  if (things_of_beta) {
    p.engine.rows.conversations_by_id[{"beta", conversation_of("beta")}] = R"({"id":"x","version":3})";
    p.engine.rows.customers_by_id[{"beta", "cu_beta"}] = "{}";
    p.engine.rows.letters["dl_beta"] = {.id = {"dl_beta"},
                                        .source = {"meta"},
                                        .brand = {"beta"},
                                        .reason = "malformed",
                                        .detail = "",
                                        .raw = "{}",
                                        .received_at = {},
                                        .replayed_at = {}};
  }
  const auto x = p.call(r.verb, path_of(r.pattern, id), body_for(r.operation), token);
  trace t{p.engine.rows.looked, {}, x->status(), x->answer().body, x->answer().headers.size()};
  for (const auto& [brand, act] : p.engine.executed) t.acts.push_back(brand);
  EXPECT_TRUE(p.engine.ingested.empty()) << r.operation;
  return t;
}

TEST(foreign_things, take_the_work_of_things_that_never_were) {
  std::size_t seen = 0;
  for (const auto& r : net::api::routes()) {
    if (r.needs.whose() != net::api::realm::brand || r.pattern.find('{') == std::string_view::npos) continue;
    const std::string id = r.pattern.starts_with("/v1/conversations") ? conversation_of("beta")
                           : r.pattern.starts_with("/v1/customers")   ? "cu_beta"
                                                                      : "dl_beta";
    for (const auto* token : {"acme-supervisor", "acme-admin"}) {
      const auto foreign = of_request(r, id, token, true);
      const auto missing = of_request(r, id, token, false);
      EXPECT_EQ(foreign, missing) << r.operation;
      EXPECT_EQ(foreign.status, 404) << r.operation;
      ++seen;
    }
    if (r.verb == net::http::method::get) {  // a difference would be seen
      EXPECT_NE(of_request(r, id, "beta-admin", true), of_request(r, id, "beta-admin", false)) << r.operation;
    }
  }
  EXPECT_GE(seen, 18u);
}

}  // namespace
}  // namespace switchboard::attacks
