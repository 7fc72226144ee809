// The engine's calls to routers and agents' owners.
#include "actors/local_engine.hpp"
#include "domain/share.hpp"

#include <caf/send.hpp>

#include <memory>
#include <utility>

namespace switchboard::actors {

namespace {

/// On their way to a router or an agent's owner, or waiting for their answer; mailboxes have no bound of their own.
constexpr std::uint64_t routing_calls_max = 10'000;

}  // namespace

void local_engine::start_routing() {
  routing_.of = &node_;
  routing_.log = &feed_;
  routing_.end = tail_.committed();
  routing_.execute = [this](std::string brand, domain::command what,
                            std::function<void(command_result &&)> reply) {
    execute(std::move(brand), std::move(what), std::move(reply));
  };
  routing_.tell_agent = [this](const std::string& brand, const domain::agent_id& agent,
                               domain::routing::presence_command c) {
    auto call = std::make_shared<routing_call>();
    call->brand = brand;
    call->agent = agent.value;
    call->to_agent = [c = std::move(c)](agent_owner& o) { o.take(c); };
    call->to_nobody = [] {};
    const auto inside = door_.enter();
    if (inside && desk_) caf::anon_send(desk_, std::move(call));
  };
  routing_.has_room = [this](const std::string& brand) {
    const auto s = node_.settings.load(std::memory_order_acquire);
    const auto share =
        domain::share_of(s->limits.sending_max, s->limits.brand_share_percent, s->brands.size());
    return replies_waiting() < s->limits.sending_max && replies_waiting(brand) < share;
  };
  routing_.read = [this](std::function<void(const storage::views&)> then) { return read(std::move(then)); };
  routing_.publish = [this](router_figures&& f) {
    const std::lock_guard lock{routing_.figures_mutex};
    auto& place = routing_.figures[f.brand];
    place = std::move(f);
  };
  routing_.wanted.store(!node_.settings.load()->queues.empty() || !node_.views->routed_brands().empty(),
                        std::memory_order_release);
  desk_ = system_.spawn<caf::detached>(routing_desk, &routing_);
  desk_->attach_functor([this](const caf::error& why) {
    if (why) fatal("the routing desk ended: " + to_string(why));
  });
  caf::anon_send(desk_, begin_atom::value);
  routing_wake_ = feed_.on_commit([this](storage::log_sequence) {
    if (!routing_.wanted.load(std::memory_order_acquire)) return;
    if (!routing_.awake.exchange(true, std::memory_order_acq_rel)) {
      caf::anon_send(desk_, committed_atom::value);
    }
  });
}

void local_engine::stop_routing() {
  if (!desk_) return;
  feed_.forget(routing_wake_);
  caf::anon_send(desk_, close_atom_t::value);
}

void local_engine::reconfigure_routing() {
  if (!node_.settings.load()->queues.empty()) routing_.wanted.store(true, std::memory_order_release);
  if (desk_) caf::anon_send(desk_, reconfigure_atom::value);
}

void local_engine::call_desk(routing_call_ptr call, const std::function<void(bool ended)>& unless) {
  const auto inside = door_.enter();
  if (!inside || !desk_) return unless(true);
  if (routing_.calls.fetch_add(1, std::memory_order_relaxed) >= routing_calls_max) {
    routing_.calls.fetch_sub(1, std::memory_order_relaxed);
    return unless(false);
  }
  call->behind = tail_.committed();
  caf::anon_send(desk_, std::move(call));
}

namespace {

/// `reply`, to be called from one of several places, and counted while it was not.
template <class Result>
auto counted(std::atomic<std::uint64_t>& calls, std::function<void(Result&&)> reply) {
  return [&calls, reply = std::move(reply)](Result&& r) {
    calls.fetch_sub(1, std::memory_order_relaxed);
    reply(std::move(r));
  };
}

}  // namespace

void local_engine::route(std::string brand, routing_act what, std::function<void(routing_result&&)> reply) {
  if (!routing_.wanted.load(std::memory_order_acquire)) return reply({.no_router = true});
  const auto answered = counted<routing_result>(routing_.calls, reply);
  auto call = std::make_shared<routing_call>();
  call->brand = std::move(brand);
  call->to_router = [what = std::move(what), answered](router_owner& o) { o.act(what, answered); };
  call->to_nobody = [answered] { answered({.no_router = true}); };
  call_desk(std::move(call), [&](bool ended) { reply({.busy = !ended, .failed = ended}); });
}

void local_engine::attend(std::string brand, std::string agent, agent_act what,
                          std::function<void(agent_result&&)> reply) {
  if (!routing_.wanted.load(std::memory_order_acquire)) return reply({.unknown = true});
  const auto answered = counted<agent_result>(routing_.calls, reply);
  auto call = std::make_shared<routing_call>();
  call->brand = std::move(brand);
  call->agent = std::move(agent);
  call->to_agent = [what = std::move(what), answered](agent_owner& o) { o.act(what, answered); };
  call->to_nobody = [answered] { answered({.unknown = true}); };
  call_desk(std::move(call), [&](bool ended) { reply({.busy = !ended, .failed = ended}); });
}

void local_engine::ask_router(std::string brand, routing_question what,
                              std::function<void(routing_answer&&)> reply) {
  if (!routing_.wanted.load(std::memory_order_acquire)) return reply({});
  const auto answered = counted<routing_answer>(routing_.calls, reply);
  auto call = std::make_shared<routing_call>();
  call->brand = std::move(brand);
  call->to_router = [what = std::move(what), answered](router_owner& o) { o.answer(what, answered); };
  call->to_nobody = [answered] { answered({}); };
  call_desk(std::move(call), [&](bool ended) { reply({.busy = !ended, .failed = ended}); });
}

std::vector<router_figures> local_engine::routing_figures() const {
  const std::lock_guard lock{routing_.figures_mutex};
  std::vector<router_figures> all;
  for (const auto& [brand, f] : routing_.figures) all.push_back(f);
  return all;
}

}  // namespace switchboard::actors
