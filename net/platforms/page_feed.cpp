// The changes of a Facebook Page, value being
//   feed     {"item","verb","post_id","comment_id"?,"parent_id"?,"from":{"id","name"}?,"created_time"?,"message"?,…}
//   mention  the same, mostly without an author
//   ratings  {"item":"rating","verb","open_graph_story_id","reviewer_id","reviewer_name","rating","review_text",
//            "recommendation_type"}, or a comment, reaction or like on a review
// Before v2.11 the author stood in sender_id (a number) and sender_name. Comments and posts are "edited",
// reactions and ratings have "edit"; both are taken everywhere. created_time and entry.time are seconds.
//
// What tells two acts on one thing apart is created_time and what the value itself says, never entry.time: that
// is when this copy was sent, and a redelivery has another.

#include "net/platforms/page_feed.hpp"

#include "net/platforms/content_hash.hpp"
#include "net/platforms/payload.hpp"

#include <array>

namespace switchboard::net::platforms {
namespace {

using domain::content_type;
using domain::inbound_event;
using domain::inbound_kind;
using domain::thread_kind;

enum class act : std::uint8_t { add, edit, remove, moderate, unknown };

struct verb_meaning {
  std::string_view verb;
  act what;
  std::string_view done;  ///< for moderation: the past of the verb
};
constexpr std::array<verb_meaning, 12> verbs = {{{"add", act::add, ""},
                                                 {"edited", act::edit, ""},
                                                 {"edit", act::edit, ""},
                                                 {"update", act::edit, ""},
                                                 {"remove", act::remove, ""},
                                                 {"delete", act::remove, ""},
                                                 {"hide", act::moderate, "hidden"},
                                                 {"unhide", act::moderate, "shown again"},
                                                 {"block", act::moderate, "blocked"},
                                                 {"unblock", act::moderate, "unblocked"},
                                                 {"mute", act::moderate, "muted"},
                                                 {"unmute", act::moderate, "unmuted"}}};

verb_meaning meaning_of(std::string_view verb) {
  for (const verb_meaning& each : verbs) {
    if (each.verb == verb) {
      return each;
    }
  }
  return {verb, act::unknown, ""};
}

std::string seconds(domain::timestamp t) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(t.time_since_epoch()).count());
}

/// What every change says, whatever its item.
struct page_change {
  const meta_element& at;
  object value;
  thread_kind thread = thread_kind::comment;
  std::string_view item = {};
  verb_meaning verb = {};
  std::string post = {};     ///< post_id; of a review, its open_graph_story_id
  std::string comment = {};  ///< comment_id
  std::string parent = {};   ///< parent_id where that is a comment, not the post
  std::string author = {};
  std::string_view author_name = {};
  bool own = false;  ///< the page itself did it
  std::optional<domain::timestamp> created = {};
  domain::timestamp time = {};  ///< created, or the next best

  [[nodiscard]] const std::string& target() const { return comment.empty() ? post : comment; }
  /// created_time in seconds, empty where there is none.
  [[nodiscard]] std::string when() const { return created ? seconds(*created) : std::string{}; }

  [[nodiscard]] inbound_event& add(inbound_kind kind, std::string id) const;
};

inbound_event& page_change::add(inbound_kind kind, std::string id) const {
  inbound_event& event = at.out.add();
  event.kind = kind;
  event.platform = domain::platform::facebook;
  event.account_platform_id = at.entry.account;
  event.thread = thread;
  event.post_id = post;
  event.post_url = member_text(value, "permalink_url");
  if (event.post_url.empty()) {
    if (const auto about = member_object(value, "post")) {
      event.post_url = member_text(*about, "permalink_url");
    }
  }
  if (own) {
    event.direction = domain::direction::outbound;
    event.sender = domain::sender_type::agent;
  } else {
    event.customer_platform_id = author;
    event.customer_name = author_name;
  }
  event.sender_id = author;
  if (thread == thread_kind::mention) {
    event.thread_key = event.customer_platform_id.empty()
                           ? target()
                           : thread_key_below(target(), event.customer_platform_id);
  } else {
    event.thread_key =
        thread_key_below(post.empty() ? "comment:" + comment : post, event.customer_platform_id);
  }
  event.platform_message_id = std::move(id);
  event.at = time;
  return event;
}

