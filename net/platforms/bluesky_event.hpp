#pragma once
// What the Bluesky sources share: one element of a body, the names of records (at://<did>/<collection>/<rkey>), people,
// and posts, which come by Jetstream and as notifications and are one message all the same.

#include "net/platforms/json.hpp"
#include "net/platforms/meta_entry.hpp"
#include "net/platforms/payload.hpp"
#include "net/platforms/unpacker.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace switchboard::net::platforms {

inline constexpr std::string_view bluesky_posts = "app.bsky.feed.post";
inline constexpr std::string_view bluesky_likes = "app.bsky.feed.like";

/// One thing that happened to one account, and where it stands. Lives as long as the document.
struct bluesky_element {
  unpacker& out;
  std::string_view account;  ///< its DID
  std::string_view pointer;

  void reject(std::string_view reason, std::string_view detail) const {
    out.reject(pointer, reason, detail, account);
  }
  /// Rejects it if a member of one of them stands twice: which one is meant?
  [[nodiscard]] bool ambiguous(std::initializer_list<std::optional<object>> parts) const;
};

// -- names
// --------------------------------------------------------------------------------------------------------

/// The parts of at://<did>/<collection>/<rkey>; all empty where it is none.
struct record_name {
  std::string_view did;
  std::string_view collection;
  std::string_view rkey;
};
[[nodiscard]] record_name parts_of(std::string_view uri);
[[nodiscard]] std::string record_uri(std::string_view did, std::string_view collection,
                                     std::string_view rkey);

struct bluesky_person {
  std::string_view did;
  std::string_view name;
  std::string_view handle;
  std::string_view avatar;
};
/// Of a profile view; without a DID where there is none.
[[nodiscard]] bluesky_person bluesky_person_of(std::optional<object> profile);

/// What one says of its own time, unless that lies behind `seen`: the writer's clock is his own.
[[nodiscard]] domain::timestamp bluesky_time(std::string_view own, std::optional<domain::timestamp> seen,
                                             domain::timestamp received_at);

/// A new event of the account with that person as its customer (nobody: an empty DID), in the thread that the two have
/// below `root`: a comment below our own post, a mention anywhere else.
[[nodiscard]] domain::inbound_event& add_bluesky_event(const bluesky_element& at, domain::inbound_kind kind,
                                                       std::string_view root, const bluesky_person& customer);
/// It was our side's.
void set_bluesky_outbound(domain::inbound_event& e, std::string_view account);

// -- posts
// --------------------------------------------------------------------------------------------------------

struct bluesky_post {
  std::string uri = {};
  std::string_view cid = {};
  bluesky_person author = {};
  object record;
  std::optional<domain::timestamp> seen = {};  ///< by Bluesky
  std::string_view edit = {};  ///< the revision by which it took the place of another; empty: it is new
};

/// Whose business a post is: its author's, theirs whom it answers, quotes or names. `is_ours` is asked of each DID, which
/// may come more than once.
template <class Ask>
void each_concerned(std::string_view author, object record, Ask is_ours);
/// Is it the account's?
[[nodiscard]] bool concerns(std::string_view account, std::string_view author, object record);

/// nullptr after a rejection; else good until the next event.
domain::inbound_event* add_bluesky_post(const bluesky_element& at, bluesky_post post);
/// `like`: the like's own name, so that it comes but once. `by`: who likes, `subject`: what.
void add_bluesky_like(const bluesky_element& at, std::string_view like, std::string_view subject,
                      const bluesky_person& by, domain::timestamp when);

// -- what happens
// -------------------------------------------------------------------------------------------------

/// One frame of Jetstream (bluesky_frame.cpp).
void unpack_bluesky_frame(const bluesky_element& at, object frame);
/// One of notifications[] (bluesky_notification.cpp).
void unpack_bluesky_notification(const bluesky_element& at, object notification);
/// One of logs[] (bluesky_chat.cpp).
void unpack_bluesky_log(const bluesky_element& at, object entry);

// -- the template
// -------------------------------------------------------------------------------------------------

/// The record that an embed shows, with or without media beside it; empty: none.
[[nodiscard]] std::string_view quoted_uri(object record);

template <class Ask>
void each_concerned(std::string_view author, object record, Ask is_ours) {
  is_ours(author);
  if (const auto reply = member_object(record, "reply")) {
    for (const std::string_view name : {"parent", "root"}) {
      if (const auto to = member_object(*reply, name)) is_ours(parts_of(member_text(*to, "uri")).did);
    }
  }
  is_ours(parts_of(quoted_uri(record)).did);
  const auto facets = member_array(record, "facets");
  if (!facets) return;
  for (const element each : *facets) {
    object facet;
    if (each.get(facet) != simdjson::SUCCESS) continue;
    const auto features = member_array(facet, "features");
    if (!features) continue;
    for (const element one : *features) {
      object feature;
      if (one.get(feature) != simdjson::SUCCESS) continue;
      if (member_text(feature, "$type") == "app.bsky.richtext.facet#mention")
        is_ours(member_text(feature, "did"));
    }
  }
}

}  // namespace switchboard::net::platforms
