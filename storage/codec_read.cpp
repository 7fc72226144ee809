#include "storage/codec_read.hpp"

#include <array>
#include <cstring>

namespace switchboard::storage::codec {
namespace {

domain::attachment read_attachment(ondemand::object o) {
  domain::attachment a;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "type")
      assign(a.type, v);
    else if (key == "url")
      assign(a.url, v);
    else if (key == "mime")
      assign(a.mime, v);
    else if (key == "size")
      a.size = number<std::uint64_t>(v);
    else if (key == "name")
      assign(a.name, v);
    else if (key == "platformMediaId")
      assign(a.platform_media_id, v);
    else if (key == "state")
      a.state = word<domain::media_state>(v);
  });
  return a;
}

domain::delivery_error read_error(ondemand::object o) {
  domain::delivery_error e;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "code")
      assign(e.code, v);
    else if (key == "title")
      assign(e.title, v);
    else if (key == "detail")
      assign(e.detail, v);
  });
  return e;
}

void read_attributes(ondemand::object o, domain::conversation& c) {
  for (auto field : o) {
    auto& to = c.customer_attributes.emplace_back();
    to.name = std::string_view(field.unescaped_key());
    assign(to.value, field.value());
  }
}

void read_metadata(ondemand::object o, domain::conversation& c) {
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "source")
      c.kind = word<domain::thread_kind>(v);
    else if (key == "postId")
      assign(c.post_id, v);
    else if (key == "postUrl")
      assign(c.post_url, v);
    else if (key == "threadKey")
      assign(c.thread_key, v);
    else if (key == "shared")
      c.shared = bool(v.get_bool());
    else if (key == "customerPlatformId")
      assign(c.customer_platform_id, v);
    else if (key == "customerAttributes")
      read_attributes(v.get_object(), c);
    else if (key == "language")
      assign(c.language, v);
    else if (key == "languageSet")
      c.language_set = bool(v.get_bool());
    else if (key == "deliveredUpTo")
      c.delivered_up_to = time(v);
    else if (key == "readUpTo")
      c.read_up_to = time(v);
    else if (key == "lastInboundAt")
      c.last_inbound_at = time(v);
    else if (key == "lastFromAdAt")
      c.last_from_ad_at = time(v);
    else if (key == "routed")
      c.routed = number<std::uint64_t>(v);
    else if (key == "lastAgent")
      assign(c.last_agent.value, v);
    else if (key == "lastAgentAt")
      c.last_agent_at = time(v);
    else if (key == "sending")
      c.sending = number<std::uint32_t>(v);
    else if (key == "customerSince")
      c.customer_since = time(v);
    else if (key == "previousConversations")
      c.previous_conversations = number<std::uint32_t>(v);
  });
}

/// Members of a message that few have; false: not one of these.
void read_rarity(std::string_view key, ondemand::value v, domain::message& m) {
  if (key == "error") {
    m.error = read_error(v.get_object());
  } else if (key == "payload") {
    m.payload = object_text(v);
  } else if (key == "reactions") {
    for (auto element : v.get_array()) m.reactions.push_back(read_reaction(element.get_object()));
  } else if (key == "removedReactions") {
    for (auto element : v.get_array()) m.removed_reactions.push_back(read_reaction(element.get_object()));
  } else if (key == "editedAt") {
    m.edited_at = time(v);
  } else if (key == "editVersion") {
    assign(m.edit_version, v);
  } else if (key == "note") {
    m.note = v.get_bool();
  } else if (key == "deleted") {
    m.deleted = v.get_bool();
  } else if (key == "placeholder") {
    m.placeholder = v.get_bool();
  }
}

}  // namespace

ondemand::document parse_padded(std::string_view bytes) {
  thread_local ondemand::parser parser;
  return parser.iterate(bytes.data(), bytes.size(), bytes.size() + simdjson::SIMDJSON_PADDING);
}

ondemand::document parse(std::string_view bytes) {
  thread_local std::string padded;
  constexpr std::size_t keep_max = std::size_t{1} << 20;  // one huge event must not hold its memory for ever
  if (padded.capacity() > keep_max && bytes.size() < keep_max / 2) std::string().swap(padded);
  padded.assign(bytes);
  padded.append(simdjson::SIMDJSON_PADDING, ' ');
  return parse_padded(std::string_view(padded).substr(0, bytes.size()));
}

domain::timestamp time(ondemand::value v) {
  const auto said = text(v);
  const auto t = domain::parse_rfc3339(said);
  if (!t) throw malformed("not a time: \"" + std::string(said) + "\"");
  return *t;
}

domain::event_type event_type(ondemand::value v) {
  const auto said = text(v);
  const auto known = domain::event_type_from_word(said);
  if (!known) throw malformed("unknown event type \"" + std::string(said) + "\"");
  return *known;
}

domain::conversation_id conversation_id(ondemand::value v) {
  const auto said = text(v);
  const auto id = domain::parse_conversation_id(said);
  if (!id) throw malformed("not a conversation's id: \"" + std::string(said) + "\"");
  return *id;
}

domain::message_id message_id(ondemand::value v) {
  const auto said = text(v);
  const auto id = domain::parse_message_id(said);
  if (!id) throw malformed("not a message's id: \"" + std::string(said) + "\"");
  return *id;
}

