#pragma once
// What the WhatsApp sources share: one change's value, the people in it, and one element of its lists.

#include "net/platforms/json.hpp"
#include "net/platforms/payload.hpp"
#include "net/platforms/unpacker.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace switchboard::net::platforms {

/// One of value.contacts[]. The views live as long as the document.
struct whatsapp_contact {
  std::string wa_id;         ///< the phone number as WhatsApp writes it; absent since usernames exist
  std::string_view user_id;  ///< BSUID: scoped to the business portfolio
  std::string_view parent_user_id;
  std::string_view name;
  std::string_view username;
};

/// Who is at the other end of a message or a status. `id` is what the thread hangs on.
struct whatsapp_person {
  std::string id;  ///< the phone number where there is one, else the BSUID; empty: nobody was named
  std::string user_id;
  std::string_view parent_user_id;
  std::string_view name;
  std::string handle;  ///< username, or "+" and the number
};

/// Finds the contact that belongs to a message. A batch has as many contacts as messages: beyond a few they
/// are indexed, so that a large body stays linear.
class whatsapp_contacts {
 public:
  explicit whatsapp_contacts(object value);
  whatsapp_contacts(const whatsapp_contacts&) = delete;  // the indexes point into all_
  whatsapp_contacts& operator=(const whatsapp_contacts&) = delete;

  /// `number`, `user_id`: what the element itself says of its person, each may be empty. `alone`: it is the
  /// only element, so that a single contact is its person even where the ids are spelled differently.
  [[nodiscard]] whatsapp_person person(std::string number, std::string user_id, bool alone) const;
  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }

 private:
  [[nodiscard]] const whatsapp_contact* find(std::string_view number, std::string_view user_id) const;

  std::vector<whatsapp_contact> all_;
  std::vector<const whatsapp_contact*> by_number_;  ///< sorted; empty while all_ is short
  std::vector<const whatsapp_contact*> by_user_;
};

/// entry[].changes[].value with what all its elements need.
struct whatsapp_value {
  unpacker& out;
  object value;
  std::string_view pointer;  ///< the change's
  std::string_view field;
  std::string account;  ///< metadata.phone_number_id
  whatsapp_contacts contacts;
};

/// value.<list>[index]
struct whatsapp_element {
  const whatsapp_value& in;
  object what;
  std::string_view list;
  std::size_t index = 0;
  bool alone = false;  ///< the only element of its list

  void reject(std::string_view reason, std::string_view detail) const;
  /// Rejects the element if a member of it, or of `part` in it, stands twice: which one is meant?
  [[nodiscard]] bool ambiguous() const;
  [[nodiscard]] bool ambiguous(std::string_view part) const;
  /// A new event of this account at the element's own time, about `who`, in their thread or, with a `group`,
  /// in that group's thread with them. `who` keeps its user ids: they belong into the payload.
  [[nodiscard]] domain::inbound_event& add(domain::inbound_kind kind, whatsapp_person& who,
                                           std::string_view group) const;
};

/// payload.userId and payload.parentUserId, where there are any.
void keep_user_ids(payload_writer& payload, const whatsapp_person& who);

/// messages[] (echo: message_echoes[], our own side typed them in the WhatsApp Business app).
void unpack_whatsapp_message(const whatsapp_element& at, bool echo);
/// statuses[]
void unpack_whatsapp_status(const whatsapp_element& at);
/// calls[]
void unpack_whatsapp_call(const whatsapp_element& at);
/// user_preferences[]
void unpack_whatsapp_preference(const whatsapp_element& at);

/// Fills content, content type, attachments and payload from a message of this type. What is unknown, or
/// lacks the part that its type promises, becomes `unsupported` with the whole message in payload.message.
void fill_whatsapp_content(domain::inbound_event& event, payload_writer& payload, object message,
                           std::string_view type, const parse_limits& limits);

}  // namespace switchboard::net::platforms
