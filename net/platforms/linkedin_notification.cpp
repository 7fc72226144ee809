// One of notifications[]:
//   {"notificationId":5603453321,"organizationalEntity":"urn:li:organization:9","action":"COMMENT",
//    "sourcePost":"urn:li:activity:1","decoratedSourcePost"?:{"entity","owner","text","mediaCategory"},
//    "generatedActivity":"urn:li:comment:(activity:1,2)","decoratedGeneratedActivity"?:{"comment"|"share":{"entity",
//    "owner","text","object"}},"lastModifiedAt":ms,"subscriber":"urn:li:person:…"}
//
// Everybody who subscribed gets a copy with a notificationId of its own, so that an event is told apart by what was
// done to what, and when; never by notificationId or subscriber.

#include "net/platforms/linkedin_parts.hpp"
#include "net/platforms/meta_entry.hpp"
#include "net/platforms/payload.hpp"

#include <algorithm>
#include <array>

namespace switchboard::net::platforms {
namespace {

using domain::inbound_event;
using domain::inbound_kind;
using domain::thread_kind;

struct li_notification {
  unpacker& out;
  std::string_view pointer;
  object json;
  std::string account = {};
  std::string_view action = {};
  std::string post = {};      ///< the organization's, below which it happened
  std::string activity = {};  ///< the comment, share or reaction itself
  std::string owner = {};     ///< who did it
  std::string object_urn = {};
  std::string_view text = {};

