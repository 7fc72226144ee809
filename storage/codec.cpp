// The bytes of an event: one line of CloudEvents 1.0 JSON. Its grammar; `?` marks members that are left out
// where there is nothing to say, order is as written, there is no white space outside strings (a message's
// payload may hold some, but no line break):
//
//   event        := { "specversion":"1.0", "id":event-id, "source":node, "type":word, "subject":text,
//                     "time":time, "datacontenttype":"application/json", "brand"?:text, "cursor":19-digits,
//                     "sequence"?:number, "data":data }
//   event-id     := "e_" conversation-id-without-"c_" "-" sequence        about a conversation
//                 | "e_" conversation-id-without-"c_" "-at-" microseconds-of-time       … and shown to nobody
//                 | "e_" (customer-id | dead-letter-id | account-id | reader | "webhook-" webhook | "config") "-" microseconds-of-time
//                 | "e_" ("offer-" offer-id "-" epoch "-" word | ("agent-" | "noted-") brand "-" agent-id "-" microseconds-of-time
//                   | "turned-" brand "-" sequence | "saved-" brand "-" sequence "-" part
//                   | "decided-" conversation-id "-" microseconds-of-time)              what routing leaves (codec_routing.cpp)
//   subject      := conversation-id | customer-id | dead-letter-id | account-id | reader | "webhook-" webhook | agent-id | brand | "config"
//   data         := { "reaction"?, "message"?, "conversation"?, "customer"?, "deadLetter"?, "config"?,
//                     "previous"?, "origin"?, "aliases"?:[alias…], "attempt"?, "account"?, "feed"?, "delivery"?, "sla"? }   what the event is about, as it is after it
//                 | { "offer" } | { "agent" } | { "noted" } | { "turn" } | { "saved" } | { "decision" }
//                 | { "erased":erasure }                        its customer was erased, and all that it said
//   conversation := { "id", "brand", "platform", "accountId", "customerId", "customerName", "customerHandle",
//                     "customerAvatarUrl"?, "status", "priority", "assignedTo"?, "queue"?, "tags":[text…],
//                     "metadata":{ "source", "shared"?:true, "postId"?, "postUrl"?, "threadKey", "customerPlatformId",
//                                  "customerAttributes"?:{name:text…}, "language"?, "languageSet"?:true, "deliveredUpTo"?, "readUpTo"?, "lastInboundAt"?, "lastFromAdAt"?,
//                                  "routed"?:number, "lastAgent"?, "lastAgentAt"?:time, "sending"?:number, "customerSince"?, "previousConversations":number },
//                     "unread":number, "version":number, "createdAt":time, "updatedAt":time,
//                     "firstResponseAt"?, "resolvedAt"?, "snoozeUntil"?, "sla"?:promises }
//   promises     := { "policy"?, "dueAt"?:time, "wakeAt"?:time, "atRisk"?:number, "cycle":number, "planned"?:hash, "since"?:time,
//                     "unansweredSince"?:time, "answered"?:true, "solved"?:true, "withBot"?:true, "answer"?:number,
//                     "answerTo"?:time, "clocks":[{ clock-members }…] }                  "dueAt", "wakeAt", "atRisk" follow from the others
//   clock-members := "clock":word, "instance":number, "state":word, "breached"?:true, "cycle":number, "startedAt":time,
//                     "targetMs":number, "targetBusinessDays"?:number, "dueAt"?:time, "never"?:true, "countedMs"?:number,
//                     "countedFrom"?:time, "pauses"?:[{ "from":time, "until"?:time }…], "warned"?:number, "nextWarningAt"?:time,
//                     "endedAt"?:time, "elapsedMs"?:number, "agentId"?
//   message      := { "id", "conversationId", "direction", "content", "contentType",
//                     "attachments":[attachment…], "senderId", "senderType", "platform",
//                     "platformMessageId"?, "replyTo"?, "timestamp":time, "receivedAt":time, "deliveryStatus"?,
//                     "error"?:{ "code", "title"?, "detail"? }, "payload"?:object,
//                     "reactions"?:[reaction…], "removedReactions"?:[reaction…], "editedAt"?:time,
//                     "editVersion"?, "note"?:true, "deleted"?:true, "placeholder"?:true }
//   attachment   := { "type", "url"?, "mime"?, "size"?:number, "name"?, "platformMediaId"?, "state" }
//   reaction     := { "emoji", "senderId", "timestamp"?:time }
//   customer     := { "id", "brand", "platform", "accountId", "platformUserId", "name", "handle",
//                     "avatarUrl"?, "createdAt":time, "updatedAt":time }
//   deadLetter   := { "id", "source", "brand"?, "reason", "detail", ("raw":text | "rawBase64":text),
//                     "receivedAt":time, "replayedAt"?:time, "erased"?:true }
//   erasure      := { "brand"?, "accountId"?, "conversationId"?, "customerId"?, "by"?:number, "reference"?:hash,
//                     "origin"?:hash, "comment"?:true, "aliases"?:[alias…], "counted"?:fact }
//                                                                   from "by" on for a refold: see domain/event.hpp
//   fact         := { "as":word, "platform", "queue"?, "agent"?, "at":time, "clock"?:word, "passedMs"?:number, "byBot"?:true,
//                     "again"?:true }                                 see domain/reports/fact.hpp
//   hash         := 16 hexadecimal digits, as text
//   config       := { "version" }
//   attempt      := { "brand", "accountId", "begun":true|false, "messages":[message-id…], "limits"?:[limit…] }
//   limit        := { "of":word, "whose", "thread"?:thread, "limit"?:text, "held"?:[units, moment, …], "underWay"?:units,
//                     "underWayUntil"?:moment, "fullAt"?:moment, "closedUntil"?:moment }    see domain/limit_level.hpp
//   moment       := microseconds since 1970, a number
//   account      := { "id", "brand", "platform", "access", "refusedFor"?, "subscription", "handshake", "detail"?, "since":time }
//   feed         := { "brand"?, "reader", "feed", "position" }       reader: an account's or a source's id
//   delivery     := { "brand", "webhook", "settled":number, "gone"?:true, "attempts":[delivered…] }
//   delivered    := { "event":number, "type":word, "conversationId"?, "outcome":word, "tries":number, "status"?:number,
//                     "error"?, "first":time, "next"?:time }           event: its place in the log
//   offer        := { "id", "brand", "conversationId", "agentId", "queue", "epoch":number, "expiresAt":time }
//   agent        := { "id", "brand", "status", "online", "grace", "awayByItself", "staysOnline", "onShift",
//                     "sessions":number, "epoch":number, "graceUntil"?:time, "wrapUpUntil"?:time }      the five in between: true|false
//   noted        := { "brand", "agentId", "state":base64 }
//   turn         := { "brand", "sequence":number, "consumed":number, "command":base64, "events":base64 }
//   saved        := { "brand", "sequence":number, "consumed":number, "part":number, "parts":number, "state":base64 }
//   decision     := { "brand", "conversationId", "decision"?:object }
//   sla          := { "policy"?, clock-members, "at":time, "passedMs":number, "overdueMs"?:number, "reason"?, "by"?, "threshold"?:number,
//                     "lateArrival"?:true, "firedLate"?:true, "actions"?:[{ "do":word, "what" }…] }
//   previous     := { "status", "priority", "updatedAt":time }        the conversation's, before the event
//   origin       := { "kind", "id", "version"? }                      the dedup key, with the account
//   alias        := { "key":thread, "thread":thread, "since"?:time, "customer"? }  see domain/thread_alias.hpp
//   thread       := 26 base32 digits, as text
//   time         := RFC 3339, UTC, milliseconds
//
// Readers skip members that they do not know, so that a later version may add some.

