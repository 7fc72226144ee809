// X's posts, in both spellings:
//   classic tweet  {"id_str","user":{…},"text","truncated","extended_tweet"?:{"full_text",…},"in_reply_to_status_id_str"?,
//                   "in_reply_to_user_id_str"?,"quoted_status"?,"retweeted_status"?,"entities","extended_entities"?}
//   v2 Post        {"id","author_id","conversation_id","text","note_tweet"?,"in_reply_to_user_id"?,
//                   "referenced_tweets"?:[{"type":"replied_to","id"}],"attachments"?:{"media_keys"}}, the rest in includes
//
// A conversation is what one customer says below one post. A v2 Post names that post (conversation_id); a tweet only
// what it answers, which may be our own answer to the same customer: then it lies where that does (thread_parent).

#include "domain/language.hpp"
#include "net/platforms/x_parts.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::net::platforms {
namespace {

using domain::inbound_event;
using domain::inbound_kind;
using domain::thread_kind;

struct x_post {
  std::string account = {};
  std::string id = {};
  x_person author = {};
  std::string_view text = {};
  std::string root = {};           ///< the post that all this is below; empty: not told
  std::string parent = {};         ///< what it answers
  std::string parent_author = {};  ///< and who wrote that
  std::string beside = {};         ///< the post in whose thread it lies, if that is the same customer's
  std::string retweeted = {};

