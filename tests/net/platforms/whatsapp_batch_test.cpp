// WhatsApp statuses, notices and whole batches, and what holds for any bytes.

#include "whatsapp_bodies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchboard::net::platforms {
namespace {

using namespace testing;
using namespace testing::whatsapp;
using domain::content_type;
using domain::direction;
using domain::inbound_kind;
using domain::sender_type;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(whatsapp_batch, statuses_have_their_word_as_version) {
  using enum domain::delivery_status;
  const std::pair<const char*, domain::delivery_status> words[] = {
      {"sent", sent}, {"delivered", delivered}, {"read", read}, {"played", read}, {"failed", failed}};
  for (const auto& [word, expected] : words) {
    const auto e = status(std::string{R"("status":")"} + word + '"');
    EXPECT_EQ(e.kind, inbound_kind::status);
    EXPECT_EQ(e.status, expected);
    EXPECT_EQ(e.version, word);
    EXPECT_EQ(e.platform_message_id, "wamid.S1");
    EXPECT_EQ(e.thread_key, "4915201");
    EXPECT_EQ(e.direction, direction::outbound);
    EXPECT_EQ(e.at, seconds(1767225601));
  }
}

TEST(whatsapp_batch, a_failure_says_why) {
  const auto e = status(
      R"("status":"failed","errors":[{"code":131026,"title":"Undeliverable","message":"m","error_data":{"details":"why"}}])");
  ASSERT_TRUE(e.error);
  EXPECT_EQ(*e.error, (domain::delivery_error{"131026", "Undeliverable", "why"}));
}

// Trap 11: expiration_timestamp comes as a string and as a number; trap 26: our own id travels with a status.
TEST(whatsapp_batch, a_status_keeps_its_details) {
  const auto e = status(
      R"("status":"sent","biz_opaque_callback_data":"m_1","conversation":{"id":"c","expiration_timestamp":1},"pricing":{"billable":true})");
  EXPECT_EQ(
      e.payload,
      R"({"bizOpaqueCallbackData":"m_1","conversation":{"id":"c","expiration_timestamp":1},"pricing":{"billable":true}})");
  EXPECT_EQ(e.our_reference, "m_1");
  EXPECT_THAT(status(R"("status":"sent","conversation":{"expiration_timestamp":"1"})").payload,
              HasSubstr(R"("expiration_timestamp":"1")"));
}

TEST(whatsapp_batch, a_groups_status_joins_the_message) {
  const auto e = only(normalise(envelope(change(
      R"("statuses":[{"id":"w","status":"read","timestamp":"1","recipient_id":"G1","recipient_type":"group","recipient_participant_id":"4915201","recipient_participant_user_id":"DE.5551"}])"))));
  EXPECT_EQ(e.thread_key, "group:G1/4915201");
  EXPECT_EQ(e.thread_parent, "w");
  EXPECT_EQ(e.customer_platform_id, "4915201");
  EXPECT_EQ(e.version, "read:4915201");
}

TEST(whatsapp_batch, odd_statuses_are_shown_or_rejected) {
  EXPECT_EQ(status(R"("status":"deleted")").kind, inbound_kind::deletion);
  const auto odd = status(R"("status":"warmed")");
  EXPECT_EQ(odd.kind, inbound_kind::message);
  EXPECT_EQ(odd.sender, sender_type::system);
  EXPECT_EQ(odd.content_type, content_type::unsupported);
  EXPECT_EQ(odd.platform_message_id, "status:wamid.S1/warmed");
  EXPECT_EQ(odd.reply_to, "wamid.S1");
  const auto bsuid = only(normalise(envelope(
      change(R"("statuses":[{"id":"w","status":"sent","recipient_user_id":"DE.1"}])", "messages", ""))));
  EXPECT_EQ(bsuid.thread_key, "DE.1");
  EXPECT_EQ(
      rejection(normalise(envelope(change(R"("statuses":[{"id":"w","status":"sent"}])", "messages", "")))),
      "malformed");
  EXPECT_EQ(rejection(normalise(envelope(change(R"("statuses":[{"status":"sent","recipient_id":"1"}])")))),
            "malformed");
}

TEST(whatsapp_batch, preferences_and_calls_are_about_a_customer) {
  const auto p = only(normalise(envelope(change(
      R"("user_preferences":[{"wa_id":"4915201","category":"marketing_messages","value":"stop","timestamp":1767225600}])",
      "user_preferences"))));
  EXPECT_EQ(p.sender, sender_type::system);
  EXPECT_EQ(p.content, "Marketing messages: stop");
  EXPECT_EQ(p.at, seconds(1767225600));
  EXPECT_EQ(p.platform_message_id, "preference:4915201/marketing_messages/1767225600");
  const auto by_us = only(normalise(envelope(change(
      R"("calls":[{"id":"wacid.1","to":"4915201","from":"15550001111","event":"terminate","status":"COMPLETED","direction":"BUSINESS_INITIATED","timestamp":"1767225600"}])",
      "calls"))));
  EXPECT_EQ(by_us.customer_platform_id, "4915201");
  EXPECT_EQ(by_us.content_type, content_type::unsupported);
  EXPECT_EQ(by_us.content, "Call to the customer, terminate, COMPLETED");
  EXPECT_EQ(by_us.platform_message_id, "wacid.1/terminate");
  const auto by_them = only(normalise(envelope(change(
      R"("calls":[{"id":"wacid.1","from":"4915201","event":"connect","direction":"USER_INITIATED","timestamp":"1"}])",
      "calls"))));
  EXPECT_EQ(by_them.customer_platform_id, "4915201");
  EXPECT_EQ(by_them.platform_message_id, "wacid.1/connect");
}

TEST(whatsapp_batch, account_notices_are_dead_letters_with_a_reason) {
  const auto notice = [](std::string_view field) {
    return envelope((std::string{R"({"field":")"} += field) += R"(","value":{"event":"X"}})");
  };
  for (const char* known : {"account_update", "account_alerts", "message_template_status_update", "flows",
                            "security", "message_template_quality_update", "phone_number_quality_update",
                            "history", "smb_app_state_sync", "user_id_update"}) {
    EXPECT_EQ(rejection(normalise(notice(known))), "account-notice") << known;
  }
  EXPECT_EQ(rejection(normalise(notice("never_heard_of"))), "unsupported");
  EXPECT_EQ(rejection(normalise(envelope(change("", "messages", "")))), "empty");
  EXPECT_EQ(rejection(normalise(envelope(change(R"("errors":[{"code":1}])", "messages", "")))),
            "account-notice");
  EXPECT_EQ(rejection(normalise(envelope(R"({"field":"messages"})"))), "malformed");
  EXPECT_EQ(rejection(normalise(envelope(R"({"field":"messages","value":7})"))), "malformed");
}

TEST(whatsapp_batch, a_new_field_about_one_customer_is_shown) {
  const std::string body = envelope(change(R"("teas":[{"kind":"green"}])", "tea_time"));
  const auto e = only(normalise(body));
  EXPECT_EQ(e.content_type, content_type::unsupported);
  EXPECT_EQ(e.sender, sender_type::system);
  EXPECT_EQ(e.customer_platform_id, "4915201");
  EXPECT_THAT(e.platform_message_id, StartsWith("tea_time:"));
  EXPECT_THAT(e.payload, HasSubstr(R"("teas":[{"kind":"green"}])"));
  EXPECT_EQ(only(normalise(body)).platform_message_id, e.platform_message_id);
  EXPECT_NE(only(normalise(envelope(change(R"("teas":[{"kind":"black"}])", "tea_time")))).platform_message_id,
            e.platform_message_id);
  EXPECT_EQ(only(normalise(envelope(change(R"("errors":[{"code":1}])")))).customer_platform_id, "4915201");
}

// Traps 7 and 8: everything in a batch counts, whatever its neighbours are.
TEST(whatsapp_batch, a_batch_of_several_accounts_is_unpacked_wholly) {
  const std::string other =
      R"({"field":"messages","value":{"metadata":{"phone_number_id":"77002"},"messages":[)" +
      said(R"("type":"text","text":{"body":"c"})", "w3") +
      R"(],"statuses":[{"id":"s","status":"read","recipient_id":"1"}]}})";
  const auto out = normalise(R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[)" +
                             change(messages(said(R"("type":"text","text":{"body":"a"})", "w1") + ",7," +
                                             R"({"type":"text","text":{"body":"no id"}},)" +
                                             said(R"("type":"text","text":{"body":"b"})", "w2"))) +
                             "," + other + R"(]},{"id":"2","changes":[)" + change("", "account_update", "") +
                             "," + other + "]}]}");
  std::vector<std::string> ids;
  for (const auto& e : out.events) ids.push_back(e.account_platform_id + ' ' + e.platform_message_id);
  EXPECT_THAT(ids, ElementsAre("77001 w1", "77001 w2", "77002 w3", "77002 s", "77002 w3", "77002 s"));
  std::vector<std::string> details;
  for (const auto& r : out.rejected)
    details.push_back(r.reason + ' ' + r.detail + ' ' + r.account_platform_id);
  EXPECT_THAT(details,
              ElementsAre("malformed /entry/0/changes/0/value/messages/1: not an object 77001",
                          "malformed /entry/0/changes/0/value/messages/2: the message has no id 77001",
                          StartsWith("account-notice /entry/1/changes/0: ")));
}

TEST(whatsapp_batch, number_500_of_1000_being_broken_costs_only_itself) {
  std::string list;
  for (int i = 0; i < 1000; ++i) {
    list += (i ? "," : "");
    list += i == 500 ? R"({"id":null,"from":"1"})"
                     : said(R"("type":"text","text":{"body":"x"})", "w" + std::to_string(i));
  }
  const auto out = normalise(envelope(change(messages(list))));
  EXPECT_EQ(out.events.size(), 999U);
  ASSERT_EQ(out.rejected.size(), 1U);
  EXPECT_THAT(out.rejected[0].detail, HasSubstr("/messages/500"));
  // What is kept gives the same verdict again.
  const auto again = normalise(out.rejected[0].raw);
  ASSERT_EQ(again.rejected.size(), 1U);
  EXPECT_EQ(again.rejected[0].reason, "malformed");
  EXPECT_EQ(again.rejected[0].account_platform_id, "77001");
}

TEST(whatsapp_batch, lists_of_another_shape_are_rejected) {
  EXPECT_EQ(rejection(normalise(envelope(change(R"("messages":{"a":1})")))), "malformed");
  EXPECT_EQ(
      rejection(normalise(envelope(R"({"field":"messages","value":{"messages":[{"id":"1","from":"2"}]}})"))),
      "malformed");  // no metadata: whose?
}

// H96: simdjson takes the first of two, others the last. Neither is believed.
TEST(whatsapp_batch, doubled_members_are_rejected) {
  for (const char* twice :
       {R"("type":"text","text":{"body":"x"},"id":"other")",
        R"("type":"text","text":{"body":"x"},"from":"2")",
        R"("type":"text","text":{"body":"x"},"context":{"id":"a","id":"b"})",
        R"("type":"reaction","reaction":{"message_id":"a","message_id":"b"})",
        R"("type":"revoke","revoke":{"original_message_id":"a","original_message_id":"b"})",
        R"("type":"system","system":{"wa_id":"1","wa_id":"2","type":"user_changed_number"})"}) {
    EXPECT_EQ(rejection(normalise(envelope(change(messages(said(twice)))))), "duplicate-field") << twice;
  }
  EXPECT_EQ(rejection(normalise(envelope(change(messages("{}") + R"(,"messages":[])")))), "duplicate-field");
  EXPECT_EQ(
      rejection(normalise(envelope(
          R"({"field":"messages","value":{"metadata":{"phone_number_id":"1","phone_number_id":"2"}}})"))),
      "duplicate-field");
}

// H93, H97, H99: ids are exact, as numbers and as strings, and may hold anything.
TEST(whatsapp_batch, ids_are_exact) {
  const auto with = [](std::string_view from) {
    return only(normalise(envelope(change(
        messages((std::string{R"({"id":"w","from":)"} += from) += R"(,"type":"text","text":{"body":"x"}})"),
        "messages", ""))));
  };
  EXPECT_EQ(with("9007199254740993").customer_platform_id, "9007199254740993");
  EXPECT_EQ(with("18446744073709551615").customer_platform_id, "18446744073709551615");
  EXPECT_EQ(with("\"9007199254740993\"").thread_key, with("9007199254740993").thread_key);
  EXPECT_EQ(with(R"("a\u0000b")").thread_key, (std::string{"a\0b", 3}));
  EXPECT_NE(with(R"("a\u0000b")").thread_key, with(R"("a\u0000c")").thread_key);
}

std::vector<std::string> seeds() {
  return {
      envelope(
          change(messages(said(R"("type":"text","text":{"body":"Gr\u00fc\u00dfe"},"context":{"id":"q"})")))),
      envelope(change(messages(said(
          R"("type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"response_json":"{\"a\":1}"}})")))),
      envelope(change(messages(said(R"("type":"reaction","reaction":{"message_id":"w","emoji":"x"})")))),
      envelope(change(messages(said(
          R"("type":"edit","edit":{"original_message_id":"w","message":{"type":"text","text":{"body":"b"}}})")))),
      envelope(
          change(messages(said(R"("type":"system","system":{"type":"user_changed_number","wa_id":"5"})")))),
      envelope(change(messages(said(R"("type":"image","image":{"id":"3"},"group_id":"g")")))),
      envelope(
          change(R"("statuses":[{"id":"w","status":"failed","recipient_id":"5","errors":[{"code":1}]}])")),
      envelope(
          change(R"("user_preferences":[{"wa_id":"5","category":"c","value":"stop"}])", "user_preferences")),
      envelope(change(R"("calls":[{"id":"c","from":"5","event":"connect"}])", "calls")),
      envelope(change("", "account_update", ""))};
}

TEST(whatsapp_batch, mutated_bodies_never_vanish_and_give_the_same_twice) {
  std::mt19937_64 random{20261121};
  const auto all = seeds();
  for (int round = 0; round < 20'000; ++round) {
    const std::string body = mutated(all[random() % all.size()], random);
    const auto out = normalise(body);
    if (round % 16 == 0) {
      EXPECT_EQ(described(out), described(normalise(body)));
    }
    if (HasFailure()) FAIL() << body;
  }
}

TEST(whatsapp_batch, every_element_of_a_random_batch_is_in_one_list) {
  std::mt19937_64 random{7};
  const std::string elements[] = {
      said(R"("type":"text","text":{"body":"x"})"),
      said(R"("type":"reaction","reaction":{"message_id":"w"})"),
      said(R"("type":"revoke")"),
      said(R"("type":"system","system":{"type":"user_changed_number","wa_id":"5"})"),
      said(R"("type":"what","id":"twice")"),
      "7",
      "{}",
      R"({"id":"w","from":{}})"};
  for (int round = 0; round < 200; ++round) {
    std::string list;
    const std::size_t count = 1 + random() % 30;
    for (std::size_t i = 0; i < count; ++i)
      (list += i ? "," : "") += elements[random() % std::size(elements)];
    const auto out = normalise(envelope(change(messages(list), "messages", "")));
    ASSERT_EQ(out.events.size() + out.rejected.size(), count) << list;
  }
}

TEST(whatsapp_batch, the_corpus_gives_events_and_nothing_is_lost) {
  const auto files = corpus("whatsapp");
  if (files.empty()) GTEST_SKIP() << "no corpus beside this source tree";
  for (const auto& file : files) {
    SCOPED_TRACE(file.filename().string());
    const std::string body = contents(file);
    const auto out = normalise(body);
    EXPECT_EQ(described(out), described(normalise(body)));
    for (const auto& r : out.rejected) {
      EXPECT_EQ(r.reason, "account-notice") << r.detail;  // all the others are about a customer
    }
  }
}

}  // namespace
}  // namespace switchboard::net::platforms
