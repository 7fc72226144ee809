// Signatures of OAuth 1.0a, against those that RFC 5849 and X's documentation print.

#include "net/platforms/oauth1.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchboard::net::platforms {
namespace {

using ::testing::HasSubstr;

const oauth1_keys rfc{.consumer_key = "dpf43f3p2l4k3l03",
                      .consumer_secret = "kd94hf93k423kf44",
                      .token = "nnch734d00sl2jdk",
                      .token_secret = "pfkkdhi9sl3r4s00"};

TEST(oauth1, signs_as_the_rfc_does) {  // RFC 5849 §1.2
  EXPECT_EQ(oauth1_signature("GET", "http://photos.example.net/photos?file=vacation.jpg&size=original", rfc,
                             {{"oauth_consumer_key", rfc.consumer_key},
                              {"oauth_token", rfc.token},
                              {"oauth_signature_method", "HMAC-SHA1"},
                              {"oauth_timestamp", "137131202"},
                              {"oauth_nonce", "chapoH"}}),
            "MdpQcU8iPSUjWoN/UDMsK2sui9I=");
}

TEST(oauth1, signs_as_x_documents_it) {
  const oauth1_keys keys{.consumer_key = "xvz1evFS4wEEPTGEFPHBog",
                         .consumer_secret = "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
                         .token = "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
                         .token_secret = "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE"};
  // The status is a field of the body there; it is signed as one of the query's is.
  const std::string url =
      "https://api.twitter.com/1.1/statuses/update.json?include_entities=true&status="
      "Hello%20Ladies%20%2b%20Gentlemen%2C%20a%20signed%20OAuth%20request%21";
  const auto header = oauth1_header("POST", url, keys, "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg",
                                    domain::timestamp{std::chrono::seconds{1318622958}});
  EXPECT_EQ(header,
            "OAuth oauth_consumer_key=\"xvz1evFS4wEEPTGEFPHBog\", "
            "oauth_nonce=\"kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg\", "
            "oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"1318622958\", "
            "oauth_token=\"370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb\", oauth_version=\"1.0\", "
            "oauth_signature=\"hCtSmYh%2BiHYCEqBWrE7C7hYmtUk%3D\"");
}

TEST(oauth1, reads_an_address_in_each_of_its_spellings) {
  const auto sign = [](std::string_view url) { return oauth1_signature("GET", url, rfc, {{"a", "1"}}); };
  const auto plain = sign("https://ton.x.com/i/1?b=2+3&c=%e9");
  for (const char* same : {"HTTPS://ton.x.com/i/1?b=2+3&c=%e9", "https://TON.x.com:443/i/1?c=%E9&b=2%203",
                           "https://ton.x.com/i/1?b=2+3&&c=%e9#part"}) {
    EXPECT_EQ(sign(same), plain) << same;
  }
  for (const char* other : {"http://ton.x.com/i/1?b=2+3&c=%e9", "https://ton.x.com:444/i/1?b=2+3&c=%e9",
                            "https://ton.x.com/I/1?b=2+3&c=%e9", "https://ton.x.com/i/1?b=2&c=%e9"}) {
    EXPECT_NE(sign(other), plain) << other;
  }
  EXPECT_EQ(sign("https://ton.x.com"), sign("https://ton.x.com/"));
}

}  // namespace
}  // namespace switchboard::net::platforms
