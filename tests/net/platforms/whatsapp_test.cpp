// WhatsApp messages in, events out: every type, and whose thread it belongs to.

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
using ::testing::HasSubstr;

TEST(whatsapp, a_text_says_who_where_when_and_what) {
  const auto e = message(R"("type":"text","text":{"body":"Gr\u00fc\u00dfe \ud83d\ude00"})");
  EXPECT_EQ(e.kind, inbound_kind::message);
  EXPECT_EQ(e.platform, domain::platform::whatsapp);
  EXPECT_EQ(e.account_platform_id, "77001");
  EXPECT_EQ(e.thread, domain::thread_kind::dm);
  EXPECT_EQ(e.thread_key, "4915201");
  EXPECT_EQ(e.customer_platform_id, "4915201");
  EXPECT_EQ(e.customer_name, "Ada L");
  EXPECT_EQ(e.customer_handle, "+4915201");
  EXPECT_EQ(e.direction, direction::inbound);
  EXPECT_EQ(e.sender, sender_type::customer);
  EXPECT_EQ(e.sender_id, "4915201");
  EXPECT_EQ(e.platform_message_id, "wamid.A1");
  EXPECT_EQ(e.content_type, content_type::text);
  EXPECT_EQ(e.content, "Grüße 😀");
  EXPECT_EQ(e.at, seconds(1767225600));  // seconds, in a string
  EXPECT_EQ(e.payload, R"({"userId":"DE.5551"})");
}

TEST(whatsapp, a_time_may_be_a_number_or_missing) {
  const auto number = only(normalise(envelope(change(
      messages(R"({"from":"4915201","id":"a","timestamp":1767225600,"type":"text","text":{"body":"x"}})")))));
  EXPECT_EQ(number.at, seconds(1767225600));
  const auto none = only(normalise(
      envelope(change(messages(R"({"from":"4915201","id":"a","type":"text","text":{"body":"x"}})")))));
  EXPECT_EQ(none.at, received_at);
}

class whatsapp_media : public ::testing::TestWithParam<content_case> {};
TEST_P(whatsapp_media, becomes_an_attachment) {
  const auto& c = GetParam();
  const auto e = message(c.rest);
  expect_kept(e, c);
  ASSERT_EQ(e.attachments.size(), 1U);
  EXPECT_EQ(e.attachments[0].mime, "a/b");
  EXPECT_EQ(e.attachments[0].state, domain::media_state::pending);
}
INSTANTIATE_TEST_SUITE_P(
    kinds, whatsapp_media,
    ::testing::Values(
        content_case{
            R"("type":"image","image":{"id":"8101","mime_type":"a/b","sha256":"q","caption":"look"})",
            content_type::image, "look", R"("sha256":"q")", "8101"},
        content_case{R"("type":"video","video":{"id":8101,"mime_type":"a/b"})", content_type::video, "", "",
                     "8101"},
        content_case{R"("type":"audio","audio":{"id":"8101","mime_type":"a/b","voice":true})",
                     content_type::audio, "", R"("voice":true)", "8101"},
        content_case{R"("type":"voice","voice":{"id":"8101","mime_type":"a/b"})", content_type::audio, "",
                     R"("voice":true)", "8101"},
        content_case{R"("type":"document","document":{"id":"8101","mime_type":"a/b","filename":"f.pdf"})",
                     content_type::document, "", "", "8101"},
        content_case{R"("type":"sticker","sticker":{"id":"8101","mime_type":"a/b","animated":true})",
                     content_type::sticker, "", R"("animated":true)", "8101"}));

