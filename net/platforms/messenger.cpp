// Messenger and Instagram DMs, everything but the message itself. Both platforms send
//   {"sender":{"id"},"recipient":{"id"},"timestamp":ms,"<kind>":{…}}
// where <kind> is one of the table at the end (Messenger Platform and Instagram Messaging webhook reference).
// Units: milliseconds as a number; Instagram's dashboard test sends seconds as text.

#include "net/platforms/messenger.hpp"

#include "net/platforms/content_hash.hpp"

#include <array>

namespace switchboard::net::platforms {
namespace {

using domain::inbound_event;
using domain::inbound_kind;

std::string milliseconds(domain::timestamp t) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(t.time_since_epoch()).count());
}

/// The element's own time; empty where it has none, for entry.time differs from redelivery to redelivery.
std::string own_time(const messaging_item& item) {
  return item.platform_time ? milliseconds(*item.platform_time) : std::string{};
}

void unpack_edit(const messaging_item& item, object value) {
  std::string id = member_id(value, "mid");
  if (id.empty()) {
    return item.at.reject("malformed", "message_edit.mid is missing");
  }
  inbound_event& event = item.add(inbound_kind::edit);
  event.platform_message_id = std::move(id);
  event.version = member_id(value, "num_edit");
  if (event.version.empty()) {
    event.version = own_time(item) + '#' + std::to_string(content_hash(member_text(value, "text")));
  }
  event.content = member_text(value, "text");
}

void unpack_reaction(const messaging_item& item, object value) {
  std::string target = member_id(value, "mid");
  const std::string_view action = member_text(value, "action");
  if (target.empty() || (action != "react" && action != "unreact")) {
    return item.at.reject("malformed", target.empty() ? "reaction.mid is missing"
                                                      : "reaction.action is neither react nor unreact");
  }
  const bool added = action == "react";
  inbound_event& event = item.add(added ? inbound_kind::reaction_added : inbound_kind::reaction_removed);
  event.platform_message_id = std::move(target);
  event.content_type = domain::content_type::reaction;
  event.reaction_emoji = member_text(value, "emoji");
  if (event.reaction_emoji.empty()) {
    event.reaction_emoji = emoji_named(member_text(value, "reaction"));
  }
  event.version = item.sender + ":" + std::string{action} + ":" + own_time(item);
}

/// A press or an opening that comes with an object of its own instead of a text.
inbound_event& add_interactive(const messaging_item& item, std::string_view kind, object value,
                               std::string_view prefix) {
  // Not all of it: a redelivery's media URLs are signed anew.
  std::string what;
  for (const std::string_view name : {"title", "payload", "ref", "source", "type", "user_ref", "ad_id"}) {
    (what += member_id(value, name)) += '\n';
  }
  inbound_event& event = item.add(inbound_kind::message);
  event.content_type = domain::content_type::interactive;
  event.platform_message_id = member_id(value, "mid");
  if (event.platform_message_id.empty()) {
    event.platform_message_id = item.made_up_id(prefix, what);
  }
  payload_writer payload{event.payload};
  payload.flag_if("standby", item.standby);
  payload.member_if(kind, item.json, kind);
  return event;
}

void unpack_postback(const messaging_item& item, object value) {
  inbound_event& event = add_interactive(item, "postback", value, "pb:");
  event.content = member_text(value, "title");
}

void unpack_referral(const messaging_item& item, object value) {
  inbound_event& event = add_interactive(item, "referral", value, "referral:");
  event.content = member_text(value, "ref");
}

void unpack_optin(const messaging_item& item, object value) {
  inbound_event& event = add_interactive(item, "optin", value, "optin:");
  event.content = member_text(value, "title");
  if (event.content.empty()) {
    event.content = member_text(value, "ref");
  }
}

inbound_event& add_status(const messaging_item& item, domain::delivery_status status) {
  inbound_event& event = item.add(inbound_kind::status);
  event.status = status;
  event.version = domain::to_word(status);
  return event;
}

/// Everything up to the watermark. It names no message: the customer in the version keeps two customers'
/// equal watermarks apart.
void add_watermark(const messaging_item& item, domain::delivery_status status, domain::timestamp watermark) {
  inbound_event& event = add_status(item, status);
  event.watermark = watermark;
  event.version += ":" + milliseconds(watermark) + ":" + item.customer;
}

/// Delivery events may come without a time of their own: the watermark is then the nearest to it.
void add_delivered(const messaging_item& item, array mids, domain::timestamp otherwise) {
  std::size_t index = 0;
  for (const element each : mids) {
    if (item.at.out.full()) {
      return;
    }
    std::string_view mid;
    if (each.get(mid) != simdjson::SUCCESS || mid.empty()) {
      item.at.reject("malformed", "delivery.mids/" + std::to_string(index) + " is no id");
    } else {
      inbound_event& event = add_status(item, domain::delivery_status::delivered);
      event.platform_message_id = mid;
      event.at = item.platform_time.value_or(otherwise);
    }
    ++index;
  }
}

