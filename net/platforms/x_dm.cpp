// X's direct messages:
//   direct_message_events[]                  {"type":"message_create","id","created_timestamp":"ms","message_create":
//                                             {"sender_id","target":{"recipient_id"},"source_app_id"?,"message_data":
//                                              {"text","entities","attachment"?,"quick_reply_response"?}}}
//   direct_message_indicate_typing_events[]  {"sender_id","target":{"recipient_id"},"created_timestamp"}
//   direct_message_mark_read_events[]        the same with "last_read_event_id"
// What our own side sends, here or in X's own apps, comes too. Between two accounts of ours a message comes twice, once
// for each: each has it in a conversation with the other.

#include "net/platforms/x_parts.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::net::platforms {
namespace {

using domain::content_type;
using domain::inbound_event;
using domain::inbound_kind;

/// Who wrote to whom, and on which side we stand.
struct x_parties {
  std::string account;
  std::string sender;
  std::string customer;
  bool outbound = false;
};

/// False after a rejection.
bool read_parties(const x_element& at, object from, x_parties& who) {
  const auto target = member_object(from, "target");
  if (at.ambiguous(target)) return false;
  who.sender = x_id_in(from, "sender_id");
  std::string recipient = target ? x_id_in(*target, "recipient_id") : std::string{};
  if (who.sender.empty() || recipient.empty()) {
    at.reject("malformed", "no sender_id, or no target.recipient_id");
    return false;
  }
  who.account = at.in.account;
  // An old body does not say for whom it is: one of the two, and mostly the one who received it.
  if (at.in.guessed && who.account != who.sender) who.account = recipient;
  who.outbound = who.sender == who.account;
  who.customer = who.outbound ? std::move(recipient) : who.sender;
  return true;
}

inbound_event& add_between(const x_element& at, inbound_kind kind, const x_parties& who, object dated) {
  inbound_event& e = add_x_event(at, kind, who.account, x_person_named(at.in, who.customer), dated);
  if (who.outbound) set_x_outbound(e, who.account);
  return e;
}

/// {"type":"shared_coordinate","shared_coordinate":{"coordinates":{"coordinates":[longitude,latitude]}}} or
/// "shared_place" with a place that has a name.
void add_place(inbound_event& e, payload_writer& payload, object location) {
  e.content_type = content_type::location;
  domain::attachment& to = e.attachments.emplace_back();
  to.type = domain::to_word(content_type::location);
  to.state = domain::media_state::ready;
  if (const auto place = member_object(location, "shared_place")) {
    if (const auto inner = member_object(*place, "place")) to.name = member_text(*inner, "full_name");
  }
  payload.value("location", location);
}

void add_attachment(inbound_event& e, payload_writer& payload, object attachment) {
  const std::string_view type = member_text(attachment, "type");
  const auto inner = member_object(attachment, type);
  if (type == "media" && inner) return add_x_media(e, *inner);
  if (type == "location" && inner) return add_place(e, payload, *inner);
  e.content_type = content_type::attachment;
  domain::attachment& to = e.attachments.emplace_back();
  to.type = type.empty() ? "attachment" : type;
  to.state = domain::media_state::ready;
  payload.value("attachment", attachment);
}

void keep_links(payload_writer& payload, object said) {
  const auto entities = member_object(said, "entities");
  const auto urls = entities ? member_array(*entities, "urls") : std::nullopt;
  if (urls && urls->size() > 0) payload.member_if("urls", *entities, "urls");
}

void fill_message(inbound_event& e, object event, object create, object data) {
  e.content = member_text(data, "text");
  payload_writer payload{e.payload};
  if (const auto attachment = member_object(data, "attachment")) add_attachment(e, payload, *attachment);
  if (member_object(data, "quick_reply_response")) {
    e.content_type = content_type::interactive;
    payload.member_if("quickReply", data, "quick_reply_response");
  }
  payload.member_if("quickReplyOptions", data, "quick_reply");
  payload.member_if("buttons", data, "ctas");
  keep_links(payload, data);
  payload.text_if("appId", x_id_in(create, "source_app_id"));
  payload.member_if("initiatedVia", event, "initiated_via");
  if (e.content.empty() && e.attachments.empty() && e.content_type == content_type::text) {
    e.content_type = content_type::unsupported;
    payload.value("message", create);
  }
}

/// The other end of a conversation between two, named by both ids; empty for a group.
std::string_view peer_in(std::string_view conversation, char between, std::string_view account) {
  const auto middle = conversation.find(between);
  if (middle == std::string_view::npos) return {};
  const auto first = conversation.substr(0, middle), second = conversation.substr(middle + 1);
  return first == account ? second : first;
}

/// A message that names its conversation instead of whom it is for: of two people, or of a group.
inbound_event* add_in_conversation(const x_element& at, object message, std::string_view conversation,
                                   char between) {
  std::string sender = x_id_in(message, "sender_id");
  std::string id = x_id_in(message, "id");
  if (sender.empty() || id.empty()) {
    at.reject("malformed", sender.empty() ? "no sender_id" : "no id");
    return nullptr;
  }
  const std::string& account = at.in.account;
  const std::string_view peer = peer_in(conversation, between, account);
  const bool outbound = sender == account;
  const bool group = peer.empty() && !conversation.empty();
  x_parties who{account, sender, outbound ? std::string{peer} : std::move(sender), outbound};
  if (who.customer.empty() && !group) {
    at.reject("malformed", "our own message, and to nobody");
    return nullptr;
  }
  inbound_event& e = add_between(at, inbound_kind::message, who, message);
  e.platform_message_id = std::move(id);
  if (group) {
    (e.thread_key = "group/") += conversation;  // a group's id may be a person's too
    e.thread_shared = true;
  }
  return &e;
}

}  // namespace