TEST(whatsapp, a_document_has_its_name_and_url) {
  const auto e = message(
      R"("type":"document","document":{"id":"1","mime_type":"application/pdf","filename":"bill.pdf","url":"https://m.example/1"})");
  ASSERT_EQ(e.attachments.size(), 1U);
  EXPECT_EQ(e.attachments[0].name, "bill.pdf");
  EXPECT_EQ(e.attachments[0].url, "https://m.example/1");
}

class whatsapp_content : public ::testing::TestWithParam<content_case> {};
TEST_P(whatsapp_content, is_kept) {
  expect_kept(message(GetParam().rest), GetParam());
}
INSTANTIATE_TEST_SUITE_P(
    kinds, whatsapp_content,
    ::testing::Values(
        content_case{
            R"("type":"location","location":{"latitude":1.5,"longitude":-2,"name":"Pier","address":"Sea 1"})",
            content_type::location, "Pier, Sea 1", R"("location":{"latitude":1.5,"longitude":-2)"},
        content_case{R"("type":"location","location":{"latitude":1.5,"longitude":-2})",
                     content_type::location, "1.5, -2", R"("location":{)"},
        content_case{
            R"("type":"contacts","contacts":[{"name":{"formatted_name":"Bo"}},{"name":{"formatted_name":"Cy"}},{}])",
            content_type::contact, "Bo, Cy", R"("contacts":[{"name")"},
        content_case{R"("type":"button","button":{"payload":"YES_1","text":"Yes"})",
                     content_type::interactive, "Yes", R"("button":{"payload":"YES_1","text":"Yes"})"},
        content_case{
            R"("type":"interactive","interactive":{"type":"button_reply","button_reply":{"id":"b1","title":"Go"}})",
            content_type::interactive, "Go",
            R"("interactive":{"type":"button_reply","id":"b1","title":"Go"})"},
        content_case{
            R"("type":"interactive","interactive":{"type":"list_reply","list_reply":{"id":"r1","title":"Row","description":"d"}})",
            content_type::interactive, "Row",
            R"("interactive":{"type":"list_reply","id":"r1","title":"Row","description":"d"})"},
        content_case{
            R"("type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"name":"flow","body":"Sent","response_json":"{\"a\": [1, 2]}"}})",
            content_type::interactive, "Sent", R"("responseJson":{"a":[1,2]}})"},
        content_case{
            R"("type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"name":"flow","body":"Sent","response_json":"[1,2]"}})",
            content_type::interactive, "Sent", R"("responseJson":"[1,2]"})"},
        content_case{
            R"("type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"name":"flow","body":"Sent","response_json":"{\"a\":"}})",
            content_type::interactive, "Sent", R"("responseJson":"{\"a\":"})"},
        content_case{R"("type":"interactive","interactive":{"type":"tea_reply","tea_reply":{"x":1}})",
                     content_type::unsupported, "", R"("tea_reply":{"x":1})"},
        content_case{R"("type":"interactive")", content_type::unsupported, "", R"("message":{"from")"},
        content_case{
            R"("type":"order","order":{"catalog_id":"c","text":"for two","product_items":[{"quantity":2}]})",
            content_type::interactive, "for two", R"("order":{"catalog_id":"c")"},
        content_case{R"("type":"order","order":{"catalog_id":"c","text":"","product_items":[{},{}]})",
                     content_type::interactive, "Order of 2 items", R"("order":{)"},
        content_case{
            R"("type":"unsupported","errors":[{"code":131051,"title":"T"}],"unsupported":{"type":"poll"})",
            content_type::unsupported, "", R"("errors":[{"code":131051,"title":"T"}])"},
        content_case{R"("type":"unknown","errors":[{"code":131051}])", content_type::unsupported, "",
                     R"("errors":[{"code":131051}])"},
        content_case{R"("type":"request_welcome")", content_type::unsupported, "",
                     R"("type":"request_welcome")"},
        content_case{R"("type":"ephemeral")", content_type::unsupported, "", R"("type":"ephemeral")"},
        content_case{R"("type":"text")", content_type::unsupported, "", R"("message":{)"},
        content_case{R"("type":7)", content_type::unsupported, "", R"("type":7)"},
        content_case{R"("type":"text","text":{"body":""})", content_type::text, "", ""},
        content_case{
            R"("type":"text","text":{"body":"hi"},"referral":{"source_type":"ad","source_id":"12","ctwa_clid":"z"})",
            content_type::text, "hi", R"("referral":{"source_type":"ad","source_id":"12","ctwa_clid":"z"})"},
        content_case{R"("type":"text","text":{"body":"hi"},"context":{"forwarded":true})", content_type::text,
                     "hi", R"("forwarded":true)"},
        content_case{R"("type":"text","text":{"body":"hi"},"context":{"frequently_forwarded":true})",
                     content_type::text, "hi", R"("frequentlyForwarded":true)"},
        content_case{
            R"("type":"text","text":{"body":"hi"},"context":{"from":"1","id":"w","referred_product":{"catalog_id":"c"}})",
            content_type::text, "hi", R"("referredProduct":{"catalog_id":"c"})"}));