  [[nodiscard]] bool own() const { return author.id == account; }
};

void set_place(inbound_event& e, thread_kind thread, const std::string& root, std::string_view customer) {
  e.thread = thread;
  e.thread_key = thread_key_below(root, customer);
  e.post_id = root;
  if (std::all_of(root.begin(), root.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    e.post_url = "https://x.com/i/status/" + root;
  }
}

/// Nobody at all, or whoever we answer: what our side says to itself, or to all, is no customer's.
x_person customer_of(const x_element& at, const x_post& post) {
  if (!post.own()) return post.author;
  return post.parent_author == post.account ? x_person{} : x_person_named(at.in, post.parent_author);
}

/// nullptr after a rejection. Leaves `post` without an author's id. `json`: dated; `written`: with the text.
inbound_event* add_post(const x_element& at, x_post& post, object json, object written) {
  if (post.id.empty() || post.author.id.empty() || post.account.empty()) {
    at.reject("malformed", post.id.empty()          ? "no id_str, or an id that is a number beyond 2^53"
                           : post.author.id.empty() ? "no author"
                                                    : "no for_user_id, and it names none of our accounts");
    return nullptr;
  }
  const bool own = post.own();
  const bool opens =
      post.parent.empty() && post.retweeted.empty() && (post.root.empty() || post.root == post.id);
  const std::string root = !post.retweeted.empty() ? post.retweeted
                           : !post.root.empty()    ? post.root
                           : !post.parent.empty()  ? post.parent
                                                   : post.id;
  inbound_event& e = add_x_event(at, inbound_kind::message, post.account, customer_of(at, post), json);
  set_place(e, opens && !own ? thread_kind::mention : thread_kind::comment, root, e.customer_platform_id);
  if (own) set_x_outbound(e, post.account);
  e.thread_parent = own ? post.parent : post.beside;
  if (e.thread_parent == post.id) e.thread_parent.clear();
  e.parent_if_same_customer = !own || !e.customer_platform_id.empty();
  e.reply_to = std::move(post.parent);
  e.platform_message_id = std::move(post.id);
  e.content = x_written(written, post.text, own);
  if (!own) e.language = domain::language_tag(member_text(json, "lang"));
  return &e;
}

void keep_other_post(payload_writer& payload, std::string_view name, std::string_view id,
                     std::string_view author, std::string_view text) {
  if (id.empty()) return;
  std::string kept = "{\"id\":";
  domain::append_json_string(kept, id);
  const auto keep = [&kept](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    ((kept += ",\"") += key) += "\":";
    domain::append_json_string(kept, value);
  };
  keep("authorId", author);
  keep("text", text);
  payload.raw(name, kept += '}');
}

void keep_links(payload_writer& payload, object json) {
  const auto entities = member_object(json, "entities");
  const auto urls = entities ? member_array(*entities, "urls") : std::nullopt;
  if (urls && urls->size() > 0) payload.member_if("urls", *entities, "urls");
}

// -- classic
// ------------------------------------------------------------------------------------------------------

std::string author_in(std::optional<object> tweet) {
  const auto user = tweet ? member_object(*tweet, "user") : std::nullopt;
  return user ? x_id_in(*user, "id") : std::string{};
}

/// Whom it mentions first, or whether it mentions `whom`.
std::string mentioned_in(object tweet, std::string_view whom) {
  std::string first;
  const auto entities = member_object(tweet, "entities");
  const auto mentions = entities ? member_array(*entities, "user_mentions") : std::nullopt;
  if (!mentions) return first;
  for (const element each : *mentions) {
    object user;
    if (each.get(user) != simdjson::SUCCESS) continue;
    std::string id = x_id_in(user, "id");
    if (id == whom) return id;
    if (first.empty()) first = std::move(id);
  }
  return first;
}

/// Whose it is, where the body does not say: the account that we would guess, if it has a part in it.
std::string account_in(const x_element& at, object tweet, std::string_view author,
                       std::string_view answered) {
  const std::string& likely = at.in.account;
  if (!at.in.guessed || author == likely || answered == likely ||
      author_in(member_object(tweet, "quoted_status")) == likely ||
      author_in(member_object(tweet, "retweeted_status")) == likely) {
    return likely;
  }
  std::string mentioned = mentioned_in(tweet, likely);
  if (mentioned == likely) return likely;
  if (!answered.empty()) return std::string{answered};
  return mentioned.empty() ? likely : mentioned;
}

/// The whole text: of a truncated tweet it stands in extended_tweet.
std::string_view text_of(object tweet) {
  const auto extended = member_object(tweet, "extended_tweet");
  std::string_view text = extended ? member_text(*extended, "full_text") : std::string_view{};
  for (const std::string_view name : {"full_text", "text"}) {
    if (text.empty()) text = member_text(tweet, name);
  }
  return text;
}

void add_tweet_media(inbound_event& e, object tweet) {
  const object whole = member_object(tweet, "extended_tweet").value_or(tweet);
  auto entities = member_object(whole, "extended_entities");  // `entities` has the first picture only
  if (!entities) entities = member_object(whole, "entities");
  const auto media = entities ? member_array(*entities, "media") : std::nullopt;
  if (!media) return;
  for (const element each : *media) {
    object one;
    if (each.get(one) == simdjson::SUCCESS) add_x_media(e, one);
  }
}

// -- v2
// -----------------------------------------------------------------------------------------------------------

/// The id that it refers to in that way; empty: none.
std::string reference_of(object post, std::string_view type) {
  const auto references = member_array(post, "referenced_tweets");
  if (!references) return {};
  for (const element each : *references) {
    object one;
    if (each.get(one) == simdjson::SUCCESS && member_text(one, "type") == type) return x_id_in(one, "id");
  }
  return {};
}

std::optional<object> included(const x_body& in, std::string_view list, std::string_view key,
                               std::string_view id) {
  const auto all = in.includes ? member_array(*in.includes, list) : std::nullopt;
  if (!all || id.empty()) return std::nullopt;
  for (const element each : *all) {
    object one;
    if (each.get(one) != simdjson::SUCCESS) continue;
    one = member_object(one, "data").value_or(one);
    if (x_id_in(one, key) == id) return one;
  }
  return std::nullopt;
}

void add_post_media(const x_body& in, inbound_event& e, object post) {
  const auto attachments = member_object(post, "attachments");
  const auto keys = attachments ? member_array(*attachments, "media_keys") : std::nullopt;
  if (!keys) return;
  for (const element each : *keys) {
    std::string_view key;
    if (each.get(key) != simdjson::SUCCESS) continue;
    if (const auto media = included(in, "media", "media_key", key)) {
      add_x_media(e, *media);
      continue;
    }
    if (e.attachments.empty()) e.content_type = domain::content_type::attachment;
    domain::attachment& to = e.attachments.emplace_back();
    to.type = domain::to_word(domain::content_type::attachment);
    to.platform_media_id = key;
    to.state = domain::media_state::ready;
  }
}

void keep_included(const x_body& in, payload_writer& payload, std::string_view name, const std::string& id) {
  const auto other = included(in, "tweets", "id", id);
  const std::string author = other ? x_id_in(*other, "author_id") : std::string{};
  keep_other_post(payload, name, id, author, other ? member_text(*other, "text") : std::string_view{});
}

std::string milliseconds(domain::timestamp t) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(t.time_since_epoch()).count());
}

}  // namespace

void unpack_x_tweet(const x_element& at, object tweet) {
  const auto user = member_object(tweet, "user");
  if (at.ambiguous(user)) return;
  const auto quoted = member_object(tweet, "quoted_status");
  const auto retweeted = member_object(tweet, "retweeted_status");
  x_post post{.id = x_id_in(tweet, "id"), .author = x_person_of(user), .text = text_of(tweet)};
  post.parent = x_id_in(tweet, "in_reply_to_status_id");
  post.parent_author = x_id_in(tweet, "in_reply_to_user_id");
  post.beside = post.parent;
  post.account = account_in(at, tweet, post.author.id, post.parent_author);
  if (retweeted) post.retweeted = x_id_in(*retweeted, "id");
  const bool own = post.own();
  const std::string again = post.retweeted;
  inbound_event* const e = add_post(at, post, tweet, member_object(tweet, "extended_tweet").value_or(tweet));
  if (e == nullptr) return;
  if (again.empty()) add_tweet_media(*e, tweet);
  payload_writer payload{e->payload};
  payload.flag_if("userHasBlocked", at.in.blocked && !own);
  keep_other_post(payload, "retweeted", again, author_in(retweeted),
                  retweeted ? text_of(*retweeted) : std::string_view{});
  keep_other_post(payload, "quoted", again.empty() ? x_id_in(tweet, "quoted_status_id") : std::string{},
                  author_in(quoted), quoted ? text_of(*quoted) : std::string_view{});
  keep_links(payload, member_object(tweet, "extended_tweet").value_or(tweet));
}

