// What routing leaves in the log, as bytes.
#include "random_events.hpp"
#include "storage/codec.hpp"
#include "storage/erasing.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace switchboard::storage {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view node = "/switchboard";

domain::event typical() {
  testing::random_events random(7);
  return random.typical_message(domain::thread_id{0x0123456789abcdef, 0xfedcba9876543210}, 1);
}

domain::event of_type(domain::event_type t) {
  domain::event e;
  e.type = t;
  e.at = domain::timestamp{1'790'000'000s};
  return e;
}

/// The whole line, from `id` to the end; the head and the cursor are those of every event.
std::string told(const domain::event& e) {
  const auto r = encode(e, node);
  std::string said = r.bytes;
  const std::string head = "{\"specversion\":\"1.0\",", cursor = ",\"cursor\":\"0000000000000000000\"";
  EXPECT_TRUE(said.starts_with(head));
  said.erase(0, head.size());
  said.erase(said.find(cursor), cursor.size());
  for (const std::string same : {"\"source\":\"/switchboard\",", "\"time\":\"2026-09-21T14:13:20.000Z\",",
                                 "\"datacontenttype\":\"application/json\","}) {
    EXPECT_NE(said.find(same), std::string::npos) << said;
    said.erase(said.find(same), same.size());
  }
  return said;
}

TEST(codec_routing, says_of_offers_and_agents_what_is_documented) {
  const domain::conversation_id c{{0x0123456789abcdef, 0xfedcba9876543210}, 2};
  auto e = of_type(domain::event_type::offer_accepted);
  e.offer = {"of_1", {"acme"}, c, {"ann"}, {"sales"}, 17, e.at + 20s};
  EXPECT_EQ(told(e), "\"id\":\"e_offer-of_1-17-accepted\",\"type\":\"offer.accepted\",\"subject\":\"" +
                         domain::to_text(c) +
                         "\",\"brand\":\"acme\",\"data\":{\"offer\":{\"id\":\"of_1\",\"brand\":\"acme\","
                         "\"conversationId\":\"" +
                         domain::to_text(c) +
                         "\",\"agentId\":\"ann\",\"queue\":\"sales\",\"epoch\":17,"
                         "\"expiresAt\":\"2026-09-21T14:13:40.000Z\"}}}");
  const auto r = encode(e, node);
  EXPECT_EQ(r.conversation, c);
  EXPECT_EQ(r.conversation_sequence, 0u);
  EXPECT_EQ(r.assignee + " " + r.queue + " " + r.brand, "ann sales acme");
  EXPECT_TRUE(r.conversation_json.empty());
  const auto offer = decode_offer(r.part(r.offer_json));
  EXPECT_TRUE(offer && *offer == *e.offer);

  e = of_type(domain::event_type::agent_presence);
  e.agent = domain::agent_shown{.id = {"ann"},
                                .brand = {"acme"},
                                .status = "away",
                                .online = true,
                                .grace = true,
                                .away_by_itself = true,
                                .sessions = 2,
                                .epoch = 9,
                                .grace_until = e.at + 30s};
  EXPECT_EQ(told(e),
            "\"id\":\"e_agent-acme-ann-1790000000000000\",\"type\":\"agent.presence\",\"subject\":\"ann\","
            "\"brand\":\"acme\",\"data\":{\"agent\":{\"id\":\"ann\",\"brand\":\"acme\",\"status\":\"away\","
            "\"online\":true,\"grace\":true,\"awayByItself\":true,\"staysOnline\":false,\"onShift\":true,"
            "\"sessions\":2,"
            "\"epoch\":9,\"graceUntil\":\"2026-09-21T14:13:50.000Z\"}}}");
}

TEST(codec_routing, keeps_the_bytes_of_routers_and_agents_whatever_they_are) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (const auto& bytes : {std::string(), std::string("a"), std::string("ab"), all, all + "x", all + "xy"}) {
    auto turned = of_type(domain::event_type::routing_turned);
    turned.turn = {{"acme"}, ~0ull, ~0ull - 1, bytes, all + bytes};
    auto saved = of_type(domain::event_type::routing_saved);
    saved.saved = {{"acme"}, ~0ull, 7, ~0u - 1, ~0u, bytes};
    auto noted = of_type(domain::event_type::agent_noted);
    noted.noted = {{"acme"}, {"ann"}, bytes};
    for (const auto& e : {turned, saved, noted}) {
      const auto back = decode(encode(e, node).bytes);
      ASSERT_TRUE(back) << back.error().what;
      EXPECT_TRUE(*back == e);
    }
  }
  EXPECT_FALSE(decode_noted(R"({"brand":"acme","agentId":"ann","state":"?"})"));
}

