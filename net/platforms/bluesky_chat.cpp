// One of the logs[] of chat.bsky.convo.getLog, an open union:
//   {"$type":"chat.bsky.convo.defs#log…","rev","convoId","message"?:{…},"reaction"?:{"value","sender":{"did"},
//    "createdAt"},"relatedProfiles"?:[{profile}]}
//   message  {"$type":"…#messageView","id","rev","text","facets"?,"embed"?,"reactions"?,"replyTo"?,"sender":{"did"},
//             "sentAt"}, "…#deletedMessageView" without a text, "…#systemMessageView" with `data` and no sender
//
// An entry shows its message as it is now, not as it was then: the reactions that it has are left to their own entries.
// Who has read does not stand in a read's entry, so that none is taken for a customer's receipt.

#include "net/platforms/bluesky_event.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace switchboard::net::platforms {
namespace {

using domain::content_type;
using domain::inbound_event;
using domain::inbound_kind;

struct log_entry {
  const bluesky_element& at;
  object json;
  std::string_view kind;  ///< behind the '#'
  std::string_view convo;
  std::optional<object> message;
  std::string_view sender;

  [[nodiscard]] bool own() const { return sender == at.account; }
};

/// Of relatedProfiles[], which holds whoever the entry names, or nobody.
bluesky_person person_named(object entry, std::string_view did) {
  const auto profiles = member_array(entry, "relatedProfiles");
  if (profiles && !did.empty()) {
    for (const element each : *profiles) {
      object profile;
      if (each.get(profile) == simdjson::SUCCESS && member_text(profile, "did") == did)
        return bluesky_person_of(profile);
    }
  }
  return {did, {}, {}, {}};
}

/// In the conversation, by `sender`. Our own side's names nobody: the conversation says whose it is.
inbound_event& add_in_convo(const log_entry& l, inbound_kind kind, std::string_view sender) {
  const bool own = sender == l.at.account;
  inbound_event& e = add_bluesky_event(l.at, kind, l.convo, person_named(l.json, own ? "" : sender));
  e.thread = domain::thread_kind::dm;
  e.thread_key = l.convo;
  e.post_id.clear();
  e.post_url.clear();
  if (own) set_bluesky_outbound(e, l.at.account);
  return e;
}

std::string id_of(const log_entry& l) {
  return l.message ? member_id(*l.message, "id") : std::string{};
}
domain::timestamp sent_at(const log_entry& l) {
  return bluesky_time(l.message ? member_text(*l.message, "sentAt") : std::string_view{}, std::nullopt,
                      l.at.out.received_at());
}

/// A kind that we don't know, or something that nobody said: shown in the conversation as it came.
void show(const log_entry& l) {
  std::string id = id_of(l);
  const std::string_view rev = member_text(l.json, "rev");
  if (id.empty() && rev.empty()) return l.at.reject("malformed", "neither a message nor a rev");
  if (id.empty()) ((id = l.kind) += ':') += rev;
  inbound_event& e = add_in_convo(l, inbound_kind::message, {});
  e.sender = domain::sender_type::system;
  e.platform_message_id = std::move(id);
  e.content_type = content_type::unsupported;
  e.at = sent_at(l);
  payload_writer payload{e.payload};
  payload.text("kind", l.kind);
  payload.value("log", l.json);
}

void add_message(const log_entry& l) {
  if (l.sender.empty()) return show(l);  // a system's message
  std::string id = id_of(l);
  if (id.empty()) return l.at.reject("malformed", "no message.id");
  inbound_event& e = add_in_convo(l, inbound_kind::message, l.sender);
  e.platform_message_id = std::move(id);
  e.content = member_text(*l.message, "text");
  e.at = sent_at(l);
  const auto reply = member_object(*l.message, "replyTo");
  if (reply) e.reply_to = member_id(*reply, has_member(*reply, "messageId") ? "messageId" : "id");
  const bool shows = has_member(*l.message, "embed");
  payload_writer payload{e.payload};
  if (e.content.empty()) e.content_type = shows ? content_type::attachment : content_type::unsupported;
  if (e.content.empty() && !shows) payload.value("message", *l.message);
  for (const std::string_view name : {"embed", "facets"}) payload.member_if(name, *l.message, name);
}

void add_deletion(const log_entry& l) {
  std::string id = id_of(l);
  if (id.empty()) return l.at.reject("malformed", "no message.id");
  inbound_event& e = add_in_convo(l, inbound_kind::deletion, l.sender);
  e.platform_message_id = std::move(id);
  e.at = sent_at(l);
}

void add_reaction(const log_entry& l) {
  const auto reaction = member_object(l.json, "reaction");
  const auto by = reaction ? member_object(*reaction, "sender") : std::nullopt;
  if (l.at.ambiguous({reaction, by})) return;
  const std::string_view sender = by ? member_text(*by, "did") : std::string_view{};
  const std::string_view emoji = reaction ? member_text(*reaction, "value") : std::string_view{};
  std::string id = id_of(l);
  if (sender.empty() || emoji.empty() || id.empty()) {
    return l.at.reject("malformed", id.empty() ? "no message.id" : "no reaction.sender.did, or no value");
  }
  const bool removed = l.kind == "logRemoveReaction";
  inbound_event& e =
      add_in_convo(l, removed ? inbound_kind::reaction_removed : inbound_kind::reaction_added, sender);
  e.platform_message_id = std::move(id);
  e.content_type = content_type::reaction;
  e.reaction_emoji = emoji;
  e.version = sender;
  // A reaction that is taken back and made again is another one.
  ((((e.version += ':') += emoji) += ':') += member_text(l.json, "rev"));
  // A removal tells when the reaction was made, not when it went: that one is gone, and a later one is not.
  e.at = bluesky_time(member_text(*reaction, "createdAt"), std::nullopt, l.at.out.received_at());
}

/// What leaves no trace: a conversation begun, accepted or muted, or read by nobody who is named.
void add_nothing(const log_entry& l) {
  inbound_event& e = add_in_convo(l, inbound_kind::status, {});
  (((e.platform_message_id = l.kind) += ':') += l.convo) += ':';
  e.platform_message_id += member_text(l.json, "rev");
}

struct known_kind {
  std::string_view name;
  void (*add)(const log_entry&);
};
constexpr std::array<known_kind, 11> known_kinds{{{"logCreateMessage", add_message},
                                                  {"logDeleteMessage", add_deletion},
                                                  {"logAddReaction", add_reaction},
                                                  {"logRemoveReaction", add_reaction},
                                                  {"logReadMessage", add_nothing},
                                                  {"logReadConvo", add_nothing},
                                                  {"logBeginConvo", add_nothing},
                                                  {"logAcceptConvo", add_nothing},
                                                  {"logLeaveConvo", add_nothing},
                                                  {"logMuteConvo", add_nothing},
                                                  {"logUnmuteConvo", add_nothing}}};

}  // namespace

void unpack_bluesky_log(const bluesky_element& at, object entry) {
  const std::string_view type = member_text(entry, "$type");
  const auto message = member_object(entry, "message");
  const auto sender = message ? member_object(*message, "sender") : std::nullopt;
  const log_entry l{at,
                    entry,
                    type.substr(type.find('#') + 1),
                    member_text(entry, "convoId"),
                    message,
                    sender ? member_text(*sender, "did") : std::string_view{}};
  if (at.ambiguous({entry, message, sender})) return;
  if (l.kind.empty()) return at.reject("malformed", "no $type");
  if (l.convo.empty()) {
    return at.reject("unsupported", "about no conversation: " + std::string{clipped(type)});
  }
  const auto known = std::find_if(known_kinds.begin(), known_kinds.end(),
                                  [&](const known_kind& each) { return each.name == l.kind; });
  known == known_kinds.end() ? show(l) : known->add(l);
}

}  // namespace switchboard::net::platforms
