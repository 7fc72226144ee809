#include "net/platforms/instagram.hpp"

#include "net/platforms/payload.hpp"

namespace switchboard::net::platforms {
namespace {

/// Instagram's changes have no time of their own: entry.time, in seconds, is the nearest that there is.
domain::timestamp time_of(const meta_element& at) {
  return time_member(at.entry.json, "time", time_unit::seconds, time_unit::seconds)
      .value_or(at.out.received_at());
}

domain::inbound_event& add_message(const meta_element& at, domain::thread_kind thread, std::string id) {
  domain::inbound_event& event = at.out.add();
  event.platform = domain::platform::instagram;
  event.account_platform_id = at.entry.account;
  event.thread = thread;
  event.platform_message_id = std::move(id);
  event.at = time_of(at);
  return event;
}

}  // namespace

void unpack_instagram_comment(const meta_element& at, object value, bool live) {
  std::string id = member_id(value, "id");
  if (id.empty()) {
    return at.reject("malformed", "value.id is missing, or neither a text nor an integer");
  }
  const auto from = member_object(value, "from");
  const auto media = member_object(value, "media");
  if ((from && rejected_as_ambiguous(at, *from)) || (media && rejected_as_ambiguous(at, *media))) {
    return;
  }
  std::string author = from ? member_id(*from, "id") : std::string{};
  // Our own account has another id as a commenter than as an account, and self_ig_scoped_id only there.
  const bool own = author == at.entry.account || (from && has_member(*from, "self_ig_scoped_id"));
  domain::inbound_event& event = add_message(at, domain::thread_kind::comment, std::move(id));
  event.content = member_text(value, "text");
  event.reply_to = member_id(value, "parent_id");
  event.post_id = media ? member_id(*media, "id") : std::string{};
  const std::string below = event.post_id.empty() ? "comment:" + event.platform_message_id : event.post_id;
  if (own) {
    event.direction = domain::direction::outbound;
    event.sender = domain::sender_type::agent;
  } else {
    event.customer_platform_id = author;
    event.customer_handle = from ? member_text(*from, "username") : std::string_view{};
  }
  if (event.customer_platform_id.empty()) {
    event.thread_parent = event.reply_to;
  }
  event.thread_key = thread_key_below(below, event.customer_platform_id);
  if (own) {
    event.sender_id = at.entry.account;
  } else {
    event.sender_id = std::move(author);
  }
  payload_writer payload{event.payload};
  payload.flag_if("live", live);
  payload.member_if("media", value, "media");
}

void unpack_instagram_mention(const meta_element& at, object value) {
  std::string media = member_id(value, "media_id");
  std::string comment = member_id(value, "comment_id");
  if (media.empty() && comment.empty()) {
    return at.reject("malformed", "a mention with neither media_id nor comment_id");
  }
  domain::inbound_event& event =
      add_message(at, domain::thread_kind::mention, comment.empty() ? media : std::move(comment));
  event.thread_key = event.platform_message_id;
  event.post_id = std::move(media);
  payload_writer payload{event.payload};
  payload.raw("mention", to_json(value));
}

}  // namespace switchboard::net::platforms
