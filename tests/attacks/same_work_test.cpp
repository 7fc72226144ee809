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

/// Agents, queues and webhooks are the config's, so who is missing has another name; all else is there or not by the same one.
std::string id_for(const net::api::route& r, bool there) {
  if (r.pattern.starts_with("/v1/conversations")) return conversation_of("beta");
  if (r.pattern.starts_with("/v1/customers")) return "cu_beta";
  if (r.pattern.starts_with("/v1/queues")) return there ? "beta-support" : "beta-nothing";
  if (r.pattern.starts_with("/v1/webhooks")) return there ? "beta-hook" : "beta-nothing";
  const std::string agent = there ? "beta-person" : "beta-nobody";
  if (r.pattern.starts_with("/v1/agents")) return agent;
  if (r.pattern.starts_with("/v1/offers")) return conversation_of("beta") + '~' + agent;
  return "dl_beta";
}

trace of_request(const net::api::route& r, std::string_view token, bool things_of_beta) {
  const auto id = id_for(r, things_of_beta);
  parts p;
  p.engine.result.refused =
      domain::refused{domain::refusal::not_found, "its detail is nobody's business " + id};
  if (things_of_beta) {
    p.engine.rows.conversations_by_id[{"beta", conversation_of("beta")}] =
        R"({"id":")" + conversation_of("beta") + R"(","version":3})";
    p.engine.rows.customers_by_id[{"beta", "cu_beta"}] = "{}";
    p.engine.answers["beta"].rows = {"{}"};
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
    for (const auto* token : {"acme-supervisor", "acme-admin"}) {
      const auto foreign = of_request(r, token, true);
      const auto missing = of_request(r, token, false);
      EXPECT_EQ(foreign, missing) << r.operation;
      EXPECT_EQ(foreign.status, 404) << r.operation;
      ++seen;
    }
    if (r.verb == net::http::method::get) {  // a difference would be seen
      EXPECT_NE(of_request(r, "beta-admin", true), of_request(r, "beta-admin", false)) << r.operation;
    }
  }
  EXPECT_GE(seen, 18u);
}

}  // namespace
}  // namespace switchboard::attacks
