#include "domain/conversation.hpp"

#include "domain/commanding.hpp"
#include "domain/receiving.hpp"

#include <utility>

namespace switchboard::domain {
namespace {

/// What is said about each kind of command stands in receiving.hpp and commanding.hpp.
struct decider {
  const thread_state& state;
  const conversation_policy& policy;
  timestamp now;

  decision operator()(receive&& what) const { return receiving(state, what, policy, now).decide(); }
  decision operator()(patch&& what) const { return decide_patch(state, std::move(what), now); }
  decision operator()(add_note&& what) const { return decide_note(state, std::move(what), now); }
  decision operator()(mark_read&& what) const { return decide_read(state, what, now); }
  decision operator()(wake_snoozed&& what) const { return decide_wake(state, what, now); }
};

/// Is `c` the state after what `state` has?
[[nodiscard]] bool follows(const conversation& c, const thread_state& state) {
  if (c.id.thread != state.id) return false;
  if (!state.current) return true;
  if (c.id.ordinal != state.current->id.ordinal) return c.id.ordinal > state.current->id.ordinal;
  return c.version >= state.current->version;
}

}  // namespace

decision decide(const thread_state& state, command&& what, const conversation_policy& policy, timestamp now) {
  return std::visit(decider{state, policy, now}, std::move(what));
}

decision decide(const thread_state& state, const command& what, const conversation_policy& policy,
                timestamp now) {
  return decide(state, command(what), policy, now);
}

void apply(thread_state& state, const event& e) {
  if (e.conversation && follows(*e.conversation, state)) state.current = e.conversation;
}

void apply(thread_state& state, event&& e) {
  if (e.conversation && follows(*e.conversation, state)) state.current = std::move(e.conversation);
}

}  // namespace switchboard::domain