TEST(whatsapp, a_reply_names_what_it_answers) {
  EXPECT_EQ(message(R"("type":"text","text":{"body":"y"},"context":{"from":"15550001111","id":"wamid.Q"})")
                .reply_to,
            "wamid.Q");
}

TEST(whatsapp, errors_beside_a_message_stay_with_it) {
  const auto e = only(normalise(envelope(change(messages(said(R"("type":"interactive")")) +
                                                R"(,"errors":[{"code":131000,"title":"Something"}])"))));
  EXPECT_EQ(e.content_type, content_type::unsupported);
  EXPECT_THAT(e.payload, HasSubstr(R"("errors":[{"code":131000,"title":"Something"}])"));
}

// Trap 10: a removal has an empty emoji, or none. Trap 23: its id is the target's, so that it needs a
// version.
TEST(whatsapp, reactions_are_about_their_target) {
  const auto added = message(R"("type":"reaction","reaction":{"message_id":"wamid.T","emoji":"\u2764"})");
  EXPECT_EQ(added.kind, inbound_kind::reaction_added);
  EXPECT_EQ(added.platform_message_id, "wamid.T");
  EXPECT_EQ(added.reaction_emoji, "❤");
  EXPECT_EQ(added.sender_id, "4915201");
  EXPECT_EQ(added.version, "4915201:1767225600:wamid.A1");
  for (const char* gone : {R"("emoji":"")", R"("other":1)", R"("emoji":null)"}) {
    const auto e =
        message(std::string{R"("type":"reaction","reaction":{"message_id":"wamid.T",)"} + gone + "}");
    EXPECT_EQ(e.kind, inbound_kind::reaction_removed);
    EXPECT_EQ(e.reaction_emoji, "");
    EXPECT_EQ(e.platform_message_id, "wamid.T");
  }
  EXPECT_EQ(
      rejection(normalise(envelope(change(messages(said(R"("type":"reaction","reaction":{"emoji":"x"})")))))),
      "malformed");
}

// Their times are whole seconds: only the wamid, the same in every redelivery, tells two of them apart.
TEST(whatsapp, reactions_within_one_second_are_several) {
  const auto reacted = [](std::string_view id) {
    return only(normalise(envelope(change(messages(
                    said(R"("type":"reaction","reaction":{"message_id":"wamid.T","emoji":"x"})", id))))))
        .version;
  };
  EXPECT_NE(reacted("wamid.R1"), reacted("wamid.R2"));
  EXPECT_EQ(reacted("wamid.R1"), reacted("wamid.R1"));
}

TEST(whatsapp, edits_and_deletions_are_about_their_original) {
  const auto edit = message(
      R"("type":"edit","edit":{"original_message_id":"wamid.O","message":{"type":"text","text":{"body":"better"}}})");
  EXPECT_EQ(edit.kind, inbound_kind::edit);
  EXPECT_EQ(edit.platform_message_id, "wamid.O");
  EXPECT_EQ(edit.content, "better");
  EXPECT_EQ(edit.version, "1767225600:wamid.A1");
  const auto caption = message(
      R"("type":"edit","edit":{"original_message_id":"wamid.O","message":{"type":"image","image":{"id":"3","caption":"c"}}})");
  EXPECT_EQ(caption.content_type, content_type::image);
  EXPECT_EQ(caption.content, "c");
  const auto gone = message(R"("type":"revoke","revoke":{"original_message_id":"wamid.O"})");
  EXPECT_EQ(gone.kind, inbound_kind::deletion);
  EXPECT_EQ(gone.platform_message_id, "wamid.O");
  for (const char* bad : {R"("type":"revoke")", R"("type":"edit","edit":{"original_message_id":"w"})",
                          R"("type":"edit","edit":{"message":{}})"}) {
    EXPECT_EQ(rejection(normalise(envelope(change(messages(said(bad)))))), "malformed") << bad;
  }
}

