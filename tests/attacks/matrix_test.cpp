// Who may call what, on both listeners, and that the checker sees it when somebody may who should not.

#include "matrix.hpp"

#include "faults.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchboard::attacks {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

TEST(matrix, of_routes_verbs_and_tokens_is_as_the_rules_say) {
  world w;
  const auto found = check_matrix(w);
  EXPECT_THAT(found.wrong, IsEmpty());
  EXPECT_GT(found.asked, 5'000u);
  EXPECT_EQ(w.told(), "");
}

TEST(matrix, finds_each_route_that_forgets_whose_things_it_shows) {
  std::size_t planted = 0;
  for (const auto& r : net::api::routes()) {
    if (r.needs.whose() != net::api::realm::brand || r.pattern.find('{') == std::string_view::npos) continue;
    // Of this path alone, and in a world of its own: what is deleted there would be missing for the next one, and found, too.
    std::vector<net::api::route> of_path;
    for (const auto& other : net::api::routes()) {
      if (other.pattern == r.pattern) of_path.push_back(other);
    }
    world w;
    const auto table = forgets_the_brand(r.operation);
    net::api::router faulty{w.ctx, table};
    EXPECT_THAT(check_matrix(w, &faulty, of_path).wrong,
                Contains(AllOf(StartsWith(std::string(to_word(r.verb)) + " /"), HasSubstr("expected 404"))))
        << r.operation;
    ++planted;
  }
  EXPECT_GE(planted, 20u);
}

TEST(matrix, finds_a_rule_that_lets_in_too_many) {
  world w;
  const auto table = forgets_the_role();
  net::api::router faulty{w.ctx, table};
  EXPECT_THAT(check_matrix(w, &faulty).wrong, Not(IsEmpty()));
}

}  // namespace
}  // namespace switchboard::attacks
