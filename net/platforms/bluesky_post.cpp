// A post is a record of somebody's repository:
//   {"$type":"app.bsky.feed.post","text","createdAt","reply"?:{"root":{"uri","cid"},"parent":{"uri","cid"}},
//    "facets"?:[{"index","features":[{"$type":"…#mention","did"}]}],"embed"?:{"$type":"app.bsky.embed.…",…},"langs"?}
// It names the root of its thread, so that a conversation, what one customer says below one post, has its key from the
// post alone. What an answer to it must name (bluesky_sending.cpp) is kept in its payload: {"cid","root"?}.

#include "domain/language.hpp"
#include "net/platforms/bluesky_event.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace switchboard::net::platforms {
namespace {

using domain::content_type;
using domain::inbound_event;
using domain::inbound_kind;
using domain::thread_kind;

struct reply_place {
  std::string_view root;  ///< of the thread: the post itself where it answers nothing
  std::string_view root_cid;
  std::string_view parent;  ///< what it answers
};

reply_place place_of(const bluesky_post& post) {
  const auto reply = member_object(post.record, "reply");
  const auto root = reply ? member_object(*reply, "root") : std::nullopt;
  const auto parent = reply ? member_object(*reply, "parent") : std::nullopt;
  reply_place place;
  if (parent) place.parent = member_text(*parent, "uri");
  if (root) {
    place.root = member_text(*root, "uri");
    place.root_cid = member_text(*root, "cid");
  }
  if (place.parent.empty()) place.parent = place.root;
  if (place.root.empty()) place.root = place.parent;
  if (place.root.empty()) place.root = post.uri;
  return place;
}

/// Pictures are served under their blob's name; films in a form that no file is.
void add_blob(inbound_event& e, std::string_view author, object blob, content_type shown) {
  const auto ref = member_object(blob, "ref");
  const std::string_view link = ref ? member_text(*ref, "$link") : std::string_view{};
  if (e.attachments.empty()) e.content_type = shown;
  domain::attachment& to = e.attachments.emplace_back();
  to.type = domain::to_word(shown);
  to.mime = member_text(blob, "mimeType");
  to.platform_media_id = link;
  if (const auto size = member_int(blob, "size"); size && *size >= 0)
    to.size = static_cast<std::uint64_t>(*size);
  if (shown == content_type::image && !link.empty()) {
    to.url = "https://cdn.bsky.app/img/feed_fullsize/plain/";
    ((to.url += author) += '/') += link;
  }
  to.state = to.url.empty() ? domain::media_state::ready : domain::media_state::pending;
}

/// {"$type":"app.bsky.embed.images","images":[{"alt","image":{blob}}]}, "…video" with a "video"; both also as the
/// "media" of "…recordWithMedia".
void add_media(inbound_event& e, std::string_view author, object embed) {
  if (const auto inner = member_object(embed, "media")) embed = *inner;
  if (const auto video = member_object(embed, "video")) {
    add_blob(e, author, *video, content_type::video);
    e.attachments.back().name = member_text(embed, "alt");
  }
  const auto images = member_array(embed, "images");
  if (!images) return;
  for (const element each : *images) {
    object one;
    if (each.get(one) != simdjson::SUCCESS) continue;
    const auto image = member_object(one, "image");
    if (!image) continue;
    add_blob(e, author, *image, content_type::image);
    e.attachments.back().name = member_text(one, "alt");
  }
}

void keep(inbound_event& e, const bluesky_post& post, const reply_place& place) {
  payload_writer payload{e.payload};
  payload.text_if("cid", post.cid);
  if (!place.root_cid.empty() && place.root != post.uri) {
    std::string root = "{\"uri\":";
    domain::append_json_string(root, place.root);
    root += ",\"cid\":";
    domain::append_json_string(root, place.root_cid);
    payload.raw("root", root += '}');
  }
  for (const std::string_view name : {"embed", "facets", "langs", "labels"}) {
    payload.member_if(name, post.record, name);
  }
}

/// The first that its author names.
std::string written_in(object record) {
  const auto languages = member_array(record, "langs");
  if (!languages || languages->size() == 0) return {};
  std::string_view first;
  return languages->at(0).get(first) == simdjson::SUCCESS ? domain::language_tag(first) : std::string{};
}

void set_post(inbound_event& e, std::string_view root) {
  const record_name name = parts_of(root);
  e.post_id = root;
  if (name.collection != bluesky_posts) return;
  e.post_url = "https://bsky.app/profile/";
  ((e.post_url += name.did) += "/post/") += name.rkey;
}

}  // namespace

// -- names
// --------------------------------------------------------------------------------------------------------

bool bluesky_element::ambiguous(std::initializer_list<std::optional<object>> parts) const {
  for (const auto& each : parts) {
    const auto twice = each ? duplicate_member(*each) : std::nullopt;
    if (!twice) continue;
    reject("duplicate-field", "\"" + std::string{clipped(*twice)} + "\" stands twice");
    return true;
  }
  return false;
}

record_name parts_of(std::string_view uri) {
  constexpr std::string_view scheme = "at://";
  if (!uri.starts_with(scheme)) return {};
  uri.remove_prefix(scheme.size());
  const auto first = uri.find('/');
  if (first == std::string_view::npos) return {};
  const auto second = uri.find('/', first + 1);
  if (second == std::string_view::npos || second + 1 == uri.size()) return {};
  return {uri.substr(0, first), uri.substr(first + 1, second - first - 1), uri.substr(second + 1)};
}

