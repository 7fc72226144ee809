// Who may speak as LinkedIn: the challenge every two hours, perhaps of a child application, and the signature of each
// body, which covers a prefix that is not in it.

#include "net/platforms/linkedin.hpp"
#include "net/platforms/signature.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace switchboard::net::platforms {
namespace {

const std::vector<std::string> secrets = {"client-secret", "next-secret"};
const std::vector<std::string> child = {"child-secret"};
constexpr std::string_view code = "890e4665-4dfe-4ab1-b689-ed553bceeed0";

handshake_answer ask(std::vector<field> query, bool with_children = true) {
  const std::vector<application_secrets> applications = {{"other", secrets}, {"child", child}};
  return linkedin_functions().handshake(
      query,
      {.secrets = secrets,
       .applications = with_children ? std::span(applications) : std::span<const application_secrets>{}});
}
std::string answered(std::string_view secret) {
  return R"({"challengeCode":")" + std::string{code} + R"(","challengeResponse":")" +
         to_hex(*hmac_sha256(secret, code)) + "\"}";
}
std::string signature(std::string_view body, std::string_view secret = "client-secret") {
  return linkedin_functions().sign(body, secret).second;
}
bool verifies(std::string_view body, std::string_view header, std::span<const std::string> with = secrets) {
  const std::vector<field> headers = {{"Host", "t"}, {"X-LI-Signature", header}};
  return linkedin_functions().verify(headers, body, with);
}

TEST(linkedin_handshake, is_answered_with_the_secret_of_who_is_asked) {  // traps 4 and 6
  const auto answer = ask({{"challengeCode", code}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "application/json");
  // echo -n 890e4665-4dfe-4ab1-b689-ed553bceeed0 | openssl dgst -sha256 -hmac client-secret
  EXPECT_EQ(answer.body, R"({"challengeCode":"890e4665-4dfe-4ab1-b689-ed553bceeed0","challengeResponse":")"
                         "8ab4bbad570533d66462deba280bde93c1cad8b543e7f526d3e962acaf6c391a\"}");
  EXPECT_EQ(ask({{"challengeCode", code}, {"applicationId", "child"}}).body, answered("child-secret"));
  EXPECT_EQ(ask({{"applicationId", "other"}, {"challengeCode", code}}).body, answered("client-secret"));
  EXPECT_EQ(ask({{"challengeCode", code}, {"applicationId", "stranger"}}).status, 403);
  EXPECT_EQ(ask({{"challengeCode", code}, {"applicationId", ""}}).status, 403);
  EXPECT_EQ(ask({{"challengeCode", code}, {"applicationId", "any"}}, false).body, answered("client-secret"))
      << "without child applications there is but one";
}

TEST(linkedin_handshake, answers_nothing_but_tokens) {
  for (const std::string& bad : {std::string(), std::string("hmacsha256={}"), std::string("a=b"),
                                 std::string("{}"), std::string("a b"), std::string("\"><script>"),
                                 std::string("é"), std::string(129, 'a'), std::string("a\0", 2)}) {
    const auto answer = ask({{"challengeCode", bad}});
    EXPECT_EQ(answer.status, 400) << bad;
    EXPECT_TRUE(bad.empty() || answer.body.find(bad) == std::string::npos);
  }
  EXPECT_EQ(ask({}).status, 400);
  EXPECT_EQ(ask({{"challengeCode", "a"}, {"challengeCode", "b"}}).status, 400);
  EXPECT_EQ(ask({{"challengeCode", "a"}, {"applicationId", "child"}, {"applicationId", "other"}}).status,
            400);
  EXPECT_EQ(linkedin_functions().handshake(std::vector<field>{{"challengeCode", "a"}}, {}).status, 403);
}

TEST(linkedin_signature, covers_a_prefix_that_is_not_in_the_header) {  // trap 3
  const std::string body = R"({"text":"caf\u00e9"})";
  EXPECT_TRUE(verifies(body, to_hex(*hmac_sha256("client-secret", "hmacsha256=" + body))));
  EXPECT_FALSE(verifies(body, to_hex(*hmac_sha256("client-secret", body)))) << "without the prefix";
  EXPECT_FALSE(verifies(body, "hmacsha256=" + signature(body))) << "with it in the header";
  EXPECT_FALSE(verifies(R"({"text":"café"})", signature(body)));
  EXPECT_TRUE(verifies(body, signature(body, "next-secret")));
  EXPECT_FALSE(verifies(body, signature(body, "gone-secret")));
  EXPECT_FALSE(verifies(body, signature(body, ""), std::vector<std::string>{""}));
  EXPECT_FALSE(verifies(body, signature(body), {}));
}

TEST(linkedin_signature, has_one_spelling_and_stands_once) {  // trap 2
  const std::string good = signature("{}");
  ASSERT_EQ(good.size(), 64U);
  std::string upper = good;
  for (char& c : upper) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  for (const std::string& bad :
       {std::string(), good.substr(1), good + "0", "sha256=" + good, upper, " " + good, good + " ",
        good + "," + good, std::string(64, 'z'), std::string(100'000, 'a')}) {
    EXPECT_FALSE(verifies("{}", bad)) << bad.substr(0, 100);
  }
  const auto with = [&](std::vector<field> headers) {
    return linkedin_functions().verify(headers, "{}", secrets);
  };
  EXPECT_FALSE(with({}));
  EXPECT_TRUE(with({{"x-li-signature", good}}));
  EXPECT_FALSE(with({{"X-LI-Signature", good}, {"x-li-signature", good}}));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string header = good;
    header[bit / 8] = static_cast<char>(header[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(verifies("{}", header)) << bit;
  }
}

}  // namespace
}  // namespace switchboard::net::platforms
