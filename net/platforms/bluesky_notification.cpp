// One of the notifications[] of app.bsky.notification.listNotifications:
//   {"uri","cid","author":{"did","handle","displayName"?,"avatar"?},"reason","reasonSubject"?,"record","isRead",
//    "indexedAt"}
// `uri` is the record that made it: a post, a like, a repost, a follow. `reason` is an open set.

#include "net/platforms/bluesky_event.hpp"
#include "net/platforms/content_hash.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace switchboard::net::platforms {
namespace {

using domain::inbound_event;
using domain::inbound_kind;

struct notification {
  const bluesky_element& at;
  object json;
  std::string_view uri;
  std::string_view reason;
  std::string_view subject;  ///< which of ours it is about
  bluesky_person author;
  std::optional<object> record;
  std::optional<domain::timestamp> seen;

  [[nodiscard]] domain::timestamp when() const {
    return bluesky_time(record ? member_text(*record, "createdAt") : std::string_view{}, seen,
                        at.out.received_at());
  }
};

/// What Jetstream does not say of an author. The post itself may have come by it already.
void add_profile(const notification& n, std::string_view thread_key, domain::thread_kind thread) {
  if (n.author.handle.empty() && n.author.name.empty()) return;
  std::string what;
  for (const std::string_view each : {n.author.name, n.author.handle, n.author.avatar}) {
    (what += each) += '\n';
  }
  inbound_event& e = add_bluesky_event(n.at, inbound_kind::profile, n.uri, n.author);
  e.thread = thread;
  e.thread_key = thread_key;
  e.at = n.when();
  (((e.platform_message_id = "profile:") += n.author.did) += ':') += std::to_string(content_hash(what));
}

void add_post(const notification& n) {
  if (!n.record) return n.at.reject("malformed", "no record");
  const inbound_event* const said = add_bluesky_post(n.at, {.uri = std::string{n.uri},
                                                            .cid = member_text(n.json, "cid"),
                                                            .author = n.author,
                                                            .record = *n.record,
                                                            .seen = n.seen});
  if (said == nullptr || n.author.did == n.at.account) return;
  const std::string thread_key = said->thread_key;
  add_profile(n, thread_key, said->thread);
}

/// A follower is news about a customer, and no case of anybody's.
void add_follow(const notification& n) {
  inbound_event& e = add_bluesky_event(n.at, inbound_kind::profile, n.uri, n.author);
  e.thread = domain::thread_kind::dm;
  e.thread_key = n.author.did;
  e.post_id.clear();
  e.sender = domain::sender_type::system;
  e.content = n.reason;
  e.at = n.when();
  (e.platform_message_id = "follow:") += n.uri;
}

/// Reposts, and whatever else they will think of: shown beside what it is about.
void add_other(const notification& n) {
  const std::string_view about = n.subject.empty() ? n.uri : n.subject;
  inbound_event& e = add_bluesky_event(n.at, inbound_kind::message, about, n.author);
  e.sender = domain::sender_type::system;
  e.platform_message_id = n.uri;
  e.content_type = domain::content_type::unsupported;
  e.at = n.when();
  payload_writer payload{e.payload};
  payload.text("kind", n.reason);
  payload.value("notification", n.json);
}

}  // namespace

void unpack_bluesky_notification(const bluesky_element& at, object json) {
  const auto author = member_object(json, "author");
  notification n{at,
                 json,
                 member_text(json, "uri"),
                 member_text(json, "reason"),
                 member_text(json, "reasonSubject"),
                 bluesky_person_of(author),
                 member_object(json, "record"),
                 domain::parse_rfc3339(member_text(json, "indexedAt"))};
  if (at.ambiguous({json, author})) return;
  if (n.uri.empty() || n.author.did.empty() || n.reason.empty()) {
    return at.reject("malformed", n.uri.empty()          ? "no uri"
                                  : n.author.did.empty() ? "no author.did"
                                                         : "no reason");
  }
  if (n.reason == "mention" || n.reason == "reply" || n.reason == "quote") return add_post(n);
  if (n.reason == "like") return add_bluesky_like(at, n.uri, n.subject, n.author, n.when());
  n.reason == "follow" ? add_follow(n) : add_other(n);
}

}  // namespace switchboard::net::platforms
