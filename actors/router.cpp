#include "actors/router.hpp"

#include "actors/messages.hpp"
#include "actors/wall_clock.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace switchboard::actors {

namespace {

using namespace std::chrono_literals;
using wake_atom = caf::atom_constant<caf::atom("wake")>;

/// A clock that is set must not put off what is due by much, and some things are looked at once a second. Of agents there are
/// many.
constexpr auto sleeps_at_most = 1s;
constexpr auto agent_sleeps_at_most = 5s;

/// Timers that were overtaken by an earlier one are not taken back: none is for longer than this, so that they stay few.
template <class Self>
void sleep_until(Self* self, std::optional<domain::timestamp> due, std::chrono::seconds at_most) {
  auto& wakes_at = self->state.wakes_at;
  const auto t = wall_clock();
  const auto latest = t + at_most;
  const auto at = std::clamp(due.value_or(latest), t + 1ms, latest);
  if (wakes_at > t && wakes_at <= at) return;
  wakes_at = at;
  self->delayed_send(self, at - t, wake_atom::value);
}

}  // namespace

router_owner::run_later by(std::shared_ptr<way_to_router> way) {
  return [way = std::move(way)](router_owner::task t) {
    caf::anon_send(way->to, std::make_shared<router_owner::task>(std::move(t)));
  };
}

caf::behavior router(caf::stateful_actor<router_holder>* self,
                     std::shared_ptr<std::unique_ptr<router_owner>> whose) {
  self->state.owner = std::move(*whose);
  sleep_until(self, std::nullopt, sleeps_at_most);
  return {
      [=](const router_task& t) {
        (*t)(*self->state.owner);
        sleep_until(self, self->state.owner->wake_at(), sleeps_at_most);
      },
      [=](wake_atom) {
        self->state.owner->tick();
        sleep_until(self, self->state.owner->wake_at(), sleeps_at_most);
      },
      [=](close_atom_t) {
        self->state.owner.reset();  // it holds a way back to us
        self->quit();
      },
  };
}

caf::behavior agent(caf::stateful_actor<agent_holder>* self,
                    std::function<std::unique_ptr<agent_owner>()> make) {
  self->state.owner = make();
  self->state.owner->take(domain::routing::tick{});
  const auto rest = [self] {
    if (const auto due = self->state.owner->wake_at()) sleep_until(self, due, agent_sleeps_at_most);
  };
  rest();
  return {
      [=](const agent_task& t) {
        (*t)(*self->state.owner);
        rest();
      },
      [=](wake_atom) {
        const auto due = self->state.owner->wake_at();
        if (due && *due <= wall_clock()) self->state.owner->take(domain::routing::tick{});
        rest();
      },
      [=](close_atom_t) {
        self->state.owner.reset();
        self->quit();
      },
  };
}

}  // namespace switchboard::actors