// Trap 15: there may be no number; and both ids may move.
TEST(whatsapp, a_person_without_a_number_is_known_by_the_bsuid) {
  const auto e = only(normalise(envelope(change(
      messages(
          R"({"from_user_id":"DE.9","id":"w","timestamp":"1767225600","type":"text","text":{"body":"x"}})"),
      "messages",
      R"({"profile":{"name":"Bo","username":"bo.b"},"user_id":"DE.9","parent_user_id":"DE.ENT.1"})"))));
  EXPECT_EQ(e.customer_platform_id, "DE.9");
  EXPECT_EQ(e.thread_key, "DE.9");
  EXPECT_EQ(e.sender_id, "DE.9");
  EXPECT_EQ(e.customer_handle, "bo.b");
  EXPECT_EQ(e.payload, R"({"userId":"DE.9","parentUserId":"DE.ENT.1"})");
  const auto from_contact = only(normalise(
      envelope(change(messages(R"({"id":"w","timestamp":"1767225600","type":"text","text":{"body":"x"}})"),
                      "messages", R"({"user_id":"DE.8"})"))));
  EXPECT_EQ(from_contact.customer_platform_id, "DE.8");
  EXPECT_EQ(rejection(normalise(envelope(
                change(messages(R"({"id":"w","type":"text","text":{"body":"x"}})"), "messages", "")))),
            "malformed");
}

TEST(whatsapp, each_message_finds_its_own_contact) {
  std::string contacts;
  std::string list;
  for (int i = 0; i < 40; ++i) {  // enough to be indexed, and in another order
    const std::string n = std::to_string(i);
    const std::string m = std::to_string(39 - i);
    contacts += (i ? "," : "") + std::string{R"({"profile":{"name":"N)"} + m + R"("},"wa_id":"10)" + m +
                R"(","user_id":"U.)" + m + R"("})";
    list += (i ? "," : "") + std::string{i % 2 ? R"({"from":"10)" : R"({"from_user_id":"U.)"} + n +
            R"(","id":"w)" + n + R"(","timestamp":"1","type":"text","text":{"body":"x"}})";
  }
  const auto out = normalise(envelope(change(messages(list), "messages", contacts)));
  ASSERT_EQ(out.events.size(), 40U);
  for (std::size_t i = 0; i < 40; ++i) {
    EXPECT_EQ(out.events[i].customer_name, "N" + std::to_string(i));
    EXPECT_EQ(out.events[i].customer_platform_id, "10" + std::to_string(i));
  }
}

TEST(whatsapp, a_single_contact_is_not_lent_to_strangers_in_a_batch) {
  const auto out = normalise(envelope(
      change(messages(said(R"("type":"text","text":{"body":"1"})") +
                      R"(,{"from":"999","id":"w2","timestamp":"1","type":"text","text":{"body":"2"}})"))));
  ASSERT_EQ(out.events.size(), 2U);
  EXPECT_EQ(out.events[0].customer_name, "Ada L");
  EXPECT_EQ(out.events[1].customer_name, "");
  EXPECT_EQ(out.events[1].customer_platform_id, "999");
}