TEST(codec_routing, what_is_about_no_conversation_is_no_offer_and_no_reason) {
  EXPECT_FALSE(decode_offer(R"({"id":"of_1","brand":"acme","agentId":"ann","queue":"","epoch":1})"));
  EXPECT_FALSE(decode_decision(R"({"brand":"acme","decision":{}})"));
}

// No such id begins as those of a thread, a customer or a letter do: erasing looks at nothing else.
TEST(codec_routing, ids_of_what_routing_leaves_are_taken_for_nobodys) {
  const domain::thread_id thread{0x0123456789abcdef, 0xfedcba9876543210};
  erased_things things;
  things.add_thread(thread, 9, 1'000);
  things.add_customer({"cu_7zzzzzzzzzzzzzzzzzzzzzzzzz"}, 1'000);
  EXPECT_TRUE(things.covers(encode(typical(), node).bytes, 1)) << "nothing to prove";
  auto offer = of_type(domain::event_type::offer_made),
       decided = of_type(domain::event_type::routing_decided),
       noted = of_type(domain::event_type::agent_noted), shown = of_type(domain::event_type::agent_presence),
       turned = of_type(domain::event_type::routing_turned),
       saved = of_type(domain::event_type::routing_saved);
  const auto digits = domain::to_text(domain::conversation_id{thread, 1}).substr(2);
  const domain::agent_id hostile{"cu_7zzzzzzzzzzzzzzzzzzzzzzzzz"};
  offer.offer = {digits, {"acme"}, {thread, 1}, {"ann"}, {}, 1, {}};
  decided.decided = {{digits}, {thread, 1}, "{}"};
  noted.noted = {{digits}, hostile, {}};
  shown.agent = domain::agent_shown{.id = hostile, .brand = {digits}, .status = {}};
  turned.turn = {{digits}, 1, 1, {}, {}};
  saved.saved = {{hostile.value}, 1, 1, 0, 1, {}};
  for (const auto& e : {offer, decided, noted, shown, turned, saved})
    EXPECT_FALSE(things.covers(encode(e, node).bytes, 1)) << encode(e, node).bytes;
}

/// As earlier versions wrote them: nothing was known of routers, nor of who had a conversation last.
TEST(codec_routing, conversations_of_earlier_journals_were_never_routed) {
  const auto before = decode(encode(typical(), node).bytes);
  ASSERT_TRUE(before);
  EXPECT_EQ(before->conversation->routed, 0u);
  EXPECT_TRUE(before->conversation->last_agent.empty());
  EXPECT_FALSE(before->conversation->last_agent_at);
  auto e = typical();
  e.conversation->routed = 12;
  e.conversation->last_agent.value = "ann";
  e.conversation->last_agent_at = e.at;
  const auto r = encode(e, node);
  EXPECT_NE(r.bytes.find("\"routed\":12,\"lastAgent\":\"ann\",\"lastAgentAt\":\"" + domain::to_rfc3339(e.at) +
                         "\","),
            std::string::npos)
      << r.bytes;
  EXPECT_EQ(r.routed, 12u);
}

}  // namespace
}  // namespace switchboard::storage
