// Who follows, blocks or mutes whom, who took the app its rights, and whatever X will think of next.
//   follow_events[], block_events[], mute_events[]  {"type":"unfollow","source":{user},"target":{user},
//                                                    "created_timestamp"}; XAA: follow.unfollow and the like
//   user_event                                      {"revoke":{"date_time","target":{"app_id"},"source":{"user_id"}}};
//                                                    XAA: oauth.revoke {"date_time","user_id","app_id"}

#include "net/platforms/content_hash.hpp"
#include "net/platforms/x_parts.hpp"

#include <array>
#include <utility>

namespace switchboard::net::platforms {
namespace {

using domain::inbound_event;
using domain::inbound_kind;

struct deed {
  std::string_view type;
  std::string_view by_us;
  std::string_view by_them;
};
constexpr std::array<deed, 4> deeds{
    {{"block", "The customer was blocked", "The customer blocked the account"},
     {"unblock", "The customer was unblocked", "The customer unblocked the account"},
     {"mute", "The customer was muted", "The customer muted the account"},
     {"unmute", "The customer was unmuted", "The customer unmuted the account"}}};

/// Of whatever names a person: the first who is not we.
x_person person_in(const x_element& at, object what) {
  for (const std::string_view name : {"user", "source", "sender", "author", "target"}) {
    if (const auto user = member_object(what, name)) {
      if (x_person who = x_person_of(user); !who.id.empty() && who.id != at.in.account) return who;
    }
  }
  for (const std::string_view name : {"sender_id", "author_id", "user_id", "participant_id"}) {
    if (std::string id = x_id_in(what, name); !id.empty() && id != at.in.account) {
      return x_person_named(at.in, std::move(id));
    }
  }
  return {};
}

/// A name for what X gives none: the same in every redelivery.
std::string made_up_id(const x_element& at, object what) {
  std::string id = x_id_in(what, "id");
  if (id.empty()) id = at.in.uuid;
  if (id.empty()) id = std::to_string(content_hash(to_json(what)));
  std::string whole{at.kind};
  return (whole += ':') += id;
}

/// Without its time a redelivery could not be told from the next one: then it is a dead letter, for a person to look at.
void tell_revoked(const x_element& at, object dated, std::string who, const std::string& app) {
  if (who.empty()) who = at.in.account;
  const std::string what = "the rights of app " + app + " were revoked by " + who;
  const auto when = domain::parse_rfc3339(member_text(dated, "date_time"));
  if (!when)
    return at.in.out.reject(at.pointer, "account-notice", what + ", at no time that is readable", who);
  at.in.out.revoke(at.pointer, what, who, *when);
}

}  // namespace

/// A follower is news about a customer, and no case of anybody's; what was blocked or muted is said in the talk with
/// them, for it explains why nothing comes any more.
void unpack_x_relation(const x_element& at, object relation) {
  const auto source = member_object(relation, "source");
  const auto target = member_object(relation, "target");
  if (at.ambiguous(source) || at.ambiguous(target)) return;
  x_person by = x_person_of(source);
  x_person whom = x_person_of(target);
  if (by.id.empty() || whom.id.empty()) {
    return at.reject("malformed", "no source.id, or no target.id");
  }
  std::string account = at.in.account;
  if (at.in.guessed && by.id != account) account = whom.id;
  const bool by_us = by.id == account;
  std::string_view type = member_text(relation, "type");
  if (type.empty()) type = at.kind.substr(at.kind.rfind('.') + 1);
  std::string when = member_id(relation, "created_timestamp");
  if (when.empty()) when = at.in.uuid;
  std::string id{type};
  for (const std::string* each : {&by.id, &whom.id, &when}) (id += ':') += *each;
  const deed* known = nullptr;
  for (const deed& each : deeds) {
    if (each.type == type) known = &each;
  }
  const bool follows = type == "follow" || type == "unfollow";
  if (known == nullptr && !follows) return show_x_event(at, relation, {});
  inbound_event& e = add_x_event(at, follows ? inbound_kind::profile : inbound_kind::message, account,
                                 by_us ? std::move(whom) : std::move(by), relation);
  e.sender = domain::sender_type::system;
  e.platform_message_id = std::move(id);
  if (follows) {
    e.content = type;
    return;
  }
  e.content = by_us ? known->by_us : known->by_them;
  payload_writer payload{e.payload};
  payload.text("kind", at.kind);
  payload.text("type", type);
}

void unpack_x_user_event(const x_element& at, object event) {
  const auto revoke = member_object(event, "revoke");
  if (!revoke) {
    return at.reject("unsupported", "a user_event that we do not know: " + clipped_json(event));
  }
  const auto source = member_object(*revoke, "source");
  const auto app = member_object(*revoke, "target");
  if (at.ambiguous(*revoke) || at.ambiguous(source) || at.ambiguous(app)) return;
  tell_revoked(at, *revoke, source ? x_id_in(*source, "user_id") : std::string{},
               app ? x_id_in(*app, "app_id") : std::string{});
}

void unpack_x_revocation(const x_element& at, object payload) {
  tell_revoked(at, payload, x_id_in(payload, "user_id"), x_id_in(payload, "app_id"));
}

void show_x_event(const x_element& at, object what, std::string_view sentence) {
  x_person who = person_in(at, what);
  if (who.id.empty() || at.in.account.empty()) {
    return at.reject("unsupported",
                     "a kind that we do not know, of nobody: " + std::string{clipped(at.kind)});
  }
  std::string id = made_up_id(at, what);
  inbound_event& e = add_x_event(at, inbound_kind::message, at.in.account, std::move(who), what);
  e.sender = domain::sender_type::system;
  e.platform_message_id = std::move(id);
  e.content = sentence;
  if (sentence.empty()) e.content_type = domain::content_type::unsupported;
  payload_writer payload{e.payload};
  payload.text("kind", at.kind);
  payload.value("event", what);
}

}  // namespace switchboard::net::platforms