std::string record_uri(std::string_view did, std::string_view collection, std::string_view rkey) {
  std::string uri = "at://";
  return ((((uri += did) += '/') += collection) += '/') += rkey;
}

bluesky_person bluesky_person_of(std::optional<object> profile) {
  if (!profile) return {};
  return {member_text(*profile, "did"), member_text(*profile, "displayName"), member_text(*profile, "handle"),
          member_text(*profile, "avatar")};
}

domain::timestamp bluesky_time(std::string_view own, std::optional<domain::timestamp> seen,
                               domain::timestamp received_at) {
  const auto told = domain::parse_rfc3339(own);
  const domain::timestamp latest = seen.value_or(received_at);
  return told ? std::min(*told, latest) : latest;
}

inbound_event& add_bluesky_event(const bluesky_element& at, inbound_kind kind, std::string_view root,
                                 const bluesky_person& customer) {
  inbound_event& e = at.out.add();
  e.kind = kind;
  e.platform = domain::platform::bluesky;
  e.account_platform_id = at.account;
  // Of the root alone, as the key is: what is said below one post lies in one thread, whoever says it.
  e.thread = parts_of(root).did == at.account ? thread_kind::comment : thread_kind::mention;
  e.thread_key = thread_key_below(root, customer.did);
  set_post(e, root);
  e.sender_id = customer.did;
  e.customer_platform_id = customer.did;
  e.customer_name = customer.name;
  e.customer_handle = customer.handle;
  e.customer_avatar_url = customer.avatar;
  e.at = at.out.received_at();
  return e;
}

void set_bluesky_outbound(inbound_event& e, std::string_view account) {
  e.direction = domain::direction::outbound;
  e.sender = domain::sender_type::agent;
  e.sender_id = account;
}

// -- posts
// --------------------------------------------------------------------------------------------------------

std::string_view quoted_uri(object record) {
  const auto embed = member_object(record, "embed");
  auto shown = embed ? member_object(*embed, "record") : std::nullopt;
  if (!shown) return {};
  if (const auto inner = member_object(*shown, "record")) shown = inner;  // beside media
  return member_text(*shown, "uri");
}

bool concerns(std::string_view account, std::string_view author, object record) {
  bool does = false;
  each_concerned(author, record, [&](std::string_view did) { does = does || did == account; });
  return does;
}

inbound_event* add_bluesky_post(const bluesky_element& at, bluesky_post post) {
  const auto reply = member_object(post.record, "reply");
  if (at.ambiguous({post.record, reply, reply ? member_object(*reply, "root") : std::nullopt,
                    reply ? member_object(*reply, "parent") : std::nullopt})) {
    return nullptr;
  }
  if (parts_of(post.uri).rkey.empty() || post.author.did.empty()) {
    at.reject("malformed", post.author.did.empty() ? "no author" : "no name of the post");
    return nullptr;
  }
  const reply_place place = place_of(post);
  const bool own = post.author.did == at.account;
  // Whom our side answers; what it says to itself, or to all, is no customer's.
  const std::string_view answered = parts_of(place.parent).did;
  const bluesky_person customer = !own                     ? post.author
                                  : answered == at.account ? bluesky_person{}
                                                           : bluesky_person{answered, {}, {}, {}};
  inbound_event& e = add_bluesky_event(at, post.edit.empty() ? inbound_kind::message : inbound_kind::edit,
                                       place.root, customer);
  if (own) {
    set_bluesky_outbound(e, at.account);
    if (answered == at.account) e.thread_parent = place.parent;  // it goes on where its own answer lies
  }
  e.version = post.edit;
  e.content = member_text(post.record, "text");
  if (!own) e.language = written_in(post.record);
  e.reply_to = place.parent;
  e.at = bluesky_time(post.edit.empty() ? member_text(post.record, "createdAt") : std::string_view{},
                      post.seen, at.out.received_at());
  if (const auto embed = member_object(post.record, "embed")) add_media(e, post.author.did, *embed);
  keep(e, post, place);
  e.platform_message_id = std::move(post.uri);
  return &e;
}

void add_bluesky_like(const bluesky_element& at, std::string_view like, std::string_view subject,
                      const bluesky_person& by, domain::timestamp when) {
  const bool own = by.did == at.account;
  const std::string_view whose = parts_of(subject).did;
  if (like.empty() || by.did.empty() || whose.empty()) {
    return at.reject("malformed", by.did.empty() ? "nobody likes it"
                                  : like.empty() ? "no name of the like"
                                                 : "no name of what is liked");
  }
  const bluesky_person customer = !own                  ? by
                                  : whose == at.account ? bluesky_person{}
                                                        : bluesky_person{whose, {}, {}, {}};
  inbound_event& e = add_bluesky_event(at, inbound_kind::reaction_added, subject, customer);
  if (own) set_bluesky_outbound(e, at.account);
  e.thread_parent = subject;
  e.platform_message_id = subject;
  e.content_type = content_type::reaction;
  e.reaction_emoji = "❤️";
  e.version = like;
  e.at = when;
}

}  // namespace switchboard::net::platforms
