#include "domain/saying.hpp"

#include "domain/draft.hpp"
#include "domain/message_rules.hpp"
#include "domain/messaging_window.hpp"
#include "domain/outgoing.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace switchboard::domain {
namespace {

[[nodiscard]] unexpected<refused> refuse(refusal why, std::string detail) {
  return unexpected<refused>{{why, std::move(detail)}};
}

/// Where our own reference comes back with each echo of ours, one without it is somebody else's. (WhatsApp echoes what was
/// typed in the Business app; Messenger gives back message.metadata.)
[[nodiscard]] bool gives_references(const inbound_event& in) {
  return in.platform == platform::whatsapp ||
         (in.platform == platform::facebook && in.thread == thread_kind::dm);
}

/// What the same key has made must be what it is to make now; else the caller used a key twice. What the platform has
/// edited or withdrawn since can't be compared.
[[nodiscard]] bool is_repetition(const say& what) {
  return std::ranges::equal(what.made, what.parts, [&](const message& m, const said& part) {
    if (m.edited_at || m.deleted) return true;
    const bool same_place = m.reply_to == part.reply_to || (part.reply_to.empty() && what.below);
    return m.content == part.content && same_place && m.payload == part.payload &&
           m.attachments.size() == part.attachments.size();
  });
}

/// When the comment had its private reply: one that the platform has, may have or is about to get. What it refused for
/// good doesn't count.
[[nodiscard]] std::optional<timestamp> replied_privately_at(const thread_state& state, const say& what) {
#ifdef SWITCHBOARD_FAULT_REPLY_TWICE  // planted, for tests/e2e/private_replies_test.cpp
  return std::nullopt;
#endif
  if (!what.comment) return std::nullopt;
  const auto uses_it_up = [&](const message& m) {
    return m.reply_to == what.comment->platform_message_id && m.delivery != delivery_status::failed &&
           was_said_privately(m);
  };
  for (const auto* among : {&what.answers, &state.sending}) {
    const auto found = std::ranges::find_if(*among, uses_it_up);
    if (found != among->end()) return found->sent_at;
  }
  return std::nullopt;
}

[[nodiscard]] std::optional<refused> cannot_be_said(const thread_state& state, const say& what,
                                                    timestamp now) {
  const conversation& c = *state.current;
  if (c.status == conversation_status::closed) {
    return refused{refusal::invalid,
                   "A closed conversation can't be answered; the customer's next message opens a new one."};
  }
  if (what.parts.empty()) return refused{refusal::invalid, "There is nothing to say."};
  if (state.sending.size() + what.parts.size() > sending_max) {
    return refused{refusal::too_many, std::to_string(state.sending.size()) +
                                          " replies of this conversation are on their way; at most " +
                                          std::to_string(sending_max) + " may be."};
  }
  if (!what.not_here.empty()) {
    return refused{refusal::nothing_to_answer,
                   "no message of this conversation has the platform's id \"" + what.not_here +
                       "\": name one of its platformMessageIds, or leave replyTo out"};
  }
  const bool any_privately = std::ranges::any_of(what.parts, &said::privately);
  if (any_privately && what.parts.size() > 1) {
    return refused{refusal::invalid, "A private reply is one message."};
  }
  const auto replied_at = any_privately ? replied_privately_at(state, what) : std::nullopt;
  for (const said& part : what.parts) {
    auto mode = may_say(c,
                        {.sender = what.sender,
                         .approved = part.approved,
                         .privately = part.privately,
                         .comment_at = what.comment ? std::optional(what.comment->sent_at) : std::nullopt,
                         .replied_at = replied_at,
                         .human_agent_allowed = what.human_agent_allowed,
                         .is_known_person = what.is_known_person},
                        now);
    if (mode) continue;
    auto why = std::move(mode).error();
    const auto reason = why.used ? refusal::replied_privately : refusal::window_closed;
    return refused{reason, std::move(why.detail), why.at, std::move(why.allowed)};
  }
  return std::nullopt;
}

/// Is it news, and of a conversation that the router may speak in?
[[nodiscard]] bool is_router_heard(const conversation& c, const say& what) {
  return *what.routed > c.routed && !is_over(c.status) &&
         std::ranges::find(what.only_in, c.kind) != what.only_in.end();
}

[[nodiscard]] message message_of(const message_id& id, said&& part, const say& what, timestamp now) {
  message m;
  m.id = id;
  m.direction = direction::outbound;
  m.content = std::move(part.content);
  m.content_type = part.content_type;
  m.attachments = std::move(part.attachments);
  m.reply_to = part.reply_to.empty() ? what.below.value_or("") : std::move(part.reply_to);
  m.payload = std::move(part.payload);
  m.sender_type = what.sender;
  m.sender_id = what.sender_id;
  m.sent_at = now;
  m.received_at = now;
  m.delivery = delivery_status::queued;
  return m;
}

}  // namespace

