// What of the rules is known before anything runs: a route without a rule, or with one that makes no sense, is none.

#include "net/api/route.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string_view>
#include <type_traits>

namespace switchboard::net::api {
namespace {

using namespace std::string_view_literals;
using enum http::method;
using enum http::listener;

template <class... Parts>
concept makes_an_entrance = requires(Parts... parts) {
  entrance{parts...};
};

static_assert(makes_an_entrance<http::method, std::string_view, http::listener, rule, std::string_view>);
static_assert(!makes_an_entrance<http::method, std::string_view, http::listener>, "a rule can't be left out");
static_assert(!makes_an_entrance<http::method, std::string_view, http::listener, std::string_view>);
static_assert(!makes_an_entrance<http::method, std::string_view, http::listener, access, std::string_view>,
              "nor be half of one");
static_assert(!std::is_default_constructible_v<rule>);
static_assert(!std::is_default_constructible_v<entrance>);
static_assert(!std::is_default_constructible_v<route>);
static_assert(!std::is_convertible_v<access, rule>);

void handler(call&&) {}
constexpr rule reads{access::reader, realm::brand};
constexpr rule acts{access::agent, realm::brand};
constexpr rule own{access::reader, realm::caller};
constexpr rule operates{access::operators, realm::node};
constexpr rule signs{access::signers, realm::source};

constexpr route a_route(entrance e) {
  return route{e, {}, false, handler};
}
template <class... Entrances>
constexpr bool is_sound(Entrances... entrances) {
  const std::array table{a_route(entrances)...};
  return flaw_of(table).empty();
}

static_assert(is_sound(entrance{get, "/v1/x/{id}", open, reads, "x"},
                       entrance{patch, "/v1/x/{id}", open, acts, "y"},
                       entrance{post, "/v1/mine", open, own, "m"},
                       entrance{get, "/x", admin, operates, "z"}));
static_assert(!is_sound(entrance{get, "/metrics", open, operates, "x"}), "the node's things, for everybody");
static_assert(!is_sound(entrance{get, "/v1/x", admin, reads, "x"}),
              "a brand's things, where no token is asked for");
static_assert(!is_sound(entrance{post, "/v1/x/{id}", open, reads, "x"}), "a reader that changes things");
static_assert(!is_sound(entrance{get, "/v1/x/{id}", open, own, "x"}), "a thing without a brand");
static_assert(!is_sound(entrance{post, "/v1/x", open, signs, "x"}), "a signature that nobody looks at");
static_assert(!is_sound(entrance{get, "/v1/x", open, reads, ""}));
static_assert(!is_sound(entrance{get, "/a", open, reads, "x"}, entrance{get, "/b", open, reads, "x"}));
static_assert(!is_sound(entrance{get, "/a", open, reads, "x"}, entrance{get, "/a", open, own, "y"}));

TEST(rules, of_all_tables_are_sound_as_they_are_compiled_in) {
  EXPECT_EQ(flaw_of(routes()), "");
  for (const auto& e : webhook_routes()) EXPECT_EQ(e.needs.whose(), realm::source);
}

TEST(rules, let_in_nobody_by_default) {
  const caller nobody;
  for (const auto& by : {reads, acts, own}) {
    EXPECT_EQ(authorise(by, open, nullptr), verdict::unauthorized);
    EXPECT_EQ(authorise(by, open, &nobody), verdict::unauthorized);
    EXPECT_EQ(authorise(by, admin, &nobody), verdict::absent);
  }
  EXPECT_EQ(authorise(operates, open, &nobody), verdict::absent);
  EXPECT_EQ(authorise(operates, admin, nullptr), verdict::allowed);
  EXPECT_EQ(authorise(signs, admin, nullptr), verdict::absent);
  EXPECT_FALSE(nobody.may_see(""));
  EXPECT_FALSE(nobody.may_see("acme"));
  caller acme;
  acme.brand = "acme";
  EXPECT_TRUE(acme.may_see("acme"));
  for (const auto* other : {"", "acm", "acme2", "ACME", "*"})
    EXPECT_EQ(acme.may_see(other), other == "acme"sv);
}

}  // namespace
}  // namespace switchboard::net::api