TEST(whatsapp, a_changed_number_moves_the_customer) {
  const auto e = only(normalise(envelope(change(
      messages(said(
          R"("type":"system","system":{"type":"user_changed_number","body":"Ada moved","wa_id":"4919999"})")),
      "messages", ""))));
  EXPECT_EQ(e.kind, inbound_kind::profile);
  EXPECT_EQ(e.customer_platform_id, "4915201");
  EXPECT_EQ(e.customer_new_platform_id, "4919999");
  EXPECT_EQ(e.thread_key, "4915201");
  EXPECT_EQ(e.thread_key_next, "4919999");
  EXPECT_EQ(e.customer_handle, "+4919999");
  EXPECT_EQ(e.thread_key_also_next, "");
  EXPECT_EQ(e.sender, sender_type::system);
  EXPECT_EQ(e.content, "Ada moved");
  const auto bsuid = only(normalise(envelope(change(
      messages(
          R"({"id":"w","timestamp":"1","type":"system","system":{"type":"user_changed_user_id","body":"b","previous_user_id":"DE.1","user_id":"DE.2"}})"),
      "messages", ""))));
  EXPECT_EQ(bsuid.kind, inbound_kind::profile);
  EXPECT_EQ(bsuid.customer_platform_id, "DE.1");
  EXPECT_EQ(bsuid.customer_new_platform_id, "DE.2");
  EXPECT_EQ(bsuid.thread_key_next, "");  // nobody else is ever given a BSUID
  EXPECT_EQ(bsuid.thread_key_also_next, "DE.2");
  // Known by a number, the customer stays who they are; the new BSUID is kept.
  const auto numbered = only(normalise(envelope(change(
      messages(said(
          R"("type":"system","system":{"type":"user_changed_user_id","body":"b","previous_user_id":"DE.1","user_id":"DE.2"})")),
      "messages", ""))));
  EXPECT_EQ(numbered.kind, inbound_kind::profile);
  EXPECT_EQ(numbered.customer_new_platform_id, "");
  EXPECT_EQ(numbered.thread_key_next, "");
  EXPECT_EQ(numbered.thread_key_also_next, "DE.2");
  EXPECT_THAT(numbered.payload, HasSubstr(R"("newUserId":"DE.2")"));
}

TEST(whatsapp, other_system_messages_are_shown) {
  const auto e = message(
      R"("type":"system","system":{"type":"customer_identity_changed","body":"Identity changed"},"identity":{"hash":"h"})");
  EXPECT_EQ(e.kind, inbound_kind::message);
  EXPECT_EQ(e.sender, sender_type::system);
  EXPECT_EQ(e.content, "Identity changed");
  EXPECT_THAT(e.payload, HasSubstr(R"("identity":{"hash":"h"})"));
  EXPECT_EQ(message(R"("type":"system")").content_type, content_type::unsupported);
}

TEST(whatsapp, a_groups_thread_has_its_member) {
  const auto e = message(R"("type":"text","text":{"body":"x"},"group_id":"Y2Fw/aQ")");
  EXPECT_EQ(e.thread_key, "group:Y2Fw/aQ/4915201");
  EXPECT_EQ(e.customer_platform_id, "4915201");
  EXPECT_THAT(e.payload, HasSubstr(R"("groupId":"Y2Fw/aQ")"));
  const auto reaction =
      message(R"("type":"reaction","reaction":{"message_id":"wamid.T","emoji":"x"},"group_id":"G")");
  EXPECT_EQ(reaction.thread_parent, "wamid.T");
}

// Trap 20: what our own side typed in the Business app comes as an echo, and is no customer's message.
TEST(whatsapp, echoes_are_outbound) {
  const auto e = only(normalise(envelope(change(
      R"("message_echoes":[{"from":"15550001111","to":"4915201","id":"w","timestamp":"1","type":"text","text":{"body":"us"}}])",
      "smb_message_echoes"))));
  EXPECT_EQ(e.direction, direction::outbound);
  EXPECT_EQ(e.sender, sender_type::agent);
  EXPECT_EQ(e.sender_id, "15550001111");
  EXPECT_EQ(e.customer_platform_id, "4915201");
  EXPECT_EQ(e.thread_key, "4915201");
  EXPECT_EQ(e.customer_name, "Ada L");
  const auto bsuid = only(normalise(envelope(change(
      R"("message_echoes":[{"from":"15550001111","to_user_id":"DE.7","id":"w","timestamp":"1","type":"revoke","revoke":{"original_message_id":"o"}}])",
      "smb_message_echoes", ""))));
  EXPECT_EQ(bsuid.kind, inbound_kind::deletion);
  EXPECT_EQ(bsuid.direction, direction::outbound);
  EXPECT_EQ(bsuid.thread_key, "DE.7");
}

}  // namespace
}  // namespace switchboard::net::platforms