decision decide_say(const thread_state& state, say&& what, timestamp now) {
  if (!what.made.empty() && state.id == what.id.thread) {
    if (is_repetition(what)) return std::vector<event>{};
    return refuse(refusal::invalid, "This Idempotency-Key was used for another message of the conversation.");
  }
  if (auto why = not_present(state, what.id)) return unexpected<refused>{std::move(*why)};
  if (what.routed && !is_router_heard(*state.current, what)) return std::vector<event>{};
  if (!what.account_can_send) return refuse(refusal::invalid, "The account has no access_token.");
  if (!what.has_room) return refuse(refusal::no_room, "As many replies as may be are on their way.");
  if (auto why = cannot_be_said(state, what, now)) return unexpected<refused>{std::move(*why)};
  draft d(state, now);
  d.expect(what.parts.size());
  std::size_t number = 0;
  for (said& part : what.parts) {
    event& e = d.add(event_type::message_queued);
    conversation& c = *e.conversation;
    ++c.sending;
    if (what.routed) c.routed = *what.routed;
    if (what.sender == sender_type::agent) c.unread = 0;  // who answers has read
    e.message = message_of({c.id, e.sequence}, std::move(part), what, now);
    e.origin = event_origin{"command", what.key, what.key.empty() ? "" : std::to_string(number++)};
  }
  return std::move(d).take();
}

void reply_arrived(draft& d, const thread_state& state, message&& m, std::string_view platform_message_id,
                   std::optional<message>&& same_id) {
  event& e = d.add(event_type::message_sent);
  conversation& c = *e.conversation;
  if (is_on_its_way(state, m.id) && c.sending > 0) --c.sending;
  if (m.sender_type == sender_type::agent && c.last_inbound_at && !c.first_response_at) {
    c.first_response_at = e.at;
  }
  const auto id = m.id;
  if (same_id && same_id->id != id) {
    m = fill_in(message(*same_id), std::move(m), false);
    m.id = id;
  }
  if (m.platform_message_id.empty()) m.platform_message_id = platform_message_id;
  deliver(m, delivery_status::sent, {});
  e.message = std::move(m);
  if (!same_id || same_id->id == id) return;
  // What was kept under the platform's id turns out to be this one: it is not a second message.
  event& gone = d.add(event_type::message_deleted);
  withdraw(*same_id, true);
  same_id->platform_message_id.clear();
  same_id->placeholder = true;
  gone.message = *std::move(same_id);
}

bool is_on_its_way(const thread_state& state, const message_id& id) {
  return std::ranges::any_of(state.sending, [&](const message& m) { return m.id == id; });
}

decision decide_settle(const thread_state& state, settle_send&& what, timestamp now) {
  const auto found = std::ranges::find_if(state.sending, [&](const message& m) { return m.id == what.id; });
  if (found == state.sending.end() || !state.current) return std::vector<event>{};
  using end = settle_send::end;
  message m = *found;
  draft d(state, now);
  if (what.what == end::sent) {
    reply_arrived(d, state, std::move(m), what.platform_message_id, std::move(what.same_id));
    return std::move(d).take();
  }
  const bool is_failed = what.what == end::failed;
  if (what.what == end::unknown && m.delivery == delivery_status::unknown) return std::vector<event>{};
  event& e = d.add(is_failed ? event_type::message_failed : event_type::message_unknown);
  m.delivery = is_failed ? delivery_status::failed : delivery_status::unknown;
  if (what.what != end::unknown) {
    m.error = std::move(what.error);
    if (e.conversation->sending > 0) --e.conversation->sending;
  }
  e.message = std::move(m);
  return std::move(d).take();
}

std::string words_in(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  std::string words;
  for (;;) {
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    if (text.empty()) return words;
    const auto word = text.substr(0, text.find_first_of(blanks));
    if (!words.empty()) words += ' ';
    words += word;
    text.remove_prefix(word.size());
  }
}

bool is_named_elsewhere_by_words(const conversation& c, const message& m) {
  return c.platform == platform::instagram && c.kind != thread_kind::dm && was_said_privately(m);
}

const message* reply_of(const thread_state& state, const inbound_event& in,
                        std::span<const message_id> not_begun) {
  if (in.direction != direction::outbound && in.kind != inbound_kind::status) return nullptr;
  if (!in.our_reference.empty()) {
    const auto id = parse_message_id(in.our_reference);
    const auto found = std::ranges::find_if(state.sending, [&](const message& m) { return id == m.id; });
    return found == state.sending.end() ? nullptr : &*found;
  }
#ifdef SWITCHBOARD_FAULT_FORGET_WORDS  // planted, for tests/faults/replies_test.cpp
  return nullptr;
#endif
  if (in.kind != inbound_kind::message || in.content.empty() || gives_references(in)) return nullptr;
  const auto words = words_in(in.content);
  const bool comes_privately = in.thread == thread_kind::dm;
  // Platforms that count in seconds say that it was before we queued it.
  const auto found = std::ranges::find_if(state.sending, [&](const message& m) {
    const bool privately = !state.current || state.current->kind == thread_kind::dm || was_said_privately(m);
    return privately == comes_privately && words_in(m.content) == words &&
           m.attachments.size() == in.attachments.size() && in.at + std::chrono::seconds{1} > m.sent_at &&
           std::ranges::find(not_begun, m.id) == not_begun.end();
  });
  return found == state.sending.end() ? nullptr : &*found;
}

void follow_sending(thread_state& state, const event& e) {
  if (!e.message || e.message->direction != direction::outbound) return;
  const message& m = *e.message;
  if (e.type == event_type::message_queued) {
    state.sending.push_back(m);
    return;
  }
  const auto found =
      std::ranges::find_if(state.sending, [&](const message& known) { return known.id == m.id; });
  if (found == state.sending.end()) return;
  if (is_on_its_way(m)) {
    *found = m;
  } else {
    state.sending.erase(found);
  }
}

bool is_on_its_way(const message& m) {
  if (m.delivery == delivery_status::queued) return true;
  return m.delivery == delivery_status::unknown && !m.error;
}

}  // namespace switchboard::domain
