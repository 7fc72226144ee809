#include "net/platforms/whatsapp_parts.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::net::platforms {
namespace {

/// Below this many contacts a search from the first is quicker than an index.
constexpr std::size_t searched_linearly_max = 8;

std::string_view number_of(const whatsapp_contact* c) {
  return c->wa_id;
}
std::string_view user_of(const whatsapp_contact* c) {
  return c->user_id;
}

template <class Key>
std::vector<const whatsapp_contact*> indexed(const std::vector<whatsapp_contact>& all, Key key) {
  std::vector<const whatsapp_contact*> index;
  index.reserve(all.size());
  for (const whatsapp_contact& each : all) {
    index.push_back(&each);
  }
  std::stable_sort(index.begin(), index.end(), [key](auto* a, auto* b) { return key(a) < key(b); });
  return index;
}

template <class Key>
const whatsapp_contact* search(const std::vector<whatsapp_contact>& all,
                               const std::vector<const whatsapp_contact*>& index, std::string_view wanted,
                               Key key) {
  if (wanted.empty()) {
    return nullptr;
  }
  if (index.empty()) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& c) { return key(&c) == wanted; });
    return found == all.end() ? nullptr : &*found;
  }
  const auto found = std::lower_bound(index.begin(), index.end(), wanted,
                                      [key](auto* c, std::string_view text) { return key(c) < text; });
  return found == index.end() || key(*found) != wanted ? nullptr : *found;
}

bool differ(std::string_view a, std::string_view b) {
  return !a.empty() && !b.empty() && a != b;
}

}  // namespace

whatsapp_contacts::whatsapp_contacts(object value) {
  const auto list = member_array(value, "contacts");
  if (!list) {
    return;
  }
  for (const element each : *list) {
    object o;
    if (each.get(o) != simdjson::SUCCESS || has_duplicate(o, "wa_id") || has_duplicate(o, "user_id")) {
      continue;  // it only adds a name: the message speaks for itself
    }
    whatsapp_contact& c = all_.emplace_back();
    c.wa_id = member_id(o, "wa_id");
    c.user_id = member_text(o, "user_id");
    c.parent_user_id = member_text(o, "parent_user_id");
    if (const auto profile = member_object(o, "profile")) {
      c.name = member_text(*profile, "name");
      c.username = member_text(*profile, "username");
    }
  }
  if (all_.size() > searched_linearly_max) {
    by_number_ = indexed(all_, number_of);
    by_user_ = indexed(all_, user_of);
  }
}

const whatsapp_contact* whatsapp_contacts::find(std::string_view number, std::string_view user_id) const {
  const whatsapp_contact* found = search(all_, by_number_, number, number_of);
  return found != nullptr ? found : search(all_, by_user_, user_id, user_of);
}

whatsapp_person whatsapp_contacts::person(std::string number, std::string user_id, bool alone) const {
  whatsapp_person who;
  const whatsapp_contact* contact = find(number, user_id);
  bool same = contact != nullptr;
  if (contact == nullptr && all_.size() == 1) {
    same = !differ(number, all_[0].wa_id) && !differ(user_id, all_[0].user_id);
    contact = same || alone ? &all_[0] : nullptr;
  }
  if (contact != nullptr) {
    who.name = contact->name;
    who.handle = contact->username;
    who.parent_user_id = contact->parent_user_id;
  }
  if (same) {
    if (number.empty()) number = contact->wa_id;
    if (user_id.empty()) user_id = contact->user_id;
  }
  if (who.handle.empty() && !number.empty()) {
    const bool digits = number[0] >= '0' && number[0] <= '9';
    who.handle.reserve(number.size() + 1);
    who.handle += digits ? "+" : "";
    who.handle += number;
  }
  who.id = number.empty() ? user_id : std::move(number);
  who.user_id = std::move(user_id);
  return who;
}

void whatsapp_element::reject(std::string_view reason, std::string_view detail) const {
  std::string pointer{in.pointer};
  pointer += "/value/";
  pointer += list;
  pointer += '/';
  pointer += std::to_string(index);
  in.out.reject(pointer, reason, detail, in.account);
}

bool whatsapp_element::ambiguous() const {
  const auto twice = duplicate_member(what);
  if (!twice) {
    return false;
  }
  reject("duplicate-field", "two members \"" + std::string{*twice} + '"');
  return true;
}

bool whatsapp_element::ambiguous(std::string_view part) const {
  const auto inner = member_object(what, part);
  const auto twice = inner ? duplicate_member(*inner) : std::nullopt;
  if (!twice) {
    return false;
  }
  reject("duplicate-field", "two members \"" + std::string{*twice} + "\" in " + std::string{part});
  return true;
}

domain::inbound_event& whatsapp_element::add(domain::inbound_kind kind, whatsapp_person& who,
                                             std::string_view group) const {
  domain::inbound_event& e = in.out.add();
  e.kind = kind;
  e.platform = domain::platform::whatsapp;
  e.account_platform_id = in.account;
  if (group.empty()) {
    e.thread_key = who.id;
    e.thread_key_also = who.user_id;
  } else {
    e.thread_key.reserve(7 + group.size() + who.id.size());
    e.thread_key += "group:";
    e.thread_key += group;
    e.thread_key += '/';
    if (!who.user_id.empty()) e.thread_key_also = e.thread_key + who.user_id;
    e.thread_key += who.id;
    e.thread_shared = true;
  }
  e.customer_platform_id = std::move(who.id);
  e.customer_name = who.name;
  e.customer_handle = std::move(who.handle);
  e.at = seconds_member(what, "timestamp").value_or(in.out.received_at());
  return e;
}

void keep_user_ids(payload_writer& payload, const whatsapp_person& who) {
  payload.text_if("userId", who.user_id);
  payload.text_if("parentUserId", who.parent_user_id);
}

}  // namespace switchboard::net::platforms
