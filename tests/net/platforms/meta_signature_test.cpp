// Who may speak: the handshake that answers a subscription, and the signature of each body.
#include "tests/net/platforms/meta_support.hpp"

namespace switchboard::net::platforms {
namespace {

const std::vector<std::string> secrets = {"app-secret", "instagram-secret"};

std::string signature(std::string_view body, std::string_view secret = "app-secret") {
  return meta_functions().sign(body, secret).second;
}
bool verifies(std::string_view body, std::string_view header, std::span<const std::string> with = secrets,
              std::string_view name = "X-Hub-Signature-256") {
  const std::vector<field> headers = {{"Host", "example"}, {name, header}};
  return meta_functions().verify(headers, body, with);
}
handshake_answer shake(std::string_view mode, std::string_view token, std::string_view challenge,
                       std::string_view expected = "verify-me") {
  const std::vector<field> query = {
      {"hub.mode", mode}, {"hub.verify_token", token}, {"hub.challenge", challenge}};
  return meta_functions().handshake(query, {.verify_token = expected});
}

TEST(meta_handshake, echoes_the_challenge_as_plain_text) {
  const handshake_answer answer = shake("subscribe", "verify-me", "1158201444");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "text/plain");
  EXPECT_EQ(answer.body, "1158201444");
}

TEST(meta_handshake, refuses_wrong_tokens_and_what_is_no_handshake) {  // trap 5, H119
  EXPECT_EQ(shake("subscribe", "verify-mf", "1").status, 403);
  EXPECT_EQ(shake("subscribe", "verify-m", "1").status, 403);
  EXPECT_EQ(shake("subscribe", "", "1").status, 403);
  EXPECT_EQ(shake("subscribe", "", "1", "").status, 403) << "no token configured: nobody is let in";
  EXPECT_EQ(shake("unsubscribe", "verify-me", "1").status, 400);
  EXPECT_EQ(meta_functions().handshake({}, {.verify_token = "verify-me"}).status, 400);
  const std::vector<field> twice = {{"hub.mode", "subscribe"},
                                    {"hub.verify_token", "verify-me"},
                                    {"hub.challenge", "1"},
                                    {"hub.challenge", "2"}};
  EXPECT_EQ(meta_functions().handshake(twice, {.verify_token = "verify-me"}).status, 400);
}

TEST(meta_handshake, echoes_nothing_but_tokens) {
  const std::vector<std::string> hostile = {
      "",         "<script>alert(1)</script>", "a b", "1\r\nX: y",
      "1%3Cb%3E", std::string("1\0", 2),       "é",   std::string(257, '1')};
  for (const std::string& challenge : hostile) {
    const handshake_answer answer = shake("subscribe", "verify-me", challenge);
    EXPECT_EQ(answer.status, 400) << challenge;
    EXPECT_EQ(answer.content_type, "text/plain");
    EXPECT_TRUE(challenge.empty() || answer.body.find(challenge) == std::string::npos);
  }
  EXPECT_EQ(shake("subscribe", "verify-me", std::string(256, 'a')).status, 200);
  EXPECT_EQ(shake("subscribe", "verify-me", "aZ09_-").status, 200);
}

// --- signature

TEST(meta_signature, any_live_secret_verifies) {  // trap 4, H115
  EXPECT_TRUE(verifies("body", signature("body")));
  EXPECT_TRUE(verifies("body", signature("body", "instagram-secret")));
  EXPECT_FALSE(verifies("body", signature("body", "gone-secret")));
  EXPECT_TRUE(verifies("body", signature("body"), secrets, "x-hub-signature-256"));
  EXPECT_TRUE(verifies("", signature(""))) << "H114: the signature is right; what it signs is refused later";
}

TEST(meta_signature, an_empty_secret_never_verifies) {
  const std::vector<std::string> empty = {""};
  EXPECT_FALSE(verifies("body", signature("body", ""), empty));
  // HMAC-SHA256 of "" under the empty key.
  EXPECT_FALSE(
      verifies("", "sha256=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad", empty));
  EXPECT_FALSE(verifies("body", signature("body"), {}));
  const std::vector<std::string> mixed = {"", "app-secret"};
  EXPECT_TRUE(verifies("body", signature("body"), mixed)) << "the others still count";
}

TEST(meta_signature, has_one_spelling) {  // trap 2, trap 3, H105-H111
  const std::string good = signature("body");
  const std::string hex = good.substr(7);
  std::string upper = good;
  for (char& c : upper) {
    c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  const std::vector<std::string> bad = {"",
                                        hex,
                                        "sha256=",
                                        "sha256=" + hex.substr(1),
                                        good + "0",
                                        "sha256=" + std::string(100'000, 'a'),
                                        "sha256=sha256=" + hex,
                                        "sha1=" + hex,
                                        "SHA256=" + hex,
                                        " " + good,
                                        good + " ",
                                        good + "," + good,
                                        upper,
                                        "sha256=" + std::string(64, 'z')};
  for (const std::string& header : bad) {
    EXPECT_FALSE(verifies("body", header)) << header.substr(0, 100);
  }
  EXPECT_FALSE(verifies("body", "sha1=d3486ae9136e7856bc42212385ea797094475802", secrets, "X-Hub-Signature"));
  EXPECT_FALSE(verifies("body", good, secrets, "X-Hub-Signature"));
}

TEST(meta_signature, stands_exactly_once) {
  const std::string good = signature("body");
  const auto with = [&](std::vector<field> headers) {
    return meta_functions().verify(headers, "body", secrets);
  };
  EXPECT_FALSE(with({}));
  EXPECT_TRUE(with({{"X-Hub-Signature-256", good}}));
  EXPECT_TRUE(with({{"X-Hub-Signature", "sha1=whatever"}, {"X-Hub-Signature-256", good}}));
  EXPECT_FALSE(with({{"X-Hub-Signature-256", good}, {"x-hub-signature-256", good}}));
  EXPECT_FALSE(with({{"X-Hub-Signature-256", "junk"}, {"X-Hub-Signature-256", good}}));
}

TEST(meta_signature, covers_the_raw_bytes) {  // trap 1, H112, H113
  const std::string escaped = R"({"text":"caf\u00e9 \/"})";
  EXPECT_FALSE(verifies(R"({"text":"café /"})", signature(escaped)));
  EXPECT_TRUE(verifies(escaped, signature(escaped)));
  std::string body = escaped;
  for (std::size_t bit = 0; bit < body.size() * 8; ++bit) {
    body[bit / 8] = static_cast<char>(body[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(verifies(body, signature(escaped))) << bit;
    body[bit / 8] = escaped[bit / 8];
  }
  std::string header = signature(escaped);
  for (std::size_t bit = 0; bit < header.size() * 8; ++bit) {
    const char was = header[bit / 8];
    header[bit / 8] = static_cast<char>(was ^ (1 << (bit % 8)));
    EXPECT_FALSE(verifies(escaped, header)) << bit;
    header[bit / 8] = was;
  }
}

}  // namespace
}  // namespace switchboard::net::platforms