/// delivery.{mids[]?, watermark}: the ids are exact, the watermark also covers what they leave out.
void unpack_delivery(const messaging_item& item, object value) {
  const auto watermark = milliseconds_member(value, "watermark");
  const auto mids = member_array(value, "mids");
  const std::size_t mids_count = mids ? mids->size() : 0;
  if (mids_count == 0 && !watermark) {
    return item.at.reject("malformed", "delivery has neither mids nor a watermark");
  }
  if (mids_count > 0) {
    add_delivered(item, *mids, watermark.value_or(item.time));
  }
  if (watermark) {
    add_watermark(item, domain::delivery_status::delivered, *watermark);
  }
}

/// Messenger: read.watermark. Instagram: read.mid.
void unpack_read(const messaging_item& item, object value) {
  std::string mid = member_id(value, "mid");
  const auto watermark = milliseconds_member(value, "watermark");
  if (!mid.empty()) {
    add_status(item, domain::delivery_status::read).platform_message_id = std::move(mid);
  } else if (watermark) {
    add_watermark(item, domain::delivery_status::read, *watermark);
  } else {
    item.at.reject("malformed", "read has neither a mid nor a watermark");
  }
}

void add_system(const messaging_item& item, std::string_view kind, std::string content) {
  inbound_event& event = item.add(inbound_kind::message);
  event.direction = domain::direction::inbound;
  event.sender = domain::sender_type::system;
  event.platform_message_id = item.made_up_id(std::string{kind} + ":", content);
  event.content = std::move(content);
  payload_writer payload{event.payload};
  payload.flag_if("standby", item.standby);
  payload.member_if(kind, item.json, kind);
}

void unpack_pass(const messaging_item& item, object value) {
  add_system(item, "pass_thread_control",
             "Thread control passed to app " + member_id(value, "new_owner_app_id"));
}
void unpack_take(const messaging_item& item, object value) {
  add_system(item, "take_thread_control",
             "Thread control taken from app " + member_id(value, "previous_owner_app_id"));
}
void unpack_request(const messaging_item& item, object value) {
  add_system(item, "request_thread_control",
             "Thread control requested by app " + member_id(value, "requested_owner_app_id"));
}
void unpack_roles(const messaging_item& item, object) {
  add_system(item, "app_roles", "The roles of apps on this page changed");
}
void unpack_policy(const messaging_item& item, object value) {
  item.at.reject("account-notice", "policy-enforcement " +
                                       std::string{clipped(member_text(value, "action"))} + ": " +
                                       std::string{clipped(member_text(value, "reason"))});
}

struct kind_of_element {
  std::string_view name;
  void (*unpack)(const messaging_item&, object);
  bool about_account;  ///< may come without a customer, and is then a notice to the account
};
constexpr std::array<kind_of_element, 13> kinds = {{{"message", unpack_dm_message, false},
                                                    {"message_edit", unpack_edit, false},
                                                    {"reaction", unpack_reaction, false},
                                                    {"postback", unpack_postback, false},
                                                    {"referral", unpack_referral, false},
                                                    {"optin", unpack_optin, false},
                                                    {"delivery", unpack_delivery, false},
                                                    {"read", unpack_read, false},
                                                    {"pass_thread_control", unpack_pass, false},
                                                    {"take_thread_control", unpack_take, false},
                                                    {"request_thread_control", unpack_request, false},
                                                    {"app_roles", unpack_roles, true},
                                                    {"policy-enforcement", unpack_policy, true}}};

/// What one pass over the element finds.
struct found_members {
  std::optional<element> sender;
  std::optional<element> recipient;
  std::array<std::pair<const kind_of_element*, element>, kinds.size()> parts;
  std::size_t part_count = 0;
};

found_members members_of(object json) {
  found_members found;
  for (const auto field : json) {
    if (field.key == "sender") {
      found.sender = field.value;
    } else if (field.key == "recipient") {
      found.recipient = field.value;
    } else if (field.key != "timestamp" && !field.value.is_null()) {
      for (const kind_of_element& kind : kinds) {
        if (kind.name == field.key && found.part_count < found.parts.size()) {
          found.parts[found.part_count++] = {&kind, field.value};
        }
      }
    }
  }
  return found;
}

/// The id of `sender` or `recipient`; a chat plugin's visitor has only a user_ref. nullopt: it was rejected.
std::optional<std::string> person(const meta_element& at, const std::optional<element>& part) {
  object who;
  if (!part || part->is_null()) {
    return std::string{};
  }
  if (part->get(who) != simdjson::SUCCESS) {
    at.reject("malformed", "sender or recipient is no object");
    return std::nullopt;
  }
  if (rejected_as_ambiguous(at, who)) {
    return std::nullopt;
  }
  std::string id = member_id(who, "id");
  if (id.empty()) {
    if (const std::string ref = member_id(who, "user_ref"); !ref.empty()) {
      id = "ref:" + ref;
    }
  }
  return id;
}

