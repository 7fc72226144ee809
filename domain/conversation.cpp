#include "domain/conversation.hpp"

#include "domain/assigning.hpp"
#include "domain/commanding.hpp"
#include "domain/erasing.hpp"
#include "domain/media_rules.hpp"
#include "domain/receiving.hpp"
#include "domain/saying.hpp"
#include "domain/sla/following.hpp"

#include <cassert>
#include <utility>

namespace switchboard::domain {
namespace {

/// What is said about each kind of command stands in receiving.hpp, commanding.hpp and assigning.hpp.
struct decider {
  const thread_state& state;
  const conversation_policy& policy;
  timestamp now;

  decision operator()(receive&& what) const { return receiving(state, what, policy, now).decide(); }
  decision operator()(patch&& what) const { return decide_patch(state, std::move(what), now); }
  decision operator()(add_note&& what) const { return decide_note(state, std::move(what), now); }
  decision operator()(mark_read&& what) const { return decide_read(state, what, now); }
  decision operator()(wake&& what) const { return decide_wake(state, what, now); }
  decision operator()(say&& what) const { return decide_say(state, std::move(what), now); }
  decision operator()(settle_send&& what) const { return decide_settle(state, std::move(what), now); }
  decision operator()(settle_media&& what) const { return decide_media(state, std::move(what), now); }
  decision operator()(route&& what) const { return decide_route(state, std::move(what), now); }
  decision operator()(assign_by_hand&& what) const { return decide_assignment(state, std::move(what), now); }
  decision operator()(erase&& what) const { return decide_erase(state, what, now); }
};

/// Is the event's conversation the state after what `state` has?
[[nodiscard]] bool follows(const event& e, const thread_state& state) {
  if (!e.conversation || !is_public(e.type)) return false;
  const conversation& c = *e.conversation;
  if (c.id.thread != state.id) return false;
  assert(e.sequence == c.version);
  if (!state.current) return true;
  const conversation& before = *state.current;
  if (c.id.ordinal != before.id.ordinal) {
    assert(c.id.ordinal <= before.id.ordinal + 1);  // cases follow each other
    return c.id.ordinal > before.id.ordinal;
  }
  assert(c.version <= before.version + 1);  // gapless
  return c.version >= before.version;
}

void follow_inbound(thread_state& state, const event& e) {
  const bool is_news = e.type == event_type::message_received && e.message && e.conversation;
  if (!is_news || e.conversation->id.thread != state.id || e.conversation->kind == thread_kind::dm) return;
  if (e.message->direction == direction::inbound) state.last_inbound = e.message->platform_message_id;
}

}  // namespace

decision decide(const thread_state& state, command&& what, const conversation_policy& policy, timestamp now) {
  const auto* const woken = std::get_if<wake>(&what);
  const auto why = woken == nullptr ? sla::occasion::decision
                                    : (woken->late ? sla::occasion::late_wake : sla::occasion::wake);
  // Who is forgotten is promised nothing; and of an earlier case nothing is due.
  const bool measures = policy.promises != nullptr && !std::holds_alternative<erase>(what) &&
                        (woken == nullptr || (state.current && state.current->id == woken->id));
  auto decided = std::visit(decider{state, policy, now}, std::move(what));
  if (!decided || !measures) return decided;
  return sla::follow(state, *std::move(decided), why, *policy.promises, now, policy.even_now.value_or(now));
}

decision decide(const thread_state& state, const command& what, const conversation_policy& policy,
                timestamp now) {
  return decide(state, command(what), policy, now);
}

void apply(thread_state& state, const event& e) {
  if (apply_erased(state, e)) return;
  follow_sending(state, e);
  follow_inbound(state, e);
  if (follows(e, state)) state.current = e.conversation;
}

void apply(thread_state& state, event&& e) {
  if (apply_erased(state, e)) return;
  follow_sending(state, e);
  follow_inbound(state, e);
  if (follows(e, state)) state.current = std::move(e.conversation);
}

}  // namespace switchboard::domain
