#include "storage/codec_write.hpp"

#include "domain/ids.hpp"
#include "storage/codec.hpp"

#include <simdjson.h>

#include <algorithm>
#include <chrono>

namespace switchboard::storage {
namespace codec {
namespace {

using namespace std::chrono_literals;

constexpr domain::timestamp earliest_time{std::chrono::sys_days{std::chrono::year{0} / 1 / 1}};
constexpr domain::timestamp latest_time =
    domain::timestamp{std::chrono::sys_days{std::chrono::year{10000} / 1 / 1}} - 1ms;

void write_attachment(std::string& out, const domain::attachment& a) {
  out += "{\"type\":";
  domain::append_json_string(out, a.type);
  append_if(out, ",\"url\":", a.url);
  append_if(out, ",\"mime\":", a.mime);
  if (a.size) {
    out += ",\"size\":";
    domain::append_json_number(out, *a.size);
  }
  append_if(out, ",\"name\":", a.name);
  append_if(out, ",\"platformMediaId\":", a.platform_media_id);
  append_word(out, ",\"state\":", to_word(a.state));
  out += '}';
}

void write_error(std::string& out, const domain::delivery_error& e) {
  out += ",\"error\":{\"code\":";
  domain::append_json_string(out, e.code);
  append_if(out, ",\"title\":", e.title);
  append_if(out, ",\"detail\":", e.detail);
  out += '}';
}

void write_reactions(std::string& out, std::string_view key, const std::vector<domain::reaction>& list) {
  if (list.empty()) return;
  out += key;
  for (const auto& r : list) {
    write_reaction(out, r);
    out += ',';
  }
  out.back() = ']';
}

/// What few messages have.
void write_rarities(std::string& out, const domain::message& m) {
  if (m.error) write_error(out, *m.error);
  if (!m.payload.empty()) {
    out += ",\"payload\":";
    append_one_line(out, m.payload);
  }
  write_reactions(out, ",\"reactions\":[", m.reactions);
  write_reactions(out, ",\"removedReactions\":[", m.removed_reactions);
  append_if(out, ",\"editedAt\":", m.edited_at);
  append_if(out, ",\"editVersion\":", m.edit_version);
  if (m.note) out += ",\"note\":true";
  if (m.deleted) out += ",\"deleted\":true";
  if (m.placeholder) out += ",\"placeholder\":true";
}

span write_tags(std::string& out, const std::vector<std::string>& tags) {
  const auto at = static_cast<std::uint32_t>(out.size());
  out += '[';
  for (const auto& tag : tags) {
    domain::append_json_string(out, tag);
    out += ',';
  }
  if (tags.empty()) {
    out += ']';
  } else {
    out.back() = ']';
  }
  return {at, static_cast<std::uint32_t>(out.size()) - at};
}

void write_attributes(std::string& out, const std::vector<domain::customer_attribute>& all) {
  if (all.empty()) return;
  out += ",\"customerAttributes\":{";
  for (const auto& a : all) {
    domain::append_json_string(out, a.name);
    out += ':';
    domain::append_json_string(out, a.value);
    out += ',';
  }
  out.back() = '}';
}

void write_metadata(std::string& out, const domain::conversation& c) {
  append_word(out, ",\"metadata\":{\"source\":", to_word(c.kind));
  if (c.shared) out += ",\"shared\":true";
  append_if(out, ",\"postId\":", c.post_id);
  append_if(out, ",\"postUrl\":", c.post_url);
  out += ",\"threadKey\":";
  domain::append_json_string(out, c.thread_key);
  out += ",\"customerPlatformId\":";
  domain::append_json_string(out, c.customer_platform_id);
  write_attributes(out, c.customer_attributes);
  append_if(out, ",\"language\":", c.language);
  if (c.language_set) out += ",\"languageSet\":true";
  append_if(out, ",\"deliveredUpTo\":", c.delivered_up_to);
  append_if(out, ",\"readUpTo\":", c.read_up_to);
  append_if(out, ",\"lastInboundAt\":", c.last_inbound_at);
  append_if(out, ",\"lastFromAdAt\":", c.last_from_ad_at);
  if (c.routed > 0) {
    out += ",\"routed\":";
    domain::append_json_number(out, c.routed);
  }
  append_if(out, ",\"lastAgent\":", c.last_agent.value);
  append_if(out, ",\"lastAgentAt\":", c.last_agent_at);
  if (c.sending > 0) {
    out += ",\"sending\":";
    domain::append_json_number(out, std::uint64_t{c.sending});
  }
  append_if(out, ",\"customerSince\":", c.customer_since);
  out += ",\"previousConversations\":";
  domain::append_json_number(out, std::uint64_t{c.previous_conversations});
  out += '}';
}

}  // namespace

domain::timestamp as_written(domain::timestamp t) {
  return std::chrono::floor<std::chrono::milliseconds>(std::clamp(t, earliest_time, latest_time));
}

void append_time(std::string& out, domain::timestamp t) {
  out += '"';
  domain::append_rfc3339(out, as_written(t));
  out += '"';
}

void append_one_line(std::string& out, std::string_view json) {
  const auto from = out.size();
  out += json;
  // In valid JSON control characters stand only between tokens.
  for (auto i = from; i < out.size(); ++i) {
    if (static_cast<unsigned char>(out[i]) < 0x20) out[i] = ' ';
  }
}

void append_base64(std::string& out, std::string_view bytes) {
  static constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::uint32_t group = 0;
  std::size_t held = 0;
  for (const char c : bytes) {
    group = group << 8 | static_cast<unsigned char>(c);
    if (++held < 3) continue;
    for (int shift = 18; shift >= 0; shift -= 6) out += digits[group >> shift & 63];
    group = 0;
    held = 0;
  }
  if (held == 0) return;
  group <<= 8 * (3 - held);
  out += digits[group >> 18 & 63];
  out += digits[group >> 12 & 63];
  out += held == 2 ? digits[group >> 6 & 63] : '=';
  out += '=';
}

void write_reaction(std::string& out, const domain::reaction& r) {
  out += "{\"emoji\":";
  domain::append_json_string(out, r.emoji);
  out += ",\"senderId\":";
  domain::append_json_string(out, r.sender_id);
  append_if(out, ",\"timestamp\":", r.at);
  out += '}';
}

void write_conversation(std::string& out, const domain::conversation& c, conversation_places& places) {
  out += "{\"id\":\"";
  append_text(out, c.id);
  out += "\",\"brand\":";
  domain::append_json_string(out, c.brand.value);
  append_word(out, ",\"platform\":", to_word(c.platform));
  out += ",\"accountId\":";
  domain::append_json_string(out, c.account.value);
  out += ",\"customerId\":";
  places.customer = append_string(out, c.customer.value);
  out += ",\"customerName\":";
  domain::append_json_string(out, c.customer_name);
  out += ",\"customerHandle\":";
  domain::append_json_string(out, c.customer_handle);
  append_if(out, ",\"customerAvatarUrl\":", c.customer_avatar_url);
  append_word(out, ",\"status\":", to_word(c.status));
  append_word(out, ",\"priority\":", to_word(c.priority));
  append_if(out, ",\"assignedTo\":", c.assigned_to.value);
  append_if(out, ",\"queue\":", c.queue.value);
  out += ",\"tags\":";
  places.tags = write_tags(out, c.tags);
  write_metadata(out, c);
  out += ",\"unread\":";
  domain::append_json_number(out, std::uint64_t{c.unread});
  out += ",\"version\":";
  domain::append_json_number(out, c.version);
  out += ",\"createdAt\":";
  append_time(out, c.created_at);
  out += ",\"updatedAt\":";
  append_time(out, c.updated_at);
  append_if(out, ",\"firstResponseAt\":", c.first_response_at);
  append_if(out, ",\"resolvedAt\":", c.resolved_at);
  append_if(out, ",\"snoozeUntil\":", c.snooze_until);
  if (c.sla) {
    out += ",\"sla\":";
    write_clocks(out, c);
  }
  out += '}';
}

void write_message(std::string& out, const domain::message& m, domain::platform platform,
                   message_places& places) {
  out += "{\"id\":\"";
  append_text(out, m.id);
  out += "\",\"conversationId\":\"";
  append_text(out, m.id.conversation);
  append_word(out, "\",\"direction\":", to_word(m.direction));
  out += ",\"content\":";
  domain::append_json_string(out, m.content);
  append_word(out, ",\"contentType\":", to_word(m.content_type));
  out += ",\"attachments\":[";
  for (const auto& a : m.attachments) {
    write_attachment(out, a);
    out += ',';
  }
  if (m.attachments.empty()) {
    out += ']';
  } else {
    out.back() = ']';
  }
  out += ",\"senderId\":";
  domain::append_json_string(out, m.sender_id);
  append_word(out, ",\"senderType\":", to_word(m.sender_type));
  append_word(out, ",\"platform\":", to_word(platform));
  if (!m.platform_message_id.empty()) {
    out += ",\"platformMessageId\":";
    places.platform_message_id = append_string(out, m.platform_message_id);
  }
  append_if(out, ",\"replyTo\":", m.reply_to);
  out += ",\"timestamp\":";
  append_time(out, m.sent_at);
  out += ",\"receivedAt\":";
  append_time(out, m.received_at);
  if (m.delivery) append_word(out, ",\"deliveryStatus\":", to_word(*m.delivery));
  write_rarities(out, m);
  out += '}';
}

span write_customer(std::string& out, const domain::customer& c) {
  out += "{\"id\":";
  const auto id = append_string(out, c.id.value);
  out += ",\"brand\":";
  domain::append_json_string(out, c.brand.value);
  append_word(out, ",\"platform\":", to_word(c.platform));
  out += ",\"accountId\":";
  domain::append_json_string(out, c.account.value);
  out += ",\"platformUserId\":";
  domain::append_json_string(out, c.platform_user_id);
  out += ",\"name\":";
  domain::append_json_string(out, c.name);
  out += ",\"handle\":";
  domain::append_json_string(out, c.handle);
  append_if(out, ",\"avatarUrl\":", c.avatar_url);
  out += ",\"createdAt\":";
  append_time(out, c.created_at);
  out += ",\"updatedAt\":";
  append_time(out, c.updated_at);
  out += '}';
  return id;
}

}  // namespace codec

void append_conversation(std::string& out, const domain::conversation& c) {
  codec::conversation_places places;
  codec::write_conversation(out, c, places);
}

void append_message(std::string& out, const domain::message& m, domain::platform platform) {
  codec::message_places places;
  codec::write_message(out, m, platform, places);
}

void append_customer(std::string& out, const domain::customer& c) {
  codec::write_customer(out, c);
}

void append_dead_letter(std::string& out, const domain::dead_letter& d, bool with_raw) {
  out += "{\"id\":";
  domain::append_json_string(out, d.id.value);
  out += ",\"source\":";
  domain::append_json_string(out, d.source.value);
  codec::append_if(out, ",\"brand\":", d.brand.value);
  out += ",\"reason\":";
  domain::append_json_string(out, d.reason);
  out += ",\"detail\":";
  domain::append_json_string(out, d.detail);
  if (with_raw && simdjson::validate_utf8(d.raw)) {
    out += ",\"raw\":";
    domain::append_json_string(out, d.raw);
  } else if (with_raw) {
    out += ",\"rawBase64\":\"";
    codec::append_base64(out, d.raw);
    out += '"';
  }
  out += ",\"receivedAt\":";
  codec::append_time(out, d.received_at);
  codec::append_if(out, ",\"replayedAt\":", d.replayed_at);
  if (d.erased) out += ",\"erased\":true";
  out += '}';
}

}  // namespace switchboard::storage
