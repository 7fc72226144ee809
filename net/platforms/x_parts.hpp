#pragma once
// What the X sources share: the body being unpacked, one element of it, people, ids and media in both spellings
// (classic: id_str, screen_name; v2: id, username, perhaps inside "data").

#include "net/platforms/json.hpp"
#include "net/platforms/meta_entry.hpp"
#include "net/platforms/payload.hpp"
#include "net/platforms/unpacker.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::net::platforms {

/// One body, or one envelope. Lives as long as the document.
struct x_body {
  unpacker& out;
  std::string account;                  ///< whose subscription it is
  bool guessed = false;                 ///< the body did not say: the source's first account
  bool blocked = false;                 ///< user_has_blocked
  std::string uuid = {};                ///< XAA's event_uuid: of this delivery
  std::optional<object> users = {};     ///< by id
  std::optional<object> includes = {};  ///< XAA: users[], tweets[], media[]
};

/// One thing that happened, and where it stands.
struct x_element {
  const x_body& in;
  std::string_view pointer;
  std::string_view kind;  ///< the list's name, or XAA's event_type

  void reject(std::string_view reason, std::string_view detail) const {
    in.out.reject(pointer, reason, detail, in.account);
  }
  /// Rejects it if a member of `o` stands twice: which one is meant?
  [[nodiscard]] bool ambiguous(std::optional<object> o) const;
};

// -- words that both spellings have
// ---------------------------------------------------------------------------------

/// `<name>_str` where it is there, else `name` as text. Empty for a number beyond 2^53: X's own samples show that it was
/// rounded before it was written (id 1924465506158879000 of id_str 1924465506158878979), so that it names another thing.
[[nodiscard]] std::string x_id_in(object o, std::string_view name);

struct x_person {
  std::string id;
  std::string_view name;
  std::string_view handle;
  std::string_view avatar;
};
/// Of a user object in either spelling; without an id where there is none.
[[nodiscard]] x_person x_person_of(std::optional<object> user);
/// With the data that the body has beside it, in users or includes.users.
[[nodiscard]] x_person x_person_named(const x_body& in, std::string id);

/// created_timestamp and timestamp_ms (milliseconds as text), created_at (RFC 3339, or the classic
/// "Wed Oct 10 20:19:24 +0000 2018"), created_at_msec.
[[nodiscard]] std::optional<domain::timestamp> x_time_of(object o);
/// When an id was given: the upper bits of X's ids are milliseconds. nullopt: no such id.
[[nodiscard]] std::optional<domain::timestamp> x_time_of_id(std::string_view id);

/// A new event of `account` with that person as its customer, in their thread of direct messages; X's time, or now.
[[nodiscard]] domain::inbound_event& add_x_event(const x_element& at, domain::inbound_kind kind,
                                                 std::string_view account, x_person customer, object dated);
/// It was our side's.
void set_x_outbound(domain::inbound_event& e, std::string_view account);

/// A post's text without X's entities for & < >; of our own side's, which must be known for what we sent, also without what X
/// put before and behind it, and with its links as they were written. `post`: what has the text, with its entities.
[[nodiscard]] std::string x_written(object post, std::string_view text, bool own);

/// A media entity of the classic API, or one of includes.media.
void add_x_media(domain::inbound_event& e, object media);

/// A stranger's JSON, short enough for a detail.
[[nodiscard]] std::string clipped_json(element e);
[[nodiscard]] std::string clipped_json(object o);
/// "/" and the name, RFC 6901.
void append_pointer(std::string& pointer, std::string_view name);

// -- what happens
// ---------------------------------------------------------------------------------------------------

// Direct messages (x_dm.cpp).
void unpack_x_direct_message(const x_element& at, object event);
/// A message of the v2 API: {"id","sender_id","dm_conversation_id","text","created_at"}.
void unpack_x_flat_message(const x_element& at, object event);
void unpack_x_typing(const x_element& at, object event);
void unpack_x_read(const x_element& at, object event);
/// XChat: encrypted, so that it is only told that something was said.
void unpack_x_chat(const x_element& at, object payload);

// Posts: a classic tweet, and a Post of the v2 API (x_post.cpp).
void unpack_x_tweet(const x_element& at, object tweet);
void unpack_x_post(const x_element& at, object post);
void unpack_x_deletion(const x_element& at, object what);
void unpack_x_like(const x_element& at, object like);

// People and the app (x_relation.cpp).
void unpack_x_relation(const x_element& at, object relation);
void unpack_x_user_event(const x_element& at, object event);
void unpack_x_revocation(const x_element& at, object payload);
/// A kind that we don't know, or can't do more with: shown to whoever talks with the person it names; rejected if it
/// names nobody.
void show_x_event(const x_element& at, object what, std::string_view sentence);

}  // namespace switchboard::net::platforms
