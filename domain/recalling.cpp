#include "domain/recalling.hpp"

#include "domain/saying.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::domain {
namespace {

/// Is it about a message that was erased? Then it is about nobody any more: not even a redelivery may bring it back.
/// Until the views follow, such a message may still be found.
[[nodiscard]] bool concerns_erased(const receive& r, const thread_state& state, const thread_past& past) {
  const auto& id = r.inbound.platform_message_id;
  if (state.erased == 0 || id.empty()) return false;
  if (r.target) return r.target->id.conversation.ordinal <= state.erased;
  return past.had_message(id);
}

/// For a profile of somebody without a conversation, which has no thread to leave a key in: is all that it tells known?
[[nodiscard]] bool is_known(const receive& r, const thread_past& past) {
  const auto c = past.find_customer(r.customer);
  if (!c) return false;
  const auto same = [](const std::string& told, const std::string& known) {
    return told.empty() || told == known;
  };
  const auto& in = r.inbound;
  return same(in.customer_name, c->name) && same(in.customer_handle, c->handle) &&
         same(in.customer_avatar_url, c->avatar_url) &&
         same(in.customer_new_platform_id, c->platform_user_id);
}

/// Did a profile come again that was told before its customer was erased?
[[nodiscard]] bool was_erased_since(const receive& r, const thread_past& past) {
  const auto erased = past.erased_at(r.customer);
  return erased && r.inbound.at <= *erased;
}

/// Does a platform's history tell what was forgotten? Erasures are kept for good, by a keyed hash of whom they forget.
[[nodiscard]] bool is_forgotten(const receive& r, const thread_state& state, const thread_past& past) {
  if (!r.inbound.from_history) return false;
  if (was_erased_since(r, past)) return true;
  // Of whom our side speaks is not said; in such a thread nothing is older than what has begun since.
  const bool unnamed = r.inbound.customer_platform_id.empty();
  return unnamed && state.erased > 0 && (!state.current || r.inbound.at < state.current->created_at);
}

[[nodiscard]] bool was_seen(const receive& r, const thread_state& state, const thread_past& past) {
  // A message is its own key: it was seen if it is there and not a mere placeholder (decide looks at that).
  if (r.inbound.kind == inbound_kind::message) return false;
  if (past.had_effect(r.inbound)) return true;
  if (r.inbound.kind != inbound_kind::profile || state.current) return false;
  return is_known(r, past) || was_erased_since(r, past);
}

/// Is it about a reply that was said here, by our reference? Whoever else writes to the platform by the account could write
/// anything there: only what is of the same brand and account is meant.
[[nodiscard]] bool was_said_here(const receive& r, const thread_state& state, const thread_past& past) {
  const auto& in = r.inbound;
  const auto id = parse_message_id(in.our_reference);
  if (!id || id->conversation.thread != state.id || !state.current) return false;
  if (state.current->brand != r.brand || state.current->account != r.account) return false;
  if (is_on_its_way(state, *id)) return true;
  const auto m = past.find_own(*id);
  return m && m->direction == direction::outbound && !m->note;
}

/// Those that can't have come back yet.
[[nodiscard]] std::vector<message_id> not_begun_in(const thread_state& state, const thread_past& past) {
  std::vector<message_id> all;
  for (const message& m : state.sending) {
    if (!past.may_have_arrived(m.id)) all.push_back(m.id);
  }
  return all;
}

/// Is it a private answer to a comment of this thread, on its way, by its words?
[[nodiscard]] bool was_answered_here(const receive& r, const thread_state& state, const thread_past& past) {
  const auto& in = r.inbound;
  if (in.direction != direction::outbound || in.thread != thread_kind::dm || !in.our_reference.empty())
    return false;
  if (!state.current || state.current->kind == thread_kind::dm || reply_of(state, in, {}) == nullptr)
    return false;
  return reply_of(state, in, not_begun_in(state, past)) != nullptr;
}

/// Did the thread take it in, or what it is about?
[[nodiscard]] bool has(const receive& r, const thread_state& state, const thread_past& past) {
  if (!state.current && state.erased == 0) return false;
  if (was_said_here(r, state, past) || was_answered_here(r, state, past)) return true;
  if (concerns_erased(r, state, past) || past.had_effect(r.inbound)) return true;
  const auto& id = r.inbound.platform_message_id;
  const auto known = id.empty() ? std::nullopt : past.find_message(id);
  // A comment that others reacted to before it came is its author's; one that was withdrawn must stay so.
  const bool may_be_anothers = r.inbound.thread != thread_kind::dm;
  return known && (!may_be_anothers || !known->placeholder || known->deleted);
}

/// A reply of ours that nobody asks about any more, by our reference. Those on their way are in the state.
[[nodiscard]] std::optional<message> reply_named(const std::string& reference, const thread_state& state,
                                                 const thread_past& past) {
  const auto id = parse_message_id(reference);
  if (!id || id->conversation.thread != state.id || is_on_its_way(state, *id)) return std::nullopt;
  auto m = past.find_own(*id);
  const bool may_be =
      m && m->delivery == delivery_status::unknown && m->platform_message_id.empty() && !m->note;
  return may_be ? std::move(m) : std::nullopt;
}

/// What is to be answered is said here: a message of the thread, or the post that it is about. Elsewhere it would be said to
/// somebody else, or, where a platform takes no such id, to nobody in particular.
[[nodiscard]] std::string what_is_not_here(const say& r, const thread_state& state, const thread_past& past) {
  for (const said& part : r.parts) {
    const auto& id = part.reply_to;
    if (id.empty() || id == state.last_inbound || id == state.current->post_id) continue;
    const auto m = past.find_message(id);
    if (!m || m->placeholder || m->id.conversation.ordinal <= state.erased) return id;
  }
  return {};
}

/// Of a private reply: which comment it answers, and what was answered to that one before. Who else commented is
/// another thread's customer: a reply to him is not of this conversation.
void recall_comment(say& r, const thread_state& state, const thread_past& past) {
  const auto part = std::ranges::find_if(r.parts, &said::privately);
  if (part == r.parts.end()) return;
  const auto& id = part->reply_to.empty() ? *r.below : part->reply_to;
  auto comment = id.empty() ? std::nullopt : past.find_message(id);
  if (!comment || comment->direction != direction::inbound || comment->placeholder) return;
  if (comment->id.conversation.ordinal <= state.erased) return;
  r.answers = past.answers_to(*comment, state.current->id);
  r.comment = std::move(comment);
}

}  // namespace

