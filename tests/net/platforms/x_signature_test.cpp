// Who may speak as X: the challenge about every hour, and the signature of each body.

#include "net/platforms/signature.hpp"
#include "net/platforms/x.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace switchboard::net::platforms {
namespace {

const std::vector<std::string> secrets = {"consumer-secret", "next-secret"};
constexpr std::string_view name = "x-twitter-webhooks-signature";

handshake_answer ask(std::vector<field> query, std::span<const std::string> with = secrets) {
  return x_functions().handshake(query, {.secrets = with});
}
std::string signature(std::string_view body, std::string_view secret = "consumer-secret") {
  return x_functions().sign(body, secret).second;
}
bool verifies(std::string_view body, std::string_view header, std::span<const std::string> with = secrets) {
  const std::vector<field> headers = {{"Host", "t"}, {name, header}};
  return x_functions().verify(headers, body, with);
}

TEST(x_handshake, is_answered_with_the_current_secret) {  // traps 4 and 6
  const auto answer = ask({{"crc_token", "challenge"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "application/json");
  // echo -n challenge | openssl dgst -sha256 -hmac consumer-secret -binary | base64
  EXPECT_EQ(answer.body, R"({"response_token":"sha256=2RUZDVKjSpEV/C/r9ivMsVZJ4DFPAawjJFQQzY+6ba4="})");
  const std::vector<std::string> turned = {"next-secret", "consumer-secret"};
  EXPECT_NE(ask({{"crc_token", "challenge"}}, turned).body, answer.body);
  EXPECT_EQ(ask({{"crc_token", "challenge"}, {"nonce", "x"}}).body, answer.body);
}

TEST(x_handshake, answers_nothing_but_tokens) {
  for (const std::string& token : {std::string("aZ09+/=-_.~:"), std::string(512, 'a')}) {
    EXPECT_EQ(ask({{"crc_token", token}}).status, 200) << token;
  }
  for (const std::string& bad :
       {std::string(), std::string("{}"), std::string("{\"a\":1}"), std::string("[1]"), std::string("a b"),
        std::string("<b>"), std::string("a\"b"), std::string("é"), std::string(513, 'a'),
        std::string("a\0b", 3)}) {
    EXPECT_EQ(ask({{"crc_token", bad}}).status, 400) << bad;
  }
  EXPECT_EQ(ask({}).status, 400);
  EXPECT_EQ(ask({{"crc_token", "a"}, {"crc_token", "a"}}).status, 400);
  EXPECT_EQ(ask({{"CRC_TOKEN", "a"}}).status, 400);
  EXPECT_EQ(ask({{"crc_token", "a"}}, {}).status, 403) << "no secret: fails closed";
  const std::vector<std::string> empty = {""};
  EXPECT_EQ(ask({{"crc_token", "a"}}, empty).status, 403);
}

// Anybody may ask for the signature of a challenge: it must open nothing.
TEST(x_handshake, signs_no_body) {
  for (const std::string_view text : {"123", "null", "true", "challenge", "1e5", "a:b"}) {
    EXPECT_EQ(ask({{"crc_token", text}}).status, 200);
    EXPECT_FALSE(verifies(text, signature(text))) << text;
  }
  EXPECT_TRUE(verifies("{}", signature("{}")));
  EXPECT_TRUE(verifies("not json", signature("not json"))) << "signed, so kept as a dead letter";
  EXPECT_TRUE(verifies("", signature("")));
}

TEST(x_signature, any_live_secret_verifies) {
  EXPECT_TRUE(verifies("{}", signature("{}")));
  EXPECT_TRUE(verifies("{}", signature("{}", "next-secret")));
  EXPECT_FALSE(verifies("{}", signature("{}", "gone-secret")));
  EXPECT_FALSE(verifies("{}", signature("{}"), {}));
  const std::vector<std::string> empty = {""}, mixed = {"", "consumer-secret"};
  EXPECT_FALSE(verifies("{}", signature("{}", ""), empty));
  // HMAC-SHA256 of "{}" under the empty key.
  EXPECT_FALSE(verifies("{}", "sha256=IvjuqQlACvmK3zaBqfMZI+9rf8ukq7VT2Sgjo+nVwl4=", empty));
  EXPECT_TRUE(verifies("{}", signature("{}"), mixed));
}

TEST(x_signature, has_one_spelling) {  // traps 2 and 3
  const std::string good = signature("{}");
  const std::string digest = good.substr(7);
  ASSERT_EQ(digest.size(), 44U);
  std::string unused_bits = good;  // the last character before '=' has two bits that stand for nothing
  const std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  unused_bits[49] = alphabet[alphabet.find(good[49]) + 1];
  for (const std::string& bad :
       {std::string(), digest, std::string("sha256="), good.substr(0, 50), good + "=", " " + good, good + " ",
        good + "," + good, "SHA256=" + digest, "sha1=" + digest, "sha256=sha256=" + digest, unused_bits,
        "sha256=" + to_hex(*hmac_sha256("consumer-secret", "{}")), "sha256=" + std::string(43, 'A') + "=",
        "sha256=" + std::string(44, '='), "sha256=" + std::string(44, '\xc3'), std::string(100'000, 'a')}) {
    EXPECT_FALSE(verifies("{}", bad)) << bad.substr(0, 100);
  }
}

TEST(x_signature, stands_exactly_once) {
  const std::string good = signature("{}");
  const auto with = [&](std::vector<field> headers) { return x_functions().verify(headers, "{}", secrets); };
  EXPECT_FALSE(with({}));
  EXPECT_TRUE(with({{"X-Twitter-Webhooks-Signature", good}}));
  EXPECT_FALSE(with({{name, good}, {"X-TWITTER-WEBHOOKS-SIGNATURE", good}}));
  EXPECT_FALSE(with({{name, "junk"}, {name, good}}));
}

TEST(x_signature, covers_the_raw_bytes) {  // trap 1
  std::string body = R"({"text":"caf\u00e9 \/"})";
  const std::string good = signature(body);
  EXPECT_TRUE(verifies(body, good));
  EXPECT_FALSE(verifies(R"({"text":"café /"})", good));
  for (std::size_t bit = 0; bit < body.size() * 8; ++bit) {
    body[bit / 8] = static_cast<char>(body[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(verifies(body, good)) << bit;
    body[bit / 8] = static_cast<char>(body[bit / 8] ^ (1 << (bit % 8)));
  }
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string header = good;
    header[bit / 8] = static_cast<char>(header[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(verifies(body, header)) << bit;
  }
}

TEST(base64_of_a_digest, goes_there_and_back) {
  sha256_digest digest;
  for (int round = 0; round < 256; ++round) {
    for (std::size_t i = 0; i < digest.size(); ++i)
      digest[i] = static_cast<unsigned char>(round * 31 + i * 17);
    const std::string text = to_base64(digest);
    EXPECT_EQ(text.size(), 44U);
    EXPECT_EQ(from_base64(text), digest);
  }
  digest.fill(0xFF);
  EXPECT_EQ(to_base64(digest), "//////////////////////////////////////////8=");
}

}  // namespace
}  // namespace switchboard::net::platforms
