#include "actors/partition.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <cassert>
#include <cstdint>

namespace switchboard::actors {

// -- slot_table
// ------------------------------------------------------------------------------------------------

slot_table::slot* slot_table::find(domain::thread_id t) {
  const auto found = slots_.find(t);
  return found == slots_.end() ? nullptr : &found->second;
}

slot_table::slot& slot_table::insert(domain::thread_id t, caf::actor a) {
  auto& s = slots_[t];  // a node's address stays
  assert(!s.actor);     // one actor a thread: its single writer
  s.thread = t;
  s.actor = std::move(a);
  s.used = sweep_;
  link_newest(s);
  return s;
}

void slot_table::erase(domain::thread_id t) {
  const auto found = slots_.find(t);
  if (found == slots_.end()) return;
  if (found->second.stopping) {
    --stopping_;
  } else {
    unlink(found->second);
  }
  slots_.erase(found);
}

void slot_table::set_stopping(slot& s) {
  assert(!s.stopping && s.waiting.empty());
  unlink(s);
  s.stopping = true;
  ++stopping_;
}

void slot_table::set_running(slot& s) {
  assert(s.stopping && stopping_ > 0);
  s.stopping = false;
  --stopping_;
  s.used = sweep_;
  link_newest(s);
}

void slot_table::touch(slot& s) {
  assert(!s.stopping);
  // Once a sweep: a thread that is talked in would fetch its neighbours' slots at every event for a finer order.
  if (s.used == sweep_) return;
  s.used = sweep_;
  unlink(s);
  link_newest(s);
}

void slot_table::for_each(const std::function<void(slot&)>& f) {
  for (auto& [thread, s] : slots_) f(s);
}

void slot_table::unlink(slot& s) {
  (s.older ? s.older->newer : oldest_) = s.newer;
  (s.newer ? s.newer->older : newest_) = s.older;
  s.older = s.newer = nullptr;
}

void slot_table::link_newest(slot& s) {
  s.older = newest_;
  (newest_ ? newest_->newer : oldest_) = &s;
  newest_ = &s;
}

// -- the actor
// -------------------------------------------------------------------------------------------------

namespace {

using self_ptr = caf::stateful_actor<partition_state>*;

/// For one that comes so many are asked to leave: more than one, so that an excess melts.
constexpr std::size_t asked_at_waking_max = 8;

void forward(self_ptr self, const caf::actor& to, slot_table::parked&& what) {
  std::visit([&](auto&& m) { self->send(to, std::forward<decltype(m)>(m)); }, std::move(what));
}

slot_table::slot& wake(self_ptr self, node* n, domain::thread_id thread) {
  const auto me = caf::actor_cast<caf::actor>(self);
  auto a = self->spawn(conversation, n, thread, me);
  // Not a monitor: its down message names an actor, and we want the thread without searching for it.
  a->attach_functor([me, thread, n](const caf::error& why) {
    // By an exception: the views need not show its last event yet, so a successor could begin from an old state,
    // and what lay in its mailbox is lost. The journal knows better: the node ends and recovers.
    if (why) n->on_fatal("the actor of a conversation ended: " + to_string(why));
    caf::anon_send(me, left{thread});
  });
  n->resident.fetch_add(1, std::memory_order_relaxed);
  n->woken.fetch_add(1, std::memory_order_relaxed);
  return self->state.slots.insert(thread, std::move(a));
}

void stop(self_ptr self, slot_table::slot& s) {
  self->state.slots.set_stopping(s);
  self->send(s.actor, passivate_atom::value);
}

/// More than allowed: the least recently used ones leave. Those that the views don't show yet answer that
/// they stay, so the number may be over for as long as the views are behind; for so long each new one must not
/// ask all of them again, hence `asked_max`.
void make_room(self_ptr self, node* n, std::size_t asked_max) {
  const auto settings = n->settings.load(std::memory_order_acquire);
  const auto allowed =
      std::max<std::uint64_t>(1, settings->limits.resident_conversations_max / n->partitions);
  auto& slots = self->state.slots;
  for (std::size_t asked = 0; asked < asked_max && slots.running() > allowed; ++asked) {
    stop(self, *slots.oldest());
  }
}

/// The node stops. Whoever waits for an answer gets one.
void refuse(node* n, const delivery_ptr& d) {
  n->writer->fail({.ticket = std::move(d->done), .then = {}});
}
void refuse(node*, const act_ptr& a) {
  command_result ended;
  ended.failed = true;
  a->reply(std::move(ended));
}

void dispatch(self_ptr self, node* n, domain::thread_id thread, slot_table::parked what) {
  if (self->state.closing) return std::visit([n](const auto& m) { refuse(n, m); }, what);
  auto& slots = self->state.slots;
  auto* s = slots.find(thread);
  const bool fresh = s == nullptr;
  if (fresh) s = &wake(self, n, thread);
  if (s->stopping) {
    s->waiting.push_back(std::move(what));
    return;
  }
  slots.touch(*s);
  forward(self, s->actor, std::move(what));
  if (fresh) make_room(self, n, asked_at_waking_max);
}

/// The actor goes on, or begins, with what was parked for it.
void resume(self_ptr self, const caf::actor& actor, std::vector<slot_table::parked>&& waiting) {
  for (auto& w : waiting) forward(self, actor, std::move(w));
  if (self->state.closing) self->send(actor, close_atom_t::value);
}

/// The actor is gone; what waits for its thread wakes it anew.
void gone(self_ptr self, node* n, domain::thread_id thread) {
  auto& slots = self->state.slots;
  auto* s = slots.find(thread);
  if (!s) return;
  auto waiting = std::exchange(s->waiting, {});
  slots.erase(thread);
  n->resident.fetch_sub(1, std::memory_order_relaxed);
  n->passivated.fetch_add(1, std::memory_order_relaxed);
  if (!waiting.empty()) return resume(self, wake(self, n, thread).actor, std::move(waiting));
  if (self->state.closing && slots.empty()) self->quit();
}

void stays(self_ptr self, domain::thread_id thread) {
  auto* s = self->state.slots.find(thread);
  if (!s || !s->stopping) return;
  self->state.slots.set_running(*s);
  resume(self, s->actor, std::exchange(s->waiting, {}));
}

/// Those that are stopping already answer for themselves (left, or still_busy), and are closed then.
void close(self_ptr self) {
  auto& st = self->state;
  st.closing = true;
  st.slots.for_each([=](slot_table::slot& s) {
    if (!s.stopping) self->send(s.actor, close_atom_t::value);
  });
  if (st.slots.empty()) self->quit();
}

void sweep(self_ptr self, node* n) {
  auto& st = self->state;
  if (st.closing) return;
  st.slots.next_sweep();
  const auto settings = n->settings.load(std::memory_order_acquire);
  const auto idle = static_cast<std::uint64_t>(settings->limits.conversation_idle / sweep_interval);
  for (auto* s = st.slots.oldest(); s && st.slots.sweep() - s->used > idle; s = st.slots.oldest())
    stop(self, *s);
  make_room(self, n, SIZE_MAX);
}

}  // namespace

caf::behavior partition(caf::stateful_actor<partition_state>* self, node* n) {
  return {
      [=](delivery_ptr& d) {
        const auto thread = d->thread;
        dispatch(self, n, thread, std::move(d));
      },
      [=](act_ptr& a) {
        const auto thread = a->thread;
        dispatch(self, n, thread, std::move(a));
      },
      [=](const left& l) { gone(self, n, l.thread); },
      [=](const still_busy& b) { stays(self, b.thread); },
      [=](sweep_atom) { sweep(self, n); },
      [=](close_atom_t) { close(self); },
  };
}

}  // namespace switchboard::actors