void recall(receive& r, const thread_state& state, const thread_past& past) {
  const auto& in = r.inbound;
  if (!in.platform_message_id.empty()) r.target = past.find_message(in.platform_message_id);
  if (!r.target && !in.our_reference.empty()) r.target = reply_named(in.our_reference, state, past);
  r.seen = was_seen(r, state, past);
  if (concerns_erased(r, state, past) || is_forgotten(r, state, past)) {
    r.seen = true;
    r.target.reset();
  }
  if (in.our_reference.empty() && reply_of(state, in, {}) != nullptr) r.not_begun = not_begun_in(state, past);
  if (!in.watermark || !in.status || !state.current) return;
  r.covered = past.outbound_up_to(state.current->id, *in.watermark, *in.status);
  std::sort(r.covered.begin(), r.covered.end(),
            [](const message& a, const message& b) { return a.id.sequence < b.id.sequence; });
}

void recall(say& r, const thread_state& state, const thread_past& past) {
  if (!r.key.empty()) r.made = past.made_by(r.key);
  if (!state.current) return;
  if (r.made.empty()) r.not_here = what_is_not_here(r, state, past);
  if (state.current->kind == thread_kind::dm) return;
  r.below = state.last_inbound;
  if (!r.made.empty()) return;
  if (r.below->empty()) {
    if (auto last = past.last_inbound(state.current->id)) r.below = *std::move(last);
  }
  recall_comment(r, state, past);
}

void recall(settle_send& r, const thread_past& past) {
  if (r.platform_message_id.empty()) return;
  r.same_id = past.find_message(r.platform_message_id);
  if (r.same_id && r.same_id->direction != direction::outbound) r.same_id.reset();
}

void recall(settle_media& r, const thread_past& past) {
  const auto kept = past.find_own(r.id);
  if (!kept || kept->platform_message_id.empty()) return;
  // What was decided since, and is not among the old yet, is found by the platform's id.
  r.target = past.find_message(kept->platform_message_id);
  if (r.target && r.target->id != r.id) r.target.reset();
}

bool stays_here(receive& r, const thread_state& state, const thread_past& past) {
  if (!has(r, state, past)) return false;
  r.aliases.clear();
  r.other_name = false;
  return true;
}

bool is_another_brands(const thread_state& state, const brand_id& brand) {
  return state.current && state.current->brand != brand;
}

void take_newer(std::vector<message>& found, message&& newer, const conversation_id& c, timestamp up_to) {
  if (newer.direction != direction::outbound || newer.id.conversation != c) return;
  std::erase_if(found, [&](const message& old) { return old.id == newer.id; });
  if (newer.sent_at <= up_to) found.push_back(std::move(newer));
}

void take_newer_answer(std::vector<message>& found, message&& newer, const std::string& to) {
  if (newer.direction != direction::outbound || newer.reply_to != to) return;
  std::erase_if(found, [&](const message& old) { return old.id == newer.id; });
  found.push_back(std::move(newer));
}

}  // namespace switchboard::domain