#include "storage/codec.hpp"

#include "domain/json.hpp"
#include "domain/sla/clocks.hpp"
#include "domain/waking.hpp"
#include "storage/codec_write.hpp"
#include "storage/cursor.hpp"

namespace switchboard::storage {
namespace {

std::uint32_t here(const std::string& out) {
  return static_cast<std::uint32_t>(out.size());
}

/// Enough for nearly every event, so that the bytes are allocated once.
std::size_t expected_size(const domain::event& e, std::string_view node) {
  std::size_t size = 320 + 3 * node.size();
  if (e.conversation) {
    const auto& c = *e.conversation;
    size += 720 + c.brand.value.size() * 2 + c.account.value.size() + c.customer.value.size() +
            c.customer_name.size() + c.customer_handle.size() + c.customer_avatar_url.size() +
            c.customer_platform_id.size() + c.thread_key.size() + c.post_id.size() + c.post_url.size();
    for (const auto& tag : c.tags) size += tag.size() + 3;
    if (c.sla) size += 200 + c.sla->all.size() * 300;
  }
  if (e.message) {
    const auto& m = *e.message;
    size += 480 + m.content.size() + m.content.size() / 8 + m.payload.size() + m.sender_id.size() +
            m.platform_message_id.size() + m.reply_to.size();
    for (const auto& a : m.attachments) size += 96 + a.url.size() + a.platform_media_id.size();
  }
  if (e.customer) size += 320;
  if (e.dead_letter) size += 256 + e.dead_letter->detail.size() + e.dead_letter->raw.size() * 5 / 4;
  if (e.turn) size += 160 + (e.turn->command.size() + e.turn->events.size()) * 4 / 3;
  if (e.saved) size += 160 + e.saved->state.size() * 4 / 3;
  if (e.decided) size += 160 + e.decided->json.size();
  if (e.delivery) size += 160 + e.delivery->attempts.size() * 400;
  if (e.origin) size += 48 + e.origin->id.size();
  return size;
}

void copy_facts(const domain::event& e, record& r) {
  r.type = e.type;
  r.at = codec::as_written(e.at);
  if (e.conversation) {
    const auto& c = *e.conversation;
    r.brand = c.brand.value;
    r.account = c.account.value;
    r.conversation = c.id;
    r.conversation_sequence = e.sequence;
    r.assignee = c.assigned_to.value;
    r.queue = c.queue.value;
    r.routed = c.routed;
    r.platform = c.platform;
    r.kind = c.kind;
    r.shared = c.shared;
    r.place = {c.status, c.priority, codec::as_written(c.updated_at)};
    if (const auto due = domain::wake_at(c)) r.wake_at = codec::as_written(*due);
    if (c.sla) r.at_risk = c.sla->at_risk();
    if (const auto until = c.sla ? c.sla->waits_until() : std::nullopt) r.due = codec::as_written(*until);
  } else if (e.erased) {
    r.brand = e.erased->brand.value;
    r.account = e.erased->account.value;
    r.conversation = e.erased->conversation;
    if (r.conversation.ordinal != 0) r.conversation_sequence = e.sequence;
  } else if (e.customer) {
    r.brand = e.customer->brand.value;
    r.account = e.customer->account.value;
  } else if (e.dead_letter) {
    r.brand = e.dead_letter->brand.value;
  } else if (e.attempt) {
    r.brand = e.attempt->brand.value;
    r.account = e.attempt->account.value;
  } else if (e.feed) {
    r.brand = e.feed->brand.value;
  } else if (e.delivery) {
    r.brand = e.delivery->brand.value;
  } else if (e.account) {
    r.brand = e.account->brand.value;
    r.account = e.account->account.value;
  } else {
    codec::copy_routing_facts(e, r);
  }
  if (e.previous) {
    r.has_previous = true;
    r.previous = {e.previous->status, e.previous->priority, codec::as_written(e.previous->updated_at)};
  }
  if (e.message) r.message = e.message->id;
}

/// The conversation that the event is about; null: none.
const domain::conversation_id* conversation_of(const domain::event& e) {
  if (e.conversation) return &e.conversation->id;
  return e.erased && e.erased->conversation.ordinal != 0 ? &e.erased->conversation : nullptr;
}

/// The object that an event about no conversation is named after.
std::string object_id(const domain::event& e) {
  if (e.customer) return e.customer->id.value;
  if (e.dead_letter) return e.dead_letter->id.value;
  if (e.attempt) return e.attempt->account.value;
  if (e.feed) return e.feed->reader;
  if (e.delivery) return "webhook-" + e.delivery->webhook;
  if (e.account) return e.account->account.value;
  return "config";
}

void write_id_and_subject(std::string& out, const domain::event& e, std::string_view node) {
  const auto* const conversation = conversation_of(e);
  if (conversation) {
    // Also of what has no number in it: by the id's first digits the records of a thread are found (storage/erasing).
    out += ",\"id\":\"e_";
    const auto at = out.size();
    append_text(out, *conversation);
    out.erase(at, 2);  // its "c_"
    out += e.sequence > 0 ? "-" : "-at-";
    domain::append_json_number(
        out, e.sequence > 0 ? e.sequence : static_cast<std::uint64_t>(e.at.time_since_epoch().count()));
    out += '"';
  } else if (codec::is_of_routing(e)) {
    out += ",\"id\":";
    domain::append_json_string(out, codec::routing_id(e));
  } else {
    out += ",\"id\":";
    const auto at = out.size();
    domain::append_json_string(out, object_id(e));
    out.insert(at + 1, "e_");
    out.back() = '-';
    domain::append_json_number(out, std::int64_t{e.at.time_since_epoch().count()});
    out += '"';
  }
  out += ",\"source\":";
  domain::append_json_string(out, node);
  codec::append_word(out, ",\"type\":", to_word(e.type));
  out += ",\"subject\":";
  if (conversation) {
    out += '"';
    append_text(out, *conversation);
    out += '"';
  } else {
    domain::append_json_string(out, codec::is_of_routing(e) ? codec::routing_subject(e) : object_id(e));
  }
}

/// `"name":` with the comma where another member stands before it.
void member(std::string& out, std::string_view name) {
  if (out.back() != '{') out += ',';
  out += '"';
  out += name;
  out += "\":";
}

void write_objects(const domain::event& e, record& r) {
  auto& out = r.bytes;
  if (e.reaction) {
    member(out, "reaction");
    codec::write_reaction(out, *e.reaction);
  }
  if (e.message) {
    member(out, "message");
    const auto at = here(out);
    codec::message_places places;
    codec::write_message(out, *e.message, r.platform, places);
    r.message_json = {at, here(out) - at};
    r.platform_message_id = places.platform_message_id;
  }
  if (e.conversation) {
    member(out, "conversation");
    const auto at = here(out);
    codec::conversation_places places;
    codec::write_conversation(out, *e.conversation, places);
    r.conversation_json = {at, here(out) - at};
    r.customer = places.customer;
    r.tags = places.tags;
  }
  if (e.customer) {
    member(out, "customer");
    const auto at = here(out);
    const auto id = codec::write_customer(out, *e.customer);
    r.customer_json = {at, here(out) - at};
    if (!e.conversation) r.customer = id;
  }
  if (e.dead_letter) {
    member(out, "deadLetter");
    const auto at = here(out);
    append_dead_letter(out, *e.dead_letter);
    r.dead_letter_json = {at, here(out) - at};
  }
  if (e.erased) {
    member(out, "erased");
    const auto at = here(out);
    codec::write_erasure(out, *e.erased);
    r.erased_json = {at, here(out) - at};
  }
}

void write_circumstances(const domain::event& e, record& r) {
  auto& out = r.bytes;
  if (!e.config_version.empty()) {
    member(out, "config");
    out += "{\"version\":";
    domain::append_json_string(out, e.config_version);
    out += '}';
  }
  if (e.previous) {
    member(out, "previous");
    codec::append_word(out, "{\"status\":", to_word(e.previous->status));
    codec::append_word(out, ",\"priority\":", to_word(e.previous->priority));
    out += ",\"updatedAt\":";
    codec::append_time(out, e.previous->updated_at);
    out += '}';
  }
  if (e.origin) {
    r.has_origin = true;
    member(out, "origin");
    out += "{\"kind\":";
    r.origin_kind = codec::append_string(out, e.origin->kind);
    out += ",\"id\":";
    r.origin_id = codec::append_string(out, e.origin->id);
    if (!e.origin->version.empty()) {
      out += ",\"version\":";
      r.origin_version = codec::append_string(out, e.origin->version);
    }
    out += '}';
  }
  if (!e.aliases.empty()) {
    member(out, "aliases");
    const auto at = here(out);
    codec::write_aliases(out, e.aliases);
    r.aliases_json = {at, here(out) - at};
  }
  if (e.attempt) {
    member(out, "attempt");
    const auto at = here(out);
    codec::write_attempt(out, *e.attempt);
    r.attempt_json = {at, here(out) - at};
  }
  if (e.account) {
    member(out, "account");
    const auto at = here(out);
    codec::write_account(out, *e.account);
    r.account_json = {at, here(out) - at};
  }
  if (e.feed) {
    member(out, "feed");
    const auto at = here(out);
    codec::write_feed(out, *e.feed);
    r.feed_json = {at, here(out) - at};
  }
  if (e.delivery) {
    member(out, "delivery");
    const auto at = here(out);
    codec::write_delivery(out, *e.delivery);
    r.delivery_json = {at, here(out) - at};
  }
  if (e.sla) {
    member(out, "sla");
    const auto at = here(out);
    codec::write_clock_note(out, *e.sla);
    r.sla_json = {at, here(out) - at};
  }
}

}  // namespace

record encode(const domain::event& e, std::string_view node) {
  record r;
  copy_facts(e, r);
  auto& out = r.bytes;
  out.reserve(expected_size(e, node));
  out += "{\"specversion\":\"1.0\"";
  write_id_and_subject(out, e, node);
  out += ",\"time\":";
  codec::append_time(out, e.at);
  out += ",\"datacontenttype\":\"application/json\"";
  codec::append_if(out, ",\"brand\":", r.brand);
  out += ",\"cursor\":\"";
  r.cursor_at = here(out);
  out.append(cursor_width, '0');
  out += '"';
  if (e.sequence > 0) {
    out += ",\"sequence\":";
    domain::append_json_number(out, e.sequence);
  }
  out += ",\"data\":{";
  write_objects(e, r);
  write_circumstances(e, r);
  codec::write_routing(out, e, r);
  out += "}}";
  return r;
}

}  // namespace switchboard::storage