/// The author, in the spelling of whichever API version. False: ambiguous, and rejected.
bool read_author(page_change& change) {
  for (const std::string_view name : {"from", "reviewer"}) {
    const auto person = member_object(change.value, name);
    if (person && rejected_as_ambiguous(change.at, *person)) {
      return false;
    }
    if (person && change.author.empty()) {
      change.author = member_id(*person, "id");
      change.author_name = member_text(*person, "name");
    }
  }
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> flat = {
      {{"reviewer_id", "reviewer_name"}, {"sender_id", "sender_name"}}};
  for (const auto& [id, name] : flat) {
    if (change.author.empty()) {
      change.author = member_id(change.value, id);
      change.author_name = member_text(change.value, name);
    }
  }
  change.own = change.author == change.at.entry.account;
  return true;
}

/// nullopt: it was rejected.
std::optional<page_change> read_change(const meta_element& at, object value, thread_kind thread) {
  page_change change{.at = at, .value = value, .thread = thread};
  change.item = member_text(value, "item");
  change.verb = meaning_of(member_text(value, "verb"));
  if (!read_author(change)) {
    return std::nullopt;
  }
  const std::string post_id = member_id(value, "post_id");
  change.post = thread == thread_kind::review ? member_id(value, "open_graph_story_id") : std::string{};
  if (change.post.empty()) {
    change.post = post_id;
  }
  change.comment = member_id(value, "comment_id");
  if (std::string parent = member_id(value, "parent_id"); parent != post_id && parent != change.post) {
    change.parent = std::move(parent);
  }
  if (change.target().empty()) {
    at.reject("malformed", "neither post_id nor comment_id nor open_graph_story_id names what it is about");
    return std::nullopt;
  }
  change.created = time_member(value, "created_time", time_unit::seconds, time_unit::seconds);
  const auto sent = time_member(at.entry.json, "time", time_unit::seconds, time_unit::seconds);
  change.time = change.created.value_or(sent.value_or(at.out.received_at()));
  return change;
}

void add_picture(inbound_event& event, content_type type, std::string_view url) {
  if (url.empty()) {
    return;
  }
  if (event.attachments.empty()) {
    event.content_type = type;
  }
  domain::attachment& to = event.attachments.emplace_back();
  to.type = domain::to_word(type);
  to.url = url;
}

/// Text and pictures of a comment or a post.
void fill_content(inbound_event& event, const page_change& change) {
  event.content = member_text(change.value, "message");
  payload_writer payload{event.payload};
  if (change.item == "rating") {
    event.content = member_text(change.value, "review_text");
    payload.member_if("rating", change.value, "rating");
    payload.member_if("recommendationType", change.value, "recommendation_type");
    return;
  }
  if (change.item == "comment") {
    add_picture(event, content_type::image, member_text(change.value, "photo"));
    add_picture(event, content_type::video, member_text(change.value, "video"));
    return;
  }
  payload.text("item", change.item);
  const std::string_view link = member_text(change.value, "link");
  if (change.item == "photo" || change.item == "video") {
    add_picture(event, change.item == "photo" ? content_type::image : content_type::video, link);
  } else {
    payload.text_if("link", link);
  }
  if (const auto photos = member_array(change.value, "photos")) {
    for (const element each : *photos) {
      std::string_view url;
      if (each.get(url) == simdjson::SUCCESS) {
        add_picture(event, content_type::image, url);
      }
    }
  }
}

void add_unsupported(const page_change& change) {
  const std::string what = std::string{clipped(change.item)} + " " + std::string{clipped(change.verb.verb)};
  if (change.author.empty()) {
    return change.at.reject("unsupported", "an item and verb that we do not know, of nobody: " + what);
  }
  std::string which = change.when();
  if (which.empty()) {
    which = std::to_string(content_hash(to_json(change.value)));
  }
  inbound_event& event =
      change.add(inbound_kind::message, change.target() + ":" + std::string{change.item} + ":" +
                                            std::string{change.verb.verb} + ":" + which);
  event.content_type = content_type::unsupported;
  append_json(event.payload, change.value);
}

/// Hidden, blocked, muted: something that was done to a thing, not said. Hidden, shown and hidden again: where
/// created_time is missing, or the comment's own, nothing tells the last from a redelivery of the first, and it
/// is taken for one. A note too few is the lesser error: every redelivery of the first would else say, behind
/// "shown again", that the comment is hidden.
void add_moderation(const page_change& change) {
  inbound_event& event =
      change.add(inbound_kind::message, change.target() + ":" + std::string{change.verb.verb} + ":" +
                                            change.author + ":" + change.when());
  event.direction = domain::direction::inbound;
  event.sender = domain::sender_type::system;
  event.thread_parent = change.target();
  event.content = std::string{change.comment.empty() ? "Post " : "Comment "} + std::string{change.verb.done};
  payload_writer payload{event.payload};
  payload.text_if("item", change.item);
  payload.text("verb", change.verb.verb);
  payload.text("target", change.target());
}

