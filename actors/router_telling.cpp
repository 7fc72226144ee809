// What a router says to customers who wait: how long it takes, and that they may leave a message. Decided in a turn, and so in
// the log; said by the conversation's owner as an automatic reply, once, by the router's sequence.
#include "actors/router_owner.hpp"
#include "domain/routing/wait_text.hpp"

#include <utility>

namespace switchboard::actors {

namespace {

namespace routing = domain::routing;
using routing::event_kind;

/// As senderId of what nobody wrote.
constexpr std::string_view speaker = "router";

bool asks_for_message(const routing::router_event& e) {
  return e.kind == event_kind::overflowed && !e.flag &&
         e.target.kind == routing::overflow_target::to::leave_message;
}

std::string text_of(const routing::router_event& e, const config::queue_settings& q) {
  if (asks_for_message(e)) return q.leave_message_text;
  if (e.flag) return q.closed_text;
  return routing::wait_text(q.wait_text, e.units, routing::milliseconds{e.key});
}

}  // namespace

bool router_owner::is_said(const routing::router_event& e) {
  return e.kind == event_kind::wait_told || asks_for_message(e);
}

void router_owner::note_said(const routing::router_event& e, std::uint64_t sequence) {
  domain::route what{.id = e.conversation,
                     .sequence = sequence,
                     .type = domain::event_type::message_queued,
                     .queue = state_.rules(e.queue).id};
  unsettled_.emplace(sequence, unsettled{.what = std::move(what), .says = e});
}

/// At a start: how long somebody had to wait before the stop is told only while it is what he should know.
void router_owner::forget_stale_words() {
  const auto now = std::chrono::system_clock::now();
  const auto before = unsettled_.size();
  std::erase_if(unsettled_, [&](const auto& u) {
    const auto& says = u.second.says;
    if (!says || says->kind != event_kind::wait_told) return false;
    const auto slot = state_.items.find(says->conversation);
    if (slot == routing::no_slot || state_.more_of(slot).told.at != says->at) return true;
    return says->at + state_.rules(says->queue).tell.notify_min <= now;
  });
  counted_.not_told += before - unsettled_.size();
}

/// A queue that the config has no more, or that has no such text any more, says nothing.
void router_owner::say(std::uint64_t sequence, const unsettled& u) {
  const auto settings = links_.of->settings.load();
  const auto* const queue = settings->find_queue(u.what.queue.value);
  auto text = queue == nullptr ? std::string() : text_of(*u.says, *queue);
  if (text.empty()) return later_([sequence](router_owner& o) { o.not_said(sequence); });
  domain::say what{.id = u.what.id,
                   .parts = {{.content = std::move(text)}},
                   .sender = domain::sender_type::system,
                   .sender_id = std::string(speaker)};
  what.has_room = links_.has_room(brand_);
  what.routed = sequence;
  what.only_in = asks_for_message(*u.says) ? std::vector{domain::thread_kind::dm} : queue->told_kinds;
  links_.execute(brand_, std::move(what), [later = later_, sequence](command_result&& r) {
    later([sequence, result = std::make_shared<command_result>(std::move(r))](router_owner& o) {
      o.settled(sequence, std::move(*result));
    });
  });
}

/// A refusal is the end of it: when the window opens again it is not true any more.
void router_owner::count_said(const command_result& result) {
  if (result.failed || result.undecided) return;
  counted_.told += !result.messages.empty();
  counted_.not_told += result.refused.has_value();
}

void router_owner::not_said(std::uint64_t sequence) {
  counted_.not_told += unsettled_.erase(sequence);
}

}  // namespace switchboard::actors
