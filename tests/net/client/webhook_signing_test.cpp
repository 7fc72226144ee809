// Signatures of Standard Webhooks. What they must be was made elsewhere: by Python's hmac and base64.

#include "net/client/webhook_signing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchboard::net::client {
namespace {

using ::testing::Pair;
using ::testing::UnorderedElementsAre;

/// The bytes of whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw.
const std::string key{
    "\x31\xf2\x90\xf6\xbf\x06\x29\x8a\xab\x4f\x08\xd4\x3c\x3f\x08\x2c\xf6\x48\xa3\x62\xda\x2d\xa4\xb0", 24};
const std::string other(24, '\0');
constexpr std::string_view id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr std::string_view body = R"({"test": 2432232314})";
const std::string by_key = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const std::string by_other = "v1,woH/1mJtZGSMCmpFTxRYbStS24eLLD/oXIYr4PYyZ7g=";

TEST(WebhookSigning, IsWhatTheStandardSays) {
  const std::vector keys{key};
  EXPECT_EQ(webhook_signature(keys, id, 1'614'265'330, body), by_key);
}

TEST(WebhookSigning, CoversIdTimeBodyAndKey) {
  const std::vector keys{key}, others{other};
  EXPECT_NE(webhook_signature(keys, "msg_p5jXN8AQM9LWM0D4loKWxJel", 1'614'265'330, body), by_key);
  EXPECT_NE(webhook_signature(keys, id, 1'614'265'331, body), by_key);
  EXPECT_NE(webhook_signature(keys, id, 1'614'265'330, R"({"test": 2432232315})"), by_key);
  EXPECT_NE(webhook_signature(others, id, 1'614'265'330, body), by_key);
}

TEST(WebhookSigning, AnOldAndANewSecretAreTwoSignatures) {
  const std::vector both{other, key};
  EXPECT_EQ(webhook_signature(both, id, 1'614'265'330, body), by_other + " " + by_key);
}

TEST(WebhookSigning, NothingIsSentUnsigned) {
  EXPECT_EQ(webhook_signature({}, id, 1'614'265'330, body), "");
  EXPECT_TRUE(webhook_headers({}, id, 1'614'265'330, body).empty());
}

TEST(WebhookSigning, AreTheHeadersOfADelivery) {
  const std::vector keys{key};
  EXPECT_THAT(
      webhook_headers(keys, id, 1'614'265'330, body),
      UnorderedElementsAre(Pair("content-type", "application/json"), Pair("user-agent", "switchboard"),
                           Pair("webhook-id", std::string(id)), Pair("webhook-timestamp", "1614265330"),
                           Pair("webhook-signature", by_key)));
}

TEST(WebhookSigning, AnEventKeepsItsIdForever) {
  EXPECT_EQ(webhook_message_id("crm", 4711), "msg_crm_4711");
  EXPECT_EQ(webhook_message_id("crm", 4711), webhook_message_id("crm", 4711));
  EXPECT_NE(webhook_message_id("crm", 4711), webhook_message_id("crm", 4712));
  EXPECT_NE(webhook_message_id("crm", 4711), webhook_message_id("crm2", 4711));
}

}  // namespace
}  // namespace switchboard::net::client
