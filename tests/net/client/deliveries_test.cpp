// How an event is posted to a webhook: where to, what, and what the answer means.

#include "net/deliveries.hpp"

#include "tests/fake_platform/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

namespace switchboard::net {
namespace {

using namespace std::chrono_literals;
using fake_platform::asked;
using fake_platform::told;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

actors::delivery_outcome deliver(const std::string& url, bool loopback, deliveries& by) {
  auto to = std::make_shared<config::webhook_settings>();
  to->id = "crm";
  to->url = url;
  to->loopback = loopback;
  to->keys = {std::string(24, 'k')};
  to->timeout = 5s;
  auto what = std::make_shared<storage::record>();
  what->sequence = 4711;
  what->bytes = R"({"specversion":"1.0","type":"sla.breached","data":{}})";
  std::promise<actors::delivery_outcome> said;
  by.deliver({.to = to, .what = what, .now = domain::timestamp{1'795'248'000s}},
             [&](actors::delivery_outcome o) { said.set_value(std::move(o)); });
  return said.get_future().get();
}

TEST(Deliveries, PostTheEventWithItsTimeBeside) {
  asked got;
  fake_platform::server receiver({}, [&](const asked& a) {
    got = a;
    return told{.status = 202};
  });
  deliveries by{{}};
  const auto o = deliver(receiver.url() + "/in?x=1", true, by);
  EXPECT_EQ(o.answer.status, 202);
  EXPECT_THAT(o.error, IsEmpty());
  EXPECT_EQ(got.method, "POST");
  EXPECT_EQ(got.target, "/in?x=1");
  EXPECT_EQ(got.headers.at("webhook-id"), "msg_crm_4711");
  EXPECT_EQ(got.headers.at("webhook-timestamp"), "1795248000");
  EXPECT_THAT(got.body,
              HasSubstr(R"({"timestamp":"1970-01-01T00:00:00.000Z","specversion":"1.0","type":"sla)"));
}

TEST(Deliveries, TellAnAnswerByItsStatusAndKeepNothingOfWhatItSays) {
  told next;
  fake_platform::server receiver({}, [&](const asked&) { return next; });
  deliveries by{{}};
  next = {.status = 503, .body = "who is Ana?", .headers = {{"Retry-After", "120"}}};
  auto o = deliver(receiver.url(), true, by);
  EXPECT_EQ(o.answer.status, 503);
  EXPECT_EQ(o.answer.retry_after, 120s);
  EXPECT_EQ(o.error, "it answered 503");
  next = {.status = 302, .headers = {{"Location", receiver.url() + "/other"}}};
  o = deliver(receiver.url(), true, by);
  EXPECT_EQ(o.answer.status, 302);
  EXPECT_THAT(o.error, HasSubstr("no redirect is followed"));
}

TEST(Deliveries, GoToPublicAddressesOnly) {
  bool reached = false;
  fake_platform::server receiver({}, [&](const asked&) {
    reached = true;
    return told{};
  });
  deliveries by{{}};
  for (const std::string host : {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"}) {
    const auto o = deliver("http://" + host + ":" + std::to_string(receiver.port()) + "/in", false, by);
    EXPECT_EQ(o.answer.status, 0) << host;
    EXPECT_THAT(o.error, Not(IsEmpty())) << host;
  }
  EXPECT_FALSE(reached);
}

TEST(Deliveries, OfNobodyWhoAnswersSayWhy) {
  deliveries by{{}};
  std::uint16_t free = 0;
  {
    free = fake_platform::server({}, [](const asked&) { return told{}; }).port();
  }
  const auto o = deliver("http://127.0.0.1:" + std::to_string(free), true, by);
  EXPECT_EQ(o.answer.status, 0);
  EXPECT_THAT(o.error, Not(IsEmpty()));
  EXPECT_FALSE(o.cut_off);
  by.stop();
  EXPECT_TRUE(deliver("http://127.0.0.1:" + std::to_string(free), true, by).cut_off) << "by ourselves";
}

}  // namespace
}  // namespace switchboard::net
