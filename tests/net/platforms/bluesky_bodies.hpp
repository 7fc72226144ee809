#pragma once
// Bluesky's frames and pages, for the tests of their normaliser.

#include "net/platforms/bluesky.hpp"
#include "support.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace switchboard::net::platforms::testing {

inline constexpr std::string_view our_did = "did:plc:us";
inline constexpr std::string_view ana_did = "did:plc:ana";
inline constexpr std::string_view bob_did = "did:plc:bob";

inline domain::unpacked_body normalise_bluesky(std::string_view body, std::string_view hint = our_did) {
  auto out = bluesky_functions().normalise(body, hint, {}, received_at);
  expect_sound(out);
  return out;
}
inline std::string all_parts(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const auto part : parts) all += part;
  return all;
}
inline std::string post_uri(std::string_view did, std::string_view rkey) {
  return all_parts({"at://", did, "/app.bsky.feed.post/", rkey});
}
/// A record of a post; `rest`: further members, each behind a comma.
inline std::string post_record(std::string_view text, std::string_view rest = {}) {
  return all_parts({R"({"$type":"app.bsky.feed.post","createdAt":"2026-07-04T14:38:06.240Z","text":")", text,
                    "\"", rest, "}"});
}
inline std::string replying(std::string_view root, std::string_view parent) {
  return all_parts({R"(,"reply":{"root":{"uri":")", root, R"(","cid":"cid-root"},"parent":{"uri":")", parent,
                    R"(","cid":"cid-parent"}})"});
}
inline std::string naming(std::string_view did) {
  return all_parts({R"(,"facets":[{"index":{"byteStart":0,"byteEnd":3},"features":[{"$type":)",
                    R"("app.bsky.richtext.facet#mention","did":")", did, R"("}]}])"});
}
inline std::string commit(std::string_view did, std::string_view operation, std::string_view rkey,
                          std::string_view record, std::string_view collection = "app.bsky.feed.post") {
  return all_parts({R"({"did":")", did, R"(","time_us":1783175888090631,"kind":"commit","commit":{"rev":)",
                    R"("3mptbypcq372f","operation":")", operation, R"(","collection":")", collection,
                    R"(","rkey":")", rkey, "\"", record.empty() ? "" : R"(,"cid":"cid-1","record":)", record,
                    "}}"});
}
inline std::string created(std::string_view did, std::string_view rkey, std::string_view record) {
  return commit(did, "create", rkey, record);
}
inline std::string notification(std::string_view reason, std::string_view uri, std::string_view record,
                                std::string_view rest = {}) {
  return all_parts(
      {R"({"uri":")", uri, R"(","cid":"cid-1","author":{"did":")", ana_did,
       R"(","handle":"ana.example.com","displayName":"Ana","avatar":"https://a/1.jpg"},"reason":")", reason,
       R"(","record":)", record, R"(,"isRead":false,"indexedAt":"2026-07-04T14:38:08.000Z")", rest, "}"});
}
inline std::string page_of(std::string_view list, std::string_view elements) {
  return all_parts({R"({"cursor":"c","accounts":[],")", list, R"(":[)", elements, "]}"});
}
/// `rest`: further members, each behind a comma.
inline std::string log_of(std::string_view kind, std::string_view rest = {}, std::string_view rev = "22a") {
  return all_parts({R"({"$type":"chat.bsky.convo.defs#)", kind, R"(","rev":")", rev,
                    R"(","convoId":"convo1")", rest, "}"});
}
inline std::string chat_message(std::string_view from, std::string_view rest = R"(,"text":"hi")",
                                std::string_view id = "m1") {
  return all_parts({R"(,"message":{"$type":"chat.bsky.convo.defs#messageView","id":")", id,
                    R"(","rev":"21a","sender":{"did":")", from,
                    R"("},"sentAt":"2026-07-04T14:38:06.240Z","reactions":[])", rest, "}"});
}

}  // namespace switchboard::net::platforms::testing
