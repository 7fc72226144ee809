#include "storage/codec.hpp"

#include "domain/json.hpp"
#include "random_events.hpp"
#include "storage/cursor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace switchboard::storage {
namespace {

using namespace std::chrono_literals;
using testing::to_milliseconds;

constexpr std::string_view node = "/switchboard";

domain::event typical() {
  testing::random_events random(7);
  return random.typical_message(domain::thread_id{0x0123456789abcdef, 0xfedcba9876543210}, 1);
}

domain::dead_letter letter(std::string raw) {
  domain::dead_letter d;
  d.id.value = "dl_1";
  d.source.value = "meta";
  d.reason = "invalid-json";
  d.detail = "/entry/0";
  d.raw = std::move(raw);
  return d;
}

TEST(codec, says_exactly_what_the_contract_says) {
  auto e = typical();
  e.sequence = 3;
  e.conversation->version = 3;
  e.message->id.sequence = 3;
  const auto r = encode(e, node);
  const std::string id = domain::to_text(e.conversation->id);
  const std::string tail = id.substr(2);
  const std::string at = domain::to_rfc3339(e.at);
  const std::string conversation =
      "{\"id\":\"" + id +
      "\",\"brand\":\"acme\",\"platform\":\"whatsapp\",\"accountId\":\"acme-whatsapp\",\"customerId\":"
      "\"cu_7zzzzzzzzzzzzzzzzzzzzzzzzz\",\"customerName\":\"Ada "
      "Lovelace\",\"customerHandle\":\"\",\"status\":"
      "\"open\",\"priority\":\"medium\",\"tags\":[],\"metadata\":{\"source\":\"dm\",\"threadKey\":"
      "\"15551234567\","
      "\"customerPlatformId\":\"15551234567\",\"previousConversations\":0},\"unread\":1,\"version\":3,"
      "\"createdAt\":\"" +
      at + "\",\"updatedAt\":\"" + at + "\"}";
  const std::string message = "{\"id\":\"m_" + tail + "-3\",\"conversationId\":\"" + id +
                              "\",\"direction\":\"inbound\",\"content\":\"Where is my "
                              "order?\",\"contentType\":\"text\",\"attachments\":[],"
                              "\"senderId\":\"15551234567\",\"senderType\":\"customer\",\"platform\":"
                              "\"whatsapp\",\"platformMessageId\":"
                              "\"wamid.1\",\"timestamp\":\"" +
                              at + "\",\"receivedAt\":\"" + at + "\"}";
  EXPECT_EQ(
      r.bytes,
      "{\"specversion\":\"1.0\",\"id\":\"e_" + tail +
          "-3\",\"source\":\"/switchboard\",\"type\":"
          "\"message.received\",\"subject\":\"" +
          id + "\",\"time\":\"" + at +
          "\",\"datacontenttype\":\"application/json\",\"brand\":\"acme\",\"cursor\":\"0000000000000000000\","
          "\"sequence\":3,\"data\":{\"message\":" +
          message + ",\"conversation\":" + conversation +
          ",\"origin\":{\"kind\":\"message\",\"id\":\"wamid.1\"}}}");
  EXPECT_EQ(r.part(r.conversation_json), conversation);
  EXPECT_EQ(r.part(r.message_json), message);
  EXPECT_EQ(r.bytes.substr(r.cursor_at, cursor_width), std::string(cursor_width, '0'));
}

TEST(codec, decode_gives_every_event_back) {
  testing::random_events random(1);
  for (int i = 0; i < 3000; ++i) {
    const auto e = random.any();
    const auto r = encode(e, node);
    const auto back = decode(r.bytes);
    ASSERT_TRUE(back) << back.error().what << "\n" << r.bytes;
    ASSERT_TRUE(*back == to_milliseconds(e)) << r.bytes << "\n" << encode(*back, node).bytes;
    ASSERT_EQ(std::count(r.bytes.begin(), r.bytes.end(), '\n'), 0) << r.bytes;
  }
}

TEST(codec, a_record_read_back_has_the_facts_that_encode_noted) {
  testing::random_events random(2);
  for (int i = 0; i < 3000; ++i) {
    const auto written = encode(random.any(), node);
    const auto read = decode_record(written.bytes);
    ASSERT_TRUE(read) << read.error().what << "\n" << written.bytes;
    ASSERT_TRUE(*read == written) << written.bytes;
  }
}

TEST(codec, text_spans_give_the_unescaped_value) {
  testing::random_events random(3);
  std::string scratch;
  for (int i = 0; i < 1000; ++i) {
    const auto e = random.any();
    const auto r = encode(e, node);
    if (e.message) {
      ASSERT_EQ(r.text(r.platform_message_id, scratch), e.message->platform_message_id);
    }
    if (e.conversation) {
      ASSERT_EQ(r.text(r.customer, scratch), e.conversation->customer.value);
    }
    if (e.origin) {
      ASSERT_EQ(r.text(r.origin_kind, scratch), e.origin->kind);
      ASSERT_EQ(r.text(r.origin_id, scratch), e.origin->id);
      ASSERT_EQ(r.text(r.origin_version, scratch), e.origin->version);
    }
  }
}

TEST(codec, ids_and_counts_survive_beyond_2_to_53) {
  auto e = typical();
  e.sequence = ~0ull;
  e.conversation->version = ~0ull;
  e.conversation->id.ordinal = ~0u;
  e.message->id = {e.conversation->id, ~0ull};
  auto& a = e.message->attachments.emplace_back();
  a.type = "image";
  a.size = ~0ull;
  const auto r = encode(e, node);
  const auto back = decode(r.bytes);
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_TRUE(*back == to_milliseconds(e));
  const auto record = decode_record(r.bytes);
  ASSERT_TRUE(record) << record.error().what;
  EXPECT_EQ(record->conversation_sequence, ~0ull);
  EXPECT_EQ(record->message.sequence, ~0ull);
}

// A platform may say any time; a record that cannot be read back would stop every replay.
TEST(codec, times_that_rfc3339_cannot_say_become_the_nearest) {
  auto e = typical();
  e.message->sent_at = domain::timestamp::max();
  e.conversation->resolved_at = domain::timestamp::min();
  const auto back = decode(encode(e, node).bytes);
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(domain::to_rfc3339(back->message->sent_at), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(domain::to_rfc3339(*back->conversation->resolved_at), "0000-01-01T00:00:00.000Z");
}

TEST(codec, invalid_utf8_becomes_valid_json) {
  auto e = typical();
  e.message->content = "broken \xff\xfe text";
  const auto r = encode(e, node);
  const auto back = decode(r.bytes);
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_NE(back->message->content.find("\xEF\xBF\xBD"), std::string::npos);
}

TEST(codec, a_payload_with_line_breaks_stays_one_line) {
  auto e = typical();
  e.message->payload = "{\n\t\"a\": \"line\\nbreak\"\r\n}";
  const auto r = encode(e, node);
  EXPECT_EQ(r.bytes.find('\n'), std::string::npos);
  const auto back = decode(r.bytes);
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(back->message->payload, "{  \"a\": \"line\\nbreak\"  }");
}

TEST(codec, dead_letters_keep_their_bytes_whatever_they_are) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  const std::vector<std::string> raws = {"",
                                         "a",
                                         "ab",
                                         "abc",
                                         "{\"text\":\"caf\xC3\xA9\"}",
                                         all,
                                         all + "x",
                                         all + "xy",
                                         std::string("\0\n\"\\", 4),
                                         "\xed\xa0\x80"};
  for (const auto& raw : raws) {
    domain::event e;
    e.type = domain::event_type::deadletter_added;
    e.dead_letter = letter(raw);
    const auto r = encode(e, node);
    const auto back = decode(r.bytes);
    ASSERT_TRUE(back) << back.error().what;
    EXPECT_EQ(back->dead_letter->raw, raw);
  }
  std::string without;
  append_dead_letter(without, letter("secret"), false);
  EXPECT_EQ(without.find("secret"), std::string::npos);
}

TEST(codec, base64_is_that_of_rfc4648) {
  const std::pair<std::string, std::string> cases[] = {
      {"\xff", "/w=="}, {"\xff\xfe", "//4="}, {"\xff\xfe\xfd", "//79"}, {"foobar\xff", "Zm9vYmFy/w=="}};
  for (const auto& [raw, digits] : cases) {
    std::string out;
    append_dead_letter(out, letter(raw));
    EXPECT_NE(out.find("\"rawBase64\":\"" + digits + "\""), std::string::npos) << out;
  }
}

TEST(codec, single_objects_round_trip) {
  testing::random_events random(4);
  for (int i = 0; i < 500; ++i) {
    const auto e = to_milliseconds(random.any());
    std::string out;
    if (e.conversation) {
      append_conversation(out, *e.conversation);
      const auto back = decode_conversation(out);
      ASSERT_TRUE(back && *back == *e.conversation) << out;
    }
    out.clear();
    if (e.message) {
      append_message(out, *e.message, domain::platform::x);
      const auto back = decode_message(out);
      ASSERT_TRUE(back && *back == *e.message) << out;
    }
    out.clear();
    if (e.customer) {
      append_customer(out, *e.customer);
      const auto back = decode_customer(out);
      ASSERT_TRUE(back && *back == *e.customer) << out;
    }
    out.clear();
    if (e.dead_letter) {
      append_dead_letter(out, *e.dead_letter);
      const auto back = decode_dead_letter(out);
      ASSERT_TRUE(back && *back == *e.dead_letter) << out;
    }
  }
}

// No prefix of an event and no event with bytes behind it is an event; a changed byte never crashes.
TEST(codec, damaged_bytes_are_refused) {
  testing::random_events random(5);
  for (int i = 0; i < 10; ++i) {
    const auto bytes = encode(random.any(), node).bytes;
    for (std::size_t cut = 0; cut < bytes.size(); cut += 1 + cut / 40) {
      EXPECT_FALSE(decode(bytes.substr(0, cut))) << bytes.substr(0, cut);
      EXPECT_FALSE(decode_record(bytes.substr(0, cut))) << bytes.substr(0, cut);
    }
    EXPECT_FALSE(decode(bytes + "}"));
    EXPECT_FALSE(decode_record(bytes + "{}"));
    for (std::size_t at = 0; at < bytes.size(); at += 7) {
      auto changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 8)));
      (void)decode(changed).has_value();
      (void)decode_record(changed).has_value();
    }
  }
}

TEST(codec, words_that_nobody_knows_are_refused_and_members_that_nobody_knows_are_skipped) {
  auto bytes = encode(typical(), node).bytes;
  auto more = bytes;
  more.insert(more.find("\"sequence\""), "\"later\":{\"a\":[1,{}]},");
  EXPECT_TRUE(decode(more));
  EXPECT_TRUE(decode_record(more));
  auto strange = bytes;
  strange.replace(strange.find("message.received"), 16, "message.imagined");
  const auto refused = decode(strange);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("message.imagined"), std::string::npos);
}

}  // namespace
}  // namespace switchboard::storage
