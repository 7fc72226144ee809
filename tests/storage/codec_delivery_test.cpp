// What the log says about deliveries to webhooks, as bytes. Random ones: codec_test.cpp.

#include "domain/event.hpp"
#include "storage/codec.hpp"

#include <gtest/gtest.h>

namespace switchboard::storage {
namespace {

using namespace std::chrono_literals;
namespace webhooks = domain::webhooks;

constexpr domain::timestamp at{1'795'248'000s};

domain::event noted() {
  domain::event e;
  e.type = domain::event_type::webhook_noted;
  e.at = at;
  webhooks::attempt failed;
  failed.event = 4711;
  failed.type = domain::event_type::message_received;
  failed.conversation = {{1, 2}, 3};
  failed.what = webhooks::outcome::failed;
  failed.tries = 2;
  failed.status = 503;
  failed.error = "busy \"now\"";
  failed.first = at - 1h;
  failed.next = at + 5min;
  webhooks::attempt delivered;
  delivered.event = 4712;
  delivered.type = domain::event_type::sla_breached;
  delivered.tries = 1;
  delivered.status = 204;
  delivered.first = at;
  e.delivery = webhooks::note{
      .brand = {"acme"}, .webhook = "crm", .settled = 4710, .gone = true, .attempts = {failed, delivered}};
  return e;
}

TEST(codec_delivery, is_written_as_the_grammar_says) {
  const auto r = encode(noted(), "/t");
  EXPECT_EQ(r.brand, "acme");
  EXPECT_EQ(r.conversation.ordinal, 0u) << "it is no event of the conversation: nothing of it is in there";
  EXPECT_FALSE(is_public(r.type));
  const auto json = std::string(r.part(r.delivery_json));
  EXPECT_TRUE(json.starts_with(
      R"({"brand":"acme","webhook":"crm","settled":4710,"gone":true,"attempts":[{"event":4711,)"
      R"("type":"message.received","conversationId":"c_)"))
      << json;
  EXPECT_NE(
      json.find(R"("outcome":"failed","tries":2,"status":503,"error":"busy \"now\"","first":"2026-11-21T)"),
      std::string::npos)
      << json;
  EXPECT_TRUE(
      json.find(
          R"({"event":4712,"type":"sla.breached","outcome":"delivered","tries":1,"status":204,"first":)") !=
      std::string::npos)
      << json;
  EXPECT_NE(r.bytes.find(R"("id":"e_webhook-crm-)"), std::string::npos);
}

TEST(codec_delivery, is_read_as_it_was_written) {
  const auto e = noted();
  const auto r = encode(e, "/t");
  const auto whole = decode(r.bytes);
  ASSERT_TRUE(whole) << whole.error().what;
  EXPECT_EQ(*whole, e);
  const auto note = decode_delivery(r.part(r.delivery_json));
  ASSERT_TRUE(note);
  EXPECT_EQ(*note, *e.delivery);
  for (const auto& a : note->attempts) {
    std::string one;
    append_delivered(one, a);
    const auto again = decode_delivered(one);
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, a);
  }
}

TEST(codec_delivery, what_is_none_is_refused) {
  const std::string good =
      R"({"event":1,"type":"message.sent","outcome":"waiting","tries":0,"first":"2026-11-21T00:00:00.000Z"})";
  EXPECT_TRUE(decode_delivered(good));
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"\"event\":1,", ""},
                                                        {"message.sent", "message.snet"},
                                                        {"\"type\":\"message.sent\",", ""},
                                                        {"waiting", "lost"},
                                                        {"\"tries\":0", "\"tries\":-1"},
                                                        {"\"tries\":0", "\"status\":70000"},
                                                        {"2026-11-21T", "yesterday"},
                                                        {"}", ""}}) {
    auto bad = good;
    bad.replace(bad.find(from), from.size(), to);
    EXPECT_FALSE(decode_delivered(bad)) << bad;
  }
}

}  // namespace
}  // namespace switchboard::storage
