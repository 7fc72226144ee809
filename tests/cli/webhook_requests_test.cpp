// What the generator sends must be what the platform sends: signed for the raw bytes, understood whole, and
// never the same message twice.

#include "cli/webhook_requests.hpp"

#include "net/platforms/platform.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace switchboard::cli {
namespace {

struct taken_apart {
  std::string head, body, signature;
};

taken_apart take_apart(std::string_view request) {
  taken_apart t;
  const auto end = request.find("\r\n\r\n");
  t.head = request.substr(0, end + 2);
  t.body = request.substr(end + 4);
  const std::string name = "X-Hub-Signature-256: ";
  const auto at = t.head.find(name) + name.size();
  t.signature = t.head.substr(at, t.head.find("\r\n", at) - at);
  return t;
}

domain::unpacked_body understand(const taken_apart& t, const std::string& secret) {
  const auto& meta = net::platforms::functions_of(net::platforms::kind::meta);
  const net::platforms::field signature{"X-Hub-Signature-256", t.signature};
  EXPECT_TRUE(meta.verify({&signature, 1}, t.body, {&secret, 1}));
  return meta.normalise(t.body, "", {}, {});
}

TEST(webhook_requests, are_signed_understood_and_unique) {
  for (const std::uint32_t per_body : {1u, 7u, 100u}) {
    webhook_plan plan;
    plan.customers = 50;
    plan.messages_per_body = per_body;
    plan.run = 0xabcd;
    plan.secret = per_body == 7 ? std::string(100, 'k') : "demo-secret";  // longer than HMAC's block
    webhook_requests requests(plan);
    std::set<std::string> ids;
    std::map<std::string, int> senders;
    const std::uint64_t bodies = 5'000 / per_body;
    for (std::uint64_t n = 0; n < bodies; n += per_body == 1 ? 1 : 3) {
      const auto t = take_apart(requests.next(n));
      ASSERT_NE(t.head.find("\r\nContent-Length: " + std::to_string(t.body.size()) + "\r\n"),
                std::string::npos);
      const auto unpacked = understand(t, plan.secret);
      ASSERT_EQ(unpacked.rejected.size(), 0u);
      ASSERT_EQ(unpacked.events.size(), per_body);
      for (std::size_t i = 0; i < unpacked.events.size(); ++i) {
        const auto& e = unpacked.events[i];
        EXPECT_EQ(e.account_platform_id, plan.phone_number_id);
        EXPECT_EQ(e.kind, domain::inbound_kind::message);
        ASSERT_TRUE(e.platform_message_id.starts_with(message_marker(plan.run)));
        const auto digits = e.platform_message_id.substr(message_marker(plan.run).size(), 16);
        EXPECT_EQ(std::stoull(digits, nullptr, 16), n * per_body + i);
        EXPECT_TRUE(ids.insert(e.platform_message_id).second);
        ++senders[e.customer_platform_id];
      }
    }
    EXPECT_LE(senders.size(), plan.customers);
    if (per_body == 1) {
      ASSERT_EQ(senders.size(), plan.customers);
      for (const auto& [sender, n] : senders) EXPECT_EQ(n, 100) << sender;
    }
  }
}

TEST(webhook_requests, are_as_large_as_real_ones) {
  const webhook_requests one({});
  EXPECT_GE(one.body_bytes(), 500u);
  EXPECT_LE(one.body_bytes(), 650u);
}

TEST(webhook_requests, of_two_runs_share_no_id) {
  EXPECT_NE(message_marker(1), message_marker(2));
  EXPECT_EQ(message_marker(1).size(), message_marker(0xffffffff).size());
}

}  // namespace
}  // namespace switchboard::cli