void unpack_x_direct_message(const x_element& at, object event) {
  const auto create = member_object(event, "message_create");
  if (!create) {
    if (member_text(event, "type") != "message_create") return show_x_event(at, event, {});
    return at.reject("malformed", "no message_create");
  }
  const auto data = member_object(*create, "message_data");
  if (at.ambiguous(create) || at.ambiguous(data)) return;
  std::string id = x_id_in(event, "id");
  if (id.empty()) {
    return at.reject("malformed", "no id, or one that is a number beyond 2^53");
  }
  x_parties who;
  if (!read_parties(at, *create, who)) return;
  inbound_event& e = add_between(at, inbound_kind::message, who, event);
  e.platform_message_id = std::move(id);
  fill_message(e, event, *create, data.value_or(*create));
}

void unpack_x_flat_message(const x_element& at, object message) {
  const std::string conversation = member_id(message, "dm_conversation_id");
  inbound_event* const e = add_in_conversation(at, message, conversation, '-');
  if (e == nullptr) return;
  e->content = member_text(message, "text");
  if (!e->content.empty()) return;
  e->content_type = content_type::unsupported;
  payload_writer payload{e->payload};
  payload.text("kind", at.kind);
  payload.value("message", message);
}

void unpack_x_typing(const x_element& at, object event) {
  x_parties who;
  if (!read_parties(at, event, who)) return;
  inbound_event& e =
      add_between(at, inbound_kind::status, who, event);  // without a status: nothing is left of it
  (e.platform_message_id = "typing:") += who.sender;
  (e.platform_message_id += ':') += member_id(event, "created_timestamp");
}

void unpack_x_read(const x_element& at, object event) {
  x_parties who;
  if (!read_parties(at, event, who)) return;
  const std::string last = x_id_in(event, "last_read_event_id");
  if (last.empty()) {
    return at.reject("malformed", "no last_read_event_id");
  }
  if (who.outbound) {  // our own side has read what the customer wrote: no receipt of anything
    inbound_event& e = add_between(at, inbound_kind::status, who, event);
    (e.platform_message_id = "read:") += last;
    return;
  }
  const auto up_to = x_time_of_id(last);
  const auto add = [&]() -> inbound_event& {
    inbound_event& e = add_between(at, inbound_kind::status, who, event);
    e.status = domain::delivery_status::read;
    e.version = domain::to_word(*e.status);
    return e;
  };
  // The one that is named first: where nothing is known of the thread yet it is what begins it, and what comes behind it
  // then has its effect at once, not only when it is delivered again.
  add().platform_message_id = last;
  if (up_to) {  // and all before it, which are not named
    inbound_event& e = add();
    e.watermark = std::min(*up_to, e.at);
    ((((e.version += ':') += last) += ':') += who.customer);
  }
}

void unpack_x_chat(const x_element& at, object payload) {
  if (x_id_in(payload, "sender_id").empty()) return show_x_event(at, payload, {});  // joined, renamed
  const std::string_view conversation = member_text(payload, "conversation_id");
  inbound_event* const e = add_in_conversation(at, payload, conversation, ':');
  if (e == nullptr) return;
  e->content_type = content_type::unsupported;
  // A key in this conversation, not something said in it: agents have no use for it, and others may.
  constexpr std::string_view left_out = "conversation_token";
  std::string kept;
  for (const auto member : payload) {
    if (member.key == left_out) continue;
    kept += kept.empty() ? '{' : ',';
    domain::append_json_string(kept, member.key);
    kept += ':';
    append_json(kept, member.value);
  }
  payload_writer writer{e->payload};
  writer.text("kind", at.kind);
  writer.raw("chat", kept += '}');
}

}  // namespace switchboard::net::platforms
