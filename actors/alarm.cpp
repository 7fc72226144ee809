#include "actors/alarm.hpp"

#include "domain/sla/policy.hpp"
#include "storage/hash.hpp"

#include <algorithm>
#include <utility>

namespace switchboard::actors {
namespace {

using namespace std::chrono_literals;
using self_ptr = caf::stateful_actor<alarm_state>*;
using domain::event_type;

constexpr std::size_t records_at_once = 512;
constexpr std::size_t bytes_at_once = 4u << 20;
constexpr std::size_t scanned_at_once = 50'000;
/// Woken and not heard of yet: more would only wait in mailboxes, and late ones behind early ones.
constexpr std::size_t under_way_max = 256;
/// Of those that only look at their plans: there may be a million of them, and nobody waits for it.
constexpr std::size_t rechecks_under_way_max = 16;
constexpr domain::timestamp not_due{};
/// Who is not heard of by then (its thread leaves memory, the journal fails) is woken again.
constexpr auto again_after = 5s;

/// Everything by which it changes when something is due (storage::wake_rows says the same of rows).
stream_filter about_waking() {
  stream_filter f;
  f.all_brands = true;
  f.types = {event_type::conversation_updated,
             event_type::conversation_resolved,
             event_type::conversation_closed,
             event_type::conversation_queued,
             event_type::conversation_transferred,
             event_type::customer_erased,
             event_type::sla_armed,
             event_type::sla_paused,
             event_type::sla_resumed,
             event_type::sla_warning,
             event_type::sla_met,
             event_type::sla_breached,
             event_type::sla_cancelled};
  return f;
}

domain::deadline_index& index_of(self_ptr self, const domain::conversation_id& id) {
  const auto partitions = static_cast<std::uint16_t>(self->state.due.size());
  return self->state.due[storage::partition_of(id.thread, partitions)];
}

void count_armed(self_ptr self, alarm_links* links) {
  std::size_t armed = 0;
  for (const auto& d : self->state.due) armed += d.size();
  links->figures->armed.store(armed, std::memory_order_relaxed);
}

void take(self_ptr self, alarm_links* links, const storage::record& r) {
  if (r.conversation.ordinal == 0) return;
  auto& index = index_of(self, r.conversation);
  if (r.type == event_type::customer_erased) {
    links->figures->promises.forget(r.conversation);
    return index.forget(r.conversation.thread, r.conversation.ordinal);
  }
  if (r.conversation_json.empty()) return;  // its customer is forgotten, and another event says so
  index.set(r.conversation, r.brand, r.conversation_sequence, r.wake_at);
  links->figures->promises.take(r);
}

/// False: the log can't be read, and it was told.
bool follow(self_ptr self, alarm_links* links) {
  static const auto filter = about_waking();
  auto& position = self->state.position;
  for (bool more = true; more;) {
    const auto got = links->log->pull(position, filter, records_at_once, bytes_at_once, scanned_at_once);
    if (got.failed) return false;
    if (got.expired) {
      links->of->on_fatal("the alarm is behind what the journal keeps");
      return false;
    }
    for (const auto& r : got.records) take(self, links, *r);
    position = got.position;
    more = got.more;
  }
  count_armed(self, links);
  return true;
}

void send_wake(self_ptr self, alarm_links* links, domain::due_conversation due) {
  auto what = std::make_shared<woken>();
  what->id = due.id;
  what->brand = std::move(due.brand);
  what->due = due.at;
  what->late = due.at != not_due && due.at < self->state.begun;
  auto a = std::make_shared<act>();
  a->thread = due.id.thread;
  a->brand = what->brand;
  a->what = domain::wake{.id = due.id, .late = what->late};
  a->now = links->of->clock.now();
  a->reply = [what, to = caf::actor_cast<caf::actor>(self)](command_result&& result) {
    what->result = std::move(result);
    caf::anon_send(to, what);
  };
  ++self->state.under_way;
  links->figures->woken.fetch_add(1, std::memory_order_relaxed);
  links->to_thread(std::move(a));
}

/// The one that is due first, of all partitions.
domain::deadline_index* first_due(self_ptr self) {
  domain::deadline_index* first = nullptr;
  for (auto& index : self->state.due) {
    if (index.next() && (first == nullptr || *index.next() < *first->next())) first = &index;
  }
  return first;
}

void sleep_until(self_ptr self, std::optional<domain::timestamp> due, domain::timestamp now) {
  if (const auto t = self->state.ticks.sleep_until(due, now)) {
    self->delayed_send(self, t->after, tick_atom::value, t->name);
  }
}

void wake_due(self_ptr self, alarm_links* links) {
  const auto now = links->of->clock.now();
  auto& s = self->state;
  while (s.under_way < under_way_max) {
    auto* const first = first_due(self);
    auto due = first == nullptr ? std::nullopt : first->take(now, now + again_after);
    if (!due && s.under_way < rechecks_under_way_max && !s.recheck.empty()) {
      due = std::move(s.recheck.front());
      s.recheck.pop_front();
      due->at = not_due;
    }
    if (!due) break;
    send_wake(self, links, *std::move(due));
  }
  const auto* const first = first_due(self);
  // With all under way the next answer goes on.
  sleep_until(self, s.under_way < under_way_max && first != nullptr ? first->next() : std::nullopt, now);
}

void heard(self_ptr self, alarm_links* links, woken& w) {
  auto& s = self->state;
  if (s.under_way > 0) --s.under_way;
  auto& index = index_of(self, w.id);
  if (w.result.failed || w.result.undecided) {
    links->figures->retried.fetch_add(1, std::memory_order_relaxed);  // it is due again by itself
  } else if (w.result.refused) {
    index.forget(w.id.thread, w.id.ordinal);
  } else {
    // What is due still, though it was just asked, is not asked again at once: two clocks may not agree.
    auto next = w.result.wake_at;
    if (next) next = std::max(*next, w.due < *next ? *next : links->of->clock.now() + again_after);
    index.set(w.id, w.brand, w.result.version, next);
    if (!w.late && w.due != not_due) links->figures->lateness.record(links->of->clock.now() - w.due);
  }
  wake_due(self, links);
}

/// All of which something is due, in the order of their deadlines: the most pressing plan first.
void recheck_all(self_ptr self) {
  std::vector<domain::due_conversation> all;
  for (const auto& index : self->state.due)
    index.each([&](domain::due_conversation d) { all.push_back(std::move(d)); });
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  self->state.recheck.assign(std::make_move_iterator(all.begin()), std::make_move_iterator(all.end()));
}

}  // namespace

alarm_start read_alarm(const storage::views& views, storage::log_sequence after) {
  alarm_start start{.after = after};
  views.each_wake([&](const storage::wake_row& row) {
    start.due.push_back({.id = row.id, .brand = std::string(row.brand), .at = row.at});
    if (row.at_risk == 0) return;
    start.at_risk.push_back({.id = row.id,
                             .brand = std::string(row.brand),
                             .queue = std::string(row.queue),
                             .clocks = row.at_risk});
  });
  return start;
}

caf::behavior alarm(caf::stateful_actor<alarm_state>* self, alarm_links* links,
                    std::shared_ptr<alarm_start> first) {
  auto& s = self->state;
  s.due.resize(links->of->partitions);
  s.position = first->after;
  s.begun = links->of->clock.now();
  for (const auto& d : first->due) index_of(self, d.id).set(d.id, d.brand, 0, d.at);
  for (const auto& a : first->at_risk) links->figures->promises.set_at_risk(a.id, a.brand, a.queue, a.clocks);
  first.reset();
  count_armed(self, links);
  if (!links->of->promises.load()->all.empty()) recheck_all(self);  // another config may have come meanwhile
  wake_due(self, links);
  return {
      [=](committed_atom) {
        links->awake.store(false, std::memory_order_release);
        if (follow(self, links)) wake_due(self, links);
      },
      [=](tick_atom, std::int64_t name) {
        if (self->state.ticks.heard(name)) wake_due(self, links);
      },
      [=](const woken_ptr& w) { heard(self, links, *w); },
      [=](recheck_atom) {
        recheck_all(self);
        wake_due(self, links);
      },
      [=](close_atom_t) { self->quit(); },
  };
}

}  // namespace switchboard::actors