void unpack_x_post(const x_element& at, object json) {
  x_post post{.account = at.in.account, .id = x_id_in(json, "id")};
  post.author = x_person_named(at.in, x_id_in(json, "author_id"));
  const auto note = member_object(json, "note_tweet");
  post.text = note ? member_text(*note, "text") : std::string_view{};
  if (post.text.empty()) post.text = member_text(json, "text");
  post.root = x_id_in(json, "conversation_id");
  post.parent = reference_of(json, "replied_to");
  if (post.parent.empty()) post.parent = x_id_in(json, "in_reply_to_tweet_id");
  post.parent_author = x_id_in(json, "in_reply_to_user_id");
  post.beside = post.root.empty() ? post.parent : post.root;
  post.retweeted = reference_of(json, "retweeted");
  const std::string id = post.id, again = post.retweeted;
  inbound_event* const e = add_post(at, post, json, json);
  if (e == nullptr) return;
  if (again.empty()) add_post_media(at.in, *e, json);
  payload_writer payload{e->payload};
  keep_included(at.in, payload, "retweeted", again);
  keep_included(at.in, payload, "quoted", reference_of(json, "quoted"));
  const auto edits = member_array(json, "edit_history_tweet_ids");
  std::string_view first;
  if (edits && edits->at(0).get(first) == simdjson::SUCCESS && first != id) payload.text("editOf", first);
  keep_links(payload, json);
}

void unpack_x_deletion(const x_element& at, object what) {
  const auto status = member_object(what, "status");
  if (at.ambiguous(status)) return;
  std::string id = x_id_in(status.value_or(what), "id");
  std::string author = x_id_in(status.value_or(what), status ? "user_id" : "author_id");
  if (id.empty() || at.in.account.empty()) {
    return at.reject("malformed", id.empty() ? "no id of what was deleted" : "no for_user_id");
  }
  const bool own = author == at.in.account;
  x_person customer = own ? x_person{} : x_person_named(at.in, std::move(author));
  inbound_event& e = add_x_event(at, inbound_kind::deletion, at.in.account, std::move(customer), what);
  set_place(e, thread_kind::comment, id, e.customer_platform_id);
  if (own) set_x_outbound(e, at.in.account);
  e.thread_parent = id;
  e.platform_message_id = std::move(id);
}

/// favorite_events[]: {"favorited_status","user","timestamp_ms"}; like.create: {"liked_tweet_id",
/// "liked_tweet_author_id","timestamp_ms"} of the filtered user, or of the other one in includes.users.
void unpack_x_like(const x_element& at, object like) {
  const auto tweet = member_object(like, "favorited_status");
  const auto user = member_object(like, "user");
  if (at.ambiguous(tweet) || at.ambiguous(user)) return;
  std::string id = tweet ? x_id_in(*tweet, "id") : x_id_in(like, "liked_tweet_id");
  const std::string author = tweet ? author_in(tweet) : x_id_in(like, "liked_tweet_author_id");
  x_person who = x_person_of(user);
  if (who.id.empty() && author != at.in.account) who.id = at.in.account;
  const auto users = at.in.includes ? member_array(*at.in.includes, "users") : std::nullopt;
  if (who.id.empty() && users) {
    for (const element each : *users) {
      object one;
      if (each.get(one) != simdjson::SUCCESS) continue;
      if (x_person other = x_person_of(one); other.id != author && who.id.empty()) who = std::move(other);
    }
  }
  if (id.empty() || at.in.account.empty()) {
    return at.reject("malformed", id.empty() ? "no id of what was liked" : "no for_user_id");
  }
  const bool own = who.id == at.in.account;
  const std::string sender = who.id;
  if (own) who = author == at.in.account ? x_person{} : x_person_named(at.in, author);
  const bool removed = at.kind.ends_with(".delete");
  inbound_event& e = add_x_event(at, removed ? inbound_kind::reaction_removed : inbound_kind::reaction_added,
                                 at.in.account, std::move(who), like);
  set_place(e, thread_kind::comment, id, e.customer_platform_id);
  if (own) set_x_outbound(e, at.in.account);
  e.sender_id = sender;
  e.thread_parent = id;
  e.platform_message_id = std::move(id);
  e.content_type = domain::content_type::reaction;
  e.reaction_emoji = "❤️";
  e.version = sender + ':' + milliseconds(e.at);
}

}  // namespace switchboard::net::platforms
