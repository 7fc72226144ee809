// What a query may have, and what is said of the rest.

#include "net/api/parameters.hpp"

#include "parts.hpp"

#include <gmock/gmock.h>

#include <array>

namespace switchboard::net::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct parameter_case {
  const char* query;
  const char* says;  ///< null: nothing is wrong
};

TEST(parameters, are_those_that_the_route_knows) {
  constexpr std::array<std::string_view, 3> known{"from", "type", "conversation"};
  const parameter_case cases[] = {
      {"", nullptr},
      {"from=latest", nullptr},
      {"from", nullptr},
      {"from=", nullptr},
      {"type=a&type=b&from=c", nullptr},
      {"&&from=x&", nullptr},
      {"fro%6d=x", nullptr},
      {"form=x", "there is no parameter \"form\" here; did you mean \"from\"?"},
      {"from=x&tpye=a", "there is no parameter \"tpye\" here; did you mean \"type\"?"},
      {"From=x", "did you mean \"from\"?"},
      {"conversations=x", "did you mean \"conversation\"?"},
      {"customer=1", "there is no parameter \"customer\" here; this takes from, type, conversation"},
      {"=x", "there is no parameter \"\" here"},
      {"from=%zz", "the parameter \"from\" is not percent-encoded text"},
      {"from=a%00b", "the parameter \"from\" is not percent-encoded text"},
      {"%4=x", "the parameter \"%4\" is not percent-encoded text"},
  };
  for (const auto& c : cases) {
    const auto checked = api::check_parameters(c.query, known);
    EXPECT_EQ(checked.has_value(), c.says == nullptr) << c.query;
    if (c.says && !checked) {
      EXPECT_THAT(checked.error(), HasSubstr(c.says)) << c.query;
    }
  }
  EXPECT_THAT(api::check_parameters("a=1", {}).error(), HasSubstr("this takes none"));
  EXPECT_LT(api::check_parameters(std::string(2'000, 'x'), known).error().size(), 200u);
}

/// Each route: one of its own is no matter for this check, another is refused before the route does anything.
TEST(parameters, that_no_route_has_are_400_everywhere) {
  for (const auto& r : api::routes()) {
    parts p;
    std::string path(r.pattern);
    if (const auto at = path.find("{id}"); at != std::string::npos)
      path.replace(at, 4, conversation_of("acme"));
    const bool admin = r.where == http::listener::admin;
    const auto ask = [&](const std::string& query) {
      return admin ? p.admin(path + query, r.verb) : p.call(r.verb, path + query, "");
    };
    const auto x = ask("?no_such=1");
    EXPECT_EQ(x->status(), 400) << r.operation;
    EXPECT_EQ(x->code(), "bad-request") << r.operation;
    EXPECT_THAT(x->answer().body, HasSubstr("no_such")) << r.operation;
    EXPECT_TRUE(p.engine.executed.empty()) << r.operation;
    for (const auto& name : r.parameters) {
      if (name == "ticket") continue;  // stands for a token
      const auto own = ask("?" + std::string(name) + "=1");
      if (own->answered()) {
        EXPECT_THAT(own->answer().body, Not(HasSubstr("no parameter"))) << r.operation << " " << name;
      }
    }
  }
}

TEST(parameters, of_webhooks_are_the_platforms_affair) {
  parts p;
  const auto x = p.send({http::method::get,
                         "/webhooks/meta?hub.mode=subscribe&hub.verify_token=verify&hub.challenge=42&more=1",
                         {},
                         {}});
  EXPECT_EQ(x->status(), 200);
}

}  // namespace
}  // namespace switchboard::net::testing