/// A picture's address up to its signature, and without the host: those differ from copy to copy.
std::string_view file_of(std::string_view url) {
  url = url.substr(0, url.find('?'));
  return url.substr(url.rfind('/') + 1);
}

/// Orders and tells apart the edits of one thing (inbound_event::version). created_time may be the edited
/// thing's own, or be missing, so that the new content is part of it. Going back to a wording of before is
/// then taken for a redelivery of that, which is much more frequent.
std::string edit_version(const page_change& change) {
  std::string content;
  for (const std::string_view name : {"message", "review_text", "recommendation_type"}) {
    (content += member_text(change.value, name)) += '\0';
  }
  (content += member_id(change.value, "rating")) += '\0';
  for (const std::string_view name : {"photo", "video", "link"}) {
    (content += file_of(member_text(change.value, name))) += '\0';
  }
  if (const auto photos = member_array(change.value, "photos")) {
    for (const element each : *photos) {
      std::string_view url;
      if (each.get(url) == simdjson::SUCCESS) (content += file_of(url)) += '\0';
    }
  }
  return change.when() + '#' + std::to_string(content_hash(content));
}

/// A comment, a post or a review: something said under `id`, changed or withdrawn.
void add_said(const page_change& change, const std::string& id) {
  switch (change.verb.what) {
    case act::add: {
      inbound_event& event = change.add(inbound_kind::message, id);
      event.reply_to = change.parent;
      if (event.customer_platform_id.empty()) {
        // Our own answer below a review belongs to the reviewer, who is not named here.
        const bool below_review = change.thread == thread_kind::review && id != change.post;
        event.thread_parent = change.parent.empty() && below_review ? change.post : change.parent;
      }
      return fill_content(event, change);
    }
    case act::edit: {
      inbound_event& event = change.add(inbound_kind::edit, id);
      event.version = edit_version(change);
      if (event.customer_platform_id.empty()) {
        event.thread_parent = id;
      }
      return fill_content(event, change);
    }
    case act::remove: {
      // `from` may be whoever removed it, or be missing: the message itself knows its thread best.
      inbound_event& event = change.add(inbound_kind::deletion, id);
      event.thread_parent = id;
      return;
    }
    case act::moderate:
      return add_moderation(change);
    case act::unknown:
      return add_unsupported(change);
  }
}

void add_reaction(const page_change& change) {
  if (change.verb.what != act::add && change.verb.what != act::edit && change.verb.what != act::remove) {
    return add_unsupported(change);
  }
  const bool removed = change.verb.what == act::remove;
  inbound_event& event =
      change.add(removed ? inbound_kind::reaction_removed : inbound_kind::reaction_added, change.target());
  event.thread_parent = change.target();
  event.content_type = content_type::reaction;
  const std::string_view type = member_text(change.value, "reaction_type");
  event.reaction_emoji = emoji_named(type.empty() ? std::string_view{"like"} : type);
  event.version =
      change.author + ":" + std::string{change.verb.verb} + ":" + event.reaction_emoji + ":" + change.when();
}

bool is_reaction(std::string_view item) {
  return item == "reaction" || item == "like";
}

bool is_post(std::string_view item) {
  return item == "post" || item == "status" || item == "photo" || item == "video" || item == "share" ||
         item == "link" || item == "note";
}

void add_comment(const page_change& change) {
  if (change.comment.empty()) {
    return change.at.reject("malformed", "value.comment_id is missing, or neither a text nor an integer");
  }
  add_said(change, change.comment);
}

}  // namespace

void unpack_feed(const meta_element& at, object value) {
  const auto change = read_change(at, value, thread_kind::comment);
  if (!change) {
    return;
  }
  if (change->item == "comment") {
    add_comment(*change);
  } else if (is_reaction(change->item)) {
    add_reaction(*change);
  } else if (is_post(change->item) && !change->post.empty()) {
    add_said(*change, change->post);
  } else {
    add_unsupported(*change);
  }
}

void unpack_page_mention(const meta_element& at, object value) {
  if (const auto change = read_change(at, value, thread_kind::mention)) {
    add_said(*change, change->target());
  }
}

void unpack_ratings(const meta_element& at, object value) {
  const auto change = read_change(at, value, thread_kind::review);
  if (!change) {
    return;
  }
  if (change->item == "rating") {
    add_said(*change, change->post);
  } else if (change->item == "comment") {
    add_comment(*change);
  } else if (is_reaction(change->item)) {
    add_reaction(*change);
  } else {
    add_unsupported(*change);
  }
}

}  // namespace switchboard::net::platforms
