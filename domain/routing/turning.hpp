#pragma once
// One turn while it is decided (router.hpp): the state, the time, and what has come of it so far. The parts of a turn are
// functions over it: deadlines, commands, drain.

#include "domain/routing/reason.hpp"
#include "domain/routing/router.hpp"

#include <vector>

namespace switchboard::domain::routing {

struct turning {
  router_state& s;
  timestamp now;
  std::vector<router_event>& out;
  std::vector<reason>* why = nullptr;              ///< nullptr: nobody asks
  std::vector<conversation_id> sought_again = {};  ///< after an offer that was not taken
  bool after_pause = false;                        ///< tick::after_pause

  /// Decided: it is said, and so it is.
  void emit(router_event e);
  void emit(event_kind kind, slot_index slot, agent_index agent = no_agent);
  /// Somebody asks for it: before it is said, and what comes before it of the same decision.
  void explain_choice(event_kind kind, slot_index slot, agent_index winner, decider by);
};

/// Everything that is due by now, in the order in which it fell due.
void run_due(turning& t);
/// Until no conversation and agent are left that could have each other.
void drain(turning& t);

// -- what commands and deadlines have in common (seeking.cpp) ------------------------------------------------

/// A conversation is new in its queue, or comes back to it: overflow, rings nobody is in, sticky agent, delay.
void settle_in(turning& t, slot_index slot, agent_index last);
/// To where its queue overflows to. What has nowhere to go stays.
void overflow(turning& t, slot_index slot);
/// Is one of its queue's bounds exceeded? `arriving`: length and ETA are only asked then.
[[nodiscard]] bool is_over(const turning& t, slot_index slot, bool arriving);
/// Opens the rings that nobody online is in.
void skip_empty_rings(turning& t, slot_index slot);
/// Back among those that wait, by its old key. Nothing where its owner keeps it.
void seek_again(turning& t, slot_index slot);
void rescind_offers(turning& t, slot_index slot);
/// What it is to others ends, then it is his. An epoch says that strategies decided it, and spends of his ramp.
/// `units`: what was kept free for it; 0: what it costs now.
void hand_over(turning& t, slot_index slot, agent_index a, bool force, std::uint64_t epoch = 0,
               std::uint32_t units = 0);
/// … and that is a decision, which has a reason.
void give_to(turning& t, slot_index slot, agent_index a, decider by, bool force = false);
/// What came into a queue in this turn, and waits: why nobody is asked.
void explain_who_waits(turning& t);
/// An offer ends unanswered or refused; enough misses in a row make him away.
void end_offer(turning& t, slot_index slot, agent_index a, event_kind how);
/// Nobody is to be asked for it any more who was.
/// … but in these channels.
void rescind_offers_of(turning& t, agent_index a, std::uint32_t but_in = 0);
/// What waits for this agent alone waits for everybody.
void release_held_for(turning& t, agent_index a, std::uint32_t but_in = 0);
/// By its age. Precondition: the config has one that is not removed.
void to_default_queue(turning& t, slot_index slot);
void requeue_work(turning& t, agent_index a, requeue_policy policy);
/// He came: what waits that he could take, shared among those whose shift it is, is all that he gets for a while.
void begin_ramp(turning& t, agent_index a);
/// He is gone: where he was the last of a ring, what waits in it need not wait for the next to open.
void skip_rings_without(turning& t, agent_index a);

}  // namespace switchboard::domain::routing
