// A frame of Jetstream: what happened in one repository.
//   {"did","time_us":µs,"kind":"commit","commit":{"rev","operation":"create"|"update"|"delete","collection","rkey",
//                                                 "record"?,"cid"?}}            a deletion has neither record nor cid
//   {"did","time_us":µs,"kind":"identity","identity":{"did","handle"?,"seq","time"}}
//   {"did","time_us":µs,"kind":"account","account":{"active":true,"status"?,"did","seq","time"}}

#include "net/platforms/bluesky_event.hpp"

#include <utility>

namespace switchboard::net::platforms {
namespace {

using domain::inbound_event;
using domain::inbound_kind;

std::optional<domain::timestamp> time_of(object frame) {
  const auto us = member_int(frame, "time_us");
  constexpr std::int64_t us_max = 253'402'300'799'999'999;  // year 9999
  if (!us || *us < 0 || *us > us_max) return std::nullopt;
  return domain::timestamp{std::chrono::microseconds{*us}};
}

void add_deletion(const bluesky_element& at, std::string_view author, std::string uri,
                  std::optional<domain::timestamp> seen) {
  const bool own = author == at.account;
  inbound_event& e = add_bluesky_event(at, inbound_kind::deletion, uri,
                                       own ? bluesky_person{} : bluesky_person{author, {}, {}, {}});
  if (own) set_bluesky_outbound(e, at.account);
  e.at = seen.value_or(at.out.received_at());
  e.thread_parent = uri;  // nothing is left of it but its name: it lies where that does
  e.platform_message_id = std::move(uri);
}

void unpack_commit(const bluesky_element& at, object frame, object commit) {
  const std::string_view did = member_text(frame, "did");
  const std::string_view collection = member_text(commit, "collection");
  const std::string_view rkey = member_text(commit, "rkey");
  const std::string_view operation = member_text(commit, "operation");
  const auto record = member_object(commit, "record");
  if (did.empty() || collection.empty() || rkey.empty()) {
    return at.reject("malformed", "no did, no collection or no rkey");
  }
  std::string uri = record_uri(did, collection, rkey);
  const auto seen = time_of(frame);
  const bool gone = operation == "delete";
  if (collection == bluesky_posts && gone) return add_deletion(at, did, std::move(uri), seen);
  if (gone || (operation != "create" && operation != "update")) {
    return at.reject("unsupported", std::string{clipped(operation)} + " of a record of " +
                                        std::string{clipped(collection)} + ", which tells nothing more");
  }
  if (!record) return at.reject("malformed", "no record");
  if (collection == bluesky_likes) {
    const auto subject = member_object(*record, "subject");
    if (at.ambiguous({record, subject})) return;
    const std::string_view liked = subject ? member_text(*subject, "uri") : std::string_view{};
    if (did != at.account && parts_of(liked).did != at.account) {
      return at.reject("unconcerned", "a like of what is not the account's");
    }
    return add_bluesky_like(at, uri, liked, {did, {}, {}, {}},
                            bluesky_time(member_text(*record, "createdAt"), seen, at.out.received_at()));
  }
  if (collection != bluesky_posts) {
    return at.reject("unsupported", "a record of " + std::string{clipped(collection)});
  }
  if (!concerns(at.account, did, *record)) {
    return at.reject("unconcerned", "a post that neither answers, quotes nor names the account");
  }
  (void)add_bluesky_post(at,
                         {.uri = std::move(uri),
                          .cid = member_text(commit, "cid"),
                          .author = {did, {}, {}, {}},
                          .record = *record,
                          .seen = seen,
                          .edit = operation == "update" ? member_text(commit, "rev") : std::string_view{}});
}

/// A customer's new handle is news about him. Of the account itself it is for whoever looks after it.
void unpack_identity(const bluesky_element& at, object frame, object identity) {
  const std::string_view did = member_text(frame, "did");
  const std::string_view handle = member_text(identity, "handle");
  if (did.empty()) return at.reject("malformed", "no did");
  if (did == at.account) {
    return at.reject("account-notice", "the account's identity changed; its handle: " +
                                           (handle.empty() ? "not told" : std::string{clipped(handle)}));
  }
  inbound_event& e = add_bluesky_event(at, inbound_kind::profile, did, {did, {}, handle, {}});
  e.thread = domain::thread_kind::dm;
  e.thread_key = did;
  e.post_id.clear();
  e.at = time_of(frame).value_or(at.out.received_at());
  ((e.platform_message_id = "identity:") += did) += ':';
  e.platform_message_id += member_id(identity, "seq");
}

void unpack_account(const bluesky_element& at, object frame, object account) {
  const std::string_view did = member_text(frame, "did");
  const bool active = member_bool(account, "active");
  const std::string_view status = member_text(account, "status");
  at.reject(did == at.account ? "account-notice" : "unconcerned",
            "the account " + std::string{clipped(did)} + " is " +
                (active ? "active"
                        : "not active: " + (status.empty() ? "not told why" : std::string{clipped(status)})));
}

}  // namespace

void unpack_bluesky_frame(const bluesky_element& at, object frame) {
  const std::string_view kind = member_text(frame, "kind");
  const auto inner = member_object(frame, kind);
  if (at.ambiguous({frame, inner})) return;
  if (kind != "commit" && kind != "identity" && kind != "account") {
    return at.reject("unsupported", "a kind of frame that we do not know: " + std::string{clipped(kind)});
  }
  if (!inner) return at.reject("malformed", "no " + std::string{kind} + " that is an object");
  if (kind == "commit") return unpack_commit(at, frame, *inner);
  kind == "identity" ? unpack_identity(at, frame, *inner) : unpack_account(at, frame, *inner);
}

}  // namespace switchboard::net::platforms