  void reject(std::string_view reason, std::string_view detail) const {
    out.reject(pointer, reason, detail, account);
  }
  [[nodiscard]] bool own() const { return action == "ADMIN_COMMENT" || owner == account; }
  [[nodiscard]] std::string when() const {
    const auto ms = member_int(json, "lastModifiedAt");
    return ms ? std::to_string(*ms) : std::string{};
  }
  [[nodiscard]] inbound_event& add(inbound_kind kind, thread_kind thread, const std::string& below) const;
};

std::string page_of(const std::string& post) {
  const bool plain = std::all_of(post.begin(), post.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ':';
  });
  return plain && post.starts_with("urn:li:") ? "https://www.linkedin.com/feed/update/" + post
                                              : std::string{};
}

inbound_event& li_notification::add(inbound_kind kind, thread_kind thread, const std::string& below) const {
  inbound_event& e = out.add();
  e.kind = kind;
  e.platform = domain::platform::linkedin;
  e.account_platform_id = account;
  e.thread = thread;
  e.post_id = below;
  e.post_url = page_of(below);
  e.sender_id = owner.empty() ? account : owner;
  if (own()) {
    e.direction = domain::direction::outbound;
    e.sender = domain::sender_type::agent;
  } else {
    e.customer_platform_id = owner;
    e.sender_id = owner;
  }
  e.thread_key = thread_key_below(below, e.customer_platform_id);
  e.at = milliseconds_member(json, "lastModifiedAt").value_or(out.received_at());
  return e;
}

void keep(const li_notification& at, inbound_event& e) {
  payload_writer payload{e.payload};
  payload.text("action", at.action);
  payload.text_if("notificationId", member_id(at.json, "notificationId"));
  payload.member_if("post", at.json, "decoratedSourcePost");
}

/// The comment that this one answers; empty: it stands right below the post.
std::string parent_of(const li_notification& at) {
  return is_urn_of(at.object_urn, "comment") && at.object_urn != at.activity ? at.object_urn : std::string{};
}

void add_comment(const li_notification& at) {
  inbound_event& e = at.add(inbound_kind::message, thread_kind::comment, at.post);
  e.platform_message_id = at.activity;
  e.content = at.text;
  e.reply_to = parent_of(at);
  if (e.customer_platform_id.empty()) e.thread_parent = e.reply_to;
  keep(at, e);
}

void add_edit(const li_notification& at) {
  inbound_event& e = at.add(inbound_kind::edit, thread_kind::comment, at.post);
  e.platform_message_id = at.activity;
  e.version = at.when();
  e.content = at.text;
  e.reply_to = parent_of(at);
  if (e.customer_platform_id.empty()) e.thread_parent = at.activity;
  keep(at, e);
}

/// Nothing of the comment need be there any more but its name: it lies where that does.
void add_deletion(const li_notification& at) {
  inbound_event& e = at.add(inbound_kind::deletion, thread_kind::comment, at.post);
  e.platform_message_id = at.activity;
  e.thread_parent = at.activity;
}

/// urn:li:like:(urn:li:person:…,urn:li:activity:…): who, and what.
void add_like(const li_notification& at) {
  auto [who, what] = names_in_urn(at.activity);
  li_notification like = at;
  if (like.owner.empty()) like.owner = std::move(who);
  if (what.empty()) what = at.object_urn;
  if (what.empty()) what = at.post;
  inbound_event& e = like.add(inbound_kind::reaction_added, thread_kind::comment, at.post);
  e.thread_parent = what;
  e.platform_message_id = std::move(what);
  e.content_type = domain::content_type::reaction;
  e.reaction_emoji = emoji_named("like");
  e.version = (like.owner.empty() ? at.activity : like.owner) + ':' + at.when();
}

void add_share(const li_notification& at) {
  inbound_event& e = at.add(inbound_kind::message, thread_kind::comment, at.post);
  e.platform_message_id = at.activity;
  e.content = at.text;
  keep(at, e);
}

/// A post of somebody's that names the organization is its own place to talk.
void add_mention(const li_notification& at) {
  inbound_event& e = at.add(inbound_kind::message, thread_kind::mention, at.activity);
  e.platform_message_id = at.activity;
  e.content = at.text;
  keep(at, e);
}

struct known_action {
  std::string_view word;
  void (*add)(const li_notification&);
};
constexpr std::array<known_action, 7> known_actions{{{"COMMENT", add_comment},
                                                     {"ADMIN_COMMENT", add_comment},
                                                     {"COMMENT_EDIT", add_edit},
                                                     {"COMMENT_DELETE", add_deletion},
                                                     {"LIKE", add_like},
                                                     {"SHARE", add_share},
                                                     {"SHARE_MENTION", add_mention}}};

void add_unknown(const li_notification& at) {
  if (at.owner.empty()) {
    return at.reject("unsupported",
                     "an action that we do not know, of nobody: " + std::string{clipped(at.action)});
  }
  inbound_event& e =
      at.add(inbound_kind::message, thread_kind::comment, at.post.empty() ? at.activity : at.post);
  e.platform_message_id = std::string{at.action} + ':' + at.activity + ':' + at.when();
  e.content_type = domain::content_type::unsupported;
  payload_writer payload{e.payload};
  payload.value("notification", at.json);
}

/// The comment, the share, or whatever else it will be called, of the decorated activity. False after a rejection.
bool read_activity(li_notification& at) {
  at.activity = full_urn(member_id(at.json, "generatedActivity"));
  const auto decorated = member_object(at.json, "decoratedGeneratedActivity");
  if (!decorated) return true;
  for (const auto member : *decorated) {
    object inner;
    if (member.value.get(inner) != simdjson::SUCCESS) continue;
    if (const auto twice = duplicate_member(inner)) {
      at.reject("duplicate-field", "\"" + std::string{clipped(*twice)} + "\" stands twice");
      return false;
    }
    if (at.activity.empty()) at.activity = full_urn(member_id(inner, "entity"));
    if (at.owner.empty()) at.owner = full_urn(member_id(inner, "owner"));
    if (at.text.empty()) at.text = member_text(inner, "text");
    if (at.object_urn.empty()) {
      at.object_urn =
          full_urn(member_id(inner, has_member(inner, "parentComment") ? "parentComment" : "object"));
    }
  }
  return true;
}

}  // namespace

void unpack_linkedin_notification(unpacker& out, std::string_view pointer, object notification) {
  li_notification at{.out = out, .pointer = pointer, .json = notification};
  at.account = full_urn(member_id(notification, "organizationalEntity"));
  if (const auto twice = duplicate_member(notification)) {
    return at.reject("duplicate-field", "\"" + std::string{clipped(*twice)} + "\" stands twice");
  }
  at.action = member_text(notification, "action");
  at.post = full_urn(member_id(notification, "sourcePost"));
  if (!read_activity(at)) return;
  if (at.account.empty() || at.activity.empty()) {
    return at.reject("malformed", at.account.empty() ? "no organizationalEntity"
                                                     : "no generatedActivity, and no entity of one");
  }
  if (at.post.empty() && is_urn_of(at.activity, "comment")) at.post = names_in_urn(at.activity).first;
  if (at.post.empty()) at.post = at.activity;
  for (const known_action& each : known_actions) {
    if (each.word == at.action) return each.add(at);
  }
  at.action.empty() ? at.reject("malformed", "no action") : add_unknown(at);
}

}  // namespace switchboard::net::platforms
