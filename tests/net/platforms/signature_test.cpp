#include "net/platforms/signature.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <thread>

namespace switchboard::net::platforms {
namespace {

std::string hmac_hex(std::string_view secret, std::string_view body) {
  const auto digest = hmac_sha256(secret, body);
  return digest ? to_hex(*digest) : std::string{"none"};
}

/// OpenSSL's one-shot function, which keeps no state.
std::string one_shot(std::string_view secret, std::string_view body) {
  sha256_digest digest;
  unsigned int written = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data(), &written);
  return to_hex(digest);
}

TEST(signature, rfc_4231_vectors) {
  EXPECT_EQ(hmac_hex(std::string(20, '\x0b'), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac_hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac_hex(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(signature, more_secrets_than_are_kept_give_the_same_digests) {
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 40; ++i) {
      const std::string secret = "secret-" + std::to_string(i);
      const std::string body(static_cast<std::size_t>(i * 7), 'b');
      ASSERT_EQ(hmac_hex(secret, body), one_shot(secret, body)) << i;
      ASSERT_EQ(hmac_hex(secret, body + "!"), one_shot(secret, body + "!")) << i;
    }
  }
}

TEST(signature, a_secret_whose_memory_is_reused_is_another_secret) {
  std::string secret = "first-secret";
  const std::string before = hmac_hex(secret, "body");
  secret[0] = 'F';
  EXPECT_NE(hmac_hex(secret, "body"), before);
  EXPECT_EQ(hmac_hex(secret, "body"), one_shot(secret, "body"));
}

TEST(signature, every_thread_has_its_own_contexts) {
  const std::string expected = one_shot("shared", "body");
  const auto work = [&] {
    for (int i = 0; i < 2'000; ++i) {
      ASSERT_EQ(hmac_hex("shared", "body"), expected);
    }
  };
  std::thread other{work};
  work();
  other.join();
}

TEST(signature, an_empty_secret_signs_nothing) {
  EXPECT_TRUE(hmac_sha256("some", "body"));
  EXPECT_FALSE(hmac_sha256("", "body")) << "in particular not with the key before";
}

TEST(signature, hex_has_one_spelling) {
  const std::string hex = hmac_hex("k", "m");
  ASSERT_EQ(hex.size(), 64U);
  EXPECT_EQ(to_hex(*from_hex(hex)), hex);
  std::string upper = hex;
  for (char& c : upper) {
    c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  ASSERT_NE(upper, hex);
  EXPECT_FALSE(from_hex(upper));  // H108
  EXPECT_FALSE(from_hex(""));
  EXPECT_FALSE(from_hex(hex.substr(1)));  // H107
  EXPECT_FALSE(from_hex(hex + "0"));
  EXPECT_FALSE(from_hex(std::string(100'000, 'a')));
  for (const char bad : {'g', '/', ':', '`', ' ', '\0', '\xff'}) {  // H109
    std::string wrong = hex;
    wrong[63] = bad;
    EXPECT_FALSE(from_hex(wrong)) << static_cast<int>(bad);
  }
  EXPECT_FALSE(from_hex("é" + hex.substr(2, 61))) << "bytes count, not characters";
}

TEST(signature, tokens_are_equal_only_if_they_are) {
  EXPECT_TRUE(equal_constant_time("token", "token"));
  EXPECT_FALSE(equal_constant_time("token", "tokem"));
  EXPECT_FALSE(equal_constant_time("token", "toke"));
  EXPECT_FALSE(equal_constant_time("token", std::string_view{"token\0", 6})) << "padding is not content";
  EXPECT_FALSE(equal_constant_time("", ""));
  EXPECT_FALSE(equal_constant_time("", "token"));
  const std::string longest(shared_token_bytes_max, 'x');
  EXPECT_TRUE(equal_constant_time(longest, longest));
  EXPECT_FALSE(equal_constant_time(longest + "a", longest + "a"));
  EXPECT_FALSE(equal_constant_time(longest + "a", longest));
}

TEST(signature, header_names_have_no_case) {
  EXPECT_TRUE(equal_ignoring_case("X-Hub-Signature-256", "x-hub-signature-256"));
  EXPECT_FALSE(equal_ignoring_case("X-Hub-Signature-256", "X-Hub-Signature"));
  EXPECT_FALSE(equal_ignoring_case("@", "`")) << "only letters have a case";
}

}  // namespace
}  // namespace switchboard::net::platforms