std::string base64(ondemand::value v) {
  auto digits = text(v);
  const auto value_of = [](char c) -> int {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : -1;
  };
  std::string bytes;
  bytes.reserve(digits.size() / 4 * 3);
  while (!digits.empty() && digits.back() == '=') digits.remove_suffix(1);
  std::uint32_t group = 0;
  int bits = 0;
  for (const char c : digits) {
    const int value = value_of(c);
    if (value < 0) throw malformed("a character that is no base64 digit");
    group = group << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(group >> bits & 0xff);
  }
  return bytes;
}

std::string_view object_text(ondemand::value v) {
  ondemand::object o = v.get_object();
  std::string_view raw = o.raw_json();
  while (!raw.empty() && raw.back() == ' ') raw.remove_suffix(1);
  return raw;
}

domain::conversation read_conversation(ondemand::object o) {
  domain::conversation c;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "id")
      c.id = conversation_id(v);
    else if (key == "brand")
      assign(c.brand.value, v);
    else if (key == "platform")
      c.platform = word<domain::platform>(v);
    else if (key == "accountId")
      assign(c.account.value, v);
    else if (key == "customerId")
      assign(c.customer.value, v);
    else if (key == "customerName")
      assign(c.customer_name, v);
    else if (key == "customerHandle")
      assign(c.customer_handle, v);
    else if (key == "customerAvatarUrl")
      assign(c.customer_avatar_url, v);
    else if (key == "status")
      c.status = word<domain::conversation_status>(v);
    else if (key == "priority")
      c.priority = word<domain::priority>(v);
    else if (key == "assignedTo")
      assign(c.assigned_to.value, v);
    else if (key == "queue")
      assign(c.queue.value, v);
    else if (key == "tags") {
      for (auto tag : v.get_array()) c.tags.emplace_back(std::string_view(tag.get_string()));
    } else if (key == "metadata")
      read_metadata(v.get_object(), c);
    else if (key == "unread")
      c.unread = number<std::uint32_t>(v);
    else if (key == "version")
      c.version = number<std::uint64_t>(v);
    else if (key == "createdAt")
      c.created_at = time(v);
    else if (key == "updatedAt")
      c.updated_at = time(v);
    else if (key == "firstResponseAt")
      c.first_response_at = time(v);
    else if (key == "resolvedAt")
      c.resolved_at = time(v);
    else if (key == "snoozeUntil")
      c.snooze_until = time(v);
    else if (key == "sla")
      c.sla = read_clocks(v.get_object());
  });
  if (c.id.ordinal == 0) throw malformed("a conversation without id");
  return c;
}

domain::reaction read_reaction(ondemand::object o) {
  domain::reaction r;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "emoji")
      assign(r.emoji, v);
    else if (key == "senderId")
      assign(r.sender_id, v);
    else if (key == "timestamp")
      r.at = time(v);
  });
  return r;
}

domain::message read_message(ondemand::object o) {
  domain::message m;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "id")
      m.id = message_id(v);
    else if (key == "direction")
      m.direction = word<domain::direction>(v);
    else if (key == "content")
      assign(m.content, v);
    else if (key == "contentType")
      m.content_type = word<domain::content_type>(v);
    else if (key == "attachments") {
      for (auto a : v.get_array()) m.attachments.push_back(read_attachment(a.get_object()));
    } else if (key == "senderId")
      assign(m.sender_id, v);
    else if (key == "senderType")
      m.sender_type = word<domain::sender_type>(v);
    else if (key == "platformMessageId")
      assign(m.platform_message_id, v);
    else if (key == "replyTo")
      assign(m.reply_to, v);
    else if (key == "timestamp")
      m.sent_at = time(v);
    else if (key == "receivedAt")
      m.received_at = time(v);
    else if (key == "deliveryStatus")
      m.delivery = word<domain::delivery_status>(v);
    else
      read_rarity(key, v, m);
  });
  if (m.id.sequence == 0) throw malformed("a message without id");
  return m;
}

domain::customer read_customer(ondemand::object o) {
  domain::customer c;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "id")
      assign(c.id.value, v);
    else if (key == "brand")
      assign(c.brand.value, v);
    else if (key == "platform")
      c.platform = word<domain::platform>(v);
    else if (key == "accountId")
      assign(c.account.value, v);
    else if (key == "platformUserId")
      assign(c.platform_user_id, v);
    else if (key == "name")
      assign(c.name, v);
    else if (key == "handle")
      assign(c.handle, v);
    else if (key == "avatarUrl")
      assign(c.avatar_url, v);
    else if (key == "createdAt")
      c.created_at = time(v);
    else if (key == "updatedAt")
      c.updated_at = time(v);
  });
  return c;
}

domain::dead_letter read_dead_letter(ondemand::object o) {
  domain::dead_letter d;
  each_member(o, [&](std::string_view key, ondemand::value v) {
    if (key == "id")
      assign(d.id.value, v);
    else if (key == "source")
      assign(d.source.value, v);
    else if (key == "brand")
      assign(d.brand.value, v);
    else if (key == "reason")
      assign(d.reason, v);
    else if (key == "detail")
      assign(d.detail, v);
    else if (key == "raw")
      assign(d.raw, v);
    else if (key == "rawBase64")
      d.raw = base64(v);
    else if (key == "receivedAt")
      d.received_at = time(v);
    else if (key == "replayedAt")
      d.replayed_at = time(v);
    else if (key == "erased")
      d.erased = bool(v.get_bool());
  });
  return d;
}

}  // namespace switchboard::storage::codec
