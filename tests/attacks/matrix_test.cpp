// Who may call what, on both listeners, and that the checker sees it when somebody may who should not.

#include "matrix.hpp"

#include "faults.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchboard::attacks {
namespace {

using testing::IsEmpty;
using testing::Not;

TEST(matrix, of_routes_verbs_and_tokens_is_as_the_rules_say) {
  world w;
  const auto found = check_matrix(w);
  EXPECT_THAT(found.wrong, IsEmpty());
  EXPECT_GT(found.asked, 5'000u);
  EXPECT_EQ(w.told(), "");
}

TEST(matrix, finds_each_route_that_forgets_whose_things_it_shows) {
  world w;
  std::size_t planted = 0;
  for (const auto& r : net::api::routes()) {
    if (r.needs.whose() != net::api::realm::brand || r.pattern.find('{') == std::string_view::npos) continue;
    const auto table = forgets_the_brand(r.operation);
    net::api::router faulty{w.ctx, table};
    EXPECT_THAT(check_matrix(w, &faulty).wrong, Not(IsEmpty())) << r.operation;
    ++planted;
  }
  EXPECT_GE(planted, 9u);
}

TEST(matrix, finds_a_rule_that_lets_in_too_many) {
  world w;
  const auto table = forgets_the_role();
  net::api::router faulty{w.ctx, table};
  EXPECT_THAT(check_matrix(w, &faulty).wrong, Not(IsEmpty()));
}

}  // namespace
}  // namespace switchboard::attacks
