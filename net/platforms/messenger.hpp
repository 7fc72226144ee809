#pragma once
// Direct messages of Messenger and of Instagram: one element of entry[].messaging[] or entry[].standby[].

#include "net/platforms/meta_entry.hpp"
#include "net/platforms/payload.hpp"

namespace switchboard::net::platforms {

/// Turns the element into events, one for each kind of thing in it, or into one rejected part. `standby`:
/// another app owns the thread, we only listen.
void unpack_messaging(const meta_element& at, element item, bool standby);

/// An element whose people and time are known.
struct messaging_item {
  const meta_element& at;
  object json;
  bool standby = false;
  bool outbound = false;
  std::string sender = {};
  std::string customer = {};                            ///< the person at the other end
  std::optional<domain::timestamp> platform_time = {};  ///< the element's own
  domain::timestamp time = {};                          ///< that, or the next best

  /// A new event in the customer's thread.
  [[nodiscard]] domain::inbound_event& add(domain::inbound_kind kind) const;
  /// An id for something that the platform gives none: the same in every redelivery, another for other things. `what`:
  /// of its content what no redelivery changes, since several may be of the same millisecond.
  [[nodiscard]] std::string made_up_id(std::string_view prefix, std::string_view what) const;
};

/// `message`: text, attachments, echoes, deletions. In messenger_message.cpp.
void unpack_dm_message(const messaging_item& item, object message);

}  // namespace switchboard::net::platforms
