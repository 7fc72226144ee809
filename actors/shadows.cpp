#include "actors/shadows.hpp"

#include "actors/messages.hpp"

#include <exception>

namespace switchboard::actors {

namespace {

/// Whatever goes wrong in a shadow, memory that there is not among it, ends that shadow and nothing else.
void run(shadows_state& s, node& of, const shadow_task& t) {
  auto& owner = s.owners[t.board->brand];
  if (!owner) owner = std::make_unique<shadow_owner>(of, t.board);
  try {
    t.run(*owner);
  } catch (const std::exception& e) {
    owner->fail(e.what());
  }
}

}  // namespace

caf::behavior shadows(caf::stateful_actor<shadows_state>* self, node* of) {
  return {
      [=](const shadow_task_ptr& t) {
        run(self->state, *of, *t);
        t->board->behind.fetch_sub(t->cost, std::memory_order_relaxed);
      },
      [=](close_atom_t) { self->quit(); },
  };
}

}  // namespace switchboard::actors