/// The checkbox plugin's opt-in comes without a sender: whoever it was is named inside it alone (Messenger
/// Platform, messaging_optins). Empty: by nobody. nullopt: it was rejected.
std::optional<std::string> person_opting_in(const meta_element& at, const found_members& found) {
  for (std::size_t i = 0; i < found.part_count; ++i) {
    object optin;
    const auto& [kind, value] = found.parts[i];
    if (kind->unpack != unpack_optin || value.get(optin) != simdjson::SUCCESS) continue;
    if (rejected_as_ambiguous(at, optin)) return std::nullopt;
    if (std::string ref = member_id(optin, "user_ref"); !ref.empty()) return "ref:" + ref;
  }
  return std::string{};
}

bool is_echo(const found_members& found) {
  for (std::size_t i = 0; i < found.part_count; ++i) {
    object message;
    const auto& [kind, value] = found.parts[i];
    if (kind->name == "message" && value.get(message) == simdjson::SUCCESS &&
        member_bool(message, "is_echo")) {
      return true;
    }
  }
  return false;
}

void set_time(messaging_item& item) {
  const bool instagram = item.at.entry.platform == domain::platform::instagram;
  const time_unit text_unit = instagram ? time_unit::seconds : time_unit::milliseconds;
  item.platform_time = time_member(item.json, "timestamp", time_unit::milliseconds, text_unit);
  if (item.platform_time) {
    item.time = *item.platform_time;
  } else {
    item.time = time_member(item.at.entry.json, "time", time_unit::milliseconds, text_unit)
                    .value_or(item.at.out.received_at());
  }
}

void reject_without_customer(const meta_element& at, const found_members& found) {
  if (found.part_count == 0) {
    return at.reject("unsupported", "an element of unknown kind that names no sender");
  }
  const kind_of_element& kind = *found.parts[0].first;
  if (kind.about_account) {
    object value;
    const bool readable = found.parts[0].second.get(value) == simdjson::SUCCESS;
    const std::string what = readable ? std::string{clipped(to_json(value))} : std::string{};
    return at.reject("account-notice", std::string{kind.name} + ": " + what);
  }
  at.reject("malformed", std::string{kind.name} + " names no customer");
}

void add_unsupported(const messaging_item& item) {
  inbound_event& event = item.add(inbound_kind::message);
  event.content_type = domain::content_type::unsupported;
  std::string members;
  for (const auto member : item.json) (members += member.key) += '\n';
  event.platform_message_id = item.made_up_id("unknown:", members);
  append_json(event.payload, item.json);
}

}  // namespace

inbound_event& messaging_item::add(inbound_kind kind) const {
  inbound_event& event = at.out.add();
  event.kind = kind;
  event.platform = at.entry.platform;
  event.account_platform_id = at.entry.account;
  event.thread_key = customer;
  event.customer_platform_id = customer;
  if (outbound) {
    event.direction = domain::direction::outbound;
    event.sender = domain::sender_type::agent;
  }
  event.sender_id = sender;
  event.at = time;
  return event;
}

std::string messaging_item::made_up_id(std::string_view prefix, std::string_view what) const {
  const std::string tail = platform_time
                               ? milliseconds(*platform_time) + ':' + std::to_string(content_hash(what))
                               : std::to_string(content_hash(to_json(json)));
  return std::string{prefix} + customer + ":" + tail;
}

void unpack_messaging(const meta_element& at, element item, bool standby) {
  object json;
  if (item.get(json) != simdjson::SUCCESS) {
    return at.reject("malformed", "the element is no object");
  }
  if (rejected_as_ambiguous(at, json)) {
    return;
  }
  const found_members found = members_of(json);
  auto sender = person(at, found.sender);
  if (!sender) {
    return;
  }
  if (sender->empty()) {
    sender = person_opting_in(at, found);
  }
  if (!sender) {
    return;
  }
  auto recipient = person(at, found.recipient);
  if (!recipient) {
    return;
  }
  messaging_item whole{.at = at, .json = json, .standby = standby};
  whole.outbound = is_echo(found) || *sender == at.entry.account;
  // An echo goes from the page to the customer. Whichever side the page stands on, the other one is the customer.
  const bool to_recipient =
      whole.outbound && !(*recipient == at.entry.account && *sender != at.entry.account);
  whole.customer = to_recipient ? std::move(*recipient) : *sender;
  if (whole.outbound) {
    whole.sender = at.entry.account;
  } else {
    whole.sender = std::move(*sender);
  }
  if (whole.customer.empty()) {
    return reject_without_customer(at, found);
  }
  set_time(whole);
  for (std::size_t i = 0; i < found.part_count && !at.out.full(); ++i) {
    const auto& [kind, part] = found.parts[i];
    object value;
    if (part.get(value) != simdjson::SUCCESS) {
      at.reject("malformed", std::string{kind->name} + " is no object");
    } else if (!rejected_as_ambiguous(at, value)) {
      kind->unpack(whole, value);
    }
  }
  if (found.part_count == 0) {
    add_unsupported(whole);
  }
}

}  // namespace switchboard::net::platforms
