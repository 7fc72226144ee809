// The `message` of a Messenger or Instagram DM:
//   {"mid", "text"?, "attachments"?:[{"type","payload":{"url"|"coordinates"|…},"title"?,"url"?}], "is_echo"?,
//    "is_deleted"?, "is_unsupported"?, "quick_reply"?:{"payload"}, "reply_to"?:{"mid"|"story"}, "referral"?,
//    "sticker_id"?, "app_id"?, "metadata"?, "nlp"?}
// Nothing of it is certain but the mid: a deletion has neither text nor attachments, nor has a like_heart a url.

#include "net/platforms/messenger.hpp"

#include <algorithm>
#include <array>

namespace switchboard::net::platforms {
namespace {

using domain::content_type;
using domain::inbound_event;
using domain::inbound_kind;

struct attachment_kind {
  std::string_view name;  ///< as the platform says it
  content_type type;
  std::string_view word;  ///< attachment::type
  bool has_media;         ///< its url is a file of the platform, not a page somewhere
  bool keep_object;       ///< holds more than a url: kept in payload.attachments
};
constexpr std::array<attachment_kind, 15> attachment_kinds = {
    {{"image", content_type::image, "image", true, false},
     {"video", content_type::video, "video", true, false},
     {"audio", content_type::audio, "audio", true, false},
     {"file", content_type::document, "document", true, false},
     {"location", content_type::location, "location", false, true},
     {"fallback", content_type::attachment, "fallback", false, true},
     {"template", content_type::attachment, "template", false, true},
     {"share", content_type::attachment, "share", true, false},
     {"reel", content_type::attachment, "reel", true, true},
     {"ig_reel", content_type::attachment, "ig_reel", true, true},
     {"post", content_type::attachment, "post", true, true},
     {"ig_post", content_type::attachment, "ig_post", true, true},
     {"story_mention", content_type::story, "story_mention", true, false},
     {"like_heart", content_type::sticker, "like_heart", false, false},
     {"unsupported_type", content_type::unsupported, "unsupported_type", false, true}}};

attachment_kind kind_named(std::string_view name) {
  for (const attachment_kind& each : attachment_kinds) {
    if (each.name == name) {
      return each;
    }
  }
  return {name, content_type::attachment, name, false, true};
}

/// `sticker`: the message is one, however its picture is called. Returns whether payload should keep the object.
bool add_attachment(inbound_event& event, object from, bool sticker) {
  const object payload = member_object(from, "payload").value_or(from);
  attachment_kind kind = kind_named(member_text(from, "type"));
  std::string sticker_id = member_id(payload, "sticker_id");
  if (sticker || !sticker_id.empty()) {
    kind = {kind.name, content_type::sticker, "sticker", true, false};
  }
  if (event.attachments.empty()) {
    event.content_type = kind.type;
  }
  domain::attachment& to = event.attachments.emplace_back();
  to.type = kind.word;
  to.url = member_text(payload, "url");
  if (to.url.empty()) {
    to.url = member_text(from, "url");
  }
  to.name = member_text(from, "title");
  if (to.name.empty()) {
    to.name = member_text(payload, "title");
  }
  to.platform_media_id = std::move(sticker_id);
  if (to.platform_media_id.empty()) {
    to.platform_media_id = member_id(payload, "reel_video_id");
  }
  to.state = kind.has_media && !to.url.empty() ? domain::media_state::pending : domain::media_state::ready;
  return kind.keep_object;
}

void add_attachments(inbound_event& event, payload_writer& payload, object message) {
  const auto attachments = member_array(message, "attachments");
  const bool sticker = has_member(message, "sticker_id");
  bool keep = false;
  std::optional<object> located;
  if (attachments && attachments->size() > 0) {
    for (const element each : *attachments) {
      object from;
      if (each.get(from) != simdjson::SUCCESS) {
        keep = true;  // not what an attachment is; kept for a person to look at
        continue;
      }
      keep = add_attachment(event, from, sticker) || keep;
      if (!located && member_text(from, "type") == "location") {
        located = member_object(from, "payload");
      }
    }
  }
  if (event.attachments.empty() && sticker) {
    event.content_type = content_type::sticker;
    domain::attachment& to = event.attachments.emplace_back();
    to.type = "sticker";
    to.platform_media_id = member_id(message, "sticker_id");
    to.state = domain::media_state::ready;
  }
  if (located) {
    payload.member_if("location", *located, "coordinates");
  }
  if (keep) {
    payload.member_if("attachments", message, "attachments");
  }
}

void add_reply(inbound_event& event, payload_writer& payload, object message) {
  if (const auto reply = member_object(message, "reply_to")) {
    event.reply_to = member_id(*reply, "mid");
    payload.member_if("story", *reply, "story");
  }
}

/// Does the message hold anything that we show?
bool is_blank(const inbound_event& event) {
  return event.content.empty() && event.attachments.empty() && event.content_type == content_type::text;
}

}  // namespace

void unpack_dm_message(const messaging_item& item, object message) {
  std::string mid = member_id(message, "mid");
  if (mid.empty()) {
    return item.at.reject("malformed", "message.mid is missing, or neither a text nor an integer");
  }
  if (member_bool(message, "is_deleted")) {
    item.add(inbound_kind::deletion).platform_message_id = std::move(mid);
    return;
  }
  inbound_event& event = item.add(inbound_kind::message);
  event.platform_message_id = std::move(mid);
  event.content = member_text(message, "text");
  payload_writer payload{event.payload};
  payload.flag_if("standby", item.standby);
  add_attachments(event, payload, message);
  add_reply(event, payload, message);
  if (member_object(message, "quick_reply")) {
    event.content_type = content_type::interactive;
    payload.member_if("quickReply", message, "quick_reply");
  }
  payload.member_if("referral", message, "referral");
  const auto referral = member_object(message, "referral");
  event.from_ad = referral && !item.outbound && member_text(*referral, "source") == "ADS";
  payload.member_if("nlp", message, "nlp");
  if (item.outbound) {
    payload.text_if("appId", member_id(message, "app_id"));
    payload.member_if("metadata", message, "metadata");
    event.our_reference = member_text(message, "metadata");
  }
  const bool story = member_object(message, "reply_to").has_value();
  if (member_bool(message, "is_unsupported") || (is_blank(event) && !story)) {
    event.content_type = content_type::unsupported;
    payload.member_if("message", item.json, "message");
  }
}

}  // namespace switchboard::net::platforms
